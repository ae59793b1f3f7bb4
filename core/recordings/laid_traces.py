"""The traces of another run on the rows of this one, laid there line by line."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.recordings.clock_gaps import clock_gaps
from core.recordings.lanes import NOTHING, Lane, run_lengths
from core.recordings.overlay import Overlay, OverlayError, lay_over, on_rows_of
from core.recordings.traces import Columns, Traces

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LaidColumns:
    """A run's columns on the rows of another, `rows` of them; row_here: where each of its rows lies, float64 [T]."""

    columns: Columns
    row_here: Floats
    rows: int

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels that the run has."""
        return self.columns.channels

    def values(self, channels: Sequence[str], first: int, last: int) -> NDArray[np.float32]:
        """Values of channels in the rows `first` to `last` of the other run, float32 [C, n]; NaN where none lies."""
        own = self.columns.values(channels, 0, len(self.row_here) - 1)
        laid = [on_rows_of(self.row_here, values, self.rows)[first : last + 1] for values in own]
        return np.array(laid, dtype=np.float32).reshape(len(channels), -1)


def laid_by_line(here: Traces, other: Traces) -> tuple[Traces, Overlay]:
    """Another run as if it had been recorded on the rows of this one, and how well the two agree.

    OverlayError where they cannot be laid on each other, or are too long for it.
    """
    if here.recording is None or other.recording is None:
        raise OverlayError(
            "Runs this long are not laid on each other by their lines: shift the other run by hand."
        )
    found = lay_over(here.recording, other.recording)
    if found.by_line is None:
        raise OverlayError(found.words)
    # the row of the other run that is nearest to each row of this one
    nearest = on_rows_of(found.row_here, np.arange(other.n_rows, dtype=np.float64), here.n_rows)
    frozen = {board: _first_at(nearest, row) for board, row in other.frozen.items()}
    laid = Traces(
        name=other.name,
        operation=other.operation,
        machine=other.machine,
        columns=LaidColumns(other.columns, found.row_here, here.n_rows),
        seconds=here.seconds,
        lanes=tuple(_laid(lane, nearest) for lane in other.lanes),
        frozen={board: row for board, row in frozen.items() if row < here.n_rows},
        gaps=clock_gaps(here.seconds),
    )
    return laid, found


def _first_at(nearest: Floats, row: int) -> int:
    """The first row at which the other run is at a row of its own or past it; the number of rows where it never is."""
    past = np.flatnonzero(np.nan_to_num(nearest, nan=-1.0) >= row)
    return int(past[0]) if len(past) else len(nearest)


def _laid(lane: Lane, nearest: Floats) -> Lane:
    known = np.isfinite(nearest)
    rows = np.round(nearest[known]).astype(np.int64)
    codes = np.full(len(nearest), NOTHING, dtype=np.int64)
    codes[known] = lane.codes[np.searchsorted(lane.starts, rows, side="right") - 1]
    starts, own = run_lengths(codes)
    return Lane(lane.name, lane.title, len(nearest), starts, own, lane.texts, lane.kinds)
