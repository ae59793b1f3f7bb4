"""Small made-up recordings in the published Bantam format, the same on every machine."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.recordings.machine import Machine

LIVE_BOARDS = ("frame_l2", "spindle2", "y_bed__3")
FROZEN_BOARDS = ("spindle1",)
FROZEN_FROM = 5
FIRST_LINE = 16
IDLE_ROWS = 6
ROW_S = 0.257
MM_PER_INCH = 25.4

# what a board shows at rest, and how far the cut moves it
LEVELS = {
    **{
        "Ax": (-1.0, 0.02),
        "Ay": (0.0, 0.02),
        "Az": (0.0, 0.02),
        "Gx": (0.0, 2.0),
        "Gy": (0.0, 2.0),
        "Gz": (0.0, 2.0),
    },
    **{
        "Mx": (10.0, 8.0),
        "My": (20.0, 8.0),
        "Mz": (-60.0, 8.0),
        "Pressure": (101.3, 0.0),
        "Temperature": (30.0, 0.2),
    },
    **{"Proximity": (120.0, 90.0), "ColorR": (60.0, 30.0), "ColorG": (60.0, 30.0), "ColorB": (60.0, 30.0)},
    **{"ColorA": (180.0, 60.0), "RMS": (900.0, 500.0)},
}


def program(operation: str, lines: int = 24) -> list[str]:
    """The G-code lines of an operation's program: rapid in, cuts with the feed of the operation, out, M30."""
    rng = np.random.default_rng(sum(operation.encode()))
    feed = "F22" if operation.endswith("150025") or operation.startswith("damage") else "F7.3"
    cuts = []
    for number in range(lines - 5):
        x, y = rng.integers(0, 3500, 2) / 1000
        cuts.append([f"G1 X{x} Y{y}", f"X{x}", f"Y-{y}", f"G3 X{x} Y{y} R0.083"][number % 4])
    return ["G0 X3.3121 Y0.0427", "Z0.6", "G0 Z0.2", f"G1 Z0.025 {feed}", *cuts, "M30"]


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
    """The table of one run: all published columns, `boards` live, `frozen` ones still after a few rows.

    The first `buffering` rows race ahead in the program; the last ones idle on its last line. With `twice` the
    program is run again in the second half, buffering rows included.
    """
    rng = np.random.default_rng([seed, sum(operation.encode())])
    text = program(operation)
    halves = [rows // 2, rows - rows // 2] if twice else [rows]
    line = np.concatenate([_line_of_rows(len(text), half, buffering) for half in halves])
    step = np.where(line == len(text) - 1, 0.51, ROW_S)
    position = _positions(text)[line]
    columns: dict[str, object] = {"t_console": _clock(14 * 3600 + 60 * seed + np.cumsum(step))}
    columns |= {"stat": np.where(line == len(text) - 1, 3, 5), "line": FIRST_LINE + line}
    columns |= {f"pos{axis}": position[:, place].round(4) for place, axis in enumerate("xyz")}
    columns |= {
        f"mpo{axis}": (MM_PER_INCH * position[:, place] + 5).round(5) for place, axis in enumerate("xyz")
    }
    columns |= {"vel": np.nan, "feed": 558.8, "unit": 0, "dist": 0, "plane": np.nan, "coor": 2, "momo": 1}
    columns["raw_json"] = [f'{{"sr":{{"line":{FIRST_LINE + number}}}}}' for number in line]
    columns |= _electrical(line, rng)
    for board in (*boards, *frozen):
        columns |= _board(board, line, rng, still_from=FROZEN_FROM if board in frozen else rows)
    columns |= {"gcode_line": FIRST_LINE + line, "gcode_string": [text[number] for number in line]}
    return pd.DataFrame(columns, index=range(rows))


def _line_of_rows(lines: int, rows: int, buffering: int) -> NDArray[np.int64]:
    idle = min(IDLE_ROWS, max(rows - buffering, 0))
    executed = np.linspace(0, lines - 1, rows - buffering - idle, endpoint=False).astype(np.int64)
    ahead = np.minimum(3 + 2 * np.arange(buffering), min(12, lines - 2))
    return np.concatenate([ahead, executed, np.full(idle, lines - 1, dtype=np.int64)])


def _positions(text: Sequence[str]) -> NDArray[np.float64]:
    """Where each line ends, inches [lines, 3]."""
    here, ends = {"X": 0.0, "Y": 0.0, "Z": 0.6}, []
    for line in text:
        here |= {word[0]: float(word[1:]) for word in line.split() if word[0] in here}
        ends.append(list(here.values()))
    return np.array(ends)


def _electrical(line: NDArray[np.int64], rng: np.random.Generator) -> dict[str, NDArray[np.float64]]:
    volts = {
        name: 0.2 + 0.01 * place + 0.005 * np.sin(line + place) + rng.normal(0, 0.001, len(line))
        for place, name in enumerate(Machine.bantam().electrical)
    }
    return volts | {f"{name}_A": values for name, values in volts.items()}


def _board(
    board: str, line: NDArray[np.int64], rng: np.random.Generator, still_from: int
) -> dict[str, NDArray[np.float64]]:
    rows = np.minimum(np.arange(len(line)), still_from)
    phase = sum(board.encode())
    values = {}
    for place, (quantity, (level, swing)) in enumerate(LEVELS.items()):
        signal = level + swing * (np.sin(0.7 * line + phase + place) + rng.normal(0, 0.2, len(line)))
        values[f"{board}.{quantity}"] = signal.round(4)[rows]
    return values


def _clock(seconds: NDArray[np.float64]) -> list[str]:
    cells = []
    for ms in (seconds * 1000).round().astype(int).tolist():
        cells.append(f"{ms // 3600000 % 24:02d}:{ms // 60000 % 60:02d}:{ms // 1000 % 60:02d}.{ms % 1000:03d}")
    return cells
