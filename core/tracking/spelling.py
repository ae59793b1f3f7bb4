"""The open mode: a program that was never learned, its lines spelled window by window and its positions integrated.

Each window's line is spelled by the decoder alone. Which of the spelled lines a row belongs to is decided by a walk
over all of them at once (Viterbi 1967): a line goes on or another one follows. Their end points are then joined.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from core.gcode import GcodeError, ToolpathError, positions
from core.gcode.modal import Units
from core.model.bundle import Bundle
from core.recordings.windows import WINDOW_ROWS, Windows
from core.tracking.rows import RowsRead

Floats = NDArray[np.float64]
# how probable it is that another line begins at a row
CHANGE = 0.1


def spelled_rows(bundle: Bundle, windows: Windows, n_rows: int) -> RowsRead:
    """The rows of a run as the decoder alone spells its windows.

    windows: of the one run, in order. Rows before the first centre and behind the last one get the nearest line.
    """
    alone = replace(bundle, calibration=replace(bundle.calibration, known_share=0.0))
    spelled = alone.predict_windows(windows)
    names = tuple(dict.fromkeys(spelled.line))
    code = np.array([names.index(line) for line in spelled.line])
    centre = windows.start_row + WINDOW_ROWS // 2
    path, share = walk_lines(code, spelled.confidence.astype(np.float64), centre, len(names), n_rows)
    lines = tuple(names[i] for i in path.tolist())
    unit: Units = "inch" if bundle.machine.length_unit == "inch" else "mm"
    unknown = np.full(n_rows, np.nan)
    return RowsRead(lines, share, np.full(n_rows, -1), integrated(lines, unit), unknown)


def walk_lines(
    code: NDArray[np.int64], confidence: Floats, centre: NDArray[np.int64], n_lines: int, n_rows: int
) -> tuple[NDArray[np.int64], Floats]:
    """The most probable line of each row `[T]`, and the confidence of the window nearest to it.

    code, confidence, centre `[N]`: of each window the line that it spells, how sure it is, and its middle row.
    """
    others = np.maximum(1 - confidence, 1e-3) / max(n_lines - 1, 1)
    heard = np.zeros((n_rows, n_lines))
    for row, line, sure, rest in zip(centre, code, confidence, others, strict=True):
        heard[row] = np.log(rest)
        heard[row, line] = np.log(max(sure, 1e-3))
    stay, change = np.log(1 - CHANGE), np.log(CHANGE / max(n_lines - 1, 1))
    score, back = heard[0].copy(), np.zeros((n_rows, n_lines), dtype=np.int64)
    for row in range(1, n_rows):
        best = int(score.argmax())
        moved = score[best] + change
        stays = score + stay >= moved
        back[row] = np.where(stays, np.arange(n_lines), best)
        score = np.where(stays, score + stay, moved) + heard[row]
    path = np.empty(n_rows, dtype=np.int64)
    path[-1] = int(score.argmax())
    for row in range(n_rows - 1, 0, -1):
        path[row - 1] = back[row, path[row]]
    nearest = np.abs(np.arange(n_rows)[:, None] - centre[None]).argmin(axis=1)
    share = np.where(code[nearest] == path, confidence[nearest], others[nearest])
    return path, share


def integrated(lines: Sequence[str], units: Units) -> Floats:
    """Positions `[T, 3]` in mm of rows with these lines: each line's end is reached at its last row, evenly.

    NaN for an axis until a line has named it. A line that is no possible move moves nothing.
    """
    stretches = [(line, len(list(rows))) for line, rows in groupby(lines)]
    ends = _ends([line for line, _ in stretches], units)
    last = np.cumsum([size for _, size in stretches]) - 1
    rows = np.arange(len(lines))
    found = np.full((len(lines), 3), np.nan)
    for axis in range(3):
        known = np.isfinite(ends[:, axis])
        if known.any():
            found[:, axis] = np.interp(rows, last[known], ends[known, axis])
            found[: last[known][0], axis] = np.nan
    return found


def _ends(lines: list[str], units: Units) -> Floats:
    """Where each line ends `[L, 3]` in mm."""
    kept = list(lines)
    for _ in lines:
        try:
            return positions(kept, units=units, start=None)
        except ToolpathError as error:
            kept[error.line_index] = ""
        except GcodeError:
            break
    return np.full((len(lines), 3), np.nan)
