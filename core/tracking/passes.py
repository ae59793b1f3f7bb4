"""Passes: stretches of a run in which one program is walked through, each with one constant offset.

The mill repeats a program to the row, so within a pass the phase is the row plus a constant. That constant is told by
all windows of the pass together, to a fraction of a row.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.recordings.programs import Programs
from core.recordings.windows import WINDOW_ROWS

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
# a pass goes on while its offset stays within this many rows
SAME_ROWS = 6
# shorter stretches, seen by no window that is not half elsewhere, are no passes of their own
MIN_ROWS = WINDOW_ROWS
# offsets are told in steps of this, this far around the one that the walk found
STEP = 0.25
REACH = 8.0


@dataclass(frozen=True, eq=False)
class Offsets:
    """A distribution over offsets: `at [G]` in rows (even steps) and their probabilities `p [G]`."""

    at: Floats
    p: Floats

    @cached_property
    def median(self) -> float:
        """The offset that is as probable to be exceeded as not, interpolated."""
        total = np.cumsum(self.p)
        return float(np.interp(0.5, total - self.p / 2, self.at))


IN_STEP = Offsets(np.zeros(1), np.ones(1))


@dataclass(frozen=True, eq=False)
class Pass:
    """Rows `first` to `last` (inclusive) of a run walked through program `program` with `phase = row + offset`.

    `felt` is the offset of what the sensors show, `offset` that of the controller's rows; `lag`, rows that the sensors
    are late, is the difference. `fit`: the probability that the windows give to the pass, on average; nan without
    windows.
    """

    first: int
    last: int
    program: int
    felt: Offsets
    offset: Offsets
    lag: Offsets
    fit: float = float("nan")

    @property
    def deaf(self) -> bool:
        """Whether the windows tell nothing of the offset."""
        return len(self.felt.p) > 2 and bool(self.felt.p.max() < 2 / len(self.felt.p))


def find_passes(
    beliefs: NDArray[np.float32],
    words: NDArray[np.float32],
    centres: Floats,
    programs: Programs,
    temper: float,
) -> list[Pass]:
    """The passes of a run; their `offset` is still that of the sensors.

    Args:
        beliefs: of the walk, `[T, n_programs, L]`.
        words: log probabilities of places `[N, P]` of the run's windows.
        centres: the row that each window is centred on, `[N]`.
        programs: the learned programs.
        temper: what the windows' words are multiplied by so that they may be added up.
    """
    n_rows, _, length = beliefs.shape
    best = beliefs.reshape(n_rows, -1).argmax(axis=1)
    program, place = best // length, best % length
    last = np.diff(programs.offsets)[program] - 1
    found = []
    for first, end, index, middle in _stretches(program, place, (place > 0) & (place < last)):
        inside = (centres >= first) & (centres <= end)
        felt = _felt(words[inside] * temper, centres[inside], programs, index, middle)
        fit = _fit(words[inside], centres[inside], programs, index, felt.median)
        found.append(Pass(first, end, index, felt, felt, IN_STEP, fit))
    return found


def _stretches(program: Ints, place: Ints, moving: NDArray[np.bool_]) -> list[tuple[int, int, int, float]]:
    """First and last rows of stretches with one program and nearly one offset, the program and the offset.

    Rows that wait at a program's first place or stand at its last one say nothing of the offset.
    """
    rows = np.flatnonzero(moving)
    if not len(rows):
        return [(0, len(program) - 1, int(np.bincount(program).argmax()), float(place[0]))]
    offset = place - np.arange(len(place))
    groups: list[list[int]] = [[int(rows[0])]]
    for row in rows[1:].tolist():
        group = groups[-1]
        moved = abs(offset[row] - np.median(offset[group[-SAME_ROWS * 4 :]])) > SAME_ROWS
        if program[row] != program[group[-1]] or moved:
            groups.append([row])
        else:
            group.append(row)
    groups = _joined(groups, program, offset)
    edges = [_edge(place, group[-1], after[0]) for group, after in pairwise(groups)]
    firsts, lasts = [0, *(edge for edge in edges)], [*(edge - 1 for edge in edges), len(program) - 1]
    return [
        (first, last, int(program[group[0]]), float(np.median(offset[group])))
        for first, last, group in zip(firsts, lasts, groups, strict=True)
    ]


def _joined(groups: list[list[int]], program: Ints, offset: Ints) -> list[list[int]]:
    """Short groups left out, and neighbours that then agree put together."""
    longest = max(groups, key=len)
    kept: list[list[int]] = []
    for group in groups:
        if len(group) < MIN_ROWS and group is not longest:
            continue
        if kept and program[kept[-1][0]] == program[group[0]]:
            apart = abs(float(np.median(offset[kept[-1]]) - np.median(offset[group])))
            if apart <= SAME_ROWS:
                kept[-1].extend(group)
                continue
        kept.append(list(group))
    return kept


def _edge(place: Ints, before: int, after: int) -> int:
    """The first row of the next pass: where the place falls back the furthest."""
    steps = np.diff(place[before : after + 1])
    return before + 1 + int(steps.argmin())


def _felt(
    words: NDArray[np.float32], centres: Floats, programs: Programs, index: int, middle: float
) -> Offsets:
    """The offset of what the sensors show, from all windows of a pass."""
    at = np.round(middle) + np.arange(-REACH, REACH + STEP / 2, STEP)
    if not len(words):
        return Offsets(at, np.full(len(at), 1 / len(at)))
    return told(words, centres, programs, index, at)


def told(words: NDArray[np.float32], centres: Floats, programs: Programs, index: int, at: Floats) -> Offsets:
    """How probable windows `[N, P]` together make each offset `at [G]` in a program; their words are tempered."""
    first, last = int(programs.offsets[index]), int(programs.offsets[index + 1]) - 1
    grid = np.arange(first, last + 1)
    score = np.zeros(len(at))
    for word, centre in zip(words, centres, strict=True):
        place = np.clip(first + centre + at, first, last)
        score += np.interp(place, grid, word[first : last + 1])
    p = np.exp(score - score.max())
    return Offsets(at, p / p.sum())


def _fit(words: NDArray[np.float32], centres: Floats, programs: Programs, index: int, offset: float) -> float:
    """Mean probability that the windows of a pass that say anything give to its places, to `SAME_ROWS` rows."""
    telling = np.ptp(words, axis=1) > 0 if len(words) else np.zeros(0, dtype=bool)
    words, centres = words[telling], centres[telling]
    if not len(words):
        return float("nan")
    first, last = int(programs.offsets[index]), int(programs.offsets[index + 1]) - 1
    place = np.clip(np.rint(first + centres + offset).astype(np.int64), first, last)
    near = np.clip(place[:, None] + np.arange(-SAME_ROWS, SAME_ROWS + 1), first, last)
    shares = [float(np.exp(word[np.unique(cells)]).sum()) for word, cells in zip(words, near, strict=True)]
    return float(np.mean(shares))
