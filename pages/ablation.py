"""Ablation: which modalities the model lives on, live on one window and over the test set, and in tables."""

from dashboard import ablation_live, ablation_tables, published_tables, shell

SECTIONS = {"live": ablation_live.show, "tables": ablation_tables.show, "published": published_tables.show}

view = shell.open_page("Ablation", "Which modalities does the model live on?")
ablation_live.show(view)
