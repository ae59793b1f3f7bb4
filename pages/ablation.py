"""Ablation: which modalities the model lives on, live on one window and over the test set, and in tables."""

from dashboard import ablation_live, ablation_tables, parts, published_tables, shell

SECTIONS = {"live": ablation_live.show, "tables": ablation_tables.show, "published": published_tables.show}
LABELS = {"live": "Live", "tables": "Tables", "published": "Published tables"}

view = shell.open_page("Ablation", "Which modalities does the model live on?")
SECTIONS[parts.choose("Part of the page", "ablation", LABELS, view.selection.ablation)](view)
