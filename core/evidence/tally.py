"""What each run adds to a metric: the least from which its value and its interval can be had again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.evidence.bootstrap import Floats, Statistic, ratio
from core.evidence.calibration import expected_calibration_error
from core.evidence.quantiles import median

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
TallyKind = Literal["share", "ece", "median"]

STATISTICS: dict[TallyKind, Statistic] = {
    "share": ratio,
    "ece": expected_calibration_error,
    "median": median,
}


@dataclass(frozen=True)
class Unit:
    """One run of one operation (-1 = unknown): what the bootstrap draws."""

    run: str
    operation: int


@dataclass(frozen=True, eq=False)
class Tally:
    """The sums of one metric of one method, a row a unit.

    `sums` is `[U, 2]` (right, asked) for a share, `[U, BINS * 3]` (asked, right, confidence) for an ECE, and
    `[U, BINS]` (errors in mm by size) for a median.
    """

    metric: str
    method: str
    kind: TallyKind
    sums: Floats

    @property
    def asked(self) -> Floats:
        """How many items each unit was scored on, `[U]`."""
        if self.kind == "share":
            asked: Floats = self.sums[:, 1]
            return asked
        if self.kind == "median":
            return np.asarray(self.sums.sum(axis=1), np.float64)
        return np.asarray(self.sums.reshape(len(self.sums), -1, 3)[..., 0].sum(axis=1), np.float64)

    @property
    def unit(self) -> str:
        """What the metric's value is counted in."""
        return "mm" if self.kind == "median" else "share"

    @property
    def statistic(self) -> Statistic:
        """The function from summed sums to the metric's value."""
        return STATISTICS[self.kind]


def by_run(units: Sequence[Unit], tallies: Sequence[Tally]) -> tuple[tuple[Unit, ...], tuple[Tally, ...]]:
    """The same with one unit a run, of no operation, where a run has several: its parts are no samples of their own."""
    runs = sorted({unit.run for unit in units})
    if len(runs) == len(units):
        return tuple(units), tuple(tallies)
    place = {run: index for index, run in enumerate(runs)}
    own = [place[unit.run] for unit in units]
    found = []
    for tally in tallies:
        sums = np.zeros((len(runs), tally.sums.shape[1]))
        np.add.at(sums, own, tally.sums)
        found.append(replace(tally, sums=sums))
    return tuple(Unit(run, -1) for run in runs), tuple(found)


def share(metric: str, method: str, right: Bools, asked: Bools, unit: Ints, n_units: int) -> Tally:
    """Tally how many of the asked items are right: `right` and `asked` `[N, ...]`, `unit` `[N]`."""
    return counted(metric, method, _each(right & asked), _each(asked), unit, n_units)


def _each(mask: Bools) -> Floats:
    """How many are true in each row; a product is several times as quick as a sum over rows of a few."""
    flat = mask.reshape(len(mask), -1).astype(np.float32)
    return np.asarray(flat @ np.ones(flat.shape[1], np.float32), np.float64)


def counted(
    metric: str, method: str, hits: Ints | Floats, items: Ints | Floats, unit: Ints, n_units: int
) -> Tally:
    """Tally hits and items that are already counted for each window, `[N]` each."""
    columns = [np.bincount(unit, weights=column, minlength=n_units) for column in (hits, items)]
    return Tally(metric, method, "share", np.stack(columns, axis=1))
