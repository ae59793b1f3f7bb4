"""Two sides of one comparison: the difference of a metric, drawn over the runs that both sides read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.evidence.bootstrap import BootstrapConfig, Floats, Interval, Statistic, percentiles, run_weights
from core.evidence.evaluation import Evaluation
from core.evidence.metrics import MODEL
from core.evidence.tally import Bools, Tally, Unit
from core.evidence.truth import EvidenceError

# drawn from fewer runs, an interval is much too narrow
FEWEST_RUNS = 5


@dataclass(frozen=True)
class Difference:
    """A metric on two sides and how far the second is from the first, in points, with its 95 % interval.

    `low` and `high` are None where fewer than two runs speak; runs: how many do.
    """

    metric: str
    first: float
    second: float
    low: float | None
    high: float | None
    n: int
    runs: int

    @property
    def points(self) -> float:
        """Second less first, in the metric's own unit."""
        return self.second - self.first

    @property
    def relative(self) -> float:
        """The difference as a share of the first side's value; NaN where that is 0."""
        return self.points / self.first if self.first else float("nan")

    @property
    def real(self) -> bool:
        """Whether the interval leaves 0 out; of fewer than FEWEST_RUNS runs nothing is concluded."""
        return self.runs >= FEWEST_RUNS and leaves_out_zero(self.low, self.high)


Terms = Sequence[tuple[int, Tally]]


def leaves_out_zero(low: float | None, high: float | None) -> bool:
    """Whether an interval is there and does not hold 0."""
    return low is not None and high is not None and not low <= 0 <= high


def drawn(sides: Sequence[tuple[int, Statistic, Floats]], config: BootstrapConfig) -> Floats:
    """A signed sum of statistics in every draw, `[D]`; each draw takes the same of the runs `[R, K]` of every side."""
    weights = run_weights(len(sides[0][2]), config)
    return np.asarray(np.sum([sign * of(weights @ sums) for sign, of, sums in sides], axis=0), np.float64)


def combined(terms: Terms, mask: Bools | None = None, config: BootstrapConfig | None = None) -> Interval:
    """A signed sum of one metric's values over the same units, e.g. `(1, second), (-1, first)`, with its interval.

    Each draw takes the same runs for every term; runs that add to none are not drawn.
    """
    config = config or BootstrapConfig()
    chosen = slice(None) if mask is None else mask
    sides = [(sign, tally.statistic, tally.sums[chosen]) for sign, tally in terms]
    speaking = speaking_runs([sums for _, _, sums in sides])
    value = sum(sign * float(of(sums.sum(axis=0, keepdims=True))[0]) for sign, of, sums in sides)
    if speaking.sum() < 2:
        return Interval(value, None, None)
    gaps = drawn([(sign, of, sums[speaking]) for sign, of, sums in sides], config)
    if np.isnan(gaps).all():
        return Interval(value, None, None)
    return Interval(value, *percentiles(gaps, config))


def speaking_runs(sides: Sequence[Floats]) -> Bools:
    """Which runs add to any of the sides."""
    return np.asarray(np.any([np.any(sums != 0, axis=1) for sums in sides], axis=0), np.bool_)


def aligned(tally: Tally, units: Sequence[Unit], place: Mapping[Unit, int]) -> Tally:
    """The same tally over the units of several sides, each in its place; those that this side lacks add nothing."""
    sums = np.zeros((len(place), tally.sums.shape[1]))
    sums[[place[unit] for unit in units]] = tally.sums
    return replace(tally, sums=sums)


def difference(
    metric: str, first: Tally, second: Tally, mask: Bools | None = None, config: BootstrapConfig | None = None
) -> Difference:
    """How a metric differs between two tallies over the same units, second less first."""
    found = combined([(1, second), (-1, first)], mask, config)
    chosen = slice(None) if mask is None else mask
    values = [tally.statistic(tally.sums[chosen].sum(axis=0, keepdims=True))[0] for tally in (first, second)]
    n = int(second.asked[chosen].sum())
    runs = int(speaking_runs([first.sums[chosen], second.sums[chosen]]).sum())
    return Difference(metric, float(values[0]), float(values[1]), found.low, found.high, n, runs)


def differences(
    first: Evaluation, second: Evaluation, operation: str | None = None, config: BootstrapConfig | None = None
) -> list[Difference]:
    """Every metric of the model that both evaluations hold, second less first; of one operation alone if named.

    Raises:
        EvidenceError: the evaluations are of other runs, so that nothing can be paired.
    """
    if first.units != second.units:
        raise EvidenceError(
            "The two evaluations are of different runs: score both on the same windows to compare them."
        )
    mask = None
    if operation is not None:
        index = first.operations.index(operation)
        mask = np.array([unit.operation == index for unit in first.units], np.bool_)
    others = {tally.metric: tally for tally in second.tallies if tally.method == MODEL}
    return [
        difference(tally.metric, tally, others[tally.metric], mask, config)
        for tally in first.tallies
        if tally.method == MODEL and tally.metric in others
    ]


def unlike(first: Evaluation, second: Evaluation) -> str | None:
    """Why two evaluations are not of the same test windows, in words; None where they are, as far as they tell.

    They tell the runs, and how many windows of each; which windows of a run is for who knows their digests.
    """
    runs = [{unit.run for unit in each.units} for each in (first, second)]
    if runs[0] != runs[1]:
        return (
            f"other runs: {len(runs[0] - runs[1])} of {len(runs[0])} are not among the other's {len(runs[1])}"
        )
    models = [each.counts.models for each in (first, second)]
    if models[0] != models[1]:
        return f"figures of {models[0]:g} and of {models[1]:g} models pooled"
    if first.units != second.units or not np.array_equal(_asked(first), _asked(second)):
        return "other windows of the same runs"
    return None


def _asked(evaluation: Evaluation) -> Floats:
    """How many windows of each run were asked for their operation, `[R]`."""
    found = (t for t in evaluation.tallies if (t.metric, t.method) == ("operation", MODEL))
    return next((np.asarray(tally.asked, np.float64) for tally in found), np.zeros(0))
