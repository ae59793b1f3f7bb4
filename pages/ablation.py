"""Ablation: which modalities the model lives on, live on one window and over the test set, and in tables."""

import streamlit as st

from dashboard import ablation_live, ablation_tables, published_tables, selection, shell

SECTIONS = {"live": ablation_live.show, "tables": ablation_tables.show, "published": published_tables.show}
LABELS = {"live": "Live", "tables": "Tables", "published": "Published tables"}

view = shell.open_page("Ablation", "Which modalities does the model live on?")
chosen = view.selection.ablation if view.selection.ablation in SECTIONS else "live"
key = selection.lead("pick_ablation", chosen)
st.segmented_control(
    "Part of the page",
    list(SECTIONS),
    format_func=LABELS.__getitem__,
    required=True,
    label_visibility="collapsed",
    key=key,
    on_change=selection.follow,
    args=("ablation", key),
)
SECTIONS[chosen](view)
