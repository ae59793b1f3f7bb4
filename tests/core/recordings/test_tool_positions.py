"""Where the tool was: as the controller reported it, or by the lines; rapids and cuts apart, never too many points."""

from dataclasses import replace

import numpy as np
import pytest

from core.recordings.recording import Recording
from core.recordings.tool_positions import ToolPositionsError, tool_positions
from core.recordings.traces import Traces


def without_positions(recording: Recording) -> Traces:
    machine = recording.machine.model_copy(update={"program_position": ()})
    return replace(Traces.of(recording), machine=machine)


def test_positions_are_the_controllers_in_mm_up_to_the_programs_end(recording: Recording) -> None:
    found = tool_positions(Traces.of(recording))
    assert found.source == "controller"
    row = int(found.rows[50])
    reported = [recording.channel(name)[row] * 25.4 for name in ("posx", "posy", "posz")]
    np.testing.assert_allclose(found.position_mm[50], reported, rtol=1e-6)
    np.testing.assert_allclose(found.at(row), reported, rtol=1e-6)
    assert recording.lines is not None
    assert "M30" not in {recording.lines[row] for row in found.rows.tolist()}


def test_rapids_are_told_from_cuts_by_the_lines(recording: Recording) -> None:
    found = tool_positions(Traces.of(recording))
    assert recording.lines is not None
    for row, rapid in zip(found.rows.tolist(), found.rapid.tolist(), strict=True):
        if recording.lines[row].startswith(("G0 ", "G1 ")) and row > 9:
            assert rapid == recording.lines[row].startswith("G0 ")
    assert 0 < found.rapid.sum() < len(found.rows) / 2


def test_without_the_controllers_positions_the_lines_are_followed(recording: Recording) -> None:
    own, by_lines = tool_positions(Traces.of(recording)), tool_positions(without_positions(recording))
    assert by_lines.source == "program"
    assert len(by_lines.rows) < len(own.rows)
    middle = by_lines.rows[len(by_lines.rows) // 2]
    assert np.abs(by_lines.at(middle) - own.at(middle))[:2].max() < 30, "both are on the same part"


def test_points_are_bounded(recording: Recording) -> None:
    found = tool_positions(Traces.of(recording), most=20)
    assert len(found.rows) <= 20
    assert found.every == pytest.approx(recording.n_rows / len(found.rows))


def test_a_run_that_knows_neither_is_refused(recording: Recording) -> None:
    bare = replace(without_positions(recording), lanes=())
    with pytest.raises(ToolPositionsError, match="neither the controller's position nor program lines"):
        tool_positions(bare)
