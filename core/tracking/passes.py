"""Passes: stretches of a run in which one program is walked through, each with one constant offset.

The mill repeats a program to the row, so within a pass the phase is the row plus a constant. That constant is told by
all windows of the pass together, to a fraction of a row.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.recordings.programs import Programs, Timeline

Floats = NDArray[np.float64]
# a pass goes on while its offset stays within this many rows
SAME_ROWS = 6
# shorter stretches are no passes of their own
MIN_ROWS = 24
# offsets are told in steps of this, this far around the one that the walk found
STEP = 0.5
REACH = 8.0
# rows further than this from what training knows of starts and lags are impossible
START_WIDTH = 0.7
LAG_WIDTH = 4.0
# share of a start or a lag that training never met
STRANGE = 0.02
FURTHEST = 64.0


@dataclass(frozen=True, eq=False)
class Offsets:
    """A distribution over offsets: `at [G]` in rows (even steps) and their probabilities `p [G]`."""

    at: Floats
    p: Floats

    @property
    def median(self) -> float:
        """The offset that is as probable to be exceeded as not, interpolated."""
        total = np.cumsum(self.p)
        return float(np.interp(0.5, total - self.p / 2, self.at))


@dataclass(frozen=True, eq=False)
class Pass:
    """Rows `first` to `last` (inclusive) of a run walked through program `program` with `phase = row + offset`.

    `felt` is the offset of what the sensors show, `offset` that of the controller's rows.
    """

    first: int
    last: int
    program: int
    felt: Offsets
    offset: Offsets
    lag: float | None = None


def find_passes(
    beliefs: NDArray[np.float32], words: NDArray[np.float32], centres: Floats, programs: Programs
) -> list[Pass]:
    """The passes of a run.

    Args:
        beliefs: of the walk, `[T, n_programs, L]`.
        words: log probabilities of places `[N, P]` of the run's windows, tempered so that they may be added up.
        centres: the row that each window is centred on, `[N]`.
        programs: the learned programs.
    """
    n_rows, _, length = beliefs.shape
    best = beliefs.reshape(n_rows, -1).argmax(axis=1)
    program, offset = best // length, best % length - np.arange(n_rows)
    stretches = _stretches(program, offset)
    found = []
    for first, last in stretches:
        rows = slice(first, last + 1)
        index = int(np.bincount(program[rows]).argmax())
        middle = float(np.median(offset[rows][program[rows] == index]))
        inside = (centres >= first) & (centres <= last)
        felt = _felt(words[inside], centres[inside], programs, index, middle)
        found.append(Pass(first, last, index, felt, felt))
    return found


def _stretches(program: NDArray[np.int64], offset: NDArray[np.int64]) -> list[tuple[int, int]]:
    """First and last rows of stretches with one program and nearly one offset; short ones join the one before."""
    starts = [0]
    for row in range(1, len(program)):
        moved = abs(int(offset[row]) - int(np.median(offset[starts[-1] : row]))) > SAME_ROWS
        if program[row] != program[row - 1] or moved:
            starts.append(row)
    ends = [*starts[1:], len(program)]
    kept: list[tuple[int, int]] = []
    for start, end in zip(starts, ends, strict=True):
        if kept and (end - start < MIN_ROWS):
            kept[-1] = (kept[-1][0], end - 1)
        else:
            kept.append((start, end - 1))
    if len(kept) > 1 and kept[0][1] - kept[0][0] + 1 < MIN_ROWS:
        kept[1] = (kept[0][0], kept[1][1])
        kept.pop(0)
    return kept


def _felt(
    words: NDArray[np.float32], centres: Floats, programs: Programs, index: int, middle: float
) -> Offsets:
    """The offset of what the sensors show, from all windows of a pass."""
    at = np.round(middle) + np.arange(-REACH, REACH + STEP / 2, STEP)
    if not len(words):
        return Offsets(at, np.full(len(at), 1 / len(at)))
    first, last = int(programs.offsets[index]), int(programs.offsets[index + 1]) - 1
    score = np.zeros(len(at))
    for word, centre in zip(words, centres, strict=True):
        place = np.clip(first + centre + at, first, last)
        score += np.interp(place, np.arange(first, last + 1), word[first : last + 1])
    p = np.exp(score - score.max())
    return Offsets(at, p / p.sum())


def anchored(one: Pass, timeline: Timeline, lags: NDArray[np.int64], *, from_start: bool) -> Pass:
    """The pass with the offset of the controller's rows, which the sensors lag behind.

    The lag is like those `lags` that the training runs of all programs had. Where the run is known to begin with the
    program, its first row has a phase like theirs; the lag then follows.
    """
    known = lags.astype(float) if len(lags) else np.zeros(1)
    at = np.arange(one.felt.at[0] - FURTHEST, one.felt.at[-1] + FURTHEST + STEP / 2, STEP)
    late = (at[:, None] - one.felt.at[None]).ravel()
    p = (_density(late, known, LAG_WIDTH).reshape(len(at), -1) * one.felt.p[None]).sum(axis=1)
    if from_start and len(timeline.starts):
        p = p * _density(at, timeline.starts[np.isfinite(timeline.starts)], START_WIDTH)
    p = p / max(p.sum(), 1e-300)
    offset = Offsets(at, p)
    lag = offset.median - one.felt.median if from_start else None
    return Pass(one.first, one.last, one.program, one.felt, offset, lag)


def with_lag(one: Pass, lag: float) -> Pass:
    """A later pass of a run whose lag is known from its first one."""
    return Pass(one.first, one.last, one.program, one.felt, Offsets(one.felt.at + lag, one.felt.p), lag)


def _density(at: Floats, known: Floats, width: float) -> Floats:
    """Density at `[N]` of what training met `[K]`, with a little everywhere."""
    spread = np.exp(-0.5 * ((at[:, None] - known[None]) / width) ** 2).mean(axis=1) / width
    return np.asarray((1 - STRANGE) * spread / np.sqrt(2 * np.pi) + STRANGE / (2 * FURTHEST))
