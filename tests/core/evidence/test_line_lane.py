from pathlib import Path

import numpy as np
import pytest

from core.errors import ToolmarkError
from core.evidence.line_lane import LineReadings, read_lines, readings_lane
from core.model.bundle import load_bundle
from core.recordings.reader import read_recording
from core.recordings.recording import RecordingError
from tests.pipeline import Pipeline
from tests.synthetic import write_run


def test_a_run_is_read_window_by_window(pipeline: Pipeline) -> None:
    bundle = load_bundle(pipeline.bundle)
    recording = read_recording(pipeline.runs / "face_002_aligned.csv.gz")
    found = read_lines(bundle, recording)
    assert found.start_row.tolist() == list(range(0, recording.n_rows - 63, 16))
    place = 3
    assert found.line[place] == bundle.predict(recording.window(16 * place)).line
    assert set(found.verdict) <= {"right", "near", "wrong"}
    lane = readings_lane(found, recording.n_rows)
    assert (lane.n_rows, lane.starts[0]) == (recording.n_rows, 0)
    # the rows around the middle of a window say what was read in it
    assert lane.at(16 * place + 32) == found.line[place]


def test_verdicts_are_counted_where_there_is_a_truth() -> None:
    found = LineReadings(np.arange(0, 64, 16), ("G1", "G1", "X1", "X2"), ("right", "near", "wrong", "read"))
    assert found.share("right") == pytest.approx(1 / 3)
    assert "33 % right" in readings_lane(found, 200).title
    unknown = LineReadings(np.array([0]), ("G1",), ("read",))
    assert readings_lane(unknown, 64).title == "G-code, read"


def test_what_cannot_be_read_is_told(pipeline: Pipeline, tmp_path: Path) -> None:
    bundle = load_bundle(pipeline.bundle)
    short = read_recording(write_run(tmp_path / "face_001_aligned.csv", rows=40))
    with pytest.raises(RecordingError, match="40 rows"):
        read_lines(bundle, short)
    assert issubclass(RecordingError, ToolmarkError)
