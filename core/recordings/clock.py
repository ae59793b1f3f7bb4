"""Wall times without a date, as recordings write them, turned into seconds from the first row."""

import re
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

PATTERNS = {
    "HH:MM:SS.mmm": re.compile(r"\s*(\d{1,2}):(\d{1,2}):(\d{1,2}(?:\.\d*)?)\s*"),
    "MM:SS.m": re.compile(r"\s*()(\d{1,2}):(\d{1,2}(?:\.\d*)?)\s*"),
}
ROLL_OVER_S = {"HH:MM:SS.mmm": 86400.0, "MM:SS.m": 3600.0}


class Times(NamedTuple):
    """time_s float64 [T]; the format found, None = none fits; the number of cells that it does not fit."""

    time_s: NDArray[np.float64]
    format: str | None
    bad: int


def parse_times(cells: pd.Series, formats: tuple[str, ...], row_period_s: float) -> Times:
    """Seconds from the first row, float64 [T], rolled over where the clock passes its end.

    The format that fits most cells is taken; cells that it does not fit are interpolated. Where no format
    fits half of the cells, rows are counted at `row_period_s` instead.
    """
    if pd.api.types.is_datetime64_any_dtype(cells):
        seconds = (cells - cells.min()).dt.total_seconds().to_numpy(dtype=float)
        return _filled(seconds, "datetime", row_period_s)
    best, seconds = formats[0], _seconds(cells, formats[0])
    for name in formats[1:]:
        if np.isfinite(seconds).all():
            break
        other = _seconds(cells, name)
        if np.isfinite(other).sum() > np.isfinite(seconds).sum():
            best, seconds = name, other
    return _filled(_rolled_over(seconds, ROLL_OVER_S.get(best)), best, row_period_s)


def _seconds(cells: pd.Series, name: str) -> NDArray[np.float64]:
    if name == "seconds":
        return pd.to_numeric(cells, errors="coerce").to_numpy(dtype=float)
    matches = (PATTERNS[name].fullmatch(str(cell)) for cell in cells.tolist())
    return np.array([_of_day(*match.groups()) if match else np.nan for match in matches])


def _of_day(hours: str, minutes: str, seconds: str) -> float:
    return int(hours or 0) * 3600 + int(minutes) * 60 + float(seconds)


def _rolled_over(seconds: NDArray[np.float64], period: float | None) -> NDArray[np.float64]:
    if period is None:
        return seconds
    known = np.flatnonzero(np.isfinite(seconds))
    turns = np.cumsum(np.diff(seconds[known]) < -period / 2)
    rolled = seconds.copy()
    rolled[known[1:]] += turns * period
    return rolled


def _filled(seconds: NDArray[np.float64], name: str, row_period_s: float) -> Times:
    rows = np.arange(len(seconds), dtype=float)
    known = np.isfinite(seconds)
    bad = int((~known).sum())
    if 2 * bad > len(seconds):
        return Times(rows * row_period_s, None, bad)
    filled = np.interp(rows, rows[known], seconds[known])
    return Times(filled - filled[0], name, bad)
