"""Brings the rows of a fast recording to a slower period, part by part and without holding the run."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.recordings.parts import Bin


class Rows(NamedTuple):
    """Some rows of a run: time_s float64 [T]; values float32 [T, C]; text int64 [T], the code of the program line,
    -1 = none; numbers float64 [T, K], the line number and the controller's codes; operation int64 [T], its id, -1 =
    unknown."""

    time_s: NDArray[np.float64]
    values: NDArray[np.float32]
    text: NDArray[np.int64]
    numbers: NDArray[np.float64]
    operation: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.time_s)

    def part(self, rows: slice) -> "Rows":
        """Some of these rows."""
        return Rows(
            self.time_s[rows], self.values[rows], self.text[rows], self.numbers[rows], self.operation[rows]
        )


def joined(parts: Sequence[Rows]) -> Rows:
    """Rows one after the other; at least one part."""
    if len(parts) == 1:
        return parts[0]
    return Rows(*(np.concatenate(fields) for fields in zip(*parts, strict=True)))


class Resampler:
    """Makes one row of all rows in each `period_s`; a period without rows gives none.

    Channels become their mean, root mean square or deviation (`bins`, one a channel) over what is no hole; line
    number, codes and operation are those of the first row that shows the period's most frequent program line. The time
    is that of the period's beginning.
    """

    def __init__(self, period_s: float, bins: Sequence[Bin]) -> None:
        self._period = period_s
        self._rms = np.array([one == "rms" for one in bins], dtype=bool)
        self._deviation = np.array([one == "deviation" for one in bins], dtype=bool)
        self._held: Rows | None = None

    def add(self, rows: Rows) -> Rows:
        """The periods that these rows complete; the last period is held back until it is known to be over."""
        rows = rows if self._held is None else joined([self._held, rows])
        starts = self._starts(rows)
        if not len(starts):
            return rows
        self._held = rows.part(slice(int(starts[-1]), None))
        return self._means(rows.part(slice(0, int(starts[-1]))), starts[:-1])

    def finish(self) -> Rows | None:
        """The last period."""
        held, self._held = self._held, None
        return None if held is None else self._means(held, self._starts(held))

    def _periods(self, rows: Rows) -> NDArray[np.float64]:
        # a time that is a hair before its period belongs to it
        return np.floor(rows.time_s / self._period + 1e-6)

    def _starts(self, rows: Rows) -> NDArray[np.int64]:
        periods = self._periods(rows)
        return np.flatnonzero(np.concatenate(([True], np.diff(periods) != 0)))[: len(rows)]

    def _means(self, rows: Rows, starts: NDArray[np.int64]) -> Rows:
        if not len(starts):
            return rows.part(slice(0, 0))
        shown = _most_frequent(rows, starts)
        return Rows(
            self._periods(rows)[starts] * self._period,
            self._values(rows.values, starts),
            rows.text[shown],
            rows.numbers[shown],
            rows.operation[shown],
        )

    def _values(self, values: NDArray[np.float32], starts: NDArray[np.int64]) -> NDArray[np.float32]:
        if not values.shape[1]:
            return values[starts]
        there = np.isfinite(values)
        count = np.add.reduceat(there, starts, axis=0, dtype=np.int64)
        exact = np.where(there, values, 0).astype(np.float64)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.add.reduceat(exact, starts, axis=0) / count
            squared = self._rms | self._deviation
            if squared.any():
                # of a deviation, the squares are those of the distance from the period's own mean
                own = np.repeat(mean[:, squared], np.diff(np.append(starts, len(values))), axis=0)
                off = exact[:, squared] - np.where(self._deviation[squared], own, 0)
                off[~there[:, squared]] = 0
                mean[:, squared] = np.sqrt(np.add.reduceat(off**2, starts, axis=0) / count[:, squared])
        return mean.astype(np.float32)


def _most_frequent(rows: Rows, starts: NDArray[np.int64]) -> NDArray[np.int64]:
    """The first row of each period that shows its most frequent program line, ties to the one that comes first."""
    period = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(rows))))
    if (rows.text < 0).all():
        return starts
    pairs = np.stack([period, rows.text], axis=1)
    kinds, first, counts = np.unique(pairs, axis=0, return_index=True, return_counts=True)
    # a period that shows any line is not unlabelled
    counts = np.where(kinds[:, 1] < 0, 0, counts)
    order = np.lexsort((first, -counts, kinds[:, 0]))
    best = order[np.unique(kinds[order, 0], return_index=True)[1]]
    return first[best]
