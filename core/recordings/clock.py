"""Times as recordings write them, with or without a date, turned into seconds from the first row."""

import re
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

PATTERNS = {
    "HH:MM:SS.mmm": re.compile(r"\s*(\d{1,2}):(\d{1,2}):(\d{1,2}(?:[.,]\d*)?)\s*"),
    "MM:SS.m": re.compile(r"\s*()(\d{1,2}):(\d{1,2}(?:[.,]\d*)?)\s*"),
}
ROLL_OVER_S = {"HH:MM:SS.mmm": 86400.0, "MM:SS.m": 3600.0}
SECONDS = {
    **{"seconds": 1.0, "minutes": 60.0, "milliseconds": 1e-3, "microseconds": 1e-6, "nanoseconds": 1e-9},
    **{"epoch seconds": 1.0, "epoch milliseconds": 1e-3},
}
DATES = {
    "DD.MM.YYYY HH:MM:SS": "%d.%m.%Y %H:%M:%S",
    "DD/MM/YYYY HH:MM:SS": "%d/%m/%Y %H:%M:%S",
    "MM/DD/YYYY HH:MM:SS": "%m/%d/%Y %H:%M:%S",
    "YYYY/MM/DD HH:MM:SS": "%Y/%m/%d %H:%M:%S",
}
EPOCH = pd.Timestamp(0, tz="UTC")


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
    clock = Clock(formats, row_period_s)
    seconds = clock.seconds(cells)
    return Times(seconds, clock.format, clock.bad)


class Clock:
    """Reads the times of a run part by part; what the first part shows of the format holds for the others.

    format: that of the times, None = none fits, so that rows are counted; bad: cells that it does not fit.
    """

    def __init__(self, formats: tuple[str, ...], row_period_s: float) -> None:
        self.format: str | None = None
        self.bad = 0
        self._formats = formats
        self._period = row_period_s
        self._rows = 0
        self._first = 0.0
        # of the last readable cell: as the clock showed it, and with its turns
        self._shown: float | None = None
        self._last = 0.0

    def seconds(self, cells: pd.Series) -> NDArray[np.float64]:
        """Seconds from the run's first row of the next cells, float64 [T]."""
        begins, self._rows = self._rows == 0, self._rows + len(cells)
        shown = self._chosen(cells) if begins else self._read(cells)
        known = np.flatnonzero(np.isfinite(shown))
        self.bad += len(cells) - len(known)
        if begins and 2 * len(known) < len(cells):
            self.format = None
        if self.format is None:
            return np.asarray(
                (self._rows - len(cells) + np.arange(len(cells))) * self._period, dtype=np.float64
            )
        rows = np.arange(len(cells), dtype=float)
        if not len(known):
            return np.asarray(self._last - self._first + (rows + 1) * self._period, dtype=np.float64)
        turned = self._turned(shown[known])
        if begins:
            filled: NDArray[np.float64] = np.interp(rows, rows[known], turned)
            self._first = float(filled[0])
        else:
            # the row before these is one more reading to interpolate from
            filled = np.interp(
                rows, np.concatenate(([-1.0], rows[known])), np.concatenate(([self._last], turned))
            )
        self._shown, self._last = float(shown[known[-1]]), float(filled[-1])
        return np.asarray(filled - self._first, dtype=np.float64)

    def _turned(self, shown: NDArray[np.float64]) -> NDArray[np.float64]:
        """Readings of a clock that begins again at its end, with the turns that it has made."""
        period = ROLL_OVER_S.get(self.format or "")
        if period is None:
            return shown
        before = shown[:1] if self._shown is None else np.array([self._shown])
        turns = np.cumsum(np.diff(np.concatenate((before, shown))) < -period / 2)
        made = 0.0 if self._shown is None else round((self._last - self._shown) / period)
        return np.asarray(shown + (turns + made) * period, dtype=np.float64)

    def _chosen(self, cells: pd.Series) -> NDArray[np.float64]:
        """The cells read in the format that fits most of them."""
        best, seconds = self._formats[0], read_seconds(cells, self._formats[0])
        for name in self._formats[1:]:
            if np.isfinite(seconds).all():
                break
            other = read_seconds(cells, name)
            if np.isfinite(other).sum() > np.isfinite(seconds).sum():
                best, seconds = name, other
        self.format = "datetime" if pd.api.types.is_datetime64_any_dtype(cells) else best
        return seconds

    def _read(self, cells: pd.Series) -> NDArray[np.float64]:
        return np.full(len(cells), np.nan) if self.format is None else read_seconds(cells, self.format)


def read_seconds(cells: pd.Series, name: str) -> NDArray[np.float64]:
    """Cells in one format as seconds, float64 [T], NaN where a cell does not fit."""
    if pd.api.types.is_datetime64_any_dtype(cells):
        dates = cells if cells.dt.tz is not None else cells.dt.tz_localize("UTC")
        return _since_epoch(dates)
    if name in SECONDS:
        numbers = pd.to_numeric(cells, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
        return np.asarray(numbers * SECONDS[name], dtype=np.float64)
    if name in PATTERNS:
        matches = (PATTERNS[name].fullmatch(str(cell)) for cell in cells.tolist())
        return np.array([_of_day(*match.groups()) if match else np.nan for match in matches], dtype=float)
    text = cells.astype("str").str.strip()
    if name == "ISO 8601":
        return _since_epoch(pd.to_datetime(text, format="ISO8601", errors="coerce", utc=True))
    whole = pd.to_datetime(text, format=DATES[name], errors="coerce", utc=True)
    parts = pd.to_datetime(text.str.replace(",", "."), format=f"{DATES[name]}.%f", errors="coerce", utc=True)
    return _since_epoch(whole.fillna(parts))


def _since_epoch(dates: pd.Series) -> NDArray[np.float64]:
    return np.asarray((dates - EPOCH).dt.total_seconds().to_numpy(dtype=float, na_value=np.nan))


def _of_day(hours: str, minutes: str, seconds: str) -> float:
    return int(hours or 0) * 3600 + int(minutes) * 60 + float(seconds.replace(",", "."))
