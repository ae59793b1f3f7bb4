"""What the browser is given to draw a machine."""

import re

import pytest

from core.recordings.machine import Machine
from dashboard.machine_drawing import FRONTEND, SCALE, BoardValue, Json, drawing_of, short
from dashboard.machine_layout import layout

MILL = layout(Machine.bantam())


def tiles(drawing: Json) -> dict[str, Json]:
    return {tile["board"]: tile for tile in drawing["tiles"]}


def test_boards_are_coloured_by_their_values_and_said_in_words() -> None:
    values = {"frame_l1": BoardValue(1.0), "frame_l2": BoardValue(2.0), "frame_l3": BoardValue(1.5)}
    drawing = drawing_of(MILL, values, "spread of Ax", "g", "frame_l2")
    found = tiles(drawing)
    assert found["frame_l1"]["fill"] == SCALE[0]
    assert found["frame_l2"]["fill"] == SCALE[-1]
    assert found["frame_l1"]["ink"] == "#ffffff"
    assert found["frame_l2"]["ink"] != "#ffffff", "each figure can be read on its colour"
    assert found["frame_l3"]["says"] == "frame_l3: 1.50 g"
    assert drawing["picked"] == "frame_l2"
    assert (drawing["legend"]["low"], drawing["legend"]["high"]) == ("1.00", "2.00")
    assert drawing["legend"]["title"] == "spread of Ax, g"


def test_what_has_no_value_is_hatched_and_says_why() -> None:
    values = {
        "frame_l1": BoardValue(None, "frozen", "It stands still from row 9 on."),
        "frame_l2": BoardValue(None),
    }
    drawing = drawing_of(MILL, values, "spread", "g")
    found = tiles(drawing)
    assert found["frame_l1"]["state"] == "frozen"
    assert found["frame_l1"]["says"] == "frame_l1: frozen\nIt stands still from row 9 on."
    assert found["frame_l2"]["says"] == "frame_l2: no value"
    assert found["frame_r1"]["says"] == "frame_r1: not recorded"
    assert drawing["legend"]["states"] == ["frozen", "missing"]
    assert drawing["legend"]["low"] == ""


def test_values_of_many_decades_are_coloured_by_their_logarithms() -> None:
    values = {"frame_l1": BoardValue(0.01), "frame_l2": BoardValue(0.1), "frame_l3": BoardValue(1.0)}
    drawing = drawing_of(MILL, values, "spread", "g")
    assert drawing["legend"]["logarithmic"]
    assert tiles(drawing)["frame_l2"]["fill"] not in (SCALE[0], SCALE[-1])
    signed = drawing_of(MILL, values | {"frame_r1": BoardValue(-1.0)}, "mean", "g")
    assert not signed["legend"]["logarithmic"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *[(0, "0"), (0.0123, "0.012"), (0.0012, "0.0012"), (0.00012, "1e-4"), (0.5, "0.50"), (5.25, "5.25")],
        *[(52.5, "52.5"), (525.4, "525"), (5254, "5254"), (12_345, "12.3k"), (5e6, "5e6"), (-0.25, "-0.25")],
    ],
)
def test_figures_on_tiles_are_short(value: float, text: str) -> None:
    assert short(value) == text
    assert len(text) <= 6


@pytest.mark.parametrize("name", ["machine.js", "machine.css"])
def test_the_browser_side_writes_text_never_markup(name: str) -> None:
    source = (FRONTEND / name).read_text(encoding="utf-8")
    assert "innerHTML" not in source
    assert not re.sub(r"http://www\.w3\.org/2000/svg", "", source).count("http"), (
        "nothing is fetched from elsewhere"
    )
