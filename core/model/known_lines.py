"""The lines of the learned programs, and how probable each is at a place."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from core.recordings.programs import Programs, Timeline
from core.recordings.windows import WINDOW_ROWS, window_label

# a place is known to about a row
JITTER = {-1: 0.25, 0: 0.5, 1: 0.25}


@dataclass(frozen=True, eq=False)
class KnownLines:
    """Which line a window shows whose centre the sensors place at a row of a learned program.

    The label of a window is the controller's, and the controller is ahead of the sensors by a lag that differs from run
    to run. So the lines around a place share its probability as the lags of the training runs are spread.
    """

    lines: tuple[str, ...]
    table: Tensor

    @classmethod
    def of(cls, programs: Programs) -> "KnownLines":
        """All lines that a window of a learned program can show; `table [n_places, n_lines]`."""
        lags = programs.lags
        shifts = {int(lag) for lag in lags} or {0}
        weights = {shift: float((lags == shift).mean()) if len(lags) else 1.0 for shift in shifts}
        labels = [_labels(timeline) for timeline in programs.timelines]
        lines = tuple(sorted({line for part in labels for line in part}))
        index = {line: i for i, line in enumerate(lines)}
        table = np.zeros((programs.n_places, len(lines)), dtype=np.float32)
        for offset, part in zip(programs.offsets.tolist(), labels, strict=False):
            columns, rows = np.array([index[line] for line in part], dtype=np.int64), np.arange(len(part))
            for shift, share in weights.items():
                for jitter, likely in JITTER.items():
                    shown = columns[np.clip(rows + shift + jitter, 0, len(part) - 1)]
                    np.add.at(table, (offset + rows, shown), share * likely)
        return cls(lines, torch.from_numpy(table))

    @cached_property
    def index(self) -> dict[str, int]:
        """Line -> its column."""
        return {line: i for i, line in enumerate(self.lines)}

    def shares(self, places: Tensor) -> Tensor:
        """Probability of each line `[N, K]` from that of each place `[N, P]`."""
        return places @ self.table


def _labels(timeline: Timeline) -> list[str]:
    """The most frequent line of the window around each row."""
    half = WINDOW_ROWS // 2
    windows = (timeline.lines[max(row - half, 0) : row + half] for row in range(len(timeline)))
    return [window_label(rows).line or "" for rows in windows]
