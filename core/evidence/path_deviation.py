"""How far a path that was read back lies from another one: from where the tool was, or from an intended program."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.gcode import positions, toolpath
from core.gcode.difference import Step
from core.gcode.modal import Units
from core.gcode.toolpath import UNKNOWN
from core.tracking.intended import Intended
from core.tracking.readback import ProgramRead

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
# lines around the one that a row executes which its position may lie on
AROUND = 1
# distances that are worked out at once
AT_ONCE = 1 << 21


@dataclass(frozen=True, eq=False)
class PlannedPath:
    """The path of a program: pieces `[S, 2, 3]` in mm between two points, the line of each `[S]`, rapids `[S]`.

    judged `[N]`: lines whose both ends are known. Where a line goes in the machine's own coordinates (G53, G28) is not,
    nor is the way from there until all axes have been named again.
    """

    pieces: Floats
    line: Ints
    rapid: NDArray[np.bool_]
    judged: NDArray[np.bool_]

    @classmethod
    def of(cls, lines: Sequence[str], unit: Units) -> "PlannedPath":
        """Follow the lines of a program; where its tool begins is not known, and impossible arcs are straight."""
        moves = toolpath(lines, units=unit, start=None, work_offset=UNKNOWN, straighten=True)
        pieces = [np.stack([move.points[:-1], move.points[1:]], axis=1) for move in moves]
        sizes = [len(part) for part in pieces]
        known = np.isfinite(positions(lines, units=unit, start=None, work_offset=UNKNOWN))
        ends = np.asarray(known.all(axis=1))
        return cls(
            np.concatenate(pieces) if pieces else np.zeros((0, 2, 3)),
            np.repeat(np.array([move.line_index for move in moves], dtype=np.int64), sizes),
            np.repeat(np.array([move.kind == "rapid" for move in moves], dtype=bool), sizes),
            ends & np.concatenate([[False], ends[:-1]]),
        )


@dataclass(frozen=True, eq=False)
class Deviations:
    """For each row the position that it is held against `[T, 3]` and how far off it is in mm `[T]`; NaN = not known."""

    against_mm: Floats
    by_mm: Floats

    @property
    def n(self) -> int:
        """Rows whose deviation is known."""
        return int(np.isfinite(self.by_mm).sum())


def from_positions(read_mm: Floats, true_mm: Floats, known: NDArray[np.bool_]) -> Deviations:
    """How far positions that were read back are from where the tool was, at the rows that are `known`."""
    against = np.where(known[:, None], true_mm, np.nan)
    return Deviations(against, np.asarray(np.linalg.norm(read_mm - against, axis=1)))


def from_program(
    read_mm: Floats, program: ProgramRead, steps: Sequence[Step], intended: Intended, unit: Units
) -> Deviations:
    """How far positions that were read back are from the path of an intended program.

    Each row is held against the nearest point of the intended lines that stand at its place: `steps` lay the intended
    program (first) beside the one that was read back (second). Where a line or its beginning was changed the nearest
    point may lie on another line, so there the row is held against the point as far along the intended line as the row
    is along its own.
    """
    path, own = PlannedPath.of(intended.lines, unit), PlannedPath.of(program.lines, unit)
    found = Deviations(np.full(read_mm.shape, np.nan), np.full(len(read_mm), np.nan))
    places, moved = _places(steps, len(intended.lines)), _moved(steps)
    for line in np.unique(program.line_of_row[program.line_of_row >= 0]).tolist():
        low, high = places[line]
        inside = (path.line >= low - AROUND) & (path.line <= high + AROUND)
        if not inside.any() or not path.judged[low : high + 1].any():
            continue
        rows = np.flatnonzero((program.line_of_row == line) & np.isfinite(read_mm).all(axis=1))
        for part in np.array_split(rows, 1 + len(rows) * int(inside.sum()) // AT_ONCE):
            found.against_mm[part] = nearest(read_mm[part], path.pieces[inside])[0]
        for at in (line - 1, line, line + 1):
            if at in moved:
                _along(found.against_mm, read_mm, rows, own, path, (line, at, moved[at]))
    found.by_mm[:] = np.linalg.norm(read_mm - found.against_mm, axis=1)
    return found


def _moved(steps: Sequence[Step]) -> dict[int, int]:
    """Lines that were read back and end or begin elsewhere than their intended partners, and these."""
    found: dict[int, int] = {}
    for before, step in pairwise([Step("same", None, None), *steps]):
        pair = step.first is not None and step.second is not None
        if pair and "changed" in (step.kind, before.kind):
            found[step.second or 0] = step.first or 0
    return found


def _along(
    against_mm: Floats,
    read_mm: Floats,
    rows: Ints,
    own: PlannedPath,
    path: PlannedPath,
    lines: tuple[int, int, int],
) -> None:
    """Hold the rows of a line that lie on line `at` against the point as far along its partner."""
    line, at, partner = lines
    near = (own.line >= line - AROUND) & (own.line <= line + AROUND)
    theirs = path.pieces[path.line == partner]
    if not len(theirs) or not (own.line == at).any():
        return
    on, _, piece = _nearest(read_mm[rows], own.pieces[near])
    here = own.line[near][piece] == at
    share = _share(on[here], own.pieces[own.line == at], piece[here] - int(np.argmax(own.line[near] == at)))
    against_mm[rows[here]] = _at(share, theirs)


def _share(on: Floats, pieces: Floats, piece: Ints) -> Floats:
    """How much of a line's length lies before points `on` its pieces `[N]`."""
    length = np.linalg.norm(pieces[:, 1] - pieces[:, 0], axis=1)
    before = np.concatenate([[0.0], np.cumsum(length)[:-1]])
    gone = before[piece] + np.linalg.norm(on - pieces[piece, 0], axis=1)
    return np.asarray(gone / max(float(length.sum()), 1e-12))


def _at(share: Floats, pieces: Floats) -> Floats:
    """The points `[N, 3]` at shares of a line's length."""
    length = np.linalg.norm(pieces[:, 1] - pieces[:, 0], axis=1)
    reached = np.concatenate([[0.0], np.cumsum(length)])
    corners = np.concatenate([pieces[:1, 0], pieces[:, 1]])
    return np.stack([np.interp(share * reached[-1], reached, corners[:, axis]) for axis in range(3)], axis=1)


def _places(steps: Sequence[Step], intended: int) -> list[tuple[int, int]]:
    """Of each line that was read back the first and the last intended line that stand at its place: its partner alone,
    and where it has none all from the partner before to the partner after.
    """
    partners = [step.first for step in steps if step.second is not None]
    before, found = 0, []
    following = _following(partners, intended - 1)
    for partner, after in zip(partners, following, strict=True):
        found.append((before, after) if partner is None else (partner, partner))
        before = before if partner is None else partner
    return found


def _following(partners: Sequence[int | None], last: int) -> list[int]:
    """For each place the next partner from there on, `last` where there is none."""
    found = []
    for partner in reversed(partners):
        last = last if partner is None else partner
        found.append(last)
    return found[::-1]


def nearest(points: Floats, pieces: Floats) -> tuple[Floats, Floats]:
    """The nearest point `[N, 3]` to each of `points [N, 3]` on straight `pieces [S, 2, 3]`, and its distance `[N]`."""
    on, away, _ = _nearest(points, pieces)
    return on, away


def _nearest(points: Floats, pieces: Floats) -> tuple[Floats, Floats, Ints]:
    start, way = pieces[:, 0], pieces[:, 1] - pieces[:, 0]
    length = (way**2).sum(axis=1)
    share = ((points[:, None] - start[None]) * way[None]).sum(axis=2) / np.where(length > 0, length, 1.0)
    on = start[None] + np.clip(share, 0, 1)[..., None] * way[None]
    away = np.linalg.norm(points[:, None] - on, axis=2)
    best = away.argmin(axis=1)
    rows = np.arange(len(points))
    return np.asarray(on[rows, best]), np.asarray(away[rows, best]), np.asarray(best)
