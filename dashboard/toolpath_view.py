"""The toolpath on a page: where the tool was, coloured by the progress of the run or by a channel."""

from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.errors import ToolmarkError
from core.recordings.derived import is_derived, parse
from core.recordings.derived_traces import derived_values
from core.recordings.tool_positions import ToolPositions, tool_positions
from core.recordings.traces import Traces
from dashboard import theme, toolpath_drawing
from dashboard.components import sentence
from dashboard.toolpath_drawing import Looked, Shade

ROW = "row"
SOURCES = {
    "controller": "Positions as the controller reported them, for display only: no model sees them.",
    "program": "Ends of the program's lines: the recording has no positions of the controller.",
}


@st.cache_resource(max_entries=24, show_spinner=False)
def path(digest: str, _traces: Traces) -> ToolPositions:
    """The path of a run, found once."""
    return tool_positions(_traces)


@st.cache_data(max_entries=48, show_spinner=False)
def at_points(digest: str, channel: str, _traces: Traces, _path: ToolPositions) -> NDArray[np.float32]:
    """A channel, raw or derived, at the points of the path, float32 [P]; a frozen board has no values."""
    last = int(_path.rows[-1])
    if is_derived(channel):
        values = derived_values(parse(channel, _traces.machine), _traces, 0, last)
    else:
        values = _traces.columns.values((channel,), 0, last)[0]
        values = np.where(np.arange(last + 1) < _traces.end_of_life(channel), values, np.nan)
    return np.asarray(values[_path.rows], dtype=np.float32)


def show(
    traces: Traces,
    digest: str,
    looked: Looked,
    colour: str,
    on_marked: Callable[[int, str], None],
    *,
    key: str = "toolpath",
) -> None:
    """Draw the path of a run; say so where there is none. A click on it calls `on_marked` with a row and `a` or `b`."""
    try:
        found = path(digest, traces)
        shade = _shade(traces, digest, colour, found)
    except ToolmarkError as error:
        st.caption(sentence(str(error)))
        return
    lines = next((lane for lane in traces.lanes if lane.name == "line"), None)
    drawing = toolpath_drawing.drawn(traces.name, found, looked, shade, lines, theme.ink())
    toolpath_drawing.show(drawing, key, on_marked)
    each = f" A point stands for {found.every:.0f} rows." if found.every >= 2 else ""
    st.caption(f"{SOURCES[found.source]}{each} All axes to one scale.")


def _shade(traces: Traces, digest: str, colour: str, found: ToolPositions) -> Shade:
    if colour == ROW:
        return Shade(ROW, "", found.rows.astype(np.float64), counted=True)
    derived = parse(colour, traces.machine) if is_derived(colour) else None
    unit = derived.unit if derived else traces.machine.unit(colour)
    return Shade(colour, unit, at_points(digest, colour, traces, found))


def choose_colour(channels: Sequence[str], value: str | None, key: str) -> str:
    """The choice of what the path is coloured by: the row, or a channel that is shown."""
    options = [ROW, *channels]
    chosen = st.selectbox(
        "Coloured by",
        options,
        index=options.index(value) if value in options else 0,
        format_func=lambda name: "progress of the run" if name == ROW else name,
        key=key,
        width=320,
    )
    return chosen or ROW
