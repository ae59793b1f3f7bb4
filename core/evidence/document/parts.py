"""What a report is made of: sections of sentences, tables and figures. Nothing here is HTML but a figure's SVG."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isnan

from core.evidence.bootstrap import Interval

# a figure as tables have it: a number, its unit, its interval
_FIGURE = re.compile(r"–|[\d.,]+( to [\d.,]+)?( %| mm)?( \([\d., to]+\))?")


@dataclass(frozen=True)
class Table:
    """Rows of texts under a head."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""

    @property
    def right(self) -> frozenset[int]:
        """The columns that hold figures alone, and stand at the right."""
        cells = zip(*self.rows, strict=True)
        return frozenset(
            place for place, column in enumerate(cells) if all(_FIGURE.fullmatch(c) for c in column)
        )


@dataclass(frozen=True)
class Figure:
    """A drawing as SVG, with what it says in words beside."""

    svg: str
    caption: str


@dataclass(frozen=True)
class Section:
    """One part of a report; `name` is its place in the table of contents."""

    name: str
    title: str
    words: tuple[str, ...] = ()
    parts: tuple[Table | Figure, ...] = field(default_factory=tuple)
    notes: tuple[tuple[str, str], ...] = ()


def per_cent(share: float) -> str:
    """A share in per cent with one decimal, as all tables have it."""
    return f"{100 * share:.1f}"


def span(low: float | None, high: float | None, unit: str = "share") -> str:
    """An interval, "53.9 to 65.3"; a dash where there is none."""
    if low is None or high is None:
        return "–"
    return f"{low:.2f} to {high:.2f}" if unit == "mm" else f"{per_cent(low)} to {per_cent(high)}"


def of_interval(value: Interval) -> str:
    """A share with its interval in per cent; a dash where it has no value."""
    if isnan(value.value):
        return "–"
    reach = f" ({span(value.low, value.high)})" if value.low is not None else ""
    return f"{per_cent(value.value)} %{reach}"


def rows_of(rows: Sequence[Sequence[object]]) -> tuple[tuple[str, ...], ...]:
    """Rows of anything as rows of texts."""
    return tuple(tuple(str(cell) for cell in row) for row in rows)
