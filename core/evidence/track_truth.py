"""What a run really executed, row by row: what tracks are scored against."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from hashlib import sha256
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from core.gcode import canonical
from core.recordings.alignment import trail_of
from core.recordings.programs import Timeline, listing_of, program_of
from core.recordings.recording import Recording, labels
from core.recordings.store import Store
from core.recordings.windows import STRIDE, WINDOW_ROWS, WindowLabel, window_label

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class RowTruth:
    """The rows of a run or of a part of one; None and NaN where the controller only buffered.

    lines: canonical `[T]`; numbers: of the lines in their program `[T]`; position_mm `[T, 3]` in the program's
    coordinates; operation of the run.
    """

    operation: str | None
    lines: tuple[str | None, ...]
    numbers: Floats
    position_mm: Floats

    @classmethod
    def of(cls, recording: Recording) -> "RowTruth":
        """The truth of a whole run."""
        trail = trail_of(recording)
        lines = tuple(None if line is None else _canonical(line) for line in labels(recording))
        return cls(recording.operation, lines, trail.numbers, trail.position_mm.astype(np.float64))

    def __len__(self) -> int:
        return len(self.lines)

    def part(self, rows: slice) -> "RowTruth":
        """The truth of some rows."""
        return RowTruth(self.operation, self.lines[rows], self.numbers[rows], self.position_mm[rows])

    @cached_property
    def known(self) -> NDArray[np.bool_]:
        """Rows with a label."""
        return np.array([line is not None for line in self.lines], dtype=bool)

    @cached_property
    def windows(self) -> list[tuple[int, WindowLabel]]:
        """First row and label of each labelled window, as windows are cut."""
        starts = range(0, len(self) - WINDOW_ROWS + 1, STRIDE)
        found = [(start, window_label(self.lines[start : start + WINDOW_ROWS])) for start in starts]
        return [(start, label) for start, label in found if label.line is not None]

    @cached_property
    def distinct(self) -> list[str]:
        """The lines in their order, each once for as long as it lasts."""
        return [line for line, _ in groupby(line for line in self.lines if line is not None)]

    def within_a_row(self, numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Rows whose line, by number, was executed between the row before and the row after."""
        low = np.fmin.reduce([self.numbers, np.roll(self.numbers, 1), np.roll(self.numbers, -1)])
        high = np.fmax.reduce([self.numbers, np.roll(self.numbers, 1), np.roll(self.numbers, -1)])
        return np.asarray((numbers >= low) & (numbers <= high) & self.known)


def part_of(recording: Recording, first: int, rows: int) -> Recording:
    """Some rows of a recording, as if only they had been recorded."""
    part = slice(first, first + rows)
    return replace(
        recording,
        time_s=recording.time_s[part] - recording.time_s[first],
        values=recording.values[part],
        lines=None if recording.lines is None else recording.lines[part],
        line_numbers=None if recording.line_numbers is None else recording.line_numbers[part],
        codes={name: codes[part] for name, codes in recording.codes.items()},
    )


@dataclass(frozen=True)
class Listing:
    """A program as the runs of a store showed it: number -> canonical line, in order, and how many runs there were.

    learned: lines among them that only training runs of a bundle showed.
    """

    lines: Mapping[int, str]
    runs: int
    learned: int = 0

    @cached_property
    def digest(self) -> str:
        """What tells these lines and their numbers from all others."""
        return sha256(repr(list(self.lines.items())).encode()).hexdigest()[:16]

    def completed(self, timeline: Timeline | None) -> "Listing":
        """The same with the lines that a bundle's training runs showed between its own, where the two agree."""
        own = (
            {}
            if timeline is None
            else {number: _canonical(line) for number, line in timeline.listing.items()}
        )
        if not own or any(own.get(number, line) != line for number, line in self.lines.items()):
            return self
        lines = dict(sorted((own | dict(self.lines)).items()))
        return Listing(lines, self.runs, len(lines) - len(self.lines))


def executed_listings(store: Store) -> dict[str, Listing]:
    """Each program that any run of the store showed."""
    runs: dict[str, list[Recording]] = {}
    for recording in store.recordings():
        name = program_of(recording)
        if name is not None and recording.lines is not None:
            runs.setdefault(name, []).append(recording)
    return {
        name: Listing({number: _canonical(line) for number, line in listing_of(found).items()}, len(found))
        for name, found in runs.items()
    }


def executed_programs(store: Store) -> dict[str, tuple[str, ...]]:
    """The lines of each program that any run of the store showed, canonical and in order."""
    return {name: tuple(found.lines.values()) for name, found in executed_listings(store).items()}


@lru_cache(maxsize=1 << 14)
def _canonical(line: str) -> str:
    return canonical(line)
