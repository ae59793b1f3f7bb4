"""Wall times without a date, as recordings write them, turned into seconds from the first row."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

PATTERNS = {
    "HH:MM:SS.mmm": r"^\s*(?P<h>\d{1,2}):(?P<m>\d{1,2}):(?P<s>\d{1,2}(?:\.\d*)?)\s*$",
    "MM:SS.m": r"^\s*(?P<m>\d{1,2}):(?P<s>\d{1,2}(?:\.\d*)?)\s*$",
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
    readings = {name: _seconds(cells, name) for name in formats}
    best = max(readings, key=lambda name: int(np.isfinite(readings[name]).sum()))
    return _filled(_rolled_over(readings[best], ROLL_OVER_S.get(best)), best, row_period_s)


def _seconds(cells: pd.Series, name: str) -> NDArray[np.float64]:
    if name == "seconds":
        return pd.to_numeric(cells, errors="coerce").to_numpy(dtype=float)
    parts = cells.astype("str").str.extract(PATTERNS[name])
    numbers = parts.apply(pd.to_numeric, errors="coerce").astype(float)
    hours = numbers["h"].to_numpy() if "h" in numbers else 0.0
    return np.asarray(hours * 3600 + numbers["m"].to_numpy() * 60 + numbers["s"].to_numpy(), dtype=float)


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
