"""Few numbers that sum a window up, channel by channel: level, spread and slope."""

import numpy as np
from numpy.typing import NDArray

from core.evidence.tally import Ints
from core.recordings.windows import Windows

Reals = NDArray[np.float32]
# features of one channel: its mean, its standard deviation, how far it rises from the first to the second half
PER_CHANNEL = 3
BLOCK = 512


def window_features(windows: Windows) -> Reals:
    """Level, spread and slope of each channel `[N, C, 3]`; NaN where the channel is not live in the window."""
    parts = []
    for start in range(0, len(windows), BLOCK):
        values = windows.continuous[start : start + BLOCK]
        half = values.shape[1] // 2
        rise = values[:, half:].mean(axis=1) - values[:, :half].mean(axis=1)
        own = np.stack([values.mean(axis=1), values.std(axis=1), rise], axis=-1)
        own[~windows.present[start : start + BLOCK]] = np.nan
        parts.append(own.astype(np.float32))
    return (
        np.concatenate(parts)
        if parts
        else np.zeros((0, windows.continuous.shape[2], PER_CHANNEL), np.float32)
    )


def standardised(features: Reals, learned: Ints) -> Reals:
    """Features `[N, C, F]` as rows `[N, C * F]` of equal spread over the `learned` ones; 0 where there is no value."""
    flat = features.reshape(len(features), -1)
    with np.errstate(invalid="ignore"):
        known = np.isfinite(flat[learned])
        count = np.maximum(known.sum(axis=0), 1)
        filled = np.where(known, flat[learned], 0)
        mean = filled.sum(axis=0) / count
        spread = np.sqrt((np.where(known, filled - mean, 0) ** 2).sum(axis=0) / count)
        scaled: Reals = (flat - mean) / np.where(spread > 1e-9, spread, 1)
    return np.asarray(np.nan_to_num(scaled, nan=0.0), np.float32)


def between_runs(values: Reals, run: NDArray[np.str_]) -> float:
    """The share of a feature's variance that lies between runs, 0 to 1 (eta squared); NaN where it never changes.

    1: every run has one value of its own, so the feature tells which run it is and nothing of what goes on in it.
    """
    known = np.isfinite(values)
    if known.sum() < 2:
        return float("nan")
    own, (_, unit) = values[known].astype(np.float64), np.unique(run[known], return_inverse=True)
    total = float(((own - own.mean()) ** 2).sum())
    if total <= 1e-12 * max(float((own**2).sum()), 1.0):
        return float("nan")
    count = np.bincount(unit)
    means = np.bincount(unit, weights=own) / count
    return float((count * (means - own.mean()) ** 2).sum() / total)
