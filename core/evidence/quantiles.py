"""Medians that can be added up: errors counted in bins that grow by 2 %, so that runs are pooled and drawn again."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
# mm; what lies below the first edge is called nothing
EDGES = 0.001 * 1.02 ** np.arange(0, 700)
BINS = len(EDGES) + 1


def error_bins(errors: Floats, unit: NDArray[np.int64], n_units: int) -> Floats:
    """How many errors `[K]` of each unit fall into each bin, `[n_units, BINS]`; NaN are left out."""
    known = np.isfinite(errors)
    cell = unit[known] * BINS + np.searchsorted(EDGES, errors[known])
    return np.bincount(cell, minlength=n_units * BINS).reshape(n_units, BINS).astype(np.float64)


def median(sums: Floats) -> Floats:
    """The median of rows of summed bins, `[D, BINS]` to `[D]`, the middle of its bin; NaN where there is nothing."""
    total = sums.sum(axis=1)
    below = np.cumsum(sums, axis=1)
    at = (below >= total[:, None] / 2).argmax(axis=1)
    middle = np.concatenate([[0.0], np.sqrt(EDGES[1:] * EDGES[:-1]), [EDGES[-1]]])
    return np.where(total > 0, middle[at], np.nan)
