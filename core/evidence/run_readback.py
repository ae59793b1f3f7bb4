"""One run read back beside what it really executed: the true program, row by row, and the figures of the reading."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from core.evidence.evaluation import ALL, Counts, MetricRow, from_tallies
from core.evidence.tally import Unit
from core.evidence.track_metrics import track_tallies
from core.evidence.track_scoring import WHOLE, tracked
from core.evidence.track_truth import RowTruth
from core.recordings.recording import Recording
from core.tracking.tracker import Track

# a line number that falls back by more begins the program again
BACK = 3


@dataclass(frozen=True, eq=False)
class TrueProgram:
    """What a run executed: lines in order, as the controller numbers them, for each row the index of its line `[T]`.

    -1 = none. shown: whether a row of this run had the line; the others are known from other runs of the program.
    """

    lines: tuple[str, ...]
    numbers: tuple[int, ...]
    line_of_row: NDArray[np.int64]
    shown: tuple[bool, ...]


def shown_program(truth: RowTruth) -> TrueProgram:
    """The lines as the rows of the run show them, each once for as long as it lasts."""
    lines: list[str] = []
    numbers: list[int] = []
    of_row = np.full(len(truth), -1, dtype=np.int64)
    known = np.flatnonzero(truth.known)
    for line, group in groupby(known.tolist(), key=lambda row: truth.lines[row]):
        rows = list(group)
        number = truth.numbers[rows[0]]
        of_row[rows] = len(lines)
        lines.append(line or "")
        numbers.append(int(number) if np.isfinite(number) else len(lines))
    return TrueProgram(tuple(lines), tuple(numbers), of_row, (True,) * len(lines))


def whole_program(truth: RowTruth, listing: Mapping[int, str]) -> TrueProgram:
    """The program of a run with the lines between its rows, as far as other runs of the program showed them.

    listing: number -> canonical line of all that any run of the program showed. Where the run begins the program again,
    its lines stand there again.
    """
    lines: list[str] = []
    counted: list[int] = []
    shown: list[bool] = []
    of_row = np.full(len(truth), -1, dtype=np.int64)
    for rows in _rounds(truth):
        numbers = truth.numbers[rows].astype(np.int64)
        own = set(numbers.tolist())
        own_lines = {int(number): truth.lines[row] or "" for number, row in zip(numbers, rows, strict=True)}
        walked = sorted(own | {number for number in listing if min(own) <= number <= max(own)})
        of_row[rows] = len(lines) + np.searchsorted(walked, numbers)
        lines += [own_lines.get(number) or listing[number] for number in walked]
        counted += walked
        shown += [number in own for number in walked]
    return TrueProgram(tuple(lines), tuple(counted), of_row, tuple(shown))


def _rounds(truth: RowTruth) -> list[NDArray[np.int64]]:
    """The labelled rows of each time that the program was gone through."""
    rows = np.flatnonzero(truth.known & np.isfinite(truth.numbers))
    if not len(rows):
        return []
    again = np.flatnonzero(np.diff(truth.numbers[rows]) < -BACK) + 1
    return np.split(rows, again)


def figures(
    recording: Recording, found: Track, truth: RowTruth, listing: Sequence[str] | None = None
) -> dict[str, MetricRow]:
    """The figures of one run, named as `python -m core track STORE` names them; empty where nothing is known of it.

    listing: the whole true program, for the likeness of the program read back. One run has no interval.
    """
    if not truth.known.any():
        return {}
    unit = Unit(recording.name, recording.machine.operation_id(recording.operation))
    programs = {recording.name: listing} if listing else None
    tallies = list(
        track_tallies(
            WHOLE,
            [(unit, tracked(found, truth, whole=True))],
            [unit],
            programs,
            recording.machine.length_unit,
        )
    )
    counts = Counts(0, 0, 0, 0, 1)
    scored = from_tallies("", (), "", (), counts, (unit,), tallies)
    return {row.metric: row for row in scored.rows if row.group == ALL}
