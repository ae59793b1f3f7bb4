"""The traces of runs and what a model reads along them, opened once and kept by digest."""

from pathlib import Path

import pandas as pd
import streamlit as st

from core.errors import ToolmarkError
from core.evidence.readings.windows import run_tables
from core.model.bundle import Bundle
from core.recordings.stored_traces import is_long
from core.recordings.traces import Traces
from core.recordings.windows import WINDOW_ROWS, window_count
from dashboard import data, places
from dashboard import readings as kept
from dashboard.data import Dataset
from dashboard.shell import View

# windows that are read without being asked for: they take less than two seconds on two cores
READ_AT_ONCE = 64
# and those that a page can be kept waiting for
READ_AT_MOST = 4096


def traces_folder() -> Path:
    """Where the pyramids of long runs go whose store cannot be written to."""
    return places.build_folder() / "traces"


def traces(dataset: Dataset, run: str) -> Traces:
    """The traces of one run; ToolmarkError says what is wrong with its file."""
    return _traces(dataset.digest(run), run, dataset)


@st.cache_resource(max_entries=16, show_spinner=False)
def _traces(digest: str, run: str, _dataset: Dataset) -> Traces:
    if _dataset.is_store:
        store = data.open_store(_dataset)
        if is_long(store.entry(run)):
            return _of_long(_dataset, run)
    return Traces.of(data.recording(_dataset, run))


def _of_long(dataset: Dataset, run: str) -> Traces:
    """A long run's, with a bar while its pyramid is made; that happens once."""
    bar = st.empty()

    def advance(done: int, of: int) -> None:
        bar.progress(
            done / of, f"Preparing the traces of {run}: channel {done + 1} of {of}. This happens once."
        )

    found = data.open_store(dataset).traces(run, traces_folder(), advance)
    bar.empty()
    return found


def n_windows(traces: Traces) -> int:
    """The windows that a run is cut into."""
    return window_count(traces.n_rows)


def why_not_read(bundle: Bundle | None, traces: Traces) -> str | None:
    """Why a bundle cannot read a whole run here, in a sentence; None = it can."""
    if bundle is None:
        return "There is no model to read the run with."
    if not bundle.reads_lines:
        return "This bundle learned no program lines, only operations."
    if not n_windows(traces):
        return f"The run is shorter than a window of {WINDOW_ROWS} rows."
    if traces.recording is None or n_windows(traces) > READ_AT_MOST:
        return f"The run has {n_windows(traces):,} windows: read it with python -m core predict."
    return None


def readings(view: View, traces: Traces, digest: str, *, wanted: bool) -> pd.DataFrame | None:
    """What the view's bundle reads along a run, a row a window; None where that would take long, unless it is wanted.

    Where all windows were read already, by the job of Sequences, nothing is read again.
    """
    bundle = view.bundle
    if bundle is None or why_not_read(bundle, traces) is not None:
        return None
    known = kept.readings_of(view, traces.name)
    if known is not None:
        return known
    if not wanted and n_windows(traces) > READ_AT_ONCE:
        return None
    return _readings(bundle.digest, digest, bundle, traces)


@st.cache_resource(max_entries=64, show_spinner=False)
def _readings(bundle_digest: str, run_digest: str, _bundle: Bundle, _traces: Traces) -> pd.DataFrame:
    if _traces.recording is None:
        raise ToolmarkError(f"{_traces.name} is too long to be read as a whole.")
    found: pd.DataFrame = run_tables(_bundle, _traces.recording).readings.to_pandas()
    return found
