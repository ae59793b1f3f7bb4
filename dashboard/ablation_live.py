"""Ablation live: the matrix of what is taken away, the chosen window at once, the test set as soon as it is scored."""

from dataclasses import replace

import streamlit as st

from core.errors import ToolmarkError
from core.recordings.recording import RunWindow
from dashboard import (
    ablation_choice,
    ablation_combinations,
    ablation_figures,
    ablation_matrix,
    ablation_tests,
    ablation_window,
    components,
    no_bundle,
    reading_card,
    run_choice,
    selection,
    window_view,
)
from dashboard.ablation_choice import Taken
from dashboard.ablation_tests import Place
from dashboard.reading_card import Looked
from dashboard.shell import View


def show(view: View) -> None:
    """Draw it."""
    run, window = _window(view)
    place = ablation_tests.place_of(view)
    if place is None or view.bundle is None or view.dataset is None:
        if view.folder is None:
            no_bundle.show("there is nothing to take channels away from")
        selection.hold(replace(view.selection, run=run))
        return
    taken = ablation_choice.asked(view.bundle, view.selection)
    # before anything that draws the page again by itself: it goes on with the selection that is held
    held = replace(view.selection, run=window.recording.name, start_row=window.start_row)
    missing = taken.way == ablation_choice.MISSING
    selection.hold(
        replace(held, without=taken.names, taken=()) if missing else replace(held, taken=taken.names)
    )
    combos = ablation_combinations.to_score(view.bundle, view.selection.combos)
    ablation_tests.ask(place, [taken.removal, *(each.removal for each in combos)])
    digest = view.dataset.digest(window.recording.name)
    looked = _look(place, taken, window, digest)
    with st.container(key="live_desk"):
        wide = st.grid(5, min_column_width=180)
    with wide.cell(column_span=3):
        matrix = st.container(border=True)
    with wide.cell(column_span=2):
        with st.container(border=True, key="of_taken_headline"):
            _headline(place, taken)
        if looked is not None:
            with st.container(border=True, key="of_taken_window"):
                _at_once(looked, taken)
    if looked is not None:
        with st.container(border=True, key="of_taken_reading"):
            reading_card.show_reading(looked, view.selection.token, view.selection.also, say=False)
    _test_set(place, taken, view)
    # the last to be drawn: until it is, the browser fades what may be of the selection before
    with matrix:
        _choose(place, taken, window)


def _window(view: View) -> tuple[str | None, RunWindow]:
    grid = st.grid(5, min_column_width=180)
    with grid.cell(column_span=2):
        run = run_choice.choose_run(view)
    recording = run_choice.open_recording(view, run)
    with grid.cell(column_span=3):
        return run, run_choice.choose_window(view, recording)


def _choose(place: Place, taken: Taken, window: RunWindow) -> None:
    bundle = place.bundle
    ablation_choice.show_title(bundle, taken)
    ablation_choice.show(bundle, taken)
    states = ablation_matrix.states_of(bundle, window)
    ablation_matrix.show(bundle, states, taken.channels, lambda names: ablation_choice.take(bundle, names))


def _look(place: Place, taken: Taken, window: RunWindow, digest: str) -> Looked | None:
    label = window_view.true_label(window)
    try:
        return ablation_window.look(place, taken, window, label, digest)
    except ToolmarkError as error:
        st.error(components.sentence(str(error)), icon=":material/error:")
        return None


def _headline(place: Place, taken: Taken) -> None:
    st.markdown(f"**Test set** {ablation_figures.scored_on(place)}")
    ablation_figures.show_headline(place, taken)


def _at_once(looked: Looked, taken: Taken) -> None:
    """What becomes of the window: the line, the operation, how sure of either."""
    st.markdown("**This window** :small[:gray[beside the pinned original]]")
    if looked.problem:
        st.error(looked.problem, icon=":material/error:")
    elif looked.changed is not None:
        st.markdown(reading_card.change_words(looked))
    elif taken.names:
        st.caption(ablation_window.WAITS)
    reading_card.show_operation(looked)


def _test_set(place: Place, taken: Taken, view: View) -> None:
    st.subheader("The test set", anchor=False)
    with st.container(key="of_taken_figures"):
        ablation_figures.show(place, taken, view.selection.by)
    st.button(
        "Each modality removed by itself, in Tables",
        icon=":material/table_rows:",
        key="to_tables",
        on_click=selection.change,
        kwargs={"ablation": "tables", "table": None},
    )
    st.subheader("Kept combinations", anchor=False)
    ablation_combinations.show(place, taken, view.selection.combos)
