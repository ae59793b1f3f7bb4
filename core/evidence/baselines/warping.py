"""Dynamic time warping of one run to many, in a narrow band around equal rows.

Sakoe and Chiba 1978. A band cell `[i, k]` stands for row i of the one run and row i + k - band of the other.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.evidence.bootstrap import Floats
from core.evidence.tally import Bools, Ints

# dearer than any path, yet small enough for sums to keep their digits
OUTSIDE = 1e6


@dataclass(frozen=True, eq=False)
class Warping:
    """The cheapest way to lay two runs beside each other: `score` a row, and `partner` `[T]`, -1 = none."""

    score: float
    partner: Ints


def band_costs(
    run: NDArray[np.float32], other: NDArray[np.float32], shared: Bools, band: int
) -> NDArray[np.float64]:
    """Mean squared difference over the shared channels: `[T, C]` and `[U, C]` to `[T, 2 * band + 1]`."""
    ours, theirs = run[:, shared], other[:, shared]
    costs = np.full((len(ours), 2 * band + 1), OUTSIDE)
    for k in range(2 * band + 1):
        shift = k - band
        first, last = max(0, -shift), min(len(ours), len(theirs) - shift)
        if first < last:
            gap = ours[first:last] - theirs[first + shift : last + shift]
            costs[first:last, k] = np.einsum("tc,tc->t", gap, gap) / shared.sum()
    return costs


def accumulate(costs: Floats) -> Floats:
    """Cost of the cheapest path from the first rows to each cell, `[B, T, K]`; inf where there is none."""
    total = np.full_like(costs, np.inf)
    band = costs.shape[2] // 2
    for i in range(costs.shape[1]):
        cost = costs[:, i]
        entry = np.full_like(cost, np.inf)
        if i == 0:
            entry[:, band] = 0.0
        else:
            entry = total[:, i - 1].copy()
            np.minimum(entry[:, :-1], total[:, i - 1, 1:], out=entry[:, :-1])
        # steps within the row: the best entry before each cell plus the costs from there on
        along = np.cumsum(cost, axis=1)
        reached = along + np.minimum.accumulate(entry - (along - cost), axis=1)
        total[:, i] = np.where(cost < OUTSIDE, reached, np.inf)
    return total


def best_end(total: Floats, other_rows: int, unmatched: float) -> tuple[float, int, int]:
    """The best end of a path where either run ends: its score a row, inf for none, and its cell (i, k).

    Rows of the longer run that are left over cost `unmatched` each.
    """
    rows, width = total.shape
    i = np.arange(rows)[:, None]
    j = i + np.arange(width)[None, :] - width // 2
    left = (rows - 1 - i) + (other_rows - 1 - j)
    ends = np.isfinite(total) & ((i == rows - 1) | (j == other_rows - 1))
    score = np.where(ends, (total + unmatched * left) / (i + j + 2 + left).clip(min=1), np.inf)
    cell = int(score.argmin())
    return float(score.flat[cell]), cell // width, cell % width


def trace_back(total: Floats, end: tuple[int, int]) -> Ints:
    """The partner row of each row along the cheapest path to the cell `end`, `[T]`; -1 after its end."""
    rows, width = total.shape
    partner = np.full(rows, -1, np.int64)
    i, k = end
    while True:
        j = i + k - width // 2
        if partner[i] < 0:
            partner[i] = j
        if i == 0 and j == 0:
            return partner
        before = (
            total[i - 1, k] if i > 0 else np.inf,
            total[i - 1, k + 1] if i > 0 and k + 1 < width else np.inf,
            total[i, k - 1] if k > 0 else np.inf,
        )
        step = int(np.argmin(before))
        i, k = (i - 1, k) if step == 0 else (i - 1, k + 1) if step == 1 else (i, k - 1)


def warp_to_many(
    run: NDArray[np.float32],
    others: list[NDArray[np.float32]],
    shared: Bools,
    band: int,
    unmatched: float,
) -> list[Warping | None]:
    """Warp `run` `[T, C]` to each of B others on the channels `shared` `[B, C]`; None = no path."""
    pairs = zip(others, shared, strict=True)
    total = accumulate(np.stack([band_costs(run, other, mask, band) for other, mask in pairs]))
    found: list[Warping | None] = []
    for cells, other in zip(total, others, strict=True):
        score, i, k = best_end(cells, len(other), unmatched)
        found.append(Warping(score, trace_back(cells, (i, k))) if np.isfinite(score) else None)
    return found
