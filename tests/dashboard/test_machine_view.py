"""What the boards of the machine are coloured by."""

import numpy as np
import pytest

from core.recordings.contrast import Contrast
from core.recordings.machine import Machine
from core.recordings.recording import Recording
from core.recordings.traces import Traces
from dashboard import machine_view
from dashboard.machine_view import Measure, measure_of

MILL = Machine.bantam()


def test_a_measure_is_read_back_from_its_text_and_what_is_unknown_is_the_first() -> None:
    for measure in (Measure("rms", "Gx"), Measure()):
        assert measure_of(measure.text, MILL) == measure
    assert measure_of(None, MILL) == Measure("deviation", "Ax")
    assert measure_of("loud Ax", MILL) == measure_of("Qx rms", MILL) == Measure("deviation", "Ax")


def test_boards_have_the_statistic_of_the_rows_in_view(recording: Recording) -> None:
    traces = Traces.of(recording)
    values = machine_view.values_of(traces, "test", Measure("deviation", "Ax"), 20, 90)
    expected = recording.channel("frame_l2.Ax")[20:91].astype(float).std()
    assert values["frame_l2"].value == pytest.approx(expected)
    assert values["spindle1"].state == "frozen"
    assert "from row" in values["spindle1"].says
    assert values["frame_b1"].state == "missing"
    assert machine_view.unit_of(MILL, Measure("deviation", "Ax")) == "g"


def test_a_board_shows_its_channel_that_is_most_unlike(recording: Recording) -> None:
    found = [
        Contrast("frame_l2.Gx", "rms", -9.0, 1.0, 3.0, 12),
        Contrast("x_motor", "rms", 5.0, 1.0, 3.0, 12),
        Contrast("frame_l2.Ax", "mean", 2.0, 1.0, 3.0, 12),
    ]
    values = machine_view.unlike_values(Traces.of(recording), found, recording.n_rows - 1)
    assert values["frame_l2"].value == 9.0
    assert values["frame_l2"].says.startswith("frame_l2.Gx: RMS 1, usually 3")
    assert values["spindle2"].value is None
    assert np.isfinite(values["frame_l2"].value)
