"""The state of the page Signals: what of the selection it shows, and what the reader's moves make of the selection."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import streamlit as st

from core.errors import ToolmarkError
from core.evidence.line_lane import readings_lane
from core.recordings.derived import parse
from core.recordings.machine import Machine
from core.recordings.traces import Traces
from core.recordings.windows import WINDOW_ROWS
from dashboard import feedback, layouts, selection, shown_channels, theme, trace_viewer
from dashboard.address import Selection
from dashboard.layouts import Layout
from dashboard.shown_channels import Shown
from dashboard.trace_payload import worth_drawing
from dashboard.trace_viewer import Over, Picture

STANDARDISED, MERGED = "std", "modality"
VIEWER, PICKER = "signals_viewer", "signals_picker"
# what the viewer last said or was last told of where it is, the number of that, and the blocks that it has
_PLACE, _TOKEN, _KNOWN = "signals_place", "signals_token", "signals_known"
TROUBLE, NOTED, _SHOWN = "signals_trouble", "signals_noted", "signals_shown"
# the row under the pinned cursor
_PINNED = "signals_pinned"
_PLACED = ("span", "mark_a", "mark_b", "shift")


@dataclass(frozen=True)
class Run:
    """A run on the page, with what tells it from every other."""

    traces: Traces
    digest: str


def picture(
    run: Run,
    over: Run | None,
    selected: Selection,
    shown: Shown,
    readings: tuple[pd.DataFrame, str] | None,
) -> Picture:
    """What the viewer draws; `readings` come with the digest of the bundle that read."""
    traces = run.traces
    lanes = list(traces.lanes)
    digest = run.digest
    if readings is not None:
        lanes.insert(1 if lanes and lanes[0].name == "line" else 0, readings_lane(readings[0], traces.n_rows))
        digest += readings[1]
    own = set(selected.channels)
    return Picture(
        traces=traces,
        digest=digest,
        channels=shown.channels,
        lanes=worth_drawing(lanes),
        removable=shown.channels if len(shown.channels) > 1 or own else (),
        span=selected.span,
        marks=(selected.mark_a, selected.mark_b),
        window=window_row(traces, selected.start_row),
        standardised=selected.scale == STANDARDISED,
        merged=selected.panels == MERGED,
        over=Over(over.traces, over.digest, 0 if selected.laid else selected.shift or 0) if over else None,
    )


def window_row(traces: Traces, row: int | None) -> int | None:
    """The start row of the window that is marked; None where none is chosen or the run is shorter than one."""
    last = traces.n_rows - WINDOW_ROWS
    return None if row is None or last < 0 else max(0, min(row, last))


def show(drawing: Picture, selected: Selection) -> int:
    """Draw the viewer; returns the bytes that it was sent."""
    place = [getattr(selected, name) for name in _PLACED] + [drawing.traces.name]
    if st.session_state.get(_PLACE) != place:
        st.session_state[_TOKEN] = st.session_state.get(_TOKEN, 0) + 1
        st.session_state[_PLACE] = place
    known = st.session_state.setdefault(_KNOWN, set())
    data = trace_viewer.drawn(drawing, theme.ink(), st.session_state[_TOKEN], known)
    trace_viewer.show(data, VIEWER, _moved)
    return len(data)


def forget_blocks() -> None:
    """Take it that the browser has nothing yet: the page is drawn as a whole, which may be in a new tab."""
    st.session_state[_KNOWN] = set()


def _moved() -> None:
    """The reader zoomed, set a cursor, moved the window, shifted the other run, or took a channel out."""
    said: Mapping[str, Any] = st.session_state[VIEWER].moved or {}
    if "missing" in said:
        st.session_state[_KNOWN] = set()
        return
    if isinstance(said.get("row"), int):
        selection.change(start_row=max(said["row"], 0))
    if isinstance(said.get("drop"), str):
        _drop(said["drop"])
    if "span" in said:
        moved = {
            "span": _span(said["span"]),
            "mark_a": _row(said.get("a")),
            "mark_b": _row(said.get("b")),
            "shift": said["shift"] if isinstance(said.get("shift"), int) and said["shift"] else None,
        }
        selection.change(**moved)
        st.session_state[_PINNED] = _row(said.get("pin"))
        # the viewer is there already: it is not to be sent where it comes from
        before = st.session_state.get(_PLACE) or [None]
        st.session_state[_PLACE] = [*(moved[name] for name in _PLACED), before[-1]]


def _span(said: Any) -> tuple[int, int] | None:
    if not isinstance(said, list) or len(said) != 2 or not all(isinstance(row, int) for row in said):
        return None
    return max(min(said), 0), max(*said, 0)


def _row(said: Any) -> int | None:
    return said if isinstance(said, int) and said >= 0 else None


def _drop(name: str) -> None:
    shown: Sequence[str] = st.session_state.get(_SHOWN, ())
    left = tuple(own for own in shown if own != name)
    if name in (pinned := layouts.load().pinned):
        feedback.attempt(TROUBLE, layouts.pin, tuple(own for own in pinned if own != name))
    selection.change(channels=left)


def picked() -> None:
    """The reader chose other channels, or pinned some."""
    said: Mapping[str, Any] = st.session_state[PICKER].picked or {}
    channels, pinned = said.get("channels"), said.get("pinned")
    if not isinstance(channels, list) or not isinstance(pinned, list):
        return
    feedback.attempt(TROUBLE, layouts.pin, tuple(str(name) for name in pinned))
    selection.change(channels=tuple(str(name) for name in channels), layout=None)


def add_derived(key: str, machine: Machine) -> None:
    """Show the derived channel that is written in the widget with this key, beside what is shown."""
    text = str(st.session_state.get(key) or "").strip()
    if not text:
        return
    try:
        own = parse(text, machine).text
    except ToolmarkError as error:
        feedback.tell(TROUBLE, str(error))
        return
    st.session_state[key] = ""
    selection.change(channels=(*st.session_state.get(_SHOWN, ()), own), layout=None)


def set_channels(names: Sequence[str]) -> None:
    """Show these names' channels; for buttons."""
    selection.change(channels=tuple(names), layout=None)


def save_layout(key: str, shown: Sequence[str]) -> None:
    """Keep what is shown under the name that the widget with this key holds; for a button."""
    name = str(st.session_state.get(key) or "").strip()
    held = selection.held()
    if feedback.attempt(TROUBLE, layouts.save, name, Layout(tuple(shown), held.scale, held.panels)):
        selection.change(layout=name)
        st.session_state[key] = ""


def take_layout(name: str) -> None:
    """Show what a layout holds; for a button."""
    found = layouts.load().named.get(name)
    if found is not None:
        selection.change(channels=found.channels, scale=found.scale, panels=found.panels, layout=name)


def delete_layout(name: str) -> None:
    """Take a layout away; for a button."""
    if feedback.attempt(TROUBLE, layouts.delete, name) and selection.held().layout == name:
        selection.change(layout=None)


def rows_in_view(traces: Traces, selected: Selection) -> tuple[int, int]:
    """The first and the last row that the viewer shows."""
    return traces.clamped(*selected.span) if selected.span else (0, traces.n_rows - 1)


def cursor(selected: Selection) -> int | None:
    """The row that the reader has pinned, else that of cursor A."""
    pinned: int | None = st.session_state.get(_PINNED)
    return selected.mark_a if pinned is None else pinned


def shown_now(traces: Traces, selected: Selection) -> Shown:
    """The channels that the selection shows of a run; kept for clicks that change them."""
    found = shown_channels.shown(traces, _of_layout(selected).channels, layouts.load().pinned)
    st.session_state[_SHOWN] = found.channels
    return found


def _of_layout(selected: Selection) -> Selection:
    """A link that names a layout and no channels shows the layout's."""
    found = layouts.load().named.get(selected.layout or "")
    if found is None or selected.channels:
        return selected
    return replace(selected, channels=found.channels)
