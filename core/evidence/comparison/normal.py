"""Intervals of many runs without drawing them again: the normal ones towards which the bootstrap's go.

A share and a calibration error are ratios of sums over runs, once it is settled for each bin whether it is too sure or
not sure enough; what a run adds to such a ratio is its influence (Cochran 1977, section 6.3).
"""

import numpy as np

from core.evidence.bootstrap import NORMAL_95, Floats, Interval
from core.evidence.tally import Tally


def influence(tally: Tally, sums: Floats) -> Floats:
    """How far each run, `[U]`, moves the value of a share or a calibration error; `sums`: the tally's, or aligned."""
    if tally.kind == "share":
        over, under = sums[:, 0], sums[:, 1]
    else:
        items, right, confidence = np.moveaxis(sums.reshape(len(sums), -1, 3), -1, 0)
        gaps = right - confidence
        over, under = (gaps * np.sign(gaps.sum(axis=0))).sum(axis=1), items.sum(axis=1)
    total = under.sum()
    if not total:
        return np.zeros(len(sums))
    moved: Floats = (over - over.sum() / total * under) / total
    return moved


def normal_interval(tally: Tally) -> Interval:
    """The 95 % interval of a share or a calibration error, within 0 and 1; for hundreds of runs and more."""
    value = float(tally.statistic(tally.sums.sum(axis=0, keepdims=True))[0])
    if int(np.any(tally.sums != 0, axis=1).sum()) < 2:
        return Interval(value, None, None)
    reach = NORMAL_95 * float(np.sqrt(np.square(influence(tally, tally.sums)).sum()))
    return Interval(value, max(0.0, value - reach), min(1.0, value + reach))
