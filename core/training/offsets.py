"""The run's offset as a shorter recording would show it.

A run is read after the median of each channel was taken out. Of a recording that begins in the middle, or that is
read while it is made, only a part of the run is known, and its medians differ. Training shows the encoder both.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.recordings.windows import Windows

# parts of a run whose medians are taken; none is shorter than a window
PARTS = 24
# a channel keeps the run's offset where a part has fewer live rows of it
LEAST_ROWS = 32


@dataclass(frozen=True, eq=False)
class PartOffsets:
    """Medians `[S, C]` of parts of runs (the first is 0: the whole run), and which parts hold each window `[N, S']`.

    held: index into `medians` of the parts of the window's run; -1 where a part does not hold the window.
    """

    medians: Tensor
    held: Tensor

    def draw(self, index: Tensor, share: float) -> Tensor:
        """What to subtract from the windows of `index [B]`: `[B, C]`, 0 for all but a `share` of them."""
        held = self.held[index]
        luck = torch.rand(held.shape) * (held >= 0)
        chosen = held.gather(1, luck.argmax(dim=1, keepdim=True))[:, 0]
        chosen = torch.where(torch.rand(len(index)) < share, chosen.clamp(min=0), 0)
        return self.medians[chosen]


def part_offsets(windows: Windows, scale: NDArray[np.float32], seed: int) -> PartOffsets:
    """Draw parts of each run of the training windows; the medians are divided by the channels' `scale [C]`."""
    generator = np.random.default_rng(seed)
    medians = [np.zeros((1, len(windows.channels)), np.float32)]
    held = np.full((len(windows), PARTS), -1, np.int64)
    for run in np.unique(windows.run):
        of_run = np.flatnonzero(windows.run == run)
        rows = _rows(windows, of_run)
        first, last = _parts(len(rows), windows.continuous.shape[1], generator)
        start = windows.start_row[of_run]
        end = start + windows.continuous.shape[1]
        inside = (first[None] <= start[:, None]) & (end[:, None] <= last[None])
        at = sum(map(len, medians))
        held[of_run] = np.where(inside, at + np.arange(PARTS), -1)
        medians.append(np.stack([_median(rows[a:b]) for a, b in zip(first, last, strict=True)]) / scale)
    return PartOffsets(torch.from_numpy(np.concatenate(medians).astype(np.float32)), torch.from_numpy(held))


def _parts(
    n_rows: int, shortest: int, generator: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First and last rows of parts, their lengths spread evenly on a logarithmic scale."""
    lengths = np.exp(generator.uniform(np.log(shortest), np.log(max(n_rows, shortest + 1)), PARTS))
    lengths = np.minimum(lengths.astype(np.int64), n_rows)
    first = (generator.random(PARTS) * (n_rows - lengths + 1)).astype(np.int64)
    return first, first + lengths


def _rows(windows: Windows, of_run: NDArray[np.int64]) -> NDArray[np.float32]:
    """The rows `[T, C]` of a run put together from its windows, NaN where a channel is not live."""
    length = windows.continuous.shape[1]
    n_rows = int(windows.start_row[of_run].max()) + length
    rows = np.full((n_rows, len(windows.channels)), np.nan, np.float32)
    for window in of_run:
        at = slice(int(windows.start_row[window]), int(windows.start_row[window]) + length)
        live = windows.present[window]
        rows[at, live] = windows.continuous[window][:, live]
    return rows


def _median(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Median of each column without its NaN `[C]`; 0 where there are too few."""
    known = np.isfinite(rows).sum(axis=0)
    enough = known >= LEAST_ROWS
    found = np.zeros(rows.shape[1], np.float32)
    whole = enough & (known == len(rows))
    found[whole] = np.median(rows[:, whole], axis=0)
    for column in np.flatnonzero(enough & ~whole):
        found[column] = np.nanmedian(rows[:, column])
    return found
