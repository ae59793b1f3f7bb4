"""From what the sensors show to the controller's rows: the lag between them, and where a run begins and ends.

The sensors of a run are late by one constant number of rows, which they cannot tell themselves. A recording that begins
or ends with a program tells it: its first and last rows then have phases like those of the training runs.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.recordings.programs import Timeline
from core.tracking.passes import STEP, Offsets, Pass

Floats = NDArray[np.float64]
# how far starts, ends and lags are from those that training met, in rows: the share that is near, how near, how far the
# others. Recordings that are unlike the rest mostly lack rows, or have rows too many, at the beginning.
START_SPREAD = (0.85, 0.5, 6.0)
END_SPREAD = (0.9, 0.5, 2.0)
LAG_SPREAD = (0.85, 1.5, 20.0)
# lags further than this are not looked at
FURTHEST = 64.0
# how probable it is that a recording begins with a program and ends with it, only begins, only ends; the rest: neither.
WHOLE, BEGINS, ENDS = 0.5, 0.05, 0.2
# starts and ends of the same operation count for this much, those of others that execute the program for the rest
SAME = 0.7
SLACK_ROWS = 2.0
LEAST = 1e-4


def anchored(
    passes: Sequence[Pass],
    timelines: Sequence[Timeline],
    operations: Sequence[str],
    lags: NDArray[np.int64],
    n_rows: int | None,
) -> list[Pass]:
    """The passes of a run with the offsets of the controller's rows.

    timelines, operations: of each pass; n_rows: of the run, None while it goes on. The lag is one for the whole run. It
    is like those that the training runs of all programs had, and such that the first row begins a program and the last
    one ends it, if that is possible at all.
    """
    lag_at = np.arange(-FURTHEST, FURTHEST + STEP / 2, STEP)
    known = lag_density(lag_at, lags)
    reach = [_reach(one) for one in passes]
    said = [
        _ends(
            at,
            timeline,
            operation,
            n_rows or 0,
            first=i == 0,
            last=n_rows is not None and i == len(passes) - 1,
        )
        for i, (at, timeline, operation) in enumerate(zip(reach, timelines, operations, strict=True))
    ]
    # how probable each lag makes the ends that a pass tells of
    heard = [
        np.convolve(ends, one.felt.p[::-1], mode="valid") for ends, one in zip(said, passes, strict=True)
    ]
    found = []
    for i, one in enumerate(passes):
        others = known * np.prod([h / h.max() for j, h in enumerate(heard) if j != i], axis=0)
        p = said[i] if one.deaf else np.convolve(others, one.felt.p) * said[i]
        offset = Offsets(reach[i], p / max(p.sum(), 1e-300))
        lag = known * np.prod([h / h.max() for h in heard], axis=0)
        found.append(replace(one, offset=offset, lag=Offsets(lag_at, lag / max(lag.sum(), 1e-300))))
    return _parted(found)


def _heard(ends: Floats, one: Pass) -> Floats:
    """How probable each lag makes the ends that a pass tells of; alike where the sensors tell nothing of the pass."""
    if one.deaf:
        return np.ones(len(ends) - len(one.felt.p) + 1)
    return np.convolve(ends, one.felt.p[::-1], mode="valid")


def _parted(passes: list[Pass]) -> list[Pass]:
    """A pass that begins its program within the rows of the one before takes over where it begins."""
    for i in range(1, len(passes)):
        begins = int(np.ceil(-passes[i].offset.median))
        if passes[i - 1].first < begins <= passes[i].last:
            passes[i - 1] = replace(passes[i - 1], last=begins - 1)
            passes[i] = replace(passes[i], first=begins)
    return passes


def lag_density(at: Floats, lags: NDArray[np.int64]) -> Floats:
    """Density of lags at `[N]`: like those of the training runs, some further away."""
    known = lags.astype(float) if len(lags) else np.zeros(1)
    return np.asarray(_spread(at, known, LAG_SPREAD).mean(axis=1))


def _reach(one: Pass) -> Floats:
    """The offsets that the controller's rows may have in a pass."""
    return np.arange(one.felt.at[0] - FURTHEST, one.felt.at[-1] + FURTHEST + STEP / 2, STEP)


def _ends(at: Floats, timeline: Timeline, operation: str, n_rows: int, *, first: bool, last: bool) -> Floats:
    """Density of a pass's offsets `[N]` by what is known of the rows that runs begin and end with."""
    rows = len(timeline)
    behind = at + (n_rows - rows)
    known = np.isfinite(timeline.starts) & np.isfinite(timeline.ends)
    if not known.any() or not (first or last):
        return np.full(len(at), 1 / rows)
    weight = _weights(timeline, operation)[known]
    begin = _spread(at, timeline.starts[known], START_SPREAD)
    end = _spread(behind, timeline.ends[known], END_SPREAD)
    # a recording that is cut begins or ends somewhere within the program
    cut_first, cut_last = (at >= -SLACK_ROWS) / rows, (behind <= SLACK_ROWS) / rows
    neither = 1 - WHOLE - BEGINS - ENDS
    if not last:
        return (WHOLE + BEGINS) * (begin @ weight) + (ENDS + neither) * cut_first + LEAST / rows
    if not first:
        return (WHOLE + ENDS) * (end @ weight) + (BEGINS + neither) * cut_last + LEAST / rows
    # a run as long as one of the training runs begins and ends as that one did
    whole = WHOLE * ((begin * end) @ weight)
    cut = BEGINS * (begin @ weight) * cut_last + ENDS * (end @ weight) / rows
    return np.asarray(whole + cut + neither * cut_first * cut_last + LEAST / rows**2)


def _weights(timeline: Timeline, operation: str) -> Floats:
    """What each training run counts for a run of an operation `[R]`, 1 together."""
    same = np.array([name == operation for name in timeline.run_operations], dtype=bool)
    same = same if len(same) == len(timeline.starts) else np.ones(len(timeline.starts), dtype=bool)
    own, others = same / max(int(same.sum()), 1), ~same / max(int((~same).sum()), 1)
    weight = SAME * own + (1 - SAME) * others
    return np.asarray(weight / weight.sum())


def _spread(at: Floats, known: Floats, spread: tuple[float, float, float]) -> Floats:
    """Density at `[N]` around each of `known [K]`: `[N, K]`."""
    share, *widths = spread
    off = at[:, None] - known[None]
    near, far = (np.exp(-0.5 * (off / width) ** 2) / (width * np.sqrt(2 * np.pi)) for width in widths)
    return np.asarray(share * near + (1 - share) * far)
