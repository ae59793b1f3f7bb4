"""Whether stretches of a run are where the whole pass is: what a line left out or another feed would change."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.tracking.passes import STEP, Pass, told
from core.tracking.tracker import Track
from core.tracking.words import Words

# windows of a stretch are centred within this many rows
STRETCH_ROWS = 96
STEP_ROWS = 32
REACH = 16.0
# a stretch that tells its offset less closely than this says nothing
CLOSE_ROWS = 1.5


@dataclass(frozen=True)
class Drift:
    """A stretch of rows that is `rows` further in the program than its pass; by_mm: what that is on the way."""

    row: int
    rows: float
    by_mm: float


def drifts(found: Track, words: Words, temper: float) -> list[Drift]:
    """The drift of every stretch of a track whose windows tell it.

    temper: what the windows' words are multiplied by so that they may be added up.
    """
    drawn = []
    for one in found.passes:
        for first in range(one.first, max(one.last - STRETCH_ROWS, one.first) + 1, STEP_ROWS):
            inside = (words.centres >= first) & (words.centres < first + STRETCH_ROWS)
            off = _offset(words.places[inside] * temper, words.centres[inside], found, one)
            if off is not None:
                drawn.append(Drift(first, off, _way(found, one, first, off)))
    return drawn


def _offset(
    words: NDArray[np.float32], centres: NDArray[np.float64], found: Track, one: Pass
) -> float | None:
    """How much further than its pass a stretch is; None where that is not told."""
    if not len(words):
        return None
    at = np.arange(-REACH, REACH + STEP / 2, STEP)
    p = told(words, centres, found.programs, one.program, one.felt.median + at).p
    middle = float(p @ at)
    spread = float(np.sqrt(p @ (at - middle) ** 2))
    return middle if spread <= CLOSE_ROWS else None


def _way(found: Track, one: Pass, first: int, off: float) -> float:
    """How far apart the two places are, in mm, at the median row of the stretch."""
    timeline = found.programs.timelines[one.program]
    rows = np.arange(first, min(first + STRETCH_ROWS, one.last + 1))
    phase = np.asarray(rows + one.offset.median, dtype=np.float64)
    apart = timeline.position_at(phase + off) - timeline.position_at(phase)
    return float(np.median(np.linalg.norm(apart, axis=1)))
