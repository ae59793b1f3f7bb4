"""Two runs of one program laid on each other by what the controller reports: position and line number."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter

from core.recordings.recording import Recording, buffering_mask, labels

WINDOW = 64
STEP = 8
# differences count up to this much (mm), and a line number counts as this many mm
CAP_MM = 30.0
MM_PER_LINE = 3.0
# rows that a run may begin before its reference, or end after it
MARGIN = 24
# a stretch that differs more than this on average (mm) is not the program
POOR_MM = 15.0
# neighbouring stretches whose shifts differ by more belong to different passes
JUMP_ROWS = 5.0
FINE = np.arange(-10, 11) / 10

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Trail:
    """Where a machine was: position_mm float32 [T, 3], line numbers float64 [T], lines; NaN / None = unknown."""

    position_mm: NDArray[np.float32]
    numbers: Floats
    lines: tuple[str | None, ...] = ()

    @classmethod
    def of(cls, position_mm: NDArray[np.float32], numbers: Floats) -> "Trail":
        """A trail without texts."""
        return cls(position_mm, numbers)

    @property
    def known(self) -> bool:
        """Whether there is anything to align by."""
        return bool(np.isfinite(self.numbers).any())

    @cached_property
    def features(self) -> Floats:
        """What is compared, in mm `[T, 4]`."""
        return np.column_stack([self.position_mm, self.numbers * MM_PER_LINE])

    @property
    def filled_lines(self) -> tuple[str, ...]:
        """A line for each row: where there is none, that of the next row that has one, else the last."""
        known = [row for row, line in enumerate(self.lines) if line is not None]
        after = np.searchsorted(known, np.arange(len(self.lines)))
        rows = np.array(known)[np.minimum(after, len(known) - 1)]
        return tuple(self.lines[row] or "" for row in rows)

    @property
    def filled_numbers(self) -> NDArray[np.int64]:
        """A line number for each row, filled as `filled_lines`."""
        known = np.flatnonzero(np.isfinite(self.numbers))
        after = np.searchsorted(known, np.arange(len(self.numbers)))
        return self.numbers[known[np.minimum(after, len(known) - 1)]].astype(np.int64)


def trail_of(recording: Recording) -> Trail:
    """The trail of a run; rows that the controller only buffered have no line."""
    machine = recording.machine
    columns = machine.program_position
    position = np.full((recording.n_rows, 3), np.nan, dtype=np.float32)
    for axis, column in enumerate(columns):
        scale = 25.4 if machine.unit(column) == "inch" else 1.0
        position[:, axis] = recording.channel(column) * scale
    numbers = np.full(recording.n_rows, np.nan)
    if recording.line_numbers is not None:
        numbers = np.where(buffering_mask(recording), np.nan, recording.line_numbers)
    return Trail(position, numbers, tuple(labels(recording)))


def align(run: Trail, reference: Trail) -> Floats:
    """The row of the reference at which each row of the run is, float64 [T]; NaN where the run does not fit.

    Stretches of 64 rows are laid on every part of the reference; their shifts, to a tenth of a row, are smoothed and
    interpolated. A run that holds the program twice is laid on it twice.
    """
    n, rows = len(run.numbers), len(reference.numbers)
    if n < WINDOW or rows < WINDOW:
        return np.full(n, np.nan)
    starts = np.arange(0, n - WINDOW + 1, STEP)
    padded = np.pad(reference.features, ((MARGIN, MARGIN), (0, 0)), mode="edge")
    coarse = _coarse(run.features, padded, starts)
    shift, cost = _fine(run.features, padded, starts, coarse)
    shift = np.where(cost > POOR_MM, np.nan, shift - MARGIN - starts)
    return _by_row(shift, starts, n, rows)


def _coarse(run: Floats, reference: Floats, starts: NDArray[np.int64]) -> NDArray[np.int64]:
    """The row of the reference at which each stretch begins, by whole rows."""
    sums = np.zeros((len(run) + 1, len(reference) + 1))
    for row in range(len(run)):
        sums[row + 1, 1:] = sums[row, :-1] + _distance(run[row], reference)
    stretch = sums[starts + WINDOW, WINDOW:] - sums[starts, : sums.shape[1] - WINDOW]
    return np.asarray(stretch.argmin(axis=1))


def _fine(
    run: Floats, reference: Floats, starts: NDArray[np.int64], coarse: NDArray[np.int64]
) -> tuple[Floats, Floats]:
    """The same to a tenth of a row, and the mean difference in mm."""
    rows = np.arange(WINDOW)
    own = run[starts[:, None] + rows]
    costs = np.empty((len(FINE), len(starts)))
    for i, shift in enumerate(FINE):
        at = np.clip(coarse[:, None] + rows + shift, 0, len(reference) - 1.001)
        below = at.astype(np.int64)
        part = (at - below)[..., None]
        laid = reference[below] * (1 - part) + reference[below + 1] * part
        costs[i] = _distance(own, laid).mean(axis=1)
    best = costs.argmin(axis=0)
    return coarse + FINE[best], costs[best, np.arange(len(starts))]


def _distance(one: Floats, other: Floats) -> Floats:
    """Difference in mm, capped on each axis; what either does not know does not count."""
    return np.asarray(np.nan_to_num(np.minimum(np.abs(one - other), CAP_MM)).sum(axis=-1))


def _by_row(shift: Floats, starts: NDArray[np.int64], n: int, rows: int) -> Floats:
    """From the shifts of stretches to the phase of rows."""
    fits = np.isfinite(shift)
    if not fits.any():
        return np.full(n, np.nan)
    smooth = median_filter(shift[fits], 5, mode="nearest")
    centres = starts[fits] + (WINDOW - 1) / 2
    row = np.arange(n)
    after = np.clip(np.searchsorted(centres, row), 1, max(len(centres) - 1, 1))
    before, after = after - 1, np.minimum(after, len(centres) - 1)
    nearest = np.where(row - centres[before] <= centres[after] - row, before, after)
    jump = np.abs(smooth[after] - smooth[before]) > JUMP_ROWS
    by_row = np.where(jump, smooth[nearest], np.interp(row, centres, smooth))
    phase = row + by_row
    far = np.abs(row - centres[nearest]) > WINDOW
    outside = (phase < -MARGIN) | (phase > rows - 1 + MARGIN)
    return np.where(far | outside, np.nan, np.clip(phase, 0, rows - 1))
