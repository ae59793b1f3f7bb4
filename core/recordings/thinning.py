"""Fewer points for the same picture: a long trace thinned so that no extreme is lost, and where it has no values."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from tsdownsample import MinMaxDownsampler, MinMaxLTTBDownsampler

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]
# a view of no more rows is sent as it is: its values can be read off one by one
EXACT_ROWS = 4096
# rows of one value that are no chance where a channel changes in this share of its other rows
STUCK_ROWS, MOVING = 24, 0.7
_SHAPE = MinMaxLTTBDownsampler()  # type: ignore[no-untyped-call]
_EXTREMES = MinMaxDownsampler()  # type: ignore[no-untyped-call]


class Points(NamedTuple):
    """A trace to draw: rows int64 [P], ascending, and values float32 [P]; NaN breaks the line."""

    rows: Rows
    values: Floats


def thin(values: Floats, width: int, first: int = 0) -> Points:
    """Points of the values float32 [n] of rows `first` on, all of them where there are EXACT_ROWS or fewer.

    The shape is chosen by MinMaxLTTB, `width` points of it; it may pass over an extreme, so the least and the largest
    value of each of width / 2 equal parts are put back. A stretch without values keeps a break.
    """
    if len(values) <= max(EXACT_ROWS, width):
        return Points(np.arange(first, first + len(values), dtype=np.int64), values)
    known = np.flatnonzero(np.isfinite(values))
    if not len(known):
        return Points(np.array([first], dtype=np.int64), np.array([np.nan], dtype=np.float32))
    own = np.ascontiguousarray(values[known])
    chosen = known[_shape_and_extremes(own, width)]
    chosen = np.union1d(chosen, _breaks(values, len(values) / width))
    return Points(chosen + first, values[chosen])


def _shape_and_extremes(values: Floats, width: int) -> Rows:
    if len(values) <= width:
        return np.arange(len(values))
    even = max(width - width % 2, 4)
    shape = _SHAPE.downsample(values, n_out=even)
    extremes = _EXTREMES.downsample(values, n_out=even)
    return np.union1d(shape, extremes).astype(np.int64)


def _breaks(values: Floats, shortest: float) -> Rows:
    holes = stretches(np.isnan(values))
    return np.asarray(holes[holes[:, 1] - holes[:, 0] + 1 >= shortest, 0], dtype=np.int64)


def stretches(mask: NDArray[np.bool_]) -> Rows:
    """The stretches in which a mask bool [n] is true: int64 [S, 2], first and last place of each."""
    edges = np.diff(np.concatenate(([0], mask.view(np.int8), [0])))
    return np.stack([np.flatnonzero(edges == 1), np.flatnonzero(edges == -1) - 1], axis=1)


def longest(found: Rows, most: int) -> Rows:
    """The longest `most` of some stretches int64 [S, 2], in order."""
    if len(found) <= most:
        return found
    kept = np.sort(np.argsort(found[:, 0] - found[:, 1], kind="stable")[:most])
    return np.asarray(found[kept], dtype=np.int64)


def stuck(values: Floats) -> Rows:
    """Where a channel that otherwise moves repeats one value: stretches int64 [S, 2] of values float32 [n].

    A stretch counts from STUCK_ROWS rows on. The channel has to change from row to row in most of the other rows: one
    that moves in coarse steps, or never, has none.
    """
    if len(values) < STUCK_ROWS:
        return np.empty((0, 2), dtype=np.int64)
    starts = np.concatenate(([0], np.flatnonzero(values[1:] != values[:-1]) + 1))
    lengths = np.diff(np.concatenate((starts, [len(values)])))
    kept = lengths >= STUCK_ROWS
    others = len(values) - int(lengths[kept].sum())
    if not kept.any() or np.count_nonzero(~kept) <= MOVING * others or others < STUCK_ROWS:
        return np.empty((0, 2), dtype=np.int64)
    return np.stack([starts[kept], starts[kept] + lengths[kept] - 1], axis=1)


class Buckets(NamedTuple):
    """Equal stretches of rows of one channel: least, largest float32 [B], NaN = no value; missing rows of each [B]."""

    least: Floats
    largest: Floats
    missing: Floats


def bucketed(values: Floats, size: int) -> Buckets:
    """The values float32 [n] in buckets of `size` rows; the last one may be shorter."""
    starts = np.arange(0, len(values), size)
    return Buckets(
        np.fmin.reduceat(values, starts),
        np.fmax.reduceat(values, starts),
        np.add.reduceat(np.isnan(values), starts, dtype=np.float32),
    )


def merged(buckets: Buckets, factor: int) -> Buckets:
    """Every `factor` buckets made one."""
    starts = np.arange(0, len(buckets.least), factor)
    return Buckets(
        np.fmin.reduceat(buckets.least, starts),
        np.fmax.reduceat(buckets.largest, starts),
        np.add.reduceat(buckets.missing, starts),
    )


def envelope(buckets: Buckets, size: int, first: int, n_rows: int) -> Points:
    """Two points a bucket of `size` rows from row `first` on: its least and its largest value, by turns first.

    By turns, as the line from one bucket to the next is then no longer than it must be.
    """
    n = len(buckets.least)
    starts = first + size * np.arange(n, dtype=np.int64)
    rows = np.stack([starts, np.minimum(starts + size // 2, n_rows - 1)], axis=1)
    values = np.stack([buckets.least, buckets.largest], axis=1)
    values[1::2] = values[1::2, ::-1]
    return Points(rows.ravel(), values.ravel())
