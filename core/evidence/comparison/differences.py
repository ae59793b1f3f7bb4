"""What changes from one selection of windows, or one bundle, to another, and which of it is more than chance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import erfc, sqrt

import numpy as np
import pandas as pd

from core.evidence.bootstrap import DRAWN_RUNS, NORMAL_95, BootstrapConfig, Floats, percentiles
from core.evidence.comparison.figures import By, Group, groups
from core.evidence.comparison.normal import influence
from core.evidence.comparison.scored import Scored
from core.evidence.metrics import describe
from core.evidence.paired import FEWEST_RUNS, aligned, drawn, leaves_out_zero
from core.evidence.tally import Ints, Tally

LEVEL = 0.05


@dataclass(frozen=True)
class Difference:
    """`other` minus `value` of a metric in a group, with its 95 % interval of a bootstrap over runs, paired by run.

    low, high: None where a side has fewer than two runs; p: of the normal distribution with the bootstrap's spread,
    None where a side has fewer than FEWEST_RUNS, of which nothing is concluded; real: the interval is without 0; holds:
    so it is among all that are compared at once (Holm 1979, at 5 %); runs: that both sides have.
    """

    metric: str
    group: str
    value: float
    other: float
    delta: float
    low: float | None
    high: float | None
    n: int
    n_other: int
    runs: int
    p: float | None = None
    real: bool = False
    holds: bool = False


def differences(
    one: Scored,
    other: Scored,
    by: By = "all",
    slices: Mapping[str, Ints] | None = None,
    other_slices: Mapping[str, Ints] | None = None,
    bootstrap: BootstrapConfig | None = None,
) -> list[Difference]:
    """Every metric that both sides have, the largest difference first; the same runs are drawn on both sides.

    A run that only one side has is drawn all the same, so two selections without a common run differ as two samples do.
    """
    theirs = {group.name: group for group in groups(other, by, other_slices or slices)}
    pairs = [(group, theirs[group.name]) for group in groups(one, by, slices) if group.name in theirs]
    return between(pairs, bootstrap)


def between(
    pairs: Sequence[tuple[Group, Group]], bootstrap: BootstrapConfig | None = None
) -> list[Difference]:
    """The same of groups that are there already, each beside its other side; all of them are judged together."""
    found = [each for ours, their in pairs for each in _of_group(ours, their, bootstrap or BootstrapConfig())]
    return sorted(_judged(found), key=lambda each: -abs(each.delta))


def as_frame(found: Sequence[Difference]) -> pd.DataFrame:
    """Differences as a table, with the metrics' labels."""
    return pd.DataFrame([vars(each) | {"label": describe(each.metric).label} for each in found])


def _of_group(ours: Group, theirs: Group, config: BootstrapConfig) -> list[Difference]:
    units = sorted({*ours.units, *theirs.units}, key=lambda unit: (unit.run, unit.operation))
    place = {unit: index for index, unit in enumerate(units)}
    shared = len({unit.run for unit in ours.units} & {unit.run for unit in theirs.units})
    own, others = ({tally.metric: tally for tally in side.tallies} for side in (ours, theirs))
    found = []
    for metric, tally in own.items():
        if metric in others and tally.asked.sum() and others[metric].asked.sum():
            sides = (
                aligned(tally, ours.units, place).sums,
                aligned(others[metric], theirs.units, place).sums,
            )
            found.append(_difference(ours.name, tally, others[metric], sides, shared, config))
    return found


def _difference(
    group: str,
    tally: Tally,
    other: Tally,
    sides: tuple[Floats, Floats],
    shared: int,
    config: BootstrapConfig,
) -> Difference:
    a, b = sides
    values = [float(tally.statistic(side.sum(axis=0, keepdims=True))[0]) for side in sides]
    delta = values[1] - values[0]
    found = Difference(
        metric=tally.metric,
        group=group,
        value=values[0],
        other=values[1],
        delta=delta,
        low=None,
        high=None,
        n=int(tally.asked.sum()),
        n_other=int(other.asked.sum()),
        runs=shared,
    )
    said = [np.any(side != 0, axis=1) for side in sides]
    speaking, fewest = said[0] | said[1], min(int(mask.sum()) for mask in said)
    n_runs = int(speaking.sum())
    if fewest < 2:
        return found
    if n_runs > DRAWN_RUNS:
        spread = float(np.sqrt(np.square(influence(other, b) - influence(tally, a)).sum()))
        low, high = delta - NORMAL_95 * spread, delta + NORMAL_95 * spread
    else:
        gaps = drawn([(1, tally.statistic, b[speaking]), (-1, tally.statistic, a[speaking])], config)
        if np.isnan(gaps).all():
            return found
        spread, (low, high) = float(np.nanstd(gaps)), percentiles(gaps, config)
    if fewest < FEWEST_RUNS:
        return replace(found, low=low, high=high)
    return replace(found, low=low, high=high, p=_p(delta, spread), real=leaves_out_zero(low, high))


def _p(delta: float, spread: float) -> float:
    """The two-sided p of a difference whose spread is known."""
    if delta == 0:
        return 1.0
    return erfc(abs(delta) / spread / sqrt(2)) if spread > 0 else 0.0


def _judged(found: Sequence[Difference]) -> list[Difference]:
    """Mark what holds among all of these."""
    tested = sorted((each for each in found if each.p is not None), key=lambda each: each.p or 0.0)
    holds: set[int] = set()
    for place, each in enumerate(tested):
        if (each.p or 0.0) > LEVEL / (len(tested) - place):
            break
        holds.add(id(each))
    return [replace(each, holds=id(each) in holds and each.real) for each in found]
