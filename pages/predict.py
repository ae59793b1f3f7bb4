"""Predict: one window of a recording, what the model reads in it, how sure, and what else it considered."""

from dataclasses import replace

import streamlit as st

from core.errors import ToolmarkError
from core.recordings.recording import RunWindow
from core.recordings.windows import WindowLabel
from dashboard import (
    attribution_view,
    components,
    no_bundle,
    parts,
    reading_card,
    run_choice,
    selection,
    shell,
    traces_card,
    what_if,
    window_verdict,
    window_view,
)
from dashboard.reading_card import Looked
from dashboard.shell import View
from dashboard.what_if import WhatIf

LOOKS = {"rows": "Traces and attention", "why": "What it rests on"}


def look(view: View, window: RunWindow, label: WindowLabel, what_if: WhatIf) -> Looked | None:
    """The window read; where it cannot be, say why."""
    if view.bundle is None or view.dataset is None:
        if view.folder is None:
            no_bundle.show("there is nothing to read the traces with")
        return None
    digest = view.dataset.digest(window.recording.name)
    try:
        return reading_card.look(view.bundle, window, label, digest, what_if)
    except ToolmarkError as error:
        st.error(components.sentence(str(error)), icon=":material/error:")
        return None


view = shell.open_page(
    "Predict", "What does the model read in this window, how sure is it, what else did it consider?"
)
wanted = view.selection
grid = st.grid(5, min_column_width=180)
with grid.cell(column_span=2):
    run = run_choice.choose_run(view)
recording = run_choice.open_recording(view, run)
with grid.cell(column_span=3):
    window = run_choice.choose_window(view, recording)
label = window_view.true_label(window)
what_if_asked = what_if.asked(view.bundle, wanted)
if view.bundle is not None:
    what_if.choose(view.bundle, what_if_asked, window)
of_reading = st.container()
looked = chosen = strip = None
with of_reading:
    looked = look(view, window, label, what_if_asked)
    if looked is not None:
        chosen = reading_card.show(looked, wanted.token, wanted.also)
        window_verdict.show(view, looked)
        # the attribution is reckoned only where it is looked at
        if parts.choose("Under the reading", "look", LOOKS, wanted.look) == "why":
            why = attribution_view.choose(looked, chosen, attribution_view.read(wanted.why))
            found = attribution_view.shown_or_said(looked, chosen, why)
            strip = traces_card.attribution_strip(found, attribution_view.shift_of(looked, why))
        elif chosen is not None:
            strip = traces_card.attention_strip(looked, chosen)
digest = view.dataset.digest(recording.name) if view.dataset else ""
traces_card.show(window, label, digest, wanted.channels, looked, strip)
if strip is not None and strip.shades and chosen is not None:
    traces_card.say_attention(chosen)
selection.hold(replace(wanted, run=recording.name, start_row=window.start_row, without=what_if_asked.without))
