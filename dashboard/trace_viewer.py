"""The viewer of traces: panels over one axis of rows, with lanes, cursors, an overview and an export of its picture."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from core.recordings.derived import is_derived
from core.recordings.lanes import Lane
from core.recordings.traces import Traces
from core.recordings.windows import WINDOW_ROWS
from dashboard import shown_channels, theme
from dashboard.theme import Ink
from dashboard.trace_payload import Asked, Json, is_exact, payload

FRONTEND = Path(__file__).parent / "frontend" / "traces"
SCRIPTS = ("unpack", "scale", "pens", "panels", "lanes", "readout", "input", "export", "viewer")
KEYS = (
    "Wheel: zoom. Drag: move. Shift-drag: zoom to a box. Double click: whole run. Click: pin the cursor. "
    "Keys: arrows move, Shift-arrows step the cursor, + − 0 zoom, A B cursors, F window, W window here, Esc clear."
)
STANDARD = "standard deviations"
KEYS_OVER = " Alt-drag: shift the other run."


def _script() -> str:
    """All files as one script: each has one subject and uses those before it. It goes with every picture, so that
    indentation and comments are left out.
    """
    files = ((FRONTEND / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS)
    lines = (line.strip() for file in files for line in file.splitlines())
    return "\n".join(line for line in lines if not line.startswith("//"))


_viewer = st.components.v2.component(
    "toolmark_traces",
    html='<div class="traces"></div>',
    css=(FRONTEND / "traces.css").read_text(encoding="utf-8"),
    js=_script(),
)


@dataclass(frozen=True)
class Over:
    """Another run that is laid over the first one, `shift` rows later."""

    traces: Traces
    digest: str
    shift: int


@dataclass(frozen=True)
class Picture:
    """What is to be drawn.

    digest: of the run and of what is read along it; span: first and last row in view, None = the whole run; window:
    its start row, None = none chosen; merged: a panel a modality instead of one a channel.
    """

    traces: Traces
    digest: str
    channels: tuple[str, ...]
    lanes: tuple[Lane, ...]
    removable: tuple[str, ...] = ()
    span: tuple[int, int] | None = None
    marks: tuple[int | None, int | None] = (None, None)
    window: int | None = None
    standardised: bool = False
    merged: bool = False
    over: Over | None = None


def show(data: bytes, key: str, on_moved: Callable[[], None]) -> None:
    """Draw what `drawn` made; where the reader moves, `on_moved` finds how in `st.session_state[key].moved`."""
    _viewer(data=data, key=key, height="content", on_moved_change=on_moved)


def drawn(picture: Picture, ink: Ink, token: int, known: set[str]) -> bytes:
    """The viewer's bytes; `known` are the blocks that the browser has, and those sent now are added to it.

    token: another number than before tells the viewer to go where the picture says, rather than to stay where it is.
    """
    whole, detail = _blocks(picture)
    header: Json = {
        "name": picture.traces.name,
        "label": _label(picture),
        "keys": KEYS + (KEYS_OVER if picture.over else ""),
        "rows": picture.traces.n_rows,
        "extent": _extent(picture),
        "scale": "std" if picture.standardised else "raw",
        "window": WINDOW_ROWS if picture.traces.n_rows >= WINDOW_ROWS else 0,
        "view": _view(picture, token),
        "gaps": _gaps(picture.traces),
        "ink": _inks(ink),
        "panels": panels(picture, ink),
        "panelHeight": panel_height(picture),
        "whole": whole.key,
        "detail": detail.key if detail else None,
        "over": None,
    }
    asked = [whole, detail]
    if picture.over is not None:
        whole_over, detail_over = _blocks_over(picture, picture.over)
        asked += [whole_over, detail_over]
        header["over"] = {
            "run": picture.over.traces.name,
            "shift": picture.over.shift,
            "whole": whole_over.key,
            "detail": detail_over.key if detail_over else None,
        }
    sent = {block.key: block for block in asked if block is not None and block.key not in known}
    known.update(sent)
    return payload(header, sent.values())


def _blocks(picture: Picture) -> tuple[Asked, Asked | None]:
    """The whole run, and the rows in view where the whole one does not hold each of them."""
    traces, channels = picture.traces, _there(picture.traces, picture.channels)
    asked = (traces, picture.digest, channels, picture.lanes)
    whole = Asked(*asked, 0, traces.n_rows - 1)
    if picture.span is None or is_exact(traces, picture.lanes):
        return whole, None
    return whole, Asked(*asked, *traces.clamped(*picture.span))


def _blocks_over(picture: Picture, over: Over) -> tuple[Asked, Asked | None]:
    # of the other run its lines alone are drawn
    lanes = tuple(lane for lane in over.traces.lanes if lane.name == "line")
    asked = (over.traces, over.digest, _there(over.traces, picture.channels), lanes)
    whole = Asked(*asked, 0, over.traces.n_rows - 1)
    if picture.span is None or is_exact(over.traces, lanes):
        return whole, None
    first, last = (row - over.shift for row in picture.span)
    if last < 0 or first >= over.traces.n_rows:
        return whole, None
    return whole, Asked(*asked, *over.traces.clamped(max(first, 0), min(last, over.traces.n_rows - 1)))


def _there(traces: Traces, channels: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in channels if shown_channels.state(traces, name) != "missing")


def _extent(picture: Picture) -> list[int]:
    ends = [0, picture.traces.n_rows]
    if picture.over:
        ends += [picture.over.shift, picture.over.shift + picture.over.traces.n_rows]
    return [min(ends), max(ends)]


def _view(picture: Picture, token: int) -> Json:
    span = picture.traces.clamped(*picture.span) if picture.span else None
    last = picture.traces.n_rows - 1
    a, b = (None if row is None else min(row, last) for row in picture.marks)
    return {"token": token, "span": span, "a": a, "b": b, "row": picture.window}


def _gaps(traces: Traces) -> list[list[float]]:
    gaps = traces.gaps
    return [[row, round(own, 2)] for row, own in zip(gaps.rows.tolist(), gaps.seconds.tolist(), strict=True)][
        :200
    ]


def _label(picture: Picture) -> str:
    over = f", {picture.over.traces.name} laid over it" if picture.over else ""
    lanes = ", ".join(lane.title for lane in picture.lanes)
    return (
        f"Traces of {picture.traces.name}{over}: {', '.join(picture.channels)}. Lanes under them: {lanes or 'none'}. "
        "Arrow keys move, plus and minus zoom, A and B set cursors."
    )


def _inks(ink: Ink) -> Json:
    return theme.canvas(ink) | {
        "warn": ink.line(theme.WITHOUT),
        "warnText": ink.quiet,
        "over": ink.quiet,
        "mark": ink.text,
    }


def panel_height(picture: Picture) -> int:
    """Pixels of a panel: the fewer there are, the higher."""
    if picture.merged:
        return 116
    count = len(picture.channels)
    return next((height for most, height in ((2, 150), (4, 108), (8, 72), (12, 54)) if count <= most), 44)


def panels(picture: Picture, ink: Ink) -> list[Json]:
    """The panels from top to bottom: one a channel, or one a modality with its channels."""
    machine = picture.traces.machine
    if picture.merged:
        groups = shown_channels.by_modality(machine, picture.channels)
        return [_merged_panel(picture, *kind, names, ink) for kind, names in groups.items()]
    return [_panel(picture, name, ink) for name in picture.channels]


def _panel(picture: Picture, name: str, ink: Ink) -> Json:
    traces = picture.traces
    own = shown_channels.measured(traces.machine, name)
    note = shown_channels.note(traces, name)
    there = shown_channels.state(traces, name) not in ("missing", "empty")
    colour = ink.line(theme.modality_colour(own.modality))
    return {
        "title": name,
        "note": STANDARD + note[len(own.unit) :] if picture.standardised and there else note,
        "full": f"{own.label}: {shown_channels.words(own.modality)}, {note}",
        "drop": name if name in picture.removable else None,
        "traces": [_trace(traces, name, name, colour)] if there else [],
    }


def _merged_panel(picture: Picture, modality: str, unit: str, names: Sequence[str], ink: Ink) -> Json:
    traces = picture.traces
    live = [name for name in names if shown_channels.state(traces, name) not in ("missing", "empty")]
    note = STANDARD if picture.standardised else unit
    if len(live) < len(names):
        note += f" · {len(names) - len(live)} not in this run"
    palette = theme.series(len(live), theme.modality_colour(modality))
    return {
        "title": shown_channels.words(modality),
        "note": note if live else "none of them in this run",
        "full": f"{shown_channels.words(modality)}: {', '.join(names)}",
        "drop": None,
        "traces": [
            _trace(traces, name, _short(name, live), ink.line(colour))
            for name, colour in zip(live, palette, strict=True)
        ],
    }


def _short(name: str, beside: Sequence[str]) -> str:
    """A name without the quantity where all beside it measure the same."""
    if any(is_derived(own) for own in beside):
        return name
    return name.partition(".")[0] if len({own.partition(".")[2] for own in beside}) == 1 else name


def _trace(traces: Traces, name: str, short: str, colour: str) -> Json:
    own: Json = {
        "name": name,
        "label": name,
        "short": short,
        "unit": shown_channels.measured(traces.machine, name).unit,
        "colour": colour,
        "frozen": None,
    }
    if is_derived(name):
        # its mean and deviation are taken from what is drawn of the whole run
        return own | {"mean": None, "deviation": None}
    spread, end = traces.spread(name), traces.end_of_life(name)
    if end < traces.n_rows:
        own |= {"short": f"{short} (frozen)", "frozen": end}
    return own | {"mean": spread.mean, "deviation": spread.deviation}
