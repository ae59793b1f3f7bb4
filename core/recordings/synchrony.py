"""How far the sensors lag the controller's rows: one constant a run, found by comparing runs of one program.

The rows of a recording are the controller's status reports; what the sensors felt was laid onto them by time. Where the
two clocks were not in step, a whole run is shifted by a constant number of rows, and every label with it. Laid on the
common phase of their program, the channels of two runs correlate best at the difference of their lags. What all runs
have in common cannot be seen that way: the median lag of the training runs is called 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

MAX_LAG = 64
# two runs are compared where they share this many live channels
MIN_SHARED = 10
# rows that must be matched for a run to be compared at all
MIN_ROWS = 128
CLIP = 4.0
# slower changes than this many rows are drift of the session, not motion
DRIFT_ROWS = 65

Curves = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Traces:
    """The channels of one run on the phase of its program: spectra `[F, C]` of unit-length traces, live `[C]`."""

    spectra: NDArray[np.complex64]
    live: NDArray[np.bool_]
    size: int


def traces(
    values: NDArray[np.float32], live: NDArray[np.bool_], phase: NDArray[np.float64], rows: int
) -> Traces | None:
    """Lay the values `[T, C]` of a run (its first pass) on a timeline of `rows` rows; None for too short a run.

    phase `[T]` is the row of the timeline at which each row of the run is, NaN where unknown.
    """
    pass_ = _first_pass(phase, rows)
    if len(pass_) < MIN_ROWS:
        return None
    at = np.maximum.accumulate(phase[pass_])
    felt = live[pass_].mean(axis=0) >= 0.95
    kept = np.flatnonzero(felt)
    part = values[pass_][:, kept]
    spread = part.std(axis=0)
    kept, part = kept[spread > 1e-6], part[:, spread > 1e-6]
    part = part - uniform_filter1d(part, DRIFT_ROWS, axis=0, mode="nearest")
    part = np.clip(part / np.maximum(part.std(axis=0), 1e-9), -CLIP, CLIP)
    size = 1 << (rows + MAX_LAG).bit_length()
    grid = np.arange(rows)
    laid = np.zeros((size, values.shape[1]), dtype=np.float32)
    for column, channel in enumerate(kept):
        trace = np.interp(grid, at, part[:, column])
        trace -= trace.mean()
        laid[:rows, channel] = trace / np.sqrt((trace**2).sum() + 1e-9)
    mask = np.zeros(values.shape[1], dtype=bool)
    mask[kept] = True
    return Traces(np.fft.rfft(laid, axis=0).astype(np.complex64), mask, size)


def _first_pass(phase: NDArray[np.float64], rows: int) -> NDArray[np.int64]:
    """Rows of the run until its phase falls back by more than half of the program."""
    known = np.flatnonzero(np.isfinite(phase))
    back = np.flatnonzero(np.diff(phase[known]) < -rows / 2)
    return known[: back[0] + 1] if len(back) else known


def lag_curve(one: Traces, other: Traces) -> Curves:
    """Likeness `[2 * MAX_LAG + 1]` of two runs at each difference of their lags; 0 where they share too little."""
    shared = np.flatnonzero(one.live & other.live)
    if len(shared) < MIN_SHARED:
        return np.zeros(2 * MAX_LAG + 1)
    product = (one.spectra[:, shared] * np.conj(other.spectra[:, shared])).sum(axis=1)
    likeness = np.fft.irfft(product, one.size) / np.sqrt(len(shared))
    return np.concatenate([likeness[-MAX_LAG:], likeness[: MAX_LAG + 1]])


def common_lags(runs: Sequence[Traces]) -> NDArray[np.int64]:
    """The lag of each run, in rows, that makes all runs of one program most alike; their median is 0.

    The sum of all pairs' likeness is climbed run by run, from each run in turn as the origin.
    """
    n = len(runs)
    if n < 2:
        return np.zeros(n, dtype=np.int64)
    curves = np.zeros((n, n, 2 * MAX_LAG + 1))
    for i in range(n):
        for j in range(i):
            curves[i, j] = lag_curve(runs[i], runs[j])
            curves[j, i] = curves[i, j][::-1]
    climbed = [_climb(curves, curves[:, origin].argmax(axis=1) - MAX_LAG, origin) for origin in range(n)]
    best = max(climbed, key=lambda lags: _total(curves, lags))
    return best - round(float(np.median(best)))


def lag_against(run: Traces, others: Sequence[Traces], lags: NDArray[np.int64]) -> int:
    """The lag of a run that makes it most like other runs of its program, whose lags are known."""
    curves = np.stack([lag_curve(run, other) for other in others])
    return int(_votes(curves, lags).argmax()) - MAX_LAG


def _climb(curves: Curves, lags: NDArray[np.int64], origin: int) -> NDArray[np.int64]:
    lags = lags.astype(np.int64)
    lags[origin] = 0
    others = ~np.eye(len(lags), dtype=bool)
    for _ in range(30):
        before = lags.copy()
        for i in range(len(lags)):
            lags[i] = int(_votes(curves[i, others[i]], lags[others[i]]).argmax()) - MAX_LAG
        if (lags == before).all():
            break
    return lags


def _votes(curves: Curves, lags: NDArray[np.int64]) -> Curves:
    """Likeness `[2 * MAX_LAG + 1]` of one run to runs with known lags, at each lag that it may have."""
    wanted = np.arange(-MAX_LAG, MAX_LAG + 1)[None] - lags[:, None]
    inside = np.abs(wanted) <= MAX_LAG
    found = np.take_along_axis(curves, np.clip(wanted, -MAX_LAG, MAX_LAG) + MAX_LAG, axis=1)
    return np.asarray((found * inside).sum(axis=0))


def _total(curves: Curves, lags: NDArray[np.int64]) -> float:
    apart = lags[:, None] - lags[None]
    found = np.take_along_axis(curves, (np.clip(apart, -MAX_LAG, MAX_LAG) + MAX_LAG)[..., None], axis=2)
    return float((found[..., 0] * (np.abs(apart) <= MAX_LAG)).sum())
