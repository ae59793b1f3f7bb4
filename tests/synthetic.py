"""Small recordings of the twin, the same on every machine: few boards and rows, and the odd things of real runs."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.twin.constants import constants
from core.twin.controller import clock
from core.twin.programs import FIRST_MOTION_LINE, program_for
from core.twin.run import RunOptions, simulate
from core.twin.session import Faults, Session

LIVE_BOARDS = ("frame_l2", "spindle2", "y_bed__3")
FROZEN_BOARDS = ("spindle1",)
FROZEN_FROM = 5
FIRST_LINE = FIRST_MOTION_LINE
IDLE_ROWS = 6
ROW_S, IDLE_ROW_S = 0.257, 0.51


def program(operation: str) -> list[str]:
    """The lines of an operation's program that the machine reports, from line FIRST_LINE on."""
    return list(program_for(operation).motion)


def write_run(
    path: str | Path, operation: str = "face", rows: int = 200, seed: int = 0, **options: Any
) -> Path:
    """Write one run as .csv or .csv.gz; `options` are those of `run_frame`. Returns the path."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    run_frame(operation, rows, seed, **options).to_csv(path, index=False)
    return path


def write_runs(
    folder: str | Path, operations: Sequence[str] = ("adaptive", "face", "pocket"), each: int = 3
) -> Path:
    """Write `each` runs of every operation, with seeds of their own. Returns the folder."""
    for place, operation in enumerate(operations):
        for number in range(1, each + 1):
            file = Path(folder) / f"{operation}_{number:03d}_aligned.csv.gz"
            write_run(file, operation, rows=160 + 16 * number, seed=100 * place + number)
    return Path(folder)


def run_frame(
    operation: str = "face",
    rows: int = 200,
    seed: int = 0,
    *,
    boards: Sequence[str] = LIVE_BOARDS,
    frozen: Sequence[str] = FROZEN_BOARDS,
    buffering: int = 8,
    twice: bool = False,
) -> pd.DataFrame:
    """The table of one run of `rows` rows: all published columns, `boards` live, `frozen` ones still after a few rows.

    The rows are taken evenly from a longer run of the twin. The first `buffering` ones race ahead in the program; the
    last ones idle on its last line. With `twice` the program is run again in the second half, buffering rows included.
    """
    long = _simulated(operation, seed)
    halves = [rows // 2, rows - rows // 2] if twice else [rows]
    frame = long.iloc[np.concatenate([_chosen(long, half, buffering) for half in halves])]
    frame = frame.reset_index(drop=True)
    idle = frame.gcode_string == "M30"
    frame["t_console"] = clock(14 * 3600 + 60 * seed + np.cumsum(np.where(idle, IDLE_ROW_S, ROW_S)))
    still = [name for name in frame if name.partition(".")[0] in frozen]
    frame[still] = frame[still].to_numpy()[np.minimum(np.arange(rows), FROZEN_FROM)]
    unwanted = set(constants().boards) - set(boards) - set(frozen)
    return frame[[name for name in frame if name.partition(".")[0] not in unwanted]]


@lru_cache(maxsize=32)
def _simulated(operation: str, seed: int) -> pd.DataFrame:
    worn = Faults(worn=operation.startswith("damage"))
    return simulate(
        program_for(operation),
        RunOptions(seed=seed, start=constants().controller.park, session=Session(seed), faults=worn),
    )


def _chosen(long: pd.DataFrame, rows: int, buffering: int) -> NDArray[np.int64]:
    """Rows of a long run: the buffering ones, some of the executed ones, some of the idle ones."""
    numbers = long.gcode_line.to_numpy()
    begin = int(np.flatnonzero(np.diff(numbers) < 0)[0]) + 1
    end = int(np.flatnonzero(long.gcode_string == "M30")[0])
    idle = min(IDLE_ROWS, max(rows - buffering, 0))
    executed = np.linspace(begin, end, rows - buffering - idle, endpoint=False).astype(np.int64)
    ahead = np.minimum(np.arange(buffering), begin - 1)
    return np.concatenate([ahead, executed, np.full(idle, end) + np.arange(idle)])
