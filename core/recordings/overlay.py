"""Another run laid over this one: by how many rows it is shifted, and row by row by the program lines of both."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.errors import ToolmarkError
from core.recordings.alignment import Trail, align, trail_of
from core.recordings.recording import Recording

Floats = NDArray[np.float64]
# shifts that most lines vote for are tried on all rows
CANDIDATES = 5
# rows of one run times rows of the other that are compared one by one (256 MiB)
MOST_CELLS = 1 << 25
# runs of which fewer line numbers say the same line execute different programs
SAME_PROGRAM = 0.5


class OverlayError(ToolmarkError):
    """Two runs that cannot be laid over each other by their lines."""


class Agreement(NamedTuple):
    """The share of `rows`, those that have a line in both runs, that execute the same line, and one within a row.

    Where lines last less than a row, as many are skipped by chance in one run as in the other: within a row is what
    lies between the lines of the row before and the row after.
    """

    same: float
    near: float
    rows: int


@dataclass(frozen=True, eq=False)
class Overlay:
    """Where another run lies on this one.

    shift: rows to add to a row of the other run. row_here: float64 [T of the other run], the row of this run at which
    each of its rows is by the lines, NaN = none; by_line is None where the runs are too long to be laid row by row, and
    row_here is then the shift's.
    """

    shift: int
    by_shift: Agreement
    by_line: Agreement | None
    row_here: Floats

    @property
    def words(self) -> str:
        """In sentences, how well they agree."""
        rows = f"{abs(self.shift)} row{'' if abs(self.shift) == 1 else 's'}"
        how = (
            f"shifted by {rows} {'later' if self.shift > 0 else 'earlier'}"
            if self.shift
            else "without a shift"
        )
        own = self.by_shift
        said = f"They agree best {how}: {own.same:.0%} of {own.rows:,} rows execute the same line, {own.near:.0%} "
        said += "within a row."
        if self.by_line is None:
            return f"{said} The runs are too long to be laid on each other line by line."
        return f"{said} Laid line by line: {self.by_line.same:.0%}, {self.by_line.near:.0%} within a row."


def lay_over(here: Recording, other: Recording) -> Overlay:
    """Lay another run over this one by the controller's lines and positions, which are for display only.

    The shift is the one at which most rows execute the same line; by line, rows are laid as `alignment.align` lays a
    run on its program. OverlayError where a run has no lines, or the two share none.
    """
    own, laid = _numbered(here, other)
    for run, trail in ((here, own), (other, laid)):
        if not trail.known:
            raise OverlayError(f"{run.name} has no program lines to align by: shift the other run by hand.")
    if _same_lines(own, laid) < SAME_PROGRAM:
        raise OverlayError(
            f"{here.name} and {other.name} execute different programs: choose a run of the same one."
        )
    shift = _best_shift(own.numbers, laid.numbers)
    row = np.arange(other.n_rows, dtype=np.float64)
    by_shift = _agreement(own.numbers, laid.numbers, row + shift)
    if here.n_rows * other.n_rows > MOST_CELLS:
        return Overlay(shift, by_shift, None, row + shift)
    row_here = align(laid, own)
    return Overlay(shift, by_shift, _agreement(own.numbers, laid.numbers, row_here), row_here)


def _numbered(here: Recording, other: Recording) -> tuple[Trail, Trail]:
    """The trails of two runs; lines without numbers are counted in the order in which this run first shows them."""
    own, laid = trail_of(here), trail_of(other)
    if here.line_numbers is not None and other.line_numbers is not None:
        return own, laid
    known = dict.fromkeys(line for trail in (own, laid) for line in trail.lines if line is not None)
    place = {line: float(number) for number, line in enumerate(known)}
    first, second = (
        np.array([place.get(line or "", np.nan) for line in trail.lines]) for trail in (own, laid)
    )
    return replace(own, numbers=first), replace(laid, numbers=second)


def _same_lines(here: Trail, other: Trail) -> float:
    """The share of the line numbers of both runs that say the same line; 0 where they have none in common."""
    first, second = (
        {
            number: line
            for number, line in zip(trail.numbers.tolist(), trail.lines, strict=True)
            if np.isfinite(number)
        }
        for trail in (here, other)
    )
    shared = first.keys() & second.keys()
    return sum(first[number] == second[number] for number in shared) / len(shared) if shared else 0.0


def _best_shift(here: Floats, other: Floats) -> int:
    """The shift at which most rows execute the same line, among those that most lines' beginnings vote for."""
    begins = dict(_beginnings(here))
    votes = [begins[event] - row for event, row in _beginnings(other) if event in begins]
    shifts, counts = np.unique(votes, return_counts=True)
    most = shifts[np.argsort(counts, kind="stable")[::-1][:CANDIDATES]]
    row = np.arange(len(other), dtype=np.float64)
    # lines begin a row earlier or later by chance
    tried = sorted({int(shift) + step for shift in most for step in (-1, 0, 1)}, key=abs)
    agreements = [(_agreement(here, other, row + shift), shift) for shift in tried]
    return max(agreements, key=lambda each: (each[0].same * each[0].rows, each[0].near * each[0].rows))[1]


def _beginnings(numbers: Floats) -> Iterator[tuple[tuple[int, int], int]]:
    """((line number, how often it has begun before), row) of every stretch of rows of one line."""
    known = np.flatnonzero(np.isfinite(numbers))
    seen: dict[int, int] = {}
    for number, rows in groupby(known.tolist(), key=lambda row: int(numbers[row])):
        times = seen.get(number, 0)
        seen[number] = times + 1
        yield (number, times), next(rows)


def _agreement(here: Floats, other: Floats, at: Floats) -> Agreement:
    """How often the other run, whose rows are at rows `at` here, executes the same line."""
    inside = np.isfinite(at) & (at >= 0) & (at <= len(here) - 1)
    row, number = np.round(at[inside]).astype(np.int64), other[inside]
    both = np.isfinite(here[row]) & np.isfinite(number)
    row, number = row[both], number[both]
    if not len(row):
        return Agreement(0.0, 0.0, 0)
    around = np.stack([here[np.clip(row + step, 0, len(here) - 1)] for step in (-1, 0, 1)])
    near = (np.nanmin(around, axis=0) <= number) & (number <= np.nanmax(around, axis=0))
    return Agreement(float((here[row] == number).mean()), float(near.mean()), len(row))


def on_rows_of(row_here: Floats, values: NDArray[np.floating], rows: int) -> Floats:
    """Values [T] of the other run at the rows of this one, float64 [rows]; NaN where none of its rows lies.

    Where the other run comes back to rows that it has passed, executing the program again, its first pass is laid.
    """
    known = np.flatnonzero(np.isfinite(row_here))
    found = np.full(rows, np.nan)
    if not len(known):
        return found
    ahead = np.maximum.accumulate(row_here[known])
    kept = known[np.concatenate(([True], np.diff(ahead) > 0))]
    first, last = int(np.ceil(row_here[kept[0]])), int(np.floor(row_here[kept[-1]]))
    inside = np.arange(max(first, 0), min(last, rows - 1) + 1)
    found[inside] = np.interp(inside, row_here[kept], values[kept].astype(np.float64))
    return found
