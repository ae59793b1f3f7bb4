"""Expected calibration error: how far a confidence is from the share of answers that were right."""

import numpy as np
from numpy.typing import NDArray

BINS = 15

Floats = NDArray[np.float64]


def bin_sums(
    confidence: NDArray[np.floating],
    right: NDArray[np.bool_],
    unit: NDArray[np.int64],
    n_units: int,
    bins: int = BINS,
) -> Floats:
    """Sum items into equal-width bins of confidence, for each unit.

    `confidence`, `right` and `unit` are `[K]`, an item each; the answer is `[n_units, bins * 3]`: the bins
    one after another, each (items, right, summed confidence). Bin b holds (b / bins, (b + 1) / bins].
    """
    level = np.clip(np.ceil(np.asarray(confidence, np.float64) * bins) - 1, 0, bins - 1).astype(np.int64)
    cell = unit * bins + level
    columns = (np.ones(len(cell)), right.astype(np.float64), np.asarray(confidence, np.float64))
    sums = [np.bincount(cell, weights=column, minlength=n_units * bins) for column in columns]
    return np.stack(sums, axis=1).astype(np.float64).reshape(n_units, bins * 3)


def expected_calibration_error(sums: Floats) -> Floats:
    """ECE of rows of summed bins, `[D, BINS * 3]` to `[D]` (Guo et al. 2017, equation 3); NaN if empty."""
    items, right, confidence = np.moveaxis(sums.reshape(len(sums), -1, 3), -1, 0)
    gap = np.abs(right - confidence).sum(axis=1)
    total = items.sum(axis=1)
    return np.asarray(np.divide(gap, total, out=np.full(len(sums), np.nan), where=total > 0), np.float64)


def reliability(sums: Floats) -> Floats:
    """Reliability diagram of a summed row `[BINS * 3]`: `[BINS, 3]`, (items, accuracy, mean confidence)."""
    table = sums.reshape(-1, 3).copy()
    items = table[:, :1]
    table[:, 1:] = np.divide(table[:, 1:], items, out=np.full_like(table[:, 1:], np.nan), where=items > 0)
    return table
