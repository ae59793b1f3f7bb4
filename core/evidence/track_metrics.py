"""How well runs are read back: the line of windows and of rows, the position, the operation, the program."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Indel, LCSseq

from core.evidence.calibration import bin_sums
from core.evidence.line_metrics import value_counts
from core.evidence.quantiles import error_bins
from core.evidence.tally import Tally, Unit, counted
from core.evidence.track_truth import RowTruth
from core.gcode import canonical
from core.recordings.windows import WINDOW_ROWS, window_label

FAR_MM = 5.0


@dataclass(frozen=True, eq=False)
class Tracked:
    """What was read of the rows of `truth`: a line, its number, position `[T, 3]` and operation each.

    program: the lines read back, in order; None where that was not asked. confidence `[T]` of the lines.
    """

    truth: RowTruth
    line: Sequence[str]
    number: NDArray[np.int64]
    position_mm: NDArray[np.float64]
    operation: Sequence[str] | None = None
    confidence: NDArray[np.float64] | None = None
    program: Sequence[str] | None = None

    @property
    def errors_mm(self) -> NDArray[np.float64]:
        """How far the position is off at each labelled row."""
        off = np.linalg.norm(self.position_mm - self.truth.position_mm, axis=1)
        return np.asarray(off[self.truth.known])


def track_tallies(
    method: str,
    tracked: Sequence[tuple[Unit, Tracked]],
    units: Sequence[Unit],
    programs: Mapping[str, Sequence[str]] | None = None,
    length_unit: str = "inch",
) -> Iterator[Tally]:
    """Every metric of runs (or parts of them) that were read back.

    programs: the whole true program of each run, where what was read back is to be compared with it.
    """
    index = {unit: place for place, unit in enumerate(units)}
    unit = np.array([index[one] for one, _ in tracked], np.int64)
    reads = [read for _, read in tracked]
    n = len(units)
    yield from _window_tallies(method, reads, unit, n, length_unit)
    yield from _row_tallies(method, reads, unit, n)
    if all(read.operation is not None for read in reads):
        right = np.array([_most(read.operation or ()) == read.truth.operation for read in reads], np.int64)
        yield counted("operation_run", method, right, np.ones_like(right), unit, n)
    if all(read.program is not None for read in reads):
        found = [read.program or () for read in reads]
        order = np.array(
            [_recall(lines, read.truth.distinct) for lines, read in zip(found, reads, strict=True)]
        )
        yield counted("lines_in_order", method, order, np.ones_like(order), unit, n)
        if programs is not None:
            alike = np.array(
                [_alike(lines, programs[one.run]) for lines, (one, _) in zip(found, tracked, strict=True)]
            )
            yield counted("program", method, alike, np.ones_like(alike), unit, n)


def _window_tallies(
    method: str, reads: Sequence[Tracked], unit: NDArray[np.int64], n: int, length_unit: str
) -> Iterator[Tally]:
    """The line that fills most of each window, as the windows' own labels are made."""
    asked, exact, near = (np.zeros(len(reads), np.int64) for _ in range(3))
    values = np.zeros((len(reads), 3), np.int64)
    for i, read in enumerate(reads):
        true = [label for _, label in read.truth.windows]
        given = [window_label(read.line[at : at + WINDOW_ROWS]).line or "" for at, _ in read.truth.windows]
        lines = [canonical(line) if line else "" for line in given]
        asked[i] = len(true)
        exact[i] = sum(a == b.line for a, b in zip(lines, true, strict=True))
        near[i] = sum(a in b.near for a, b in zip(lines, true, strict=True))
        if true:
            counts = value_counts([label.line or "" for label in true], lines, length_unit)
            values[i] = [part.sum() for part in counts]
    yield counted("value_1mm", method, values[:, 1], values[:, 2], unit, n)
    yield counted("exact_line", method, exact, asked, unit, n)
    yield counted("line_within_row", method, near, asked, unit, n)


def _row_tallies(method: str, reads: Sequence[Tracked], unit: NDArray[np.int64], n: int) -> Iterator[Tally]:
    rows = np.array([int(read.truth.known.sum()) for read in reads], np.int64)
    right = [_right(read) for read in reads]
    hits = np.array([part.sum() for part in right], np.int64)
    near = np.array([read.truth.within_a_row(read.number).sum() for read in reads], np.int64)
    yield counted("row_line", method, hits, rows, unit, n)
    yield counted("row_line_within_row", method, near, rows, unit, n)
    errors = [read.errors_mm for read in reads]
    owner = np.repeat(unit, [len(part) for part in errors])
    yield Tally("position", method, "median", error_bins(np.concatenate(errors), owner, n))
    middle = np.array([np.nanmedian(part) if np.isfinite(part).any() else np.inf for part in errors])
    yield counted("run_position", method, (middle <= FAR_MM).astype(np.int64), np.ones_like(unit), unit, n)
    if all(read.confidence is not None for read in reads):
        sure = [(read.confidence, read.truth.known) for read in reads]
        told = np.concatenate([part[known] for part, known in sure if part is not None])
        hit = np.concatenate([part[read.truth.known] for part, read in zip(right, reads, strict=True)])
        yield Tally("ece_row", method, "ece", bin_sums(told, hit, owner, n))


def _right(read: Tracked) -> NDArray[np.bool_]:
    """Rows whose line is the true one."""
    texts = {line: canonical(line) if line else "" for line in set(read.line)}
    given = np.array([texts[line] for line in read.line], dtype=np.str_)
    true = np.array([line or "" for line in read.truth.lines], dtype=np.str_)
    return np.asarray((given == true) & read.truth.known)


def _most(names: Sequence[str]) -> str:
    return max(dict.fromkeys(names), key=list(names).count, default="")


def _recall(read: Sequence[str], true: Sequence[str]) -> float:
    """The share of the true lines that stand in what was read, in their order."""
    return LCSseq.similarity(_canonical(read), list(true)) / max(len(true), 1)


def _alike(read: Sequence[str], true: Sequence[str]) -> float:
    """Likeness of two programs line by line: 1 less insertions and deletions over all lines."""
    return float(Indel.normalized_similarity(_canonical(read), list(true)))


def _canonical(lines: Sequence[str]) -> list[str]:
    return [canonical(line) for line in lines]
