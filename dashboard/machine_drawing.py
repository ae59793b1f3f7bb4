"""The machine drawn with its boards, coloured by a statistic; a click picks a board."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import floor, isfinite, log, log10
from pathlib import Path
from typing import Any, Literal

import streamlit as st

from dashboard.machine_layout import TALL, TILE, Layout

FRONTEND = Path(__file__).parent / "frontend"
# cividis (Nuñez, Anderton & Renslow 2018): rises in lightness and reads alike for every kind of colour vision
SCALE = (
    "#00224e",
    "#123570",
    "#3b496c",
    "#575d6d",
    "#707173",
    "#8a8678",
    "#a59c74",
    "#c3b369",
    "#e1cc55",
    "#fee838",
)
# values that differ by more than this many times are coloured by their logarithms
DECADES = 30.0
State = Literal["live", "frozen", "missing"]
Json = dict[str, Any]

_drawing = st.components.v2.component(
    "toolmark_machine",
    html='<div class="machine"></div>',
    css=(FRONTEND / "machine.css").read_text(encoding="utf-8"),
    js=(FRONTEND / "machine.js").read_text(encoding="utf-8"),
)


@dataclass(frozen=True)
class BoardValue:
    """What the drawing says of a board: its value, None where it has none; whether it was live; more in words."""

    value: float | None
    state: State = "live"
    says: str = ""


def show(drawing: Json, key: str, on_pick: Callable[[str], None]) -> None:
    """Draw what `drawing_of` made; `on_pick` is called with a board's name, "" where the picked one is let go."""

    def picked() -> None:
        board = st.session_state[key].get("board")
        if board is not None:
            on_pick(board)

    _drawing(data=drawing, key=key, height="content", on_board_change=picked)


def drawing_of(
    layout: Layout, values: Mapping[str, BoardValue], title: str, unit: str, picked: str | None = None
) -> Json:
    """What the browser needs to draw a machine: shapes, tiles with colour and words, and the legend of the colours."""
    known = [own.value for own in values.values() if own.value is not None and isfinite(own.value)]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    # one loud board would make all others look alike
    logarithmic = low > 0 and high / low > DECADES
    tiles = [
        {"board": t.board, "x": t.x, "y": t.y, "nameX": t.name_x, "nameY": t.name_y}
        | _looks(t.board, values.get(t.board, BoardValue(None, "missing")), (low, high), logarithmic, unit)
        for t in layout.tiles
    ]
    return {
        "label": f"The machine with its boards, coloured by {title}",
        "width": layout.width,
        "height": layout.height,
        "tile": [TILE, TALL],
        "shapes": [{"points": shape.points, "kind": shape.kind} for shape in layout.shapes],
        "tiles": tiles,
        "picked": picked,
        "legend": {
            "title": f"{title}, {unit}" if unit else title,
            "low": short(low) if known else "",
            "high": short(high) if known else "",
            "colours": list(SCALE),
            "logarithmic": logarithmic,
            "states": _states(values, layout),
        },
    }


def _states(values: Mapping[str, BoardValue], layout: Layout) -> list[str]:
    there = {values.get(tile.board, BoardValue(None, "missing")).state for tile in layout.tiles}
    return [state for state in ("frozen", "missing") if state in there]


def _looks(board: str, own: BoardValue, ends: tuple[float, float], logarithmic: bool, unit: str) -> Json:
    if own.value is None or not isfinite(own.value):
        what = {"missing": "not recorded", "frozen": "frozen", "live": "no value"}[own.state]
        text = "frozen" if own.state == "frozen" else "–"
        return {
            "text": text,
            "state": own.state,
            "fill": None,
            "ink": None,
            "says": _sentence(board, what, own.says),
        }
    low, value, high = (log(one) if logarithmic else one for one in (ends[0], own.value, ends[1]))
    colour = colour_at((value - low) / (high - low) if high > low else 0.5)
    said = f"{short(own.value)} {unit}".strip()
    return {
        "text": short(own.value),
        "state": own.state,
        "fill": colour,
        "ink": "#ffffff" if _lightness(colour) < 0.5 else "#10161d",
        "says": _sentence(board, said + (", frozen" if own.state == "frozen" else ""), own.says),
    }


def _sentence(board: str, value: str, more: str) -> str:
    return f"{board}: {value}" + (f"\n{more}" if more else "")


def short(value: float) -> str:
    """A number in few signs, for a tile: two to four digits, large ones in thousands."""
    size = abs(value)
    if size == 0:
        return "0"
    if size >= 99_950 or size < 0.000995:
        return f"{value:.0e}".replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")
    if size >= 9_995:
        return f"{value / 1000:.1f}k"
    decimals = 1 - floor(log10(size)) if size < 1 else 2 - floor(log10(size))
    return f"{value:.{max(decimals, 0)}f}"


def colour_at(share: float) -> str:
    """The scale's colour at a share of it, 0 to 1."""
    place = min(max(share, 0.0), 1.0) * (len(SCALE) - 1)
    below = min(int(place), len(SCALE) - 2)
    part = place - below
    mixed = (
        round(a * (1 - part) + b * part)
        for a, b in zip(_rgb(SCALE[below]), _rgb(SCALE[below + 1]), strict=True)
    )
    return "#" + "".join(f"{one:02x}" for one in mixed)


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _lightness(colour: str) -> float:
    """How light a colour looks, 0 to 1 (the luma of BT.601)."""
    red, green, blue = _rgb(colour)
    return (0.299 * red + 0.587 * green + 0.114 * blue) / 255
