"""The rate of a run's rows, and where its clock jumps: what filters and spectra have to know."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.recordings.health import GAP_PERIODS

Bools = NDArray[np.bool_]
# rows further apart than this many periods are no evenly sampled signal (idle rows of a mill: 2 periods)
UNEVEN_PERIODS = 1.5


def row_rate_hz(time_s: NDArray[np.float64], period_s: float) -> float:
    """Rows a second by the clock: one over the median step; over `period_s` where the clock does not advance."""
    steps = np.diff(time_s)
    steps = steps[steps > 0]
    return 1.0 / float(np.median(steps)) if len(steps) else 1.0 / period_s


def jumps(time_s: NDArray[np.float64], rate_hz: float) -> Bools:
    """Rows bool [T] that follow a gap of the clock (see `health`): nothing should be reckoned across them."""
    return _breaks(time_s, GAP_PERIODS / rate_hz)


def uneven(time_s: NDArray[np.float64], rate_hz: float) -> Bools:
    """Rows bool [T] that do not follow the row before them at the run's own rate."""
    return _breaks(time_s, UNEVEN_PERIODS / rate_hz)


def _breaks(time_s: NDArray[np.float64], longest_s: float) -> Bools:
    steps = np.diff(time_s, prepend=time_s[:1])
    broken: Bools = (steps > longest_s) | (steps < 0)
    return broken


def stretches(broken: Bools) -> list[slice]:
    """The rows between breaks, in order; all rows are in one of them."""
    starts = np.flatnonzero(broken[1:]) + 1 if len(broken) else np.zeros(0, dtype=np.int64)
    edges = [0, *starts.tolist(), len(broken)]
    return [slice(first, end) for first, end in pairwise(edges) if end > first]
