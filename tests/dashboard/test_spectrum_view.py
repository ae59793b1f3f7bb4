"""The pictures of spectra."""

import json

import numpy as np
import pytest

from core.recordings.spectra import spectrogram, spectrum
from dashboard.spectrum_view import density_unit, spectrogram_chart, spectrum_chart
from dashboard.theme import LIGHT

TIME = np.arange(800) / 4.0
SINE = np.sin(2 * np.pi * 0.5 * TIME)


def test_two_runs_share_one_picture_with_a_log_scale() -> None:
    found = {"one": spectrum(SINE, TIME, 4.0), "two": spectrum(2 * SINE, TIME, 4.0)}
    made = spectrum_chart(found, "g", LIGHT)
    assert [series["name"] for series in made["series"]] == ["one", "two"]
    assert made["yAxis"]["type"] == "log"
    assert made["yAxis"]["name"] == "power density, g²/Hz"
    assert made["xAxis"]["max"] == 2.0
    assert min(power for _, power in made["series"][0]["data"]) > 0, "nothing is lost on a log scale"
    json.dumps(made)


@pytest.mark.parametrize("values", [SINE, np.zeros(800)])
def test_a_spectrogram_is_a_heat_map_over_the_runs_rows(values: np.ndarray) -> None:
    found = spectrogram(values, TIME, 4.0)
    made = spectrogram_chart(found, 100, "deg/s", LIGHT)
    frame = made["dataset"]["source"]
    assert len(frame) == found.density.size
    assert int(frame["row"].iloc[0]) >= 132
    assert np.isfinite(frame["power"]).all()
    assert "(deg/s)²/Hz" in made["tooltip"]["formatter"]


def test_units_of_densities() -> None:
    assert [density_unit(unit) for unit in ("g", "deg/s", "")] == ["g²/Hz", "(deg/s)²/Hz", "1/Hz"]
