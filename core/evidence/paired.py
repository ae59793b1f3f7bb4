"""Two sides of one comparison: the difference of a metric, drawn over the runs that both sides read."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.evidence.bootstrap import BootstrapConfig, Interval, run_weights
from core.evidence.evaluation import Evaluation
from core.evidence.metrics import MODEL
from core.evidence.tally import Bools, Tally
from core.evidence.truth import EvidenceError


@dataclass(frozen=True)
class Difference:
    """A metric on two sides and how far the second is from the first, in points, with its 95 % interval.

    `relative` is the difference as a share of the first side's value. `low` and `high` are None where fewer than two
    runs speak.
    """

    metric: str
    first: float
    second: float
    low: float | None
    high: float | None
    n: int

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
        """Whether the interval leaves 0 out."""
        return self.low is not None and self.high is not None and not self.low <= 0 <= self.high


Terms = Sequence[tuple[int, Tally]]


def combined(terms: Terms, mask: Bools | None = None, config: BootstrapConfig | None = None) -> Interval:
    """A signed sum of one metric's values over the same units, e.g. `(1, second), (-1, first)`, with its interval.

    Each draw takes the same runs for every term; runs that add to none are not drawn.
    """
    config = config or BootstrapConfig()
    chosen = slice(None) if mask is None else mask
    sides = [(sign, tally.statistic, tally.sums[chosen]) for sign, tally in terms]
    speaking = np.any([np.any(sums != 0, axis=1) for _, _, sums in sides], axis=0)
    value = sum(sign * float(of(sums.sum(axis=0, keepdims=True))[0]) for sign, of, sums in sides)
    if speaking.sum() < 2:
        return Interval(value, None, None)
    weights = run_weights(int(speaking.sum()), config)
    drawn = np.sum([sign * of(weights @ sums[speaking]) for sign, of, sums in sides], axis=0)
    tail = (1.0 - config.level) / 2.0
    low, high = np.quantile(drawn[~np.isnan(drawn)], (tail, 1.0 - tail))
    return Interval(value, float(low), float(high))


def difference(
    metric: str, first: Tally, second: Tally, mask: Bools | None = None, config: BootstrapConfig | None = None
) -> Difference:
    """How a metric differs between two tallies over the same units, second less first."""
    found = combined([(1, second), (-1, first)], mask, config)
    chosen = slice(None) if mask is None else mask
    values = [tally.statistic(tally.sums[chosen].sum(axis=0, keepdims=True))[0] for tally in (first, second)]
    n = int(second.asked[chosen].sum())
    return Difference(metric, float(values[0]), float(values[1]), found.low, found.high, n)


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
