"""A recording: one execution of a program on the machine, row by row, with what the sensors felt."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import ToolmarkError
from core.recordings.machine import Machine

# a stretch of line numbers before a jump back that is longer than this (about 8 s) was executed, not buffered
MAX_BUFFERING_ROWS = 32


class RecordingError(ToolmarkError):
    """A recording that cannot be read or used."""


@dataclass(frozen=True, eq=False)
class Recording:
    """One run.

    values: float32 [T, C], NaN = no value. channels: side channels, then the controller's numbers, that the
    file has. time_s: float64 [T], seconds from the first row. lines: the program line of each row as written,
    None = none; the whole field is None where the file has no labels. codes: the controller's status codes,
    float64 [T] each. row_operations: where the operation changes within the run, the id of each row's, int64 [T],
    -1 = unknown; `operation` is then the most frequent one. time_format: how the clock was written, None = unknown
    (time_s is then counted in rows).
    """

    name: str
    operation: str | None
    machine: Machine
    time_s: NDArray[np.float64]
    channels: tuple[str, ...]
    values: NDArray[np.float32]
    lines: tuple[str | None, ...] | None
    line_numbers: NDArray[np.float64] | None
    codes: dict[str, NDArray[np.float64]]
    row_operations: NDArray[np.int64] | None = None
    source: Path | None = None
    time_format: str | None = None
    bad_times: int = 0
    unknown_columns: tuple[str, ...] = ()

    @property
    def n_rows(self) -> int:
        """The number of rows, T."""
        return len(self.time_s)

    @cached_property
    def index(self) -> dict[str, int]:
        """Channel -> its column in `values`."""
        return {name: column for column, name in enumerate(self.channels)}

    def channel(self, name: str) -> NDArray[np.float32]:
        """Values of one channel, float32 [T]; all NaN where the file does not have it."""
        return self.matrix((name,))[:, 0]

    def matrix(self, channels: Sequence[str]) -> NDArray[np.float32]:
        """Values of channels (aliases allowed), float32 [T, len(channels)]; NaN where the file has none."""
        columns = np.array(
            [self.index.get(self.machine.channel(name), -1) for name in channels], dtype=np.int64
        )
        if not len(columns) or not len(self.channels):
            return np.full((self.n_rows, len(columns)), np.nan, dtype=np.float32)
        taken = self.values[:, columns]
        taken[:, columns < 0] = np.nan
        return taken

    def window(self, start_row: int, length: int = 64) -> "RunWindow":
        """The window of `length` rows that begins at `start_row` (counted from 0)."""
        if not 0 <= start_row <= self.n_rows - length:
            raise RecordingError(
                f"{self.name} has {self.n_rows} rows: a window of {length} cannot start at row {start_row}."
            )
        return RunWindow(self, start_row, length)


@dataclass(frozen=True, eq=False)
class RunWindow:
    """`length` rows of a recording from `start_row` on: the model's input, still in its run."""

    recording: Recording
    start_row: int
    length: int = 64

    @property
    def rows(self) -> slice:
        """The rows of the recording that the window covers."""
        return slice(self.start_row, self.start_row + self.length)

    @property
    def operation(self) -> str | None:
        """The operation that most rows of the window are of, ties to the one that comes first; None = unknown."""
        machine, by_row = self.recording.machine, self.recording.row_operations
        if by_row is None:
            return self.recording.operation
        known = by_row[self.rows][by_row[self.rows] >= 0]
        if not len(known):
            return None
        kinds, first, counts = np.unique(known, return_index=True, return_counts=True)
        return machine.operations[int(kinds[np.lexsort((first, -counts))[0]])]


def buffering_mask(recording: Recording) -> NDArray[np.bool_]:
    """Rows whose label is not what the machine was doing: bool [T].

    While the controller buffers, the line numbers race ahead and then jump back to the program's first line;
    a program that is run twice does so twice. Such a stretch is short, ends in a jump back, and lies at the
    start of the recording or right after the program's last line. Rows left over from a former run count.
    """
    mask = np.zeros(recording.n_rows, dtype=bool)
    if recording.line_numbers is None:
        return mask
    rows = np.flatnonzero(np.isfinite(recording.line_numbers))
    numbers = recording.line_numbers[rows]
    jumps = np.flatnonzero(np.diff(numbers) < 0) + 1
    starts = [0, *jumps.tolist()]
    first_line = None
    for start, end in zip(starts, jumps.tolist(), strict=False):
        restarts = start > 0 and numbers[start - 1] == numbers.max() and numbers[end] == first_line
        if end - start <= MAX_BUFFERING_ROWS and (first_line is None or restarts):
            mask[rows[start] : rows[end]] = True
        elif first_line is None:
            first_line = numbers[start]
    return mask


def line_codes(lines: Sequence[str | None]) -> tuple[list[str], NDArray[np.int64]]:
    """The lines that occur, in their order, and for each row the place of its line among them, int64 [T], -1 = none."""
    texts = list(dict.fromkeys(line for line in lines if line is not None))
    code_of: dict[str | None, int] = {text: code for code, text in enumerate(texts)}
    return texts, np.array([code_of.get(line, -1) for line in lines], dtype=np.int64)


def buffering_rows(recording: Recording) -> int:
    """The number of rows at the start before the program's first line is really executed."""
    mask = buffering_mask(recording)
    return int(np.argmin(mask)) if not mask.all() else len(mask)


def labels(recording: Recording) -> list[str | None]:
    """The program line of each row, stripped; None where there is none or the row is buffering."""
    if recording.lines is None:
        return [None] * recording.n_rows
    buffering = buffering_mask(recording)
    return [None if wrong else line for line, wrong in zip(recording.lines, buffering.tolist(), strict=True)]
