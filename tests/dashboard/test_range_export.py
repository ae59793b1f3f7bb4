"""The rows in view as a file."""

import io

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from core.recordings.recording import Recording, labels
from core.recordings.traces import Traces
from dashboard import range_export

CHANNELS = ("frame_l2.Ax", "rms(frame_l2.Ax,5)", "x_motor")


def test_a_file_holds_the_rows_in_view_and_what_was_going_on(recording: Recording) -> None:
    traces = Traces.of(recording)
    found = range_export.table(traces, CHANNELS, 4, 60)
    csv = pd.read_csv(io.BytesIO(range_export.as_bytes(found, "csv")))
    parquet = pq.read_table(io.BytesIO(range_export.as_bytes(found, "parquet"))).to_pandas()
    for frame in (csv, parquet):
        assert list(frame.columns) == ["row", "seconds", "line", "operation", *CHANNELS]
        assert frame["row"].tolist() == list(range(4, 61))
        np.testing.assert_allclose(frame["seconds"], recording.time_s[4:61])
        np.testing.assert_allclose(frame["x_motor"], recording.channel("x_motor")[4:61], rtol=1e-5)
        lines = [None if pd.isna(line) else line for line in frame["line"]]
        assert lines == labels(recording)[4:61], "buffering rows have no line"
        assert set(frame["operation"]) == {recording.operation}


def test_a_hole_is_an_empty_cell(recording: Recording) -> None:
    found = range_export.table(Traces.of(recording), ("diff(x_motor)",), 0, 1)
    assert found.column("diff(x_motor)").null_count == 1
    assert range_export.as_bytes(found, "csv").decode().splitlines()[1].endswith(",")


def test_names_of_files_tell_run_and_rows() -> None:
    assert range_export.file_name("face_003", 120, 480, "csv") == "face_003_rows_120-480.csv"
    assert range_export.file_name("../a b", 0, 1, "parquet") == "a_b_rows_0-1.parquet"


def test_too_large_a_range_is_refused_before_anything_is_read(recording: Recording) -> None:
    assert range_export.too_large(CHANNELS, 0, 1000) is None
    said = range_export.too_large(CHANNELS, 0, 9_999_999)
    assert said is not None
    assert "show 1,428,571 rows or fewer" in said
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(range_export, "MOST_CELLS", 50)
        with pytest.raises(range_export.ExportError, match="too many for a file"):
            range_export.table(Traces.of(recording), CHANNELS, 0, 100)
