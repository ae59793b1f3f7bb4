"""Spectra: a sine stands where it should, with its power; gaps are left out and said."""

import numpy as np
import pytest

from core.recordings.spectra import SpectrumError, even_stretch, spectrogram, spectrum

RATE = 4.0
TIME = np.arange(1200) / RATE
SINE = 2 * np.sin(2 * np.pi * 0.75 * TIME)


def test_a_sine_stands_at_its_frequency_with_its_power() -> None:
    found = spectrum(SINE + 50, TIME, RATE)
    assert found.frequency_hz[found.density.argmax()] == pytest.approx(0.75, abs=0.02)
    step = found.frequency_hz[1] - found.frequency_hz[0]
    assert found.density.sum() * step == pytest.approx(2.0, rel=0.05), (
        "the mean square of the sine, by Parseval"
    )
    assert found.frequency_hz[0] > 0
    assert found.frequency_hz[-1] == RATE / 2
    assert found.stretch.words == "All 1,200 rows, 300 s at 4 rows a second."


def test_the_longest_stretch_without_a_gap_is_used_and_said() -> None:
    values, time_s = SINE.copy(), TIME.copy()
    values[100] = np.nan
    time_s[900:] += 30
    found = spectrum(values, time_s, RATE)
    assert (found.stretch.first, found.stretch.end) == (101, 900)
    assert "799 of 1,200 rows" in found.stretch.words


def test_idle_rows_at_half_the_rate_are_no_part_of_a_spectrum() -> None:
    time_s = np.concatenate([TIME[:200], TIME[199] + np.arange(1, 41) * 0.5])
    assert even_stretch(np.zeros(240), time_s, RATE).end == 200


def test_too_short_a_stretch_is_refused_with_what_to_do() -> None:
    with pytest.raises(SpectrumError, match="has 20 rows, and a spectrum takes 32: show more rows"):
        spectrum(SINE[:20], TIME[:20], RATE)
    with pytest.raises(SpectrumError, match="has 0 rows"):
        spectrum(np.full(100, np.nan), TIME[:100], RATE)
    with pytest.raises(SpectrumError, match="has 0 rows"):
        spectrum(SINE[:0], TIME[:0], RATE)


def test_a_spectrogram_shows_when_a_sine_begins() -> None:
    values = np.where(np.arange(1200) < 600, 0, SINE)
    found = spectrogram(values, TIME, RATE)
    assert found.density.shape == (len(found.frequency_hz), len(found.row))
    line = found.density[np.abs(found.frequency_hz - 0.75).argmin()]
    assert line[found.row < 560].max() < 1e-6 * line[found.row > 640].min()
    assert found.row.min() >= 32
    assert found.row.max() <= 1200 - 32


@pytest.mark.parametrize("rows", [32, 33, 63, 64, 65, 129, 5000, 60_001])
def test_a_range_of_any_length_has_a_bounded_spectrogram(rows: int) -> None:
    values, time_s = np.random.default_rng(0).normal(size=rows), np.arange(rows) / RATE
    found = spectrogram(values, time_s, RATE)
    assert 1 <= len(found.row) <= 401
    assert np.isfinite(found.density).all()
    assert np.isfinite(spectrum(values, time_s, RATE).density).all()
    # white noise of power 1 over 2 Hz
    if rows > 1000:
        assert found.density.mean() == pytest.approx(0.5, rel=0.15)
