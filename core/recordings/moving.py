"""Moving means and filters of a band over rows with holes, alike for a part of a run and for the whole."""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.signal import firwin, oaconvolve

from core.errors import ToolmarkError

Floats = NDArray[np.float64]
# taps of a band's filter: a window of Hamming's passes from pass to stop band within 3.3 / taps of the rate
# (Oppenheim & Schafer, Discrete-Time Signal Processing, table 7.2)
HAMMING_TRANSITION = 3.3
FEWEST_TAPS, MOST_TAPS = 9, 2049


class BandError(ToolmarkError):
    """A band of frequencies that rows cannot carry."""


class Reach(NamedTuple):
    """The rows before and after a row that its value depends on."""

    before: int
    after: int


def band_taps(low_hz: float, high_hz: float, rate_hz: float) -> int:
    """The odd number of taps of a band's filter; BandError for a band that rows at this rate cannot carry."""
    nyquist = rate_hz / 2
    if high_hz > nyquist:
        raise BandError(
            f"A band up to {high_hz:g} Hz cannot be seen in rows at {rate_hz:.3g} Hz: nothing above {nyquist:.3g} Hz, "
            "half that rate, is in them. Choose a lower band."
        )
    transition = min((high_hz - low_hz) / 2, low_hz or high_hz)
    taps = math.ceil(HAMMING_TRANSITION * rate_hz / transition)
    taps = max(taps + 1 - taps % 2, FEWEST_TAPS)
    if taps > MOST_TAPS:
        raise BandError(
            f"A band from {low_hz:g} to {high_hz:g} Hz needs a filter of {taps} rows at {rate_hz:.3g} Hz "
            f"({MOST_TAPS} at most): choose a broader one, or one that begins at 0."
        )
    return taps


def window(rows: int) -> Reach:
    """The rows beside the middle of a moving window."""
    return Reach(rows // 2, rows - 1 - rows // 2)


def moving_mean(values: Floats, rows: int) -> Floats:
    """Mean of the values that there are in the `rows` rows around each row [T]; NaN where the row itself has none."""
    there = np.isfinite(values)
    before, after = window(rows)
    total = _moving_sum(np.pad(np.where(there, values, 0.0), (before, after)), rows)
    count = _moving_sum(np.pad(there.astype(np.float64), (before, after)), rows)
    return np.asarray(np.divide(total, count, out=np.full(len(values), np.nan), where=there))


def _moving_sum(values: Floats, rows: int) -> Floats:
    """Sums of `rows` rows, [T - rows + 1], in the same order of additions everywhere.

    Windows of 1, 2, 4 ... rows are added up to one of `rows`: a running sum would carry the rounding of all rows
    before, and a part of a run would not come out as in the whole.
    """
    size = len(values) - rows + 1
    total, block, width, offset = np.zeros(size), values, 1, 0
    while True:
        if rows & width:
            total += block[offset : offset + size]
            offset += width
        if 2 * width > rows:
            return total
        block = block[:-width] + block[width:]
        width *= 2


@lru_cache(maxsize=32)
def band_filter(low_hz: float, high_hz: float, rate_hz: float) -> Floats:
    """The impulse response of a filter that passes a band and nothing else, without delay, of odd length."""
    count = band_taps(low_hz, high_hz, rate_hz)
    nyquist = rate_hz / 2
    edges = [edge for edge in (low_hz, high_hz) if 0 < edge < nyquist]
    if not edges:
        return np.asarray(np.eye(1, count, count // 2)[0])
    passes_zero: bool | str = low_hz <= 0 if len(edges) == 1 else "bandpass"
    taps = np.asarray(firwin(count, edges, pass_zero=passes_zero, fs=rate_hz))
    if low_hz > 0:
        # 101 kPa of air leak through 50 dB of damping: nothing of the level may pass
        taps -= taps.sum() * np.hamming(count) / np.hamming(count).sum()
    return taps


def filtered(values: Floats, taps: Floats) -> Floats:
    """Values [T] after a filter; NaN where any of its rows has no value."""
    reach = len(taps) // 2
    there = np.isfinite(values)
    if len(values) < len(taps) or not there.any():
        return np.full(len(values), np.nan)
    # a large level would cost digits of a small vibration
    level = float(values[there][0])
    found = oaconvolve(np.where(there, values - level, 0.0), taps, mode="same") + level * taps.sum()
    whole = _moving_sum(np.pad(there.astype(np.float64), reach), len(taps)) == len(taps)
    return np.asarray(np.where(whole, found, np.nan))
