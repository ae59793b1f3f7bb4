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
# how far a start, an end or a lag may be from those that training met, in rows
END_WIDTH = 0.5
LAG_WIDTH = 1.5
# lags and offsets further than this are not looked at
FURTHEST = 64.0
# share of lags that training never met
STRANGE = 0.02
# how probable it is that a recording begins with a program and ends with it; that it only does one of both, each way;
# the rest for neither
WHOLE, ONE_END = 0.5, 0.05


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
        p = np.convolve(others, one.felt.p) * said[i]
        offset = Offsets(reach[i], p / max(p.sum(), 1e-300))
        lag = known * np.prod([h / h.max() for h in heard], axis=0)
        found.append(replace(one, offset=offset, lag=Offsets(lag_at, lag / max(lag.sum(), 1e-300))))
    return found


def lag_density(at: Floats, lags: NDArray[np.int64]) -> Floats:
    """Density of lags at `[N]`: like those of the training runs, and a little everywhere."""
    known = lags.astype(float) if len(lags) else np.zeros(1)
    near = _kernel(at, known, LAG_WIDTH).mean(axis=1)
    return np.asarray((1 - STRANGE) * near + STRANGE / (2 * FURTHEST))


def _reach(one: Pass) -> Floats:
    """The offsets that the controller's rows may have in a pass."""
    return np.arange(one.felt.at[0] - FURTHEST, one.felt.at[-1] + FURTHEST + STEP / 2, STEP)


def _ends(at: Floats, timeline: Timeline, operation: str, n_rows: int, *, first: bool, last: bool) -> Floats:
    """Density of a pass's offsets `[N]` by what is known of the rows that runs begin and end with."""
    starts, ends = _known_ends(timeline, operation)
    anywhere = 1 / (2 * FURTHEST)
    if not len(starts) or not (first or last):
        return np.full(len(at), anywhere)
    begin = first * _kernel(at, starts, END_WIDTH)
    end = last * _kernel(at + (n_rows - len(timeline)), ends, END_WIDTH)
    share = 1 - WHOLE - 2 * ONE_END
    if first and last:
        # a run as long as one of the training runs begins and ends as that one did
        either = ONE_END * (begin.mean(axis=1) + end.mean(axis=1)) * anywhere
        return np.asarray(WHOLE * (begin * end).mean(axis=1) + either + share * anywhere**2)
    return np.asarray((WHOLE + ONE_END) * (begin + end).mean(axis=1) + (share + ONE_END) * anywhere)


def _known_ends(timeline: Timeline, operation: str) -> tuple[Floats, Floats]:
    """Starts and ends of the training runs of that operation; of the program's others too where there are few."""
    known = np.isfinite(timeline.starts) & np.isfinite(timeline.ends)
    same = known & (np.array(timeline.run_operations) == operation) if timeline.run_operations else known
    chosen = same if same.sum() >= 2 else known
    return timeline.starts[chosen], timeline.ends[chosen]


def _kernel(at: Floats, known: Floats, width: float) -> Floats:
    """Density at `[N]` around each of `known [K]`: `[N, K]`."""
    spread = np.exp(-0.5 * ((at[:, None] - known[None]) / width) ** 2)
    return np.asarray(spread / (width * np.sqrt(2 * np.pi)))
