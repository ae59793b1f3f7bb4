"""Predict: one window of a recording, what the model reads in it, how sure, and what else it considered."""

from dataclasses import replace

import streamlit as st

from core.errors import ToolmarkError
from core.evidence.split_part import part_of
from core.model.bundle import Bundle
from core.model.prediction import Prediction
from core.recordings.recording import Recording, RunWindow
from core.recordings.windows import WINDOW_ROWS, WindowLabel
from dashboard import (
    charts,
    components,
    data,
    reading,
    run_choice,
    selection,
    shell,
    theme,
    token_table,
    trace_chart,
    window_view,
)
from dashboard.shell import View

NO_BUNDLE = "Without a trained model there is nothing to read the traces with. Train one on your recordings:"
TRAIN = (
    "python -m core import RUNS --out build/store",
    "python -m core windows build/store --out build/splits --protocol run",
    "python -m core train build/splits --out assets/models/mine --preset best",
)


def open_recording(view: View, run: str | None) -> Recording:
    """The run's recording; where there is none, say why and end the page."""
    if view.dataset is None or run is None:
        run_choice.stop_without_run(view)
    try:
        return data.recording(view.dataset, run)
    except ToolmarkError as error:
        run_choice.stop_unreadable(view, run, error)


def choose_window(view: View, recording: Recording) -> RunWindow:
    """The window that is looked at; a recording that is too short for one ends the page."""
    last = recording.n_rows - WINDOW_ROWS
    if last < 0:
        selection.hold(replace(view.selection, run=recording.name))
        components.empty_state(
            "Too short for a window",
            f"**{recording.name}** has {recording.n_rows} rows and a window takes {WINDOW_ROWS}, about "
            f"{WINDOW_ROWS * recording.machine.period_s:.0f} s. Choose a longer recording.",
            icon=":material/straighten:",
        )
        st.stop()
    wanted = view.selection.start_row
    row = selection.clamp_row(wanted, window_view.first_row(recording, last), last)
    components.pick_window(row, recording.n_rows, recording.time_s.tolist())
    if wanted is not None and wanted > last:
        st.caption(f"No window of {recording.name} starts at row {wanted}: its last one is shown.")
    return recording.window(row)


def choose_muted(view: View) -> tuple[str, ...]:
    """The modalities that the model has to do without."""
    if view.bundle is None:
        return ()
    muted, unknown = reading.mutable(view.bundle, view.selection.without)
    options = dict.fromkeys((*reading.readable_modalities(view.bundle), *muted))
    components.pick_names("Mute for the model", "without", tuple(options), muted, "Nothing is muted")
    if unknown:
        st.caption(f"The link mutes {components.listed(unknown)}, which this bundle does not read.")
    return muted


def show_reading(view: View, window: RunWindow, label: WindowLabel, muted: tuple[str, ...]) -> None:
    """The line and its tokens, truth above what was read; the operation beside them."""
    if view.bundle is None or view.dataset is None:
        if view.folder is None:
            components.empty_state("No model yet", NO_BUNDLE, TRAIN, icon=":material/model_training:")
        return
    bundle, digest = view.bundle, view.dataset.digest(window.recording.name)
    try:
        read = data.predict(bundle, window, digest)
        without = data.predict(bundle, window, digest, muted) if muted else None
    except ToolmarkError as error:
        st.error(components.sentence(str(error)), icon=":material/error:")
        return
    grid = st.grid(6, min_column_width=150, border=True)
    with grid.cell(column_span=4):
        part = part_of(bundle, window.recording.name, window.recording.machine)
        if not bundle.reads_lines:
            st.markdown(reading.operation_alone_words(part), help=reading.PARTS[part])
        else:
            show_line(bundle, (window, label), read, without, muted)
    with grid.cell(column_span=2):
        truth = window.operation
        st.markdown(reading.operation_words(read, truth))
        frame = reading.operations_frame(read, truth, without)
        st.echarts_chart(
            charts.operations(frame, theme.ink()),
            height=charts.operations_height(frame),
            key="operations",
            alt=f"Operation probabilities, {read.operation} highest",
        )
        st.caption(reading.absent_words(window_view.absent(window, bundle.inputs.channels)))


def show_line(
    bundle: Bundle,
    labelled: tuple[RunWindow, WindowLabel],
    read: Prediction,
    without: Prediction | None,
    muted: tuple[str, ...],
) -> None:
    """The line that was read, its verdict, and its tokens beside the true ones."""
    window, label = labelled
    part = part_of(bundle, window.recording.name, window.recording.machine)
    judged = bundle.scheme, read, label, part
    st.markdown(reading.verdict_words(*judged), help=reading.verdict_help(*judged))
    if without is not None:
        st.markdown(reading.muting_words(read, without, muted))
    table = reading.tokens_table(bundle.scheme, label, window.length, read, muted, without)
    token_table.show(table, key="tokens")


def show_traces(view: View, window: RunWindow, label: WindowLabel, muted: tuple[str, ...]) -> None:
    """What the sensors felt in the window, with the program's lines under it."""
    spread = data.liveliness(
        window.recording, view.dataset.digest(window.recording.name) if view.dataset else ""
    )
    felt = window_view.felt_modalities(window.recording, spread)
    shown, _ = selection.keep_known(view.selection.channels, felt)
    with st.container(border=True):
        components.pick_names("Traces", "channels", felt, shown, "The main modalities; choose to see others")
        modalities = shown or window_view.main_modalities(window.recording, felt)
        panels = window_view.panels(window, spread, modalities)
        segments = window_view.lane(window, label)
        frame = window_view.trace_frame(window, panels, segments)
        st.echarts_chart(
            trace_chart.chart(frame, panels, segments, muted, theme.ink()),
            height=trace_chart.height(panels),
            key="traces",
            alt=f"Traces of {', '.join(modalities)} from row {window.start_row} on, program lines under them",
        )
        if window.recording.lines is None:
            st.caption("This recording has no program lines: the lane is empty and nothing can be compared.")


view = shell.open_page(
    "Predict", "What does the model read in this window, how sure is it, what else did it consider?"
)
of_runs, of_muting = st.columns([1.4, 1.8])
with of_runs:
    run = run_choice.choose_run(view)
with of_muting:
    muted = choose_muted(view)
recording = open_recording(view, run)
window = choose_window(view, recording)
label = window_view.true_label(window)
# the traces are drawn first: they are there at once, while a model that was just opened takes its time
of_reading = st.container()
show_traces(view, window, label, muted)
with of_reading:
    show_reading(view, window, label, muted)
selection.hold(replace(view.selection, run=recording.name, start_row=window.start_row, without=muted))
