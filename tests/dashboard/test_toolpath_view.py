"""The figure of the toolpath."""

import numpy as np
import plotly.graph_objects as go

from core.recordings.recording import Recording
from core.recordings.tool_positions import tool_positions
from core.recordings.traces import Traces
from dashboard.theme import DARK, LIGHT
from dashboard.toolpath_view import Looked, figure


def drawn(recording: Recording, looked: Looked, values: np.ndarray | None = None) -> go.Figure:
    found = tool_positions(Traces.of(recording))
    colour = ("x_motor", "V", values) if values is not None else ("row", "", None)
    return go.Figure(figure(found, looked, colour, "G1 <X1>", LIGHT))


def test_rows_in_view_and_the_cursor_are_picked_out(recording: Recording) -> None:
    made = drawn(recording, Looked(40, 80, 60))
    named = {trace.name: trace for trace in made.data}
    assert set(named) == {"rapid moves", "cuts", "rows in view", "cursor"}
    rows = named["rows in view"].customdata
    assert rows.min() >= 40
    assert rows.max() <= 80
    at = tool_positions(Traces.of(recording)).at(60)
    assert [named["cursor"].x[0], named["cursor"].y[0], named["cursor"].z[0]] == at.tolist()
    assert made.layout.scene.annotations[0].text == "row 60  G1 &lt;X1&gt;"


def test_the_camera_is_kept_and_the_axes_are_to_one_scale(recording: Recording) -> None:
    first, second = (drawn(recording, Looked(0, 90, row)) for row in (10, 50))
    assert first.layout.scene.uirevision == second.layout.scene.uirevision == "kept"
    assert first.layout.scene.aspectmode == "data"
    assert {trace.name for trace in drawn(recording, Looked(0, 10_000)).data} == {"rapid moves", "cuts"}


def test_the_pen_is_lifted_between_cuts(recording: Recording) -> None:
    found = tool_positions(Traces.of(recording))
    made = drawn(recording, Looked(0, 10))
    cuts = next(trace for trace in made.data if trace.name == "cuts")
    stretches = int((np.diff(np.concatenate(([1], found.rapid.astype(int)))) == -1).sum())
    assert np.isnan(cuts.x).sum() == stretches


def test_a_channel_colours_the_cuts(recording: Recording) -> None:
    found = tool_positions(Traces.of(recording))
    values = np.linspace(0, 1, len(found.rows)).astype(np.float32)
    values[3] = np.nan
    for ink in (LIGHT, DARK):
        made = go.Figure(figure(found, Looked(0, 9), ("x_motor", "V", values), "", ink))
        line = next(trace for trace in made.data if trace.name == "cuts").line
        assert line.colorbar.title.text == "x_motor, V"
        assert np.isfinite(line.color).all()
