"""From what the sensors show to the controller's rows: the lag between them, and where a run begins."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.recordings.programs import Timeline
from core.tracking.passes import STEP, Offsets, Pass

Floats = NDArray[np.float64]
# how far a start or a lag may be from those that training met, in rows
START_WIDTH = 0.5
LAG_WIDTH = 1.5
# share of a start or a lag that training never met, spread this far
STRANGE = 0.02
FURTHEST = 64.0


def anchored(one: Pass, timeline: Timeline, lags: NDArray[np.int64], operation: str | None) -> Pass:
    """The pass with the offset of the controller's rows, which the sensors lag behind.

    The lag is like those `lags` that the training runs of all programs had. `operation` is that of a pass with which
    the run begins: its first row then has a phase like those of the training runs of that operation, and the lag
    follows. None where the run may begin anywhere.
    """
    known = lags.astype(float) if len(lags) else np.zeros(1)
    at = np.arange(one.felt.at[0] - FURTHEST, one.felt.at[-1] + FURTHEST + STEP / 2, STEP)
    late = (at[:, None] - one.felt.at[None]).ravel()
    p = (_density(late, known, LAG_WIDTH).reshape(len(at), -1) * one.felt.p[None]).sum(axis=1)
    starts = starts_of(timeline, operation) if operation is not None else np.zeros(0)
    if len(starts):
        p = p * _density(at, starts, START_WIDTH)
    offset = Offsets(at, p / max(p.sum(), 1e-300))
    lag = offset.median - one.felt.median if len(starts) else None
    return replace(one, offset=offset, lag=lag)


def with_lag(one: Pass, lag: float) -> Pass:
    """A later pass of a run whose lag is known from its first one."""
    return replace(one, offset=Offsets(one.felt.at + lag, one.felt.p), lag=lag)


def starts_of(timeline: Timeline, operation: str) -> Floats:
    """The phases that row 0 had in training runs of that operation; of the program's others where there are few."""
    known = np.isfinite(timeline.starts)
    same = known & (np.array(timeline.run_operations) == operation) if timeline.run_operations else known
    return timeline.starts[same if same.sum() >= 2 else known]


def _density(at: Floats, known: Floats, width: float) -> Floats:
    """Density at `[N]` of what training met `[K]`, with a little everywhere."""
    spread = np.exp(-0.5 * ((at[:, None] - known[None]) / width) ** 2).mean(axis=1) / width
    return np.asarray((1 - STRANGE) * spread / np.sqrt(2 * np.pi) + STRANGE / (2 * FURTHEST))
