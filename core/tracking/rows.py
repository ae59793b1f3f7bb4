"""The rows of a pass: line, number, position and how sure they are, from the offsets that the pass may have."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.recordings.programs import Timeline
from core.tracking.passes import Offsets, Pass

# offsets less probable than this are left out
LEAST = 1e-4


@dataclass(frozen=True, eq=False)
class RowsRead:
    """Rows of a run: a line, its probability, its number in the program, position `[T, 3]` and phase each."""

    lines: tuple[str, ...]
    confidence: NDArray[np.float64]
    number: NDArray[np.int64]
    position_mm: NDArray[np.float64]
    phase: NDArray[np.float64]


def read_rows(one: Pass, timeline: Timeline) -> RowsRead:
    """The rows of a pass: the line with the most probability over all offsets, the position at the middle one."""
    numbers, codes = np.unique(timeline.numbers, return_inverse=True)
    texts = dict(zip(timeline.numbers.tolist(), timeline.lines, strict=True))
    end = len(timeline) - 1
    rows = np.arange(one.first, one.last + 1)
    at, p = probable(one.offset)
    shown = codes[np.clip(np.rint(rows[:, None] + at).astype(np.int64), 0, end)]
    mass = np.zeros((len(rows), len(numbers)))
    np.add.at(mass, (np.repeat(np.arange(len(rows)), len(at)), shown.ravel()), np.tile(p, len(rows)))
    best = numbers[mass.argmax(axis=1)]
    phase = np.clip(rows + one.offset.median, 0, end)
    lines = tuple(texts[number] for number in best.tolist())
    return RowsRead(lines, mass.max(axis=1), best, timeline.position_at(phase), phase)


def probable(offset: Offsets) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Offsets that count, and their probabilities."""
    kept = offset.p > LEAST
    return offset.at[kept], offset.p[kept] / offset.p[kept].sum()
