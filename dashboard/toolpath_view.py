"""The toolpath in 3-D: where the tool was in the rows in view, and at the cursor."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.errors import ToolmarkError
from core.recordings.derived import is_derived, parse
from core.recordings.derived_traces import derived_values
from core.recordings.tool_positions import ToolPositions, tool_positions
from core.recordings.traces import Traces
from dashboard import theme
from dashboard.components import sentence
from dashboard.machine_drawing import SCALE
from dashboard.theme import Ink

Spec = dict[str, Any]
Floats = NDArray[np.floating]

HEIGHT = 460
FONT = '"Source Sans", "Source Sans Pro", sans-serif'
ROW = "row"
SOURCES = {
    "controller": "Positions as the controller reported them, for display only: no model sees them.",
    "program": "Ends of the program's lines: the recording has no positions of the controller.",
}
# the colours of a channel end where all but so many of its values lie: a single spike would use them up
_ENDS = (0.02, 0.98)


@dataclass(frozen=True)
class Looked:
    """What is being looked at: the first and the last row in view, and the cursor's row."""

    first: int
    last: int
    cursor: int | None = None


@st.cache_resource(max_entries=24, show_spinner=False)
def path(digest: str, _traces: Traces) -> ToolPositions:
    """The path of a run, found once."""
    return tool_positions(_traces)


@st.cache_data(max_entries=48, show_spinner=False)
def shade(digest: str, channel: str, _traces: Traces, _path: ToolPositions) -> NDArray[np.float32]:
    """A channel, raw or derived, at the points of the path, float32 [P]."""
    last = int(_path.rows[-1])
    if is_derived(channel):
        values = derived_values(parse(channel, _traces.machine), _traces, 0, last)
    else:
        values = _traces.columns.values((channel,), 0, last)[0]
        values = np.where(np.arange(last + 1) < _traces.end_of_life(channel), values, np.nan)
    found: NDArray[np.float32] = values[_path.rows].astype(np.float32)
    return found


def show(traces: Traces, digest: str, looked: Looked, colour: str = ROW, *, key: str = "toolpath") -> None:
    """Draw the path of a run, coloured by the row or by a channel; say so where there is none."""
    try:
        found = path(digest, traces)
        values = None if colour == ROW else shade(digest, colour, traces, found)
    except ToolmarkError as error:
        st.caption(sentence(str(error)))
        return
    unit = "" if colour == ROW else _unit(traces, colour)
    st.plotly_chart(
        figure(found, looked, (colour, unit, values), _line_at(traces, looked.cursor), theme.ink()),
        key=key,
        height=HEIGHT,
        theme=None,
        config={"displaylogo": False, "modeBarButtonsToRemove": ["orbitRotation", "tableRotation"]},
        alt=f"Toolpath of {traces.name} with rows {looked.first} to {looked.last} picked out",
    )
    each = f" A point stands for {found.every:.0f} rows." if found.every >= 2 else ""
    st.caption(f"{SOURCES[found.source]}{each} Axes in mm, all to one scale.")


def choose_colour(channels: Sequence[str], value: str | None, key: str) -> str:
    """The choice of what the path is coloured by: the row, or a channel that is shown."""
    options = [ROW, *channels]
    chosen = st.selectbox(
        "Coloured by",
        options,
        index=options.index(value) if value in options else 0,
        format_func=lambda name: "progress of the run" if name == ROW else name,
        key=key,
    )
    return chosen or ROW


def _unit(traces: Traces, channel: str) -> str:
    return parse(channel, traces.machine).unit if is_derived(channel) else traces.machine.unit(channel)


def _line_at(traces: Traces, row: int | None) -> str:
    line = next((lane for lane in traces.lanes if lane.name == "line"), None)
    return "" if line is None or row is None else line.at(min(row, line.n_rows - 1)) or ""


def figure(
    found: ToolPositions, looked: Looked, colour: tuple[str, str, Floats | None], line: str, ink: Ink
) -> Spec:
    """The Plotly figure of a path: cuts in colour, rapids thin and dashed, the rows in view thick, the cursor's point.

    colour: its name and unit, and its values at the path's points, None = the rows.
    """
    name, unit, values = colour
    shades = found.rows.astype(np.float64) if values is None else values
    layout = _layout(ink)
    cut, rapid = _of_kind(found, rapid=False), _of_kind(found, rapid=True)
    data = [
        _line(found, rapid, "rapid moves", {"color": ink.quiet, "width": 1.5, "dash": "dot"}, opacity=0.7),
        # what the colours of cuts mean stands beside their scale
        _line(found, cut, "cuts", _shaded(shades, cut, name, unit, ink), opacity=0.95)
        | {"showlegend": False},
    ]
    inside = _inside(found, looked)
    if len(inside) > 1 and len(inside) < len(found.rows):
        data.append(
            _line(found, inside, "rows in view", {"color": theme.PREDICTION, "width": 9}, opacity=0.75)
        )
    if looked.cursor is not None:
        data.append(_cursor(found, looked.cursor, ink))
        layout["scene"]["annotations"] = [_note(found, looked.cursor, line, ink)]
    return {"data": data, "layout": layout}


def _of_kind(found: ToolPositions, *, rapid: bool) -> NDArray[np.int64]:
    """Places of the points of all cuts or rapids, each stretch from where it begins; -1 lifts the pen between two."""
    edges = np.flatnonzero(np.diff(found.rapid.astype(np.int8))) + 1
    starts = np.concatenate(([0], edges))
    ends = np.append(edges, len(found.rows))
    places: list[int] = []
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        if bool(found.rapid[start]) == rapid:
            places += [*range(max(start - 1, 0), end), -1]
    return np.array(places, dtype=np.int64)


def _inside(found: ToolPositions, looked: Looked) -> NDArray[np.int64]:
    return np.flatnonzero((found.rows >= looked.first) & (found.rows <= looked.last))


def _line(found: ToolPositions, places: NDArray[np.int64], name: str, line: Spec, opacity: float) -> Spec:
    position = np.where(places[:, None] < 0, np.nan, found.position_mm[places])
    return {
        "type": "scatter3d",
        "mode": "lines",
        "name": name,
        "x": position[:, 0],
        "y": position[:, 1],
        "z": position[:, 2],
        "customdata": found.rows[places],
        "hovertemplate": "row %{customdata}<br>X %{x:.2f}  Y %{y:.2f}  Z %{z:.2f} mm<extra></extra>",
        "line": line,
        "opacity": opacity,
        "connectgaps": False,
    }


def _shaded(shades: Floats, places: NDArray[np.int64], name: str, unit: str, ink: Ink) -> Spec:
    own = shades[places].astype(np.float64)
    known = own[np.isfinite(own)]
    low, high = (np.quantile(known, _ENDS).tolist()) if len(known) else (0.0, 1.0)
    title = f"{name}, {unit}" if unit else name
    # a thin line as dark as a dark page, or as light as a light one, would be lost
    scale = SCALE[3:] if ink.lift else SCALE[:-1]
    return {
        "width": 4,
        "color": np.nan_to_num(own, nan=low),
        "cmin": low,
        "cmax": high if high > low else low + 1.0,
        "colorscale": [[place / (len(scale) - 1), colour] for place, colour in enumerate(scale)],
        "showscale": True,
        "colorbar": {
            "title": {"text": title, "side": "right", "font": {"size": 12, "color": ink.quiet}},
            "thickness": 9,
            "len": 0.6,
            "x": 1.0,
            "outlinewidth": 0,
            "tickfont": {"size": 11, "color": ink.quiet},
        },
    }


def _cursor(found: ToolPositions, row: int, ink: Ink) -> Spec:
    x, y, z = found.at(row).tolist()
    return {
        "type": "scatter3d",
        "mode": "markers",
        "name": "cursor",
        "x": [x],
        "y": [y],
        "z": [z],
        "marker": {"size": 6, "color": theme.ERROR, "line": {"width": 2, "color": ink.page}},
        "hovertemplate": f"row {row}<br>X {x:.2f}  Y {y:.2f}  Z {z:.2f} mm<extra></extra>",
    }


def _note(found: ToolPositions, row: int, line: str, ink: Ink) -> Spec:
    """The cursor's row and line beside its point, over whatever is drawn there."""
    x, y, z = found.at(row).tolist()
    return {
        **{"x": x, "y": y, "z": z, "ax": 0, "ay": -34},
        "text": f"row {row}" + (f"  {escape(line)}" if line else ""),
        "font": {"size": 12, "color": ink.text},
        "bgcolor": ink.page,
        "bordercolor": ink.rule,
        "borderpad": 3,
        "opacity": 0.92,
        "arrowcolor": theme.ERROR,
        "arrowwidth": 1,
        "arrowhead": 0,
    }


def _layout(ink: Ink) -> Spec:
    axis = {
        "showbackground": False,
        "gridcolor": ink.rule,
        "zerolinecolor": ink.rule,
        "linecolor": ink.rule,
        "tickfont": {"size": 10, "color": ink.quiet},
    }
    named = {
        name: axis | {"title": {"text": f"{name} mm", "font": {"size": 11, "color": ink.quiet}}}
        for name in ("X", "Y", "Z")
    }
    return {
        "scene": {
            "xaxis": named["X"],
            "yaxis": named["Y"],
            "zaxis": named["Z"] | {"nticks": 4},
            "aspectmode": "data",
            # the camera stays where it was turned to while rows and cursor move
            "uirevision": "kept",
            "camera": {"eye": {"x": -0.85, "y": -1.65, "z": 1.15}, "center": {"x": 0.05, "y": 0, "z": -0.2}},
        },
        "uirevision": "kept",
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        "height": HEIGHT,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": ink.text, "family": FONT},
        "legend": {
            "orientation": "h",
            "x": 0,
            "y": 1,
            "font": {"size": 11, "color": ink.text},
            "bgcolor": "rgba(0,0,0,0)",
        },
        "hoverlabel": {"bgcolor": ink.page, "font": {"color": ink.text, "size": 12}, "bordercolor": ink.rule},
    }
