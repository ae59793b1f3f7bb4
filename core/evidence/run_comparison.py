"""A run read back beside what was recorded or intended: line by line, and row by row in mm."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.evidence.path_deviation import Deviations, PlannedPath, from_positions, from_program
from core.evidence.run_readback import TrueProgram
from core.evidence.track_truth import RowTruth
from core.gcode.difference import Step, difference, words_of
from core.gcode.modal import Units
from core.recordings.tool_positions import PROGRAM_ENDS
from core.tracking.intended import Intended
from core.tracking.readback import ProgramRead
from core.tracking.tracker import Track

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
# worst places lie this share of the run apart at least
APART = 1 / 40
# what is less off is not worth a mark
LEAST_MM = 0.5


@dataclass(frozen=True, eq=False)
class Side:
    """One program of a comparison: its lines and their numbers, for each row the index of its line `[T]`, -1 = none.

    shown: whether a row of the run had the line.
    """

    lines: tuple[str, ...]
    numbers: tuple[int, ...]
    shown: tuple[bool, ...]
    line_of_row: Ints


@dataclass(frozen=True, eq=False)
class Comparison:
    """steps: the program beside (first) and the one read back (second), line by line; `beside` None = nothing is known.

    position_mm `[T, 3]`: of the path that was read back, NaN where the program had ended, since the controller is then
    back in its own units and origin. path: of the intended program.
    """

    beside: Side | None
    read: Side
    steps: tuple[Step, ...]
    position_mm: Floats
    deviations: Deviations
    path: PlannedPath | None = None

    @property
    def rapid(self) -> NDArray[np.bool_]:
        """Rows in which the tool moves rapidly, by the program that was read back `[T]`."""
        by_line = rapid_lines(self.read.lines, self.read.numbers)
        return np.asarray(np.where(self.read.line_of_row >= 0, by_line[self.read.line_of_row], False))

    @property
    def row_of_step(self) -> Ints:
        """The row at which each step is met `[D]`: the first of its line's, else where the line before it ends."""
        first = _first_rows(self.read)
        beside = None if self.beside is None else _first_rows(self.beside)
        found, last = [], 0
        for step in self.steps:
            own = -1 if step.second is None else int(first[step.second])
            if own < 0 and beside is not None and step.first is not None:
                own = int(beside[step.first])
            last = own if own >= 0 else last
            found.append(last)
        return np.array(found, dtype=np.int64)


def alone(found: Track, program: ProgramRead) -> Comparison:
    """A run of which nothing else is known."""
    read = _read(program)
    steps = tuple(Step("same", None, place) for place in range(len(program.lines)))
    nothing = Deviations(np.full(found.position_mm.shape, np.nan), np.full(len(found), np.nan))
    return Comparison(None, read, steps, _until_end(found.position_mm, _ended(read)), nothing)


def with_recorded(found: Track, program: ProgramRead, truth: RowTruth, true: TrueProgram) -> Comparison:
    """A run beside what the controller recorded of it; rows at either program's end are held against nothing."""
    read = _read(program)
    beside = Side(true.lines, true.numbers, true.shown, true.line_of_row)
    ended = _ended(read) | _ended(beside)
    position = _until_end(found.position_mm, ended)
    by_row = from_positions(position, truth.position_mm, truth.known & ~ended)
    return Comparison(beside, read, tuple(difference(true.lines, program.lines)), position, by_row)


def with_intended(found: Track, program: ProgramRead, intended: Intended, unit: Units) -> Comparison:
    """A run beside the program that it should have executed."""
    read = _read(program)
    steps = tuple(difference(intended.lines, program.lines))
    partner = np.full(len(program.lines) + 1, -1, dtype=np.int64)
    for step in steps:
        if step.second is not None and step.first is not None:
            partner[step.second] = step.first
    of_row = partner[program.line_of_row]
    met = np.zeros(len(intended.lines), dtype=bool)
    met[of_row[of_row >= 0]] = True
    beside = Side(intended.lines, intended.numbers, tuple(met.tolist()), of_row)
    position = _until_end(found.position_mm, _ended(read))
    by_row = from_program(position, program, steps, intended, unit)
    return Comparison(beside, read, steps, position, by_row, PlannedPath.of(intended.lines, unit))


def _read(program: ProgramRead) -> Side:
    met = np.zeros(len(program.lines), dtype=bool)
    met[program.line_of_row[program.line_of_row >= 0]] = True
    return Side(program.lines, program.numbers, tuple(met.tolist()), program.line_of_row)


def _ended(side: Side) -> NDArray[np.bool_]:
    """Rows in which a program has ended, and the one before, whose position may lie on the way there."""
    ends = np.array([bool(PROGRAM_ENDS & set(words_of(line))) for line in side.lines] + [False])
    own = ends[side.line_of_row]
    return np.asarray(own | np.append(own[1:], False))


def _until_end(position_mm: Floats, ended: NDArray[np.bool_]) -> Floats:
    return np.where(ended[:, None], np.nan, position_mm)


def _first_rows(side: Side) -> Ints:
    """The first row of each line, -1 = none."""
    found = np.full(len(side.lines), -1, dtype=np.int64)
    rows = np.flatnonzero(side.line_of_row >= 0)[::-1]
    found[side.line_of_row[rows]] = rows
    return found


def rapid_lines(lines: Sequence[str], numbers: Sequence[int]) -> NDArray[np.bool_]:
    """Lines in which G0 is in force; what was in force before a gap in the numbers, whose lines nobody saw, is not."""
    found, rapid, last = [], False, 0
    for line, number in zip(lines, numbers, strict=True):
        words = set(words_of(line))
        if words & {"G0", "G1", "G2", "G3"}:
            rapid = "G0" in words
        elif number != last + 1:
            rapid = False
        found.append(rapid)
        last = number
    return np.array(found, dtype=bool)


def worst_rows(by_mm: Floats, most: int = 5) -> list[int]:
    """The rows that are off by most, apart from each other, the worst first."""
    apart = max(int(len(by_mm) * APART), 1)
    left = np.where(np.isfinite(by_mm), by_mm, -1.0)
    found: list[int] = []
    while len(found) < most and left.size and left.max() >= LEAST_MM:
        row = int(left.argmax())
        found.append(row)
        left[max(row - apart, 0) : row + apart + 1] = -1.0
    return found
