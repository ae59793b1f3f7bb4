"""The run that is laid over another one line by line."""

import streamlit as st

from core.errors import ToolmarkError
from core.recordings.laid_traces import laid_by_line
from core.recordings.traces import Traces
from dashboard.address import Selection
from dashboard.components import sentence
from dashboard.signals_view import Run

# what the selection says where a run is not shifted but laid line by line
BY_LINE = "line"


def laid(run: Run, over: Run | None, selected: Selection) -> tuple[Run | None, str]:
    """The other run as it is to be drawn, and in words how well it agrees, or why its lines cannot be laid."""
    if over is None or selected.laid != BY_LINE:
        return over, ""
    try:
        traces, words = _laid(run.digest, over.digest, run.traces, over.traces)
    except ToolmarkError as error:
        return over, sentence(str(error))
    return Run(traces, f"{over.digest} on {run.digest}"), words


@st.cache_resource(max_entries=16, show_spinner=False)
def _laid(digest: str, other: str, _traces: Traces, _other: Traces) -> tuple[Traces, str]:
    traces, found = laid_by_line(_traces, _other)
    return traces, found.words
