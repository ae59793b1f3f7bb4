"""What a channel is like over many runs: level, range, spread, step, dead share, autocorrelation."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.recordings.recording import Recording

Floats = NDArray[np.float64]
# rows at the start whose values may be left over from before, and the fewest rows that a statistic is worth
FEWEST_ROWS = 32
RANGE = (0.01, 0.99)
# a channel that has this share of its rows without any change is dead in a run
STILL = 0.97
STATISTICS = ("level", "range", "spread", "step", "autocorrelation")


def channel_statistics(runs: Iterable[Recording]) -> pd.DataFrame:
    """A row a channel, in the machine's order: the median over the runs in which it lives of each statistic.

    level: median; range: between the 1st and 99th percentile; spread: standard deviation; step: mean size of the
    change from row to row; autocorrelation: at one row. Further runs: that have the channel; between_runs: standard
    deviation of the level over runs; dead: share of all runs in which it is missing or stands still. NaN = no run.
    """
    parts: list[pd.DataFrame] = []
    order: dict[str, int] = {}
    for run in runs:
        order |= {name: place for place, name in enumerate(run.machine.side_channels)}
        parts.append(_of_run(run))
    table = pd.concat(parts, ignore_index=True)
    live = table[~table.dead]
    found = live.groupby("channel")[list(STATISTICS)].median()
    found["between_runs"] = live.groupby("channel")["level"].std()
    found["runs"] = table.groupby("channel").size()
    found = found.reindex(list(order))
    found["runs"] = found.runs.fillna(0).astype(int)
    lives = live.groupby("channel").size().reindex(list(order)).fillna(0)
    found["dead"] = 1.0 - lives / max(len(parts), 1)
    return found.rename_axis("channel").reset_index()


def _of_run(run: Recording) -> pd.DataFrame:
    names = [name for name in run.machine.side_channels if name in run.index]
    values = run.matrix(names).astype(np.float64)
    steps = np.diff(values, axis=0)
    enough = np.isfinite(values).sum(axis=0) >= FEWEST_ROWS
    with np.errstate(all="ignore"):
        low, middle, high = np.nanquantile(_filled(values, enough), (RANGE[0], 0.5, RANGE[1]), axis=0)
        still = np.nanmean(np.where(np.isfinite(steps), steps == 0, np.nan), axis=0)
        spread = np.nanstd(values, axis=0)
        return pd.DataFrame(
            {
                "channel": names,
                "level": middle,
                "range": high - low,
                "spread": spread,
                "step": np.nanmean(np.abs(steps), axis=0),
                "autocorrelation": _autocorrelation(values, spread),
                "dead": ~enough | ~(spread > 0) | (still > STILL),
            }
        )


def _filled(values: Floats, enough: NDArray[np.bool_]) -> Floats:
    """No column without a single value: quantiles would warn."""
    return np.where(enough, values, 0.0)


def _autocorrelation(values: Floats, spread: Floats) -> Floats:
    away = values - np.nanmean(values, axis=0)
    return np.asarray(np.nanmean(away[1:] * away[:-1], axis=0) / spread**2)
