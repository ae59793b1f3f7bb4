import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.recordings.machine import Machine
from core.recordings.reader import read_recording, run_name
from core.recordings.recording import Recording, RecordingError
from tests.synthetic import run_frame, write_run


def same(one: Recording, other: Recording) -> bool:
    return (
        one.channels == other.channels
        and np.array_equal(one.values, other.values, equal_nan=True)
        and one.lines == other.lines
        and np.array_equal(one.time_s, other.time_s)
    )


def refused(path: Path, match: str) -> None:
    with pytest.raises(RecordingError, match=match) as caught:
        read_recording(path)
    assert path.name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_read_is_what_was_written(recording: Recording) -> None:
    frame = run_frame()
    assert (recording.name, recording.operation, recording.n_rows) == ("face_003", "face", 200)
    np.testing.assert_allclose(recording.channel("spindle2.Gx"), frame["spindle2.Gx"], rtol=1e-6)
    assert recording.lines == tuple(frame["gcode_string"])
    np.testing.assert_array_equal(recording.codes["stat"], frame["stat"])
    assert 0.25 < recording.time_s[1] < 0.26


def test_all_kinds_of_file_are_one_recording(tmp_path: Path, recording: Recording) -> None:
    frame = run_frame()
    frame.to_parquet(tmp_path / "face_003.parquet")
    write_run(tmp_path / "face_003_aligned.csv")
    for path in tmp_path.iterdir():
        assert same(read_recording(path), recording)


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_other_line_ends(tmp_path: Path, recording: Recording, end: str) -> None:
    path = write_run(tmp_path / "face_003.csv")
    path.write_bytes(path.read_bytes().replace(b"\n", end.encode()))
    assert same(read_recording(path), recording)


def test_a_byte_order_mark(tmp_path: Path, recording: Recording) -> None:
    path = write_run(tmp_path / "face_003.csv")
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert same(read_recording(path), recording)


def test_the_name_of_a_run(machine: Machine) -> None:
    for file in ("face_003_aligned.csv.gz", "face_003.csv", "face_003_aligned.PARQUET"):
        assert run_name(Path(file), machine) == "face_003"


def test_columns_that_nobody_needs_may_be_missing(tmp_path: Path, recording: Recording) -> None:
    answers = [
        "gcode_line",
        "gcode_string",
        "line",
        "posx",
        "posy",
        "posz",
        "mpox",
        "mpoy",
        "mpoz",
        "stat",
        "raw_json",
    ]
    run_frame().drop(columns=answers).to_csv(tmp_path / "face_003.csv", index=False)
    bare = read_recording(tmp_path / "face_003.csv")
    assert bare.lines is None
    np.testing.assert_array_equal(bare.matrix(bare.channels), recording.matrix(bare.channels))


def test_a_copy_stands_in_for_a_missing_channel(make_recording: Callable[..., Recording]) -> None:
    frame = run_frame()
    only_copy = make_recording(frame.drop(columns="spindle"))
    np.testing.assert_array_equal(only_copy.channel("spindle"), frame["spindle_A"].astype(np.float32))


def test_nan_and_infinity_are_no_values(make_recording: Callable[..., Recording]) -> None:
    frame = run_frame()
    frame.loc[3, "spindle"] = np.nan
    frame.loc[4, "spindle"] = np.inf
    frame.loc[5, "spindle"] = 1e300
    np.testing.assert_array_equal(
        np.flatnonzero(np.isnan(make_recording(frame).channel("spindle"))), [3, 4, 5]
    )


def test_a_renamed_board_is_not_an_error_but_known(make_recording: Callable[..., Recording]) -> None:
    frame = run_frame().rename(columns=lambda name: name.replace("frame_l2", "frame_left2"))
    recording = make_recording(frame)
    assert len(recording.unknown_columns) == 17
    assert np.isnan(recording.channel("frame_l2.Ax")).all()


def test_no_time_column(tmp_path: Path) -> None:
    run_frame().drop(columns="t_console").to_csv(tmp_path / "a.csv", index=False)
    refused(tmp_path / "a.csv", "no time column 't_console'")


def test_no_sensor(tmp_path: Path) -> None:
    run_frame()[["t_console", "gcode_string", "posx"]].to_csv(tmp_path / "a.csv", index=False)
    refused(tmp_path / "a.csv", "no sensor channel of Bantam")


@pytest.mark.parametrize("column", ["frame_l2.Ax", "gcode_line", "stat", "spindle"])
def test_text_in_a_number_column(tmp_path: Path, column: str) -> None:
    frame = run_frame().astype({column: object})
    frame.loc[6, column] = "oops"
    frame.to_csv(tmp_path / "a.csv", index=False)
    refused(tmp_path / "a.csv", f"'oops' in the number column '{column}', row 7")


def test_true_is_text(tmp_path: Path) -> None:
    run_frame().assign(spindle=True).to_csv(tmp_path / "a.csv", index=False)
    refused(tmp_path / "a.csv", "'True' in the number column 'spindle', row 1")


def test_no_rows(tmp_path: Path) -> None:
    run_frame().head(0).to_csv(tmp_path / "a.csv", index=False)
    refused(tmp_path / "a.csv", "no rows")
    run_frame().head(0).to_parquet(tmp_path / "a.parquet")
    refused(tmp_path / "a.parquet", "no rows")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.999])
def test_a_truncated_gzip(tmp_path: Path, run_file: Path, share: float) -> None:
    content = run_file.read_bytes()
    (tmp_path / "a.csv.gz").write_bytes(content[: int(len(content) * share)])
    refused(tmp_path / "a.csv.gz", "truncated or damaged gzip")


def test_a_damaged_gzip(tmp_path: Path, run_file: Path) -> None:
    content = bytearray(run_file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    (tmp_path / "a.csv.gz").write_bytes(content)
    refused(tmp_path / "a.csv.gz", "truncated or damaged gzip|not a table")


def test_a_truncated_csv(tmp_path: Path) -> None:
    path = write_run(tmp_path / "a.csv")
    path.write_bytes(path.read_bytes()[:-300])
    refused(path, r"ends in the middle of row 200 \(\d+ of \d+ fields\)")


def test_a_truncated_parquet(tmp_path: Path) -> None:
    run_frame().to_parquet(tmp_path / "a.parquet")
    content = (tmp_path / "a.parquet").read_bytes()
    (tmp_path / "a.parquet").write_bytes(content[: len(content) // 2])
    refused(tmp_path / "a.parquet", "truncated or damaged Parquet")


@pytest.mark.parametrize(
    ("name", "content", "match"),
    [
        ("a.csv", b"", "is empty"),
        ("a.csv", b"\n\n \n", "is empty"),
        ("a.csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00", "not a table"),
        ("a.csv", b"<html><body>Not found</body></html>", "no rows|no time column"),
        ("a.csv", "t_console;Ax\n1,5;2".encode("utf-16"), "not a table"),
        ("a.csv", b"a,b\n1,2,3,4\n", "more fields"),
        ("a.csv", b"a,b\n1,2\n1,2,3\n", "not a table"),
        ("a.csv", b'a,b\n"1,2\n', "not a table"),
        ("a.csv", b"a,\xff\n1,2\n", "not UTF-8"),
        ("a.csv", b"a,b,a\n1,2,3\n", "column 'a' twice"),
        ("a.csv.gz", b"a,b\n1,2\n", "not a gzip file"),
        ("a.parquet", b"PAR1 and nothing more", "damaged Parquet"),
    ],
)
def test_what_is_not_a_table(tmp_path: Path, name: str, content: bytes, match: str) -> None:
    (tmp_path / name).write_bytes(content)
    refused(tmp_path / name, match)


def test_no_file(tmp_path: Path) -> None:
    refused(tmp_path / "nowhere.csv", "not a file")
    refused(tmp_path, "not a file")


def test_a_gzip_in_disguise_is_read(tmp_path: Path, run_file: Path, recording: Recording) -> None:
    (tmp_path / "face_003.csv").write_bytes(gzip.compress(gzip.decompress(run_file.read_bytes())))
    assert same(read_recording(tmp_path / "face_003.csv"), recording)


def test_nullable_columns_of_a_parquet_file(tmp_path: Path) -> None:
    frame = run_frame().convert_dtypes()
    frame.loc[3, "spindle"] = pd.NA
    frame.to_parquet(tmp_path / "a.parquet")
    assert np.isnan(read_recording(tmp_path / "a.parquet").channel("spindle")[3])


def test_the_real_runs(real_runs: dict[str, Recording]) -> None:
    assert len(real_runs) == 114
    assert sum(run.n_rows for run in real_runs.values()) == 60_728
    assert {run.time_format for run in real_runs.values()} == {"HH:MM:SS.mmm"}
    assert None not in {run.operation for run in real_runs.values()}
    assert not any(run.unknown_columns for run in real_runs.values())
    steps = np.concatenate([np.diff(run.time_s) for run in real_runs.values()])
    assert np.median(steps) == pytest.approx(0.257, abs=0.001)
