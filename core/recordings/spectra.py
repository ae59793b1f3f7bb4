"""What a channel's changes are made of: spectrum and spectrogram of its longest stretch without a gap."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import ShortTimeFFT, get_window, welch

from core.errors import ToolmarkError
from core.recordings.rate import stretches, uneven

Floats = NDArray[np.float64]

FEWEST_ROWS = 32
# rows of a segment: the more there are the finer the frequencies, the fewer the coarser the times
SEGMENTS, LONGEST_SEGMENT = 8, 1024
SPECTROGRAM_SEGMENT, SHORTEST_SEGMENT = 64, 16
MOST_COLUMNS = 400


class SpectrumError(ToolmarkError):
    """A range of rows that has no spectrum."""


@dataclass(frozen=True, eq=False)
class Stretch:
    """The rows that a spectrum is of, `first` to `end` (left out) of those that were asked for, at `rate_hz`."""

    first: int
    end: int
    asked: int
    rate_hz: float

    @property
    def rows(self) -> int:
        """How many rows they are."""
        return self.end - self.first

    @property
    def words(self) -> str:
        """In a sentence, which rows were used."""
        seconds = self.rows / self.rate_hz
        if self.rows == self.asked:
            return f"All {self.rows:,} rows, {seconds:.0f} s at {self.rate_hz:.3g} rows a second."
        return (
            f"The longest stretch without a gap is used, {self.rows:,} of {self.asked:,} rows ({seconds:.0f} s at "
            f"{self.rate_hz:.3g} rows a second)."
        )


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Power density float64 [F] in the channel's unit squared per Hz, at frequencies [F] in Hz, 0 left out.

    segments: how many overlapping pieces were averaged.
    """

    frequency_hz: Floats
    density: Floats
    segments: int
    stretch: Stretch


@dataclass(frozen=True, eq=False)
class Spectrogram:
    """Power density float64 [F, N] around the rows [N] (counted in what was asked for), 0 Hz left out."""

    frequency_hz: Floats
    row: Floats
    density: Floats
    stretch: Stretch


def even_stretch(values: NDArray[np.floating], time_s: Floats, rate_hz: float) -> Stretch:
    """The longest stretch of rows that all have a value and follow one another at the run's rate.

    SpectrumError where none is long enough for a spectrum.
    """
    there = np.isfinite(values)
    # a row without a value is a stretch of its own
    broken = uneven(time_s, rate_hz) | ~there
    broken[1:] |= ~there[:-1]
    found = max(stretches(broken), key=lambda part: int(there[part].sum()), default=slice(0, 0))
    rows = int(there[found].sum())
    if rows < FEWEST_ROWS:
        raise SpectrumError(
            f"The longest stretch without a gap has {rows} rows, and a spectrum takes {FEWEST_ROWS}: "
            "show more rows or another channel."
        )
    return Stretch(found.start, found.stop, len(values), rate_hz)


def spectrum(values: NDArray[np.floating], time_s: Floats, rate_hz: float) -> Spectrum:
    """The mean power density of rows [T] (Welch 1967: Hann windows, half overlapping, without their means).

    rate_hz: of the run, see `row_rate_hz`. SpectrumError where no stretch is long enough.
    """
    stretch = even_stretch(values, time_s, rate_hz)
    own = values[stretch.first : stretch.end].astype(np.float64)
    segment = min(max(_power_of_two(2 * len(own) / (SEGMENTS + 1)), FEWEST_ROWS), LONGEST_SEGMENT)
    frequency, density = welch(own, fs=rate_hz, nperseg=segment, detrend="constant")
    segments = (len(own) - segment // 2) // (segment - segment // 2)
    return Spectrum(frequency[1:], density[1:], segments, stretch)


def spectrogram(values: NDArray[np.floating], time_s: Floats, rate_hz: float) -> Spectrogram:
    """The power density of rows [T] as it changes: Hann windows of up to 64 rows, each without its mean.

    At most 400 columns. SpectrumError where no stretch is long enough.
    """
    stretch = even_stretch(values, time_s, rate_hz)
    own = values[stretch.first : stretch.end].astype(np.float64)
    segment = min(max(_power_of_two(len(own) / 4), SHORTEST_SEGMENT), SPECTROGRAM_SEGMENT)
    hop = max(segment // 8, -(-len(own) // MOST_COLUMNS))
    transform = ShortTimeFFT(get_window("hann", segment), hop, rate_hz, fft_mode="onesided2X", scale_to="psd")
    # pieces that hang over an end would show its edge and no vibration
    first, last = transform.lower_border_end[1], transform.upper_border_begin(len(own))[1]
    density = transform.spectrogram(own, detr="constant", p0=first, p1=max(last, first + 1))
    row = stretch.first + transform.t(len(own), first, max(last, first + 1)) * rate_hz
    return Spectrogram(transform.f[1:], row, density[1:], stretch)


def _power_of_two(size: float) -> int:
    """The largest power of two that is not over a size."""
    return int(2 ** np.floor(np.log2(max(size, 1))))
