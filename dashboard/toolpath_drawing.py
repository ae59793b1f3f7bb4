"""The drawing of a toolpath in 3-D, which is turned in the browser and follows the cursor of the traces.

Plotly is not used for it: Streamlit mounts a Plotly chart anew whenever its figure changes, so that a turned camera
would be lost with every move of the cursor.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.recordings.lanes import Lane
from core.recordings.tool_positions import ToolPositions
from dashboard import theme
from dashboard.machine_drawing import colour_at, short
from dashboard.theme import Ink
from dashboard.trace_payload import Json, Packer

FRONTEND = Path(__file__).parent / "frontend" / "toolpath"
SCRIPTS = ("space", "toolpath")
# colours of a path, and the number that says that a point has no value
COLOURS, NOTHING = 64, 255
# colours end where all but so many values lie: a single spike would use them up
ENDS = (0.02, 0.98)
# stretches of lines that are named beside the cursor
MOST_LINES = 5000

_path = st.components.v2.component(
    "toolmark_toolpath",
    html='<div class="path"></div>',
    css=(FRONTEND / "toolpath.css").read_text(encoding="utf-8"),
    js="\n".join((FRONTEND / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS),
)


@dataclass(frozen=True)
class Looked:
    """What is being looked at: the first and the last row in view, the rows of the pinned cursor and of A and B."""

    first: int
    last: int
    cursor: int | None = None
    mark_a: int | None = None
    mark_b: int | None = None


@dataclass(frozen=True, eq=False)
class Shade:
    """What a path is coloured by: its name, unit and values at the path's points, float [P], NaN = no value.

    counted: the values are whole numbers without spikes.
    """

    name: str
    unit: str
    values: NDArray[np.floating]
    counted: bool = False


def show(data: bytes, key: str, on_marked: Callable[[int, str], None]) -> None:
    """Draw what `drawn` made; `on_marked` is called with a row and the cursor, `a` or `b`, that is to be set there."""

    def marked() -> None:
        said = st.session_state[key].get("marked") or {}
        if isinstance(said.get("row"), int) and said.get("mark") in ("a", "b"):
            on_marked(said["row"], said["mark"])

    _path(data=data, key=key, height="content", on_marked_change=marked)


def drawn(
    run: str, found: ToolPositions, looked: Looked, shade: Shade, lines: Lane | None, ink: Ink
) -> bytes:
    """The drawing's bytes: a header in JSON, then rows, positions, rapids and colours as they lie in memory."""
    codes, low, high = _colours(shade.values, (0.0, 1.0) if shade.counted else ENDS)
    packer = Packer()
    header: Json = {
        "run": run,
        "label": f"Toolpath of {run}, coloured by {shade.name}. Arrow keys turn it, plus and minus zoom.",
        "arrays": {
            "rows": packer.add(found.rows, "<u4"),
            "position": packer.add(found.position_mm.ravel(), "<f4"),
            "rapid": packer.add(found.rapid, "u1"),
            "shade": packer.add(codes, "u1"),
        },
        "view": [looked.first, looked.last],
        "cursor": looked.cursor,
        "marks": {"A": looked.mark_a, "B": looked.mark_b},
        "lines": _lines(lines),
        "scale": _scale(ink),
        "legend": {
            "title": f"{shade.name}, {shade.unit}" if shade.unit else shade.name,
            "low": f"{low:,.0f}" if shade.counted else short(low),
            "high": f"{high:,.0f}" if shade.counted else short(high),
        },
        "ink": {
            "text": ink.text,
            "quiet": ink.quiet,
            "rule": ink.rule,
            "page": ink.page,
            "accent": ink.line(theme.PREDICTION),
            "error": ink.line(theme.ERROR),
        },
    }
    return packer.bytes_with(header)


def _colours(
    values: NDArray[np.floating], ends: tuple[float, float]
) -> tuple[NDArray[np.uint8], float, float]:
    """The number of each value's colour, uint8 [P], and the values at the ends of the scale."""
    known = np.isfinite(values)
    low, high = np.quantile(values[known], ends).tolist() if known.any() else (0.0, 1.0)
    share = (np.where(known, values, low) - low) / (high - low if high > low else 1.0)
    codes = np.clip(share * COLOURS, 0, COLOURS - 1).astype(np.uint8)
    return np.where(known, codes, NOTHING).astype(np.uint8), low, high


def _scale(ink: Ink) -> list[str]:
    """The colours of a path: a thin line as dark as a dark page, or as light as a light one, would be lost."""
    begin, end = (0.3, 1.0) if ink.lift else (0.0, 0.92)
    return [colour_at(begin + (end - begin) * place / (COLOURS - 1)) for place in range(COLOURS)]


def _lines(lines: Lane | None) -> Json:
    if lines is None or len(lines.starts) > MOST_LINES:
        return {"starts": [], "codes": [], "texts": []}
    return {"starts": lines.starts.tolist(), "codes": lines.codes.tolist(), "texts": list(lines.texts)}
