import tomllib
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core.recordings.machine import Machine
from dashboard import theme

CONFIG = tomllib.loads((Path(__file__).parents[2] / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
PAGES = {mode: CONFIG["theme"][mode]["backgroundColor"] for mode in ("light", "dark")}
# Viénot, Brettel and Mollon 1999: what two kinds of colour blindness see of linear RGB
BLINDNESS = {
    "protanopia": [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]],
    "deuteranopia": [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]],
}


def linear(colour: str) -> NDArray[np.float64]:
    rgb = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    lights = sorted(float(linear(colour) @ [0.2126, 0.7152, 0.0722]) for colour in (one, other))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def lab(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ rgb
    f = np.cbrt(np.clip(xyz / [0.9505, 1, 1.089], 1e-4, None))
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
@pytest.mark.parametrize(
    "colour", [theme.PREDICTION, theme.ERROR, theme.WITHOUT, theme.MUTED, *theme.MODALITIES.values()]
)
def test_every_mark_reads_on_both_pages(colour: str, page: str) -> None:
    assert contrast(colour, page) >= 3, "WCAG 1.4.11: graphics need 3 to 1"


@pytest.mark.parametrize("ink", [theme.LIGHT, theme.DARK], ids=PAGES)
def test_thin_lines_read_better_than_marks_must(ink: theme.Ink) -> None:
    assert ink.page in PAGES.values()
    for colour in theme.MODALITIES.values():
        assert contrast(ink.line(colour), ink.page) >= 3.8
    assert contrast(ink.text, ink.page) >= 7
    assert contrast(ink.quiet, ink.page) >= 4.5


@pytest.mark.parametrize("mode", PAGES)
@pytest.mark.parametrize(
    "text", ["textColor", "linkColor", "redColor", "greenColor", "orangeColor", "grayColor"]
)
def test_text_reads_on_its_page(mode: str, text: str) -> None:
    assert contrast(CONFIG["theme"][mode][text], PAGES[mode]) >= 4.5


@pytest.mark.parametrize("mode", PAGES)
def test_white_reads_on_a_button(mode: str) -> None:
    assert contrast(CONFIG["theme"][mode]["primaryColor"], "#ffffff") >= 4.5


@pytest.mark.parametrize("blindness", BLINDNESS)
def test_what_must_not_be_confused_stays_apart_for_the_colour_blind(blindness: str) -> None:
    seen = {
        c: lab(np.array(BLINDNESS[blindness]) @ linear(c))
        for c in (theme.PREDICTION, theme.ERROR, theme.WITHOUT)
    }
    for one, other in combinations(seen, 2):
        if theme.PREDICTION in (one, other):
            assert np.linalg.norm(seen[one] - seen[other]) > 25


def test_every_modality_of_the_built_in_machine_has_a_colour_of_its_own() -> None:
    machine = Machine.bantam()
    modalities = {machine.modality(channel) for channel in machine.side_channels}
    assert modalities <= set(theme.MODALITIES)
    assert len({theme.modality_colour(name) for name in modalities}) == len(modalities)


def test_an_unknown_modality_keeps_one_colour() -> None:
    assert theme.modality_colour("torque") == theme.modality_colour("torque")


def test_the_dashboard_stays_on_this_machine() -> None:
    assert CONFIG["server"]["address"] == "127.0.0.1"
    assert CONFIG["browser"]["gatherUsageStats"] is False
    assert "http" not in (Path(__file__).parents[2] / ".streamlit" / "config.toml").read_text(
        encoding="utf-8"
    )
