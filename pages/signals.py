"""Signals: the traces of a run, what the machine was doing under them, another run laid over them."""

from dataclasses import replace

import streamlit as st

from core.errors import ToolmarkError
from dashboard import (
    components,
    feedback,
    laid_over,
    layouts,
    run_choice,
    run_traces,
    selection,
    shell,
    shown_channels,
    signals_beside,
    signals_controls,
    signals_view,
)
from dashboard.address import Selection
from dashboard.shell import View
from dashboard.shown_channels import Shown
from dashboard.signals_beside import Look
from dashboard.signals_view import Run

LEGEND = "The lane of what was read: blue is the true line, ochre one within a row of it, red another one."


def open_run(view: View, name: str | None) -> Run:
    """The run's traces; where there is none, say why and end the page."""
    if view.dataset is None or name is None:
        run_choice.stop_without_run(view)
    try:
        return Run(run_traces.traces(view.dataset, name), view.dataset.digest(name))
    except ToolmarkError as error:
        run_choice.stop_unreadable(view, name, error)


def open_over(view: View, selected: Selection) -> Run | None:
    """The run that is laid over; None, and why, where the link names one that is not here or cannot be read."""
    if selected.over is None or view.dataset is None:
        return None
    if selected.over not in view.dataset.runs:
        over = components.escaped(selected.over)
        st.caption(
            f"The link lays {over} over this run, which the dataset {view.dataset.name} does not hold."
        )
        return None
    try:
        return Run(run_traces.traces(view.dataset, selected.over), view.dataset.digest(selected.over))
    except ToolmarkError as error:
        st.caption(components.sentence(str(error)))
        return None


@st.fragment
def desk(view: View, run: Run) -> None:
    """The traces and everything that changes them: none of it draws the page again."""
    feedback.turn()
    selected = replace(
        selection.read().selection,
        run=run.traces.name,
        dataset=view.selection.dataset,
        bundle=view.selection.bundle,
        protocol=view.selection.protocol,
    )
    shown = signals_view.shown_now(run.traces, selected)
    over = open_over(view, selected)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        choosing = signals_controls.choose_channels(run, shown)
        signals_controls.choose_look(selected)
        signals_controls.choose_layout(selected, shown)
        signals_controls.choose_shift(run, over, selected)
        read = signals_controls.choose_reading(view, run)
        st.page_link("../pages/predict.py", label="Predict here", icon=":material/troubleshoot:")
    say(view, run, selected, shown, choosing)
    readings = (read, view.bundle.digest) if read is not None and view.bundle else None
    laid, said = laid_over.laid(run, over, selected)
    if said:
        st.caption(components.escaped(said))
    signals_view.show(signals_view.picture(run, laid, selected, shown, readings), selected)
    if readings is not None:
        st.caption(LEGEND)
    if view.dataset is not None:
        first, last = signals_view.rows_in_view(run.traces, selected)
        cursor = signals_view.cursor(selected)
        signals_beside.show(Look(view.dataset, run, over, selected, shown.channels, first, last, cursor))
    selection.hold(selected)


def say(view: View, run: Run, selected: Selection, shown: Shown, choosing: bool) -> None:
    """What of a link or of a click could not be followed, and what came of one.

    choosing: the choice of channels is open, and says itself what went wrong in it.
    """
    if not choosing and (trouble := feedback.told(signals_view.TROUBLE)):
        st.warning(trouble, icon=":material/warning:")
    if noted := feedback.told(signals_view.NOTED):
        st.caption(noted)
    if shown.unknown:
        names = components.escaped(components.listed(shown.unknown))
        machine = run.traces.machine.name
        st.caption(f"{machine} has no channel, board or modality called {names}.")
    for problem in shown.problems:
        st.caption(components.escaped(problem))
    if shown.left_out:
        channels = components.counted(shown.left_out, "channel")
        st.caption(f"{channels} beyond the {shown_channels.MOST} that fit are not drawn.")
    if selected.span and selected.span[0] >= run.traces.n_rows:
        rows = f"{selected.span[0]:,} to {selected.span[1]:,}"
        st.caption(f"The link shows rows {rows}, but the run has {run.traces.n_rows:,}: its end is shown.")
    if selected.layout and selected.layout not in layouts.load().named:
        st.caption(f"No layout is called {components.escaped(selected.layout)} here.")


view = shell.open_page("Signals", "What did the sensors feel while this line ran?")
of_run, of_over = st.columns([1, 1.1], vertical_alignment="bottom")
with of_run:
    name = run_choice.choose_run(view)
run = open_run(view, name)
with of_over:
    others = [own for own in view.dataset.runs if own != name] if view.dataset else []
    signals_controls.choose_over(others, view.selection)
signals_view.forget_blocks()
desk(view, run)
