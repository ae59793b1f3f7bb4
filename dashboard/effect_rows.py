"""Effects under one another on one scale: value, interval as a bar, marks beside it; a header sorts, a name opens."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

import streamlit as st

from dashboard import theme

FRONTEND = Path(__file__).parent / "frontend"
Shape = Literal["dot", "ring", "diamond", "seed"]

_effects = st.components.v2.component(
    "toolmark_effects",
    html='<div class="effects"></div>',
    css=(FRONTEND / "effects.css").read_text(encoding="utf-8"),
    js=(FRONTEND / "effects.js").read_text(encoding="utf-8"),
)


@dataclass(frozen=True)
class Text:
    """A cell: its text, a quieter one after it, what it is sorted by, and whether it is set off."""

    text: str = ""
    small: str = ""
    by: float | str | None = None
    strong: bool = False
    title: str = ""


@dataclass(frozen=True)
class Mark:
    """A value on the bar's scale, with its interval where there is one."""

    shape: Shape
    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Row:
    """One line: its name, its cells (the bar stands after `Table.bar_after` of them), its marks."""

    key: str
    label: str
    cells: tuple[Text, ...]
    marks: tuple[Mark, ...] = ()
    title: str = ""
    open: bool = True


@dataclass(frozen=True)
class Table:
    """What is drawn: `columns` are the names of the cells, `legend` words for the shapes of the marks."""

    corner: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    bar_after: int = 2
    legend: dict[Shape, str] = field(default_factory=dict)


def show(key: str, table: Table, open_: Callable[[str], None] | None = None) -> None:
    """Draw it; `open_` hears the key of a row whose name is clicked."""

    def follow() -> None:
        if open_ is not None and st.session_state[key].open:
            open_(str(st.session_state[key].open))

    low, high = scale([mark for row in table.rows for mark in row.marks])
    _effects(
        data={
            **asdict(table),
            "low": low,
            "high": high,
            "bars": any(row.marks for row in table.rows),
            "opens": open_ is not None,
            "tones": {"own": theme.PREDICTION, "other": theme.WITHOUT, "printed": theme.ERROR},
        },
        key=key,
        height="content",
        on_open_change=follow,
    )


def scale(marks: Sequence[Mark]) -> tuple[float, float]:
    """The ends of the bar: all marks and intervals, and some room."""
    ends = [end for mark in marks for end in (mark.value, mark.low, mark.high) if end is not None]
    if not ends:
        return -1.0, 1.0
    low, high = min(ends), max(ends)
    room = max(0.04 * (high - low), 0.1)
    return low - room, high + room
