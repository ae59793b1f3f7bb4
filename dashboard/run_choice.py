"""The choice of a run on a page, and what the page says where there is none."""

from dataclasses import replace
from typing import NoReturn

import streamlit as st

from core.errors import ToolmarkError
from core.evidence.split_part import part_of
from core.recordings.recording import Recording, RunWindow
from core.recordings.windows import WINDOW_ROWS
from dashboard import address, components, data, selection, window_view
from dashboard.shell import View

NO_RECORDINGS = """
There is nothing to look at yet. Import recordings (`.csv`, `.csv.gz` or `.parquet`, a run a file) on
the Recordings page or with the first command, or start Toolmark on a folder of them; then load this page again.
"""
IMPORT = ("python -m core import RUNS --out build/store", "TOOLMARK_RECORDINGS=RUNS make run")


def choose_run(view: View) -> str | None:
    """The name of the run that is looked at; the first one shown is one that the bundle never saw."""
    if view.dataset is None:
        return None
    machine, bundle = data.machine_of(view.dataset), view.bundle
    parts = {run: part_of(bundle, run, machine) if bundle else None for run in view.dataset.runs}
    unseen = next((run for run, part in parts.items() if part == "held out"), None)
    run = address.choose(view.selection.run, view.dataset.runs, unseen)
    components.pick_run({run: part if part != "new" else None for run, part in parts.items()}, run)
    return run


def stop_without_run(view: View) -> NoReturn:
    """End a page whose run is not here: no recordings at all, or a link to one that is gone."""
    selection.hold(view.selection)
    if view.dataset is not None:
        components.empty_state(
            "This recording is not here",
            f"The link names **{components.escaped(str(view.selection.run))}**, which the dataset "
            f"**{components.escaped(view.dataset.name)}** does not hold: choose a recording above.",
            icon=":material/link_off:",
        )
    elif not any(dataset.files for dataset in data.datasets()):
        components.empty_state("No recordings yet", NO_RECORDINGS, IMPORT)
    st.stop()


def stop_unreadable(view: View, run: str, error: ToolmarkError) -> NoReturn:
    """End a page whose run cannot be read, and say what is wrong with its file."""
    selection.hold(replace(view.selection, run=run))
    st.error(components.sentence(str(error)), icon=":material/error:")
    st.stop()


def open_recording(view: View, run: str | None) -> Recording:
    """The run's recording; where there is none, say why and end the page."""
    if view.dataset is None or run is None:
        stop_without_run(view)
    try:
        return data.recording(view.dataset, run)
    except ToolmarkError as error:
        stop_unreadable(view, run, error)


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
    row = address.clamp_row(wanted, window_view.first_row(recording, last), last)
    components.pick_window(row, recording.n_rows, recording.time_s.tolist())
    if wanted is not None and wanted > last:
        st.caption(f"No window of {recording.name} starts at row {wanted}: its last one is shown.")
    return recording.window(row)
