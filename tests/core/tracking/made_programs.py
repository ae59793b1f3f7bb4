"""Learned programs made up for tests of the walk, and what the windows of a run through them would say."""

import numpy as np
from numpy.typing import NDArray

from core.recordings.programs import Programs, Timeline
from core.recordings.windows import WINDOW_ROWS
from core.tracking.known import Known
from core.tracking.words import Words

OPERATIONS = ("turning", "boring")
SPEED_MM = 2.0


def timeline(name: str, rows: int, starts: list[float], lags: list[int]) -> Timeline:
    """A program of two rows a line that goes 2 mm a row, begun at the given phases."""
    numbers = 10 + np.arange(rows) // 2
    begin = 40 if name == "B" else 0
    lines = tuple(f"G1 X{begin + number / 10:g}" for number in numbers.tolist())
    position = np.zeros((rows, 3), dtype=np.float32)
    position[:, 0] = SPEED_MM * np.arange(rows) + 25.4 * begin
    return Timeline(
        program=name,
        lines=lines,
        numbers=numbers,
        position_mm=position,
        starts=np.array(starts),
        ends=np.zeros(len(starts)),
        lags=np.array(lags),
        run_operations=(OPERATIONS[name == "B"],) * len(starts),
        listing=dict(zip(numbers.tolist(), lines, strict=True)),
    )


PROGRAMS = Programs((timeline("A", 300, [0, 0, 0], [0, 3, -3]), timeline("B", 240, [0, 0, 0], [0, 2, -2])))
KNOWN = Known(PROGRAMS, OPERATIONS, {"turning": "A", "boring": "B"})


def words(
    places: NDArray[np.float64], stride: int = 4, sure: float = 0.8, dead: slice | None = None
) -> Words:
    """What the windows of a run say whose sensors are at `places [T]`; those that begin in `dead` say nothing."""
    n = PROGRAMS.n_places
    first = np.arange(0, len(places) - WINDOW_ROWS + 1, stride)
    said = np.full((len(first), n), (1 - sure) / n)
    for i, start in enumerate(first.tolist()):
        if dead is not None and dead.start <= start < dead.stop:
            said[i] = 1 / n
            continue
        middle = places[start : start + WINDOW_ROWS].mean()
        near = np.clip(np.rint(middle).astype(int) + np.arange(-1, 2), 0, n - 1)
        said[i, near] += sure / 3
    operation = np.where(places[first + WINDOW_ROWS // 2] < 300, 0, 1)
    shares = np.where(np.arange(2)[None] == operation[:, None], 0.9, 0.1)
    logs = np.log(said).astype(np.float32), np.log(shares).astype(np.float32)
    return Words(*logs, first, len(places), stride)
