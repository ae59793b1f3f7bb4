"""Two sides of one comparison: the difference of a metric, drawn over the runs that both sides read."""

from dataclasses import dataclass

import numpy as np

from core.evidence.bootstrap import BootstrapConfig, Floats, Statistic, run_weights
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
        """Whether the interval leaves 0 out."""
        return self.low is not None and self.high is not None and not self.low <= 0 <= self.high


def difference(
    metric: str, first: Tally, second: Tally, mask: Bools | None = None, config: BootstrapConfig | None = None
) -> Difference:
    """How a metric differs between two tallies over the same units; each draw takes the same runs on both sides."""
    config = config or BootstrapConfig()
    kept = np.ones(len(first.sums), np.bool_) if mask is None else mask
    pair = (first.sums[kept], second.sums[kept])
    speaking = np.any(pair[0] != 0, axis=1) | np.any(pair[1] != 0, axis=1)
    one, other = pair[0][speaking], pair[1][speaking]
    values = [float(_value(first.statistic, side)) for side in (one, other)]
    n, runs = int(second.asked[kept].sum()), int(speaking.sum())
    if runs < 2:
        return Difference(metric, values[0], values[1], None, None, n, runs)
    weights = run_weights(runs, config)
    drawn = second.statistic(weights @ other) - first.statistic(weights @ one)
    tail = (1.0 - config.level) / 2.0
    low, high = np.quantile(drawn[~np.isnan(drawn)], (tail, 1.0 - tail))
    return Difference(metric, values[0], values[1], float(low), float(high), n, runs)


def _value(statistic: Statistic, sums: Floats) -> float:
    return float(statistic(sums.sum(axis=0, keepdims=True))[0])


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
