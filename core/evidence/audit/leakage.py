"""What the test windows share with the training windows: runs, rows, and copies."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.neighbors import NearestNeighbors

from core.evidence.audit.data import AuditData
from core.evidence.audit.features import standardised
from core.evidence.bootstrap import Interval, quick_interval
from core.evidence.tally import Bools, Ints
from core.evidence.truth import EvidenceError

# a window this close to another, in spreads of its channels, is the same recording again
COPY = 1e-3


@dataclass(frozen=True, eq=False)
class Leakage:
    """What M test windows share with T training windows, window by window, and in figures.

    run, row [M]: the test windows; near_run, near_row [M]: the most similar training window of each, distance [M] in
    spreads of the channels; shared_rows [M]: rows that the training window nearest in time shares. same_operation,
    same_line [M]: the most similar one has the same (an unknown operation and an empty line have none); alive [M]:
    some channel moves in the test window.
    `remembered_*`: how often that window's operation or line is right, with intervals over runs.
    """

    train: int
    run: NDArray[np.str_]
    row: Ints
    near_run: NDArray[np.str_]
    near_row: Ints
    distance: NDArray[np.float64]
    shared_rows: Ints
    same_operation: Bools
    same_line: Bools
    alive: Bools
    runs: int
    shared_runs: tuple[str, ...]
    remembered_operation: Interval
    remembered_line: Interval | None

    def __len__(self) -> int:
        return len(self.row)

    @property
    def overlapping(self) -> float:
        """The share of test windows that share rows with a training window."""
        return float((self.shared_rows > 0).mean())

    @property
    def own_run(self) -> Bools:
        """Test windows whose most similar training window is of the same run, `[M]`."""
        return np.asarray(self.near_run == self.run, np.bool_)

    @property
    def copies(self) -> Bools:
        """Test windows that have the same values as a training window of which they share no row, `[M]`.

        Windows in which nothing moves are all alike, and no copies.
        """
        return np.asarray(
            (self.distance < COPY) & ((self.shared_rows == 0) | ~self.own_run) & self.alive, np.bool_
        )


def leakage(data: AuditData) -> Leakage:
    """Compare every test window with the training windows. EvidenceError where a part is empty."""
    train, test = data.index("train"), data.index("test")
    if not len(train) or not len(test):
        raise EvidenceError("The split has no training or no test windows: there is nothing to compare.")
    features = standardised(data.measured, train)
    neighbours = NearestNeighbors(n_neighbors=1).fit(features[train])
    distance, place = neighbours.kneighbors(features[test])
    nearest = train[place[:, 0]]
    run, line, row = data.windows.run, data.windows.gcode, data.windows.start_row
    operation = data.windows.operation_type
    asked, known = line[test] != "", operation[test] >= 0
    same_line = np.asarray((line[nearest] == line[test]) & asked, np.bool_)
    same_operation = np.asarray((operation[nearest] == operation[test]) & known, np.bool_)
    return Leakage(
        train=len(train),
        run=run[test],
        row=row[test],
        near_run=run[nearest],
        near_row=row[nearest],
        distance=distance[:, 0] / np.sqrt(features.shape[1]),
        shared_rows=_shared_rows(data, train, test),
        same_operation=same_operation,
        same_line=same_line,
        alive=np.asarray((np.nan_to_num(data.measured[test, :, 1]) > 0).any(axis=1), np.bool_),
        runs=len(np.unique(run[test])),
        shared_runs=tuple(str(name) for name in np.intersect1d(run[train], run[test])),
        remembered_operation=share_of_runs(same_operation, known, run[test]),
        remembered_line=share_of_runs(same_line, asked, run[test]) if asked.any() else None,
    )


def _shared_rows(data: AuditData, train: Ints, test: Ints) -> Ints:
    """Rows that each test window shares with the training window of its run that begins nearest, `[M]`."""
    run, start, length = data.windows.run, data.windows.start_row, data.windows.continuous.shape[1]
    shared = np.zeros(len(test), np.int64)
    for name in np.unique(run[test]):
        starts = np.sort(start[train][run[train] == name])
        own = np.flatnonzero(run[test] == name)
        if not len(starts):
            continue
        rows = start[test][own]
        after = np.searchsorted(starts, rows).clip(0, len(starts) - 1)
        before = (after - 1).clip(0)
        gap = np.minimum(np.abs(starts[after] - rows), np.abs(starts[before] - rows))
        shared[own] = np.maximum(length - gap, 0)
    return shared


def share_of_runs(right: Bools, asked: Bools, run: NDArray[np.str_]) -> Interval:
    """The share of the asked windows that is right, with its interval over runs."""
    _, unit = np.unique(run, return_inverse=True)
    sums = [np.bincount(unit, weights=mask) for mask in (right & asked, asked)]
    return quick_interval(np.stack(sums, axis=1))
