"""Where the clock of a run leaps, so that a pause is not taken for a row like any other."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# a step of the clock that is so often longer than the usual one is a gap
GAP_TIMES = 4.0
MOST_GAPS = 2000


class Gaps(NamedTuple):
    """The row before each leap, int64 [G], and how long the leap lasts in seconds, float64 [G]."""

    rows: NDArray[np.int64]
    seconds: NDArray[np.float64]


def clock_gaps(seconds: NDArray[np.float64]) -> Gaps:
    """The longest MOST_GAPS leaps of a clock float64 [T]; idle rows, at twice the usual step, are none."""
    steps = np.diff(seconds)
    if not len(steps):
        return Gaps(np.empty(0, dtype=np.int64), steps)
    rows = np.flatnonzero(steps > GAP_TIMES * max(float(np.median(steps)), 1e-9))
    if len(rows) > MOST_GAPS:
        rows = np.sort(rows[np.argsort(-steps[rows], kind="stable")[:MOST_GAPS]])
    return Gaps(rows, steps[rows])
