"""Learned programs: what the machine did, row by row, when it executed a program in the training runs.

The mill repeats a program to the row: against a reference run, every other run is shifted by one constant number of
rows. So a program is kept as the rows of one typical run, its timeline. The row of the timeline at which a run is, is
its phase; the rows of all timelines laid end to end are the places.
"""

import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.recordings.alignment import Trail, align, trail_of
from core.recordings.recording import Recording, RecordingError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Timeline:
    """A program as the machine executed it: its rows `[P]`.

    lines: the G-code line of each row; numbers: its number in the program; position_mm: float32 [P, 3] in program
    coordinates, NaN = unknown. listing: line number -> line of all that the training runs showed, in order.

    Of each training run: starts, the phase of its first row; ends, rows that its last one is behind the timeline's;
    lags, rows that its sensors are late; run_operations.
    """

    program: str
    lines: tuple[str, ...]
    numbers: Ints
    position_mm: NDArray[np.float32]
    starts: Floats = field(default_factory=lambda: np.zeros(0))
    ends: Floats = field(default_factory=lambda: np.zeros(0))
    lags: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    run_operations: tuple[str, ...] = ()
    listing: Mapping[int, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.lines)

    def position_at(self, phase: Floats) -> Floats:
        """Position `[T, 3]` in mm at phases `[T]`, between rows on the straight line; at the ends beyond them."""
        rows = np.arange(len(self))
        return np.stack([np.interp(phase, rows, self.position_mm[:, axis]) for axis in range(3)], axis=1)

    @cached_property
    def trail(self) -> Trail:
        """The timeline as other runs are aligned to it."""
        return Trail.of(self.position_mm, self.numbers.astype(float))


@dataclass(frozen=True, eq=False)
class Programs:
    """All learned programs, their places numbered from 0."""

    timelines: tuple[Timeline, ...] = ()

    @cached_property
    def offsets(self) -> Ints:
        """The first place of each program, and behind them the number of places: `[n + 1]`."""
        return np.cumsum([0, *map(len, self.timelines)], dtype=np.int64)

    @property
    def n_places(self) -> int:
        """Rows of all timelines."""
        return int(self.offsets[-1])

    @cached_property
    def index(self) -> dict[str, int]:
        """Program -> its place in `timelines`."""
        return {timeline.program: i for i, timeline in enumerate(self.timelines)}

    @cached_property
    def program_of(self) -> Ints:
        """Index of the program of each place."""
        return np.repeat(np.arange(len(self.timelines)), np.diff(self.offsets))

    @cached_property
    def line_of(self) -> tuple[str, ...]:
        """The G-code line of each place."""
        return tuple(line for timeline in self.timelines for line in timeline.lines)

    @cached_property
    def position_of(self) -> NDArray[np.float32]:
        """Position of each place in mm `[n_places, 3]`."""
        parts = [timeline.position_mm for timeline in self.timelines]
        return np.concatenate(parts) if parts else np.zeros((0, 3), dtype=np.float32)

    @cached_property
    def lags(self) -> Ints:
        """The lags of all training runs."""
        return np.concatenate([t.lags for t in self.timelines] or [np.zeros(0, dtype=np.int64)])

    def timeline(self, program: str | None) -> Timeline | None:
        """The timeline of a program, None where it was not learned."""
        return self.timelines[self.index[program]] if program in self.index else None

    def to_bytes(self) -> bytes:
        """Plain arrays in an .npz."""
        rows = {
            "line": np.array(self.line_of, dtype=np.str_),
            "number": np.concatenate([t.numbers for t in self.timelines] or [np.zeros(0, dtype=np.int64)]),
            "position_mm": self.position_of,
        }
        runs = {
            "run_program": np.repeat(
                np.arange(len(self.timelines)), [len(t.starts) for t in self.timelines]
            ).astype(np.int64),
            "run_start": np.concatenate([t.starts for t in self.timelines] or [np.zeros(0)]),
            "run_end": np.concatenate([t.ends for t in self.timelines] or [np.zeros(0)]),
            "run_lag": self.lags,
            "run_operation": np.array(
                [name for t in self.timelines for name in t.run_operations], dtype=np.str_
            ),
        }
        listed = [
            (i, number, line) for i, t in enumerate(self.timelines) for number, line in t.listing.items()
        ]
        runs |= {
            "listing_program": np.array([i for i, _, _ in listed], dtype=np.int64),
            "listing_number": np.array([number for _, number, _ in listed], dtype=np.int64),
            "listing_line": np.array([line for _, _, line in listed], dtype=np.str_),
        }
        names = np.array([t.program for t in self.timelines], dtype=np.str_)
        file = io.BytesIO()
        arrays: dict[str, Any] = {"program": names, "offset": self.offsets, **rows, **runs}
        np.savez_compressed(file, **arrays)
        return file.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Programs":
        """The inverse of `to_bytes`; RecordingError for anything else. Nothing is ever unpickled."""
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as file:
                arrays = {name: file[name] for name in file.files}
            return cls(tuple(_timeline(arrays, i) for i in range(len(arrays["program"]))))
        except (ValueError, KeyError, IndexError, OSError, EOFError) as error:
            raise RecordingError(f"The learned programs are damaged ({error}): write them again.") from None


def _timeline(arrays: dict[str, NDArray[Any]], i: int) -> Timeline:
    rows = slice(int(arrays["offset"][i]), int(arrays["offset"][i + 1]))
    runs, listed = arrays["run_program"] == i, arrays["listing_program"] == i
    return Timeline(
        program=str(arrays["program"][i]),
        lines=tuple(arrays["line"][rows].tolist()),
        numbers=arrays["number"][rows],
        position_mm=arrays["position_mm"][rows],
        starts=arrays["run_start"][runs],
        ends=arrays["run_end"][runs],
        lags=arrays["run_lag"][runs],
        run_operations=tuple(arrays["run_operation"][runs].tolist()),
        listing=dict(
            zip(
                arrays["listing_number"][listed].tolist(),
                arrays["listing_line"][listed].tolist(),
                strict=True,
            )
        ),
    )


def program_of(recording: Recording) -> str | None:
    """The program that a run executed: what the machine file says of its operation, else the operation itself."""
    if recording.operation is None:
        return None
    return recording.machine.programs.get(recording.operation, recording.operation)


def learn_programs(recordings: Iterable[Recording]) -> Programs:
    """The timeline of each program among the runs: that of the run of the middle length.

    Runs without labels teach nothing. No starts and lags yet: they are added where the runs are compared.
    """
    by_program: dict[str, list[Recording]] = {}
    for recording in recordings:
        program = program_of(recording)
        if program is not None and recording.lines is not None and trail_of(recording).known:
            by_program.setdefault(program, []).append(recording)
    return Programs(tuple(_learned(name, runs) for name, runs in sorted(by_program.items())))


def _learned(program: str, runs: Sequence[Recording]) -> Timeline:
    ordered = sorted(runs, key=lambda run: (run.n_rows, run.name))
    reference = ordered[(len(ordered) - 1) // 2]
    trail = trail_of(reference)
    return Timeline(
        program=program,
        lines=trail.filled_lines,
        numbers=trail.filled_numbers,
        position_mm=trail.position_mm,
        listing=listing_of(runs),
    )


def listing_of(runs: Sequence[Recording]) -> dict[int, str]:
    """The program's lines by number, as far as any run showed them: the text that most rows have."""
    seen: dict[int, Counter[str]] = {}
    for run in runs:
        trail = trail_of(run)
        for number, line in zip(trail.numbers.tolist(), trail.lines, strict=True):
            if line is not None and np.isfinite(number):
                seen.setdefault(int(number), Counter())[line] += 1
    return {number: seen[number].most_common(1)[0][0] for number in sorted(seen)}


def phase_of(recording: Recording, timeline: Timeline) -> Floats:
    """The row of the timeline at which each row of a run is, float64 [T], NaN where it does not fit."""
    return align(trail_of(recording), timeline.trail)
