"""What the browser is given to draw a toolpath."""

import json
import re
from typing import Any

import numpy as np
import pytest

from core.recordings.recording import Recording
from core.recordings.tool_positions import ToolPositions, tool_positions
from core.recordings.traces import Traces
from dashboard.theme import DARK, LIGHT
from dashboard.toolpath_drawing import COLOURS, FRONTEND, NOTHING, SCRIPTS, Looked, Shade, drawn


def unpacked(data: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    size = int.from_bytes(data[:4], "little")
    header = json.loads(data[4 : 4 + size])
    body = data[-(-(4 + size) // 8) * 8 :]
    kinds = {"rows": "<u4", "position": "<f4", "rapid": "u1", "shade": "u1"}
    return header, {
        name: np.frombuffer(body, kinds[name], count, place)
        for name, (place, count) in header["arrays"].items()
    }


@pytest.fixture
def traces(recording: Recording) -> Traces:
    return Traces.of(recording)


@pytest.fixture
def found(traces: Traces) -> ToolPositions:
    return tool_positions(traces)


def test_the_path_its_lines_and_what_is_looked_at_travel_together(
    traces: Traces, found: ToolPositions
) -> None:
    lines = next(lane for lane in traces.lanes if lane.name == "line")
    shade = Shade("row", "", found.rows.astype(float), counted=True)
    header, arrays = unpacked(drawn("face_002", found, Looked(40, 80, 60, 50, None), shade, lines, LIGHT))
    np.testing.assert_array_equal(arrays["rows"], found.rows)
    np.testing.assert_array_equal(arrays["position"].reshape(-1, 3), found.position_mm)
    np.testing.assert_array_equal(arrays["rapid"], found.rapid)
    assert (header["view"], header["cursor"], header["marks"]) == ([40, 80], 60, {"A": 50, "B": None})
    assert header["lines"]["starts"] == lines.starts.tolist()
    assert header["legend"] == {"title": "row", "low": str(found.rows[0]), "high": str(found.rows[-1])}
    assert (np.diff(arrays["shade"].astype(int)) >= 0).all()


def test_a_channel_colours_the_path_and_a_spike_does_not_use_up_its_colours(found: ToolPositions) -> None:
    values = np.linspace(0, 1, len(found.rows))
    values[5], values[7] = 1000.0, np.nan
    header, arrays = unpacked(drawn("r", found, Looked(0, 9), Shade("x_motor", "V", values), None, DARK))
    assert header["legend"]["title"] == "x_motor, V"
    assert float(header["legend"]["high"]) < 2
    assert arrays["shade"][5] == COLOURS - 1
    assert arrays["shade"][7] == NOTHING
    assert len(set(arrays["shade"].tolist())) > 20
    assert len(header["scale"]) == COLOURS
    assert header["lines"]["texts"] == []


@pytest.mark.parametrize("values", [np.full(3, np.nan), np.ones(3)])
def test_a_channel_without_values_or_changes_is_drawn_too(values: np.ndarray) -> None:
    rows, flat = np.arange(3), np.zeros((3, 3), np.float32)
    found = ToolPositions(rows, flat, np.zeros(3, dtype=bool), "controller", 1.0)
    _, arrays = unpacked(drawn("r", found, Looked(0, 2), Shade("x", "", values), None, LIGHT))
    assert set(arrays["shade"].tolist()) == ({NOTHING} if np.isnan(values).all() else {0})


def test_the_browser_side_writes_text_never_markup() -> None:
    for name in (*(f"{script}.js" for script in SCRIPTS), "toolpath.css"):
        source = (FRONTEND / name).read_text(encoding="utf-8")
        assert not re.search(r"innerHTML|http", source)
