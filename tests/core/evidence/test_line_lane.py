import pandas as pd

from core.evidence.line_lane import readings_lane
from core.evidence.readings.windows import run_tables
from core.model.bundle import load_bundle
from core.recordings.reader import read_recording
from tests.pipeline import Pipeline


def test_the_rows_around_a_window_say_what_was_read_in_it(pipeline: Pipeline) -> None:
    bundle = load_bundle(pipeline.bundle)
    recording = read_recording(pipeline.runs / "face_002_aligned.csv.gz")
    found = run_tables(bundle, recording).readings.to_pandas()
    lane = readings_lane(found, recording.n_rows)
    assert (lane.n_rows, lane.starts[0]) == (recording.n_rows, 0)
    for place in (3, len(found) // 2):
        assert lane.at(16 * place + 32) == bundle.predict(recording.window(16 * place)).line


def readings(results: list[str]) -> pd.DataFrame:
    lines = [f"X{place}" for place in range(len(results))]
    return pd.DataFrame(
        {"start_row": [16 * p for p in range(len(results))], "read_line": lines, "result": results}
    )


def test_the_share_is_of_the_windows_that_have_a_truth() -> None:
    lane = readings_lane(readings(["exact", "within a row", "wrong", "no label"]), 200)
    assert "33 % right" in lane.title
    assert readings_lane(readings(["no label"]), 64).title == "G-code, read"
