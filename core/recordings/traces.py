"""The traces of a run for drawing: what a view of some channels needs, of a run of any length.

A run that is open is drawn from its values. A long one of a store is never opened as a whole: close up its rows are
read from its file, from further off it is drawn from its pyramid.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from core.recordings.clock_gaps import Gaps, clock_gaps
from core.recordings.lanes import Lane, lanes_of
from core.recordings.machine import Machine
from core.recordings.presence import frozen_boards
from core.recordings.pyramid import Pyramid, spread
from core.recordings.recording import Recording
from core.recordings.thinning import EXACT_ROWS, Points, envelope, longest, stretches, stuck, thin

# a view of a stored run with fewer rows is read from its file row by row
READ_ROWS = 100_000
# the most holes, and the most stuck stretches, that are told of one trace in one view
MOST_STRETCHES = 400
# a channel that stands still in more of its buckets than this moves in steps: it is not stuck
STEPPED = 0.5


class Trace(NamedTuple):
    """One channel in one view.

    points: to draw; holes: rows without a value, stuck: rows that repeat one value, int64 [S, 2] each; missing: rows
    of the view without a value.
    """

    channel: str
    points: Points
    holes: NDArray[np.int64]
    stuck: NDArray[np.int64]
    missing: int


class View(NamedTuple):
    """Channels between two rows; rows_a_point: of how many rows a point shows the extremes, 1 = every row is there."""

    first: int
    last: int
    rows_a_point: float
    traces: tuple[Trace, ...]


class Spread(NamedTuple):
    """What a channel's values are like over the run where it is live; NaN where it never is."""

    least: float
    largest: float
    mean: float
    deviation: float

    @property
    def constant(self) -> bool:
        """It has values, and they are all the same."""
        return self.least == self.largest


class Columns(Protocol):
    """Where the values come from: an open recording, or the file of a stored one."""

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels that the run has."""

    def values(self, channels: Sequence[str], first: int, last: int) -> NDArray[np.float32]:
        """Values of channels in the rows `first` to `last`, float32 [C, n]."""


@dataclass(frozen=True, eq=False)
class OpenColumns:
    """The columns of a recording that is open."""

    recording: Recording

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels that the file has."""
        return self.recording.channels

    def values(self, channels: Sequence[str], first: int, last: int) -> NDArray[np.float32]:
        """Values of channels in the rows `first` to `last`, float32 [C, n]."""
        places = [self.recording.index[name] for name in channels]
        return np.ascontiguousarray(self.recording.values[first : last + 1, places].T)


@dataclass(frozen=True, eq=False)
class Traces:
    """The traces of one run.

    frozen: board -> the row from which on it only repeats itself; pyramid: of a long run alone.
    """

    name: str
    operation: str | None
    machine: Machine
    columns: Columns
    seconds: NDArray[np.float64]
    lanes: tuple[Lane, ...]
    frozen: dict[str, int]
    gaps: Gaps
    pyramid: Pyramid | None = None
    _spreads: dict[str, Spread] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, recording: Recording) -> "Traces":
        """The traces of an open recording."""
        return cls(
            name=recording.name,
            operation=recording.operation,
            machine=recording.machine,
            columns=OpenColumns(recording),
            seconds=recording.time_s,
            lanes=lanes_of(recording),
            frozen=frozen_boards(recording),
            gaps=clock_gaps(recording.time_s),
        )

    @property
    def n_rows(self) -> int:
        """The number of rows, T."""
        return len(self.seconds)

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels that the run has, side channels first."""
        return self.columns.channels

    @property
    def recording(self) -> Recording | None:
        """The recording, where it is open as a whole."""
        return self.columns.recording if isinstance(self.columns, OpenColumns) else None

    def spread(self, channel: str) -> Spread:
        """What a channel's values are like where it is live; a frozen board's last value does not count."""
        if channel not in self._spreads:
            if self.pyramid is not None:
                own = self.pyramid.spreads[self.pyramid.channels.index(channel)]
            else:
                own = spread(self.columns.values((channel,), 0, self.end_of_life(channel) - 1)[0])
            self._spreads[channel] = Spread(*own.tolist())
        return self._spreads[channel]

    def end_of_life(self, channel: str) -> int:
        """The row from which on the channel's board is frozen; the number of rows where it never is."""
        return max(self.frozen.get(self.machine.board(channel) or "", self.n_rows), 1)

    def row_at(self, seconds: float) -> int:
        """The row that was being recorded at a time."""
        return int(np.clip(np.searchsorted(self.seconds, seconds, side="right") - 1, 0, self.n_rows - 1))

    def clamped(self, first: int, last: int, least: int = 2) -> tuple[int, int]:
        """The rows of a stretch that the run has; `least` of them or more, the nearest ones, where it has as many."""
        end = self.n_rows - 1
        first, last = (max(0, min(row, end)) for row in (min(first, last), max(first, last)))
        first = max(0, min(first, end - least + 1))
        return first, min(max(last, first + least - 1), end)

    def view(self, channels: Sequence[str], first: int, last: int, width: int) -> View:
        """Channels of the run between two rows, both included, for a picture `width` pixels wide."""
        first, last = self.clamped(first, last, 1)
        rows = last - first + 1
        if self.pyramid is not None and rows > READ_ROWS:
            traces = [self._from_afar(self.pyramid, name, first, last, width) for name in channels]
            return View(first, last, rows / width, tuple(traces))
        values = self.columns.values(channels, first, last)
        traces = [self._close_up(name, own, first, width) for name, own in zip(channels, values, strict=True)]
        exact = rows <= max(EXACT_ROWS, width)
        return View(first, last, 1.0 if exact else 2 * rows / width, tuple(traces))

    def _close_up(self, name: str, values: NDArray[np.float32], first: int, width: int) -> Trace:
        hole = np.isnan(values)
        live = max(min(self.end_of_life(name) - first, len(values)), 0)
        return Trace(
            name,
            thin(values, width, first),
            longest(stretches(hole), MOST_STRETCHES) + first,
            longest(stuck(values[:live]), MOST_STRETCHES) + first,
            int(hole.sum()),
        )

    def _from_afar(self, pyramid: Pyramid, name: str, first: int, last: int, width: int) -> Trace:
        buckets, size, begin = pyramid.buckets(name, first, last, width)
        live = (self.end_of_life(name) - begin) // size
        still = _still(buckets.least[:live], buckets.largest[:live])
        empty = longest(stretches(np.isnan(buckets.least)), MOST_STRETCHES)
        ends = begin + np.array([0, size - 1])
        return Trace(
            name,
            envelope(buckets, size, begin, self.n_rows),
            np.clip(empty * size + ends, first, last),
            np.clip(longest(still, MOST_STRETCHES) * size + ends, first, last),
            int(buckets.missing.sum()),
        )


def _still(least: NDArray[np.float32], largest: NDArray[np.float32]) -> NDArray[np.int64]:
    """Stretches of buckets, int64 [S, 2], in which a channel that otherwise moves stays at one value."""
    flat = least == largest
    if not len(flat) or flat.mean() > STEPPED:
        return np.empty((0, 2), dtype=np.int64)
    same = np.concatenate((flat[1:] & flat[:-1] & (least[1:] == least[:-1]), [False]))
    return np.asarray(stretches(same) + np.array([0, 1]), dtype=np.int64)
