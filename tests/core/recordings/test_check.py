import gzip
from pathlib import Path

import pytest

from core.recordings.check import check, read_header, read_health
from core.recordings.describe import guess
from core.recordings.describe.look import first_rows, look
from core.recordings.machine import Machine
from core.recordings.recording import RecordingError
from tests.strange import drives, german, tool_wear
from tests.synthetic import run_frame, write_run


@pytest.fixture(scope="module")
def bantam() -> Machine:
    return Machine.bantam()


def test_a_recording_of_the_machine_fits(tmp_path: Path, bantam: Machine) -> None:
    file = write_run(tmp_path / "face_001_aligned.csv.gz")
    found = check(read_header(file, bantam), bantam)
    assert (found.fit, found.sentence, found.run, found.operation) == ("fits", "", "face_001", "face")
    assert found.labelled
    assert found.missing, "boards that were not recorded are missing and no misfit"


def test_a_recording_of_another_machine_names_the_file_and_what_is_missing(
    tmp_path: Path, bantam: Machine
) -> None:
    file = tool_wear(tmp_path, runs=1) / "experiment_01.csv"
    found = check(read_header(file, bantam), bantam)
    assert found.fit == "fails"
    assert str(file) in found.sentence
    assert "no clock 't_console'" in found.sentence
    assert f"{len(bantam.side_channels)} of {len(bantam.side_channels)} sensor columns" in found.sentence


def test_a_file_with_mostly_strange_columns_is_doubtful(tmp_path: Path, bantam: Machine) -> None:
    frame = run_frame("face", 20)[["t_console", "spindle"]].assign(a=1.0, b=2.0, c=3.0)
    frame.to_csv(tmp_path / "face_001.csv", index=False)
    found = check(read_header(tmp_path / "face_001.csv", bantam), bantam)
    assert found.fit == "doubtful"
    assert found.unknown == ("a", "b", "c")
    assert "3 of its 5 columns (a, b, c)" in found.sentence


@pytest.mark.parametrize(
    ("name", "content", "word"),
    ids=["empty", "binary", "not zipped", "truncated"],
    argvalues=[
        ("face_001.csv", b"", "empty"),
        ("face_001.csv", bytes(range(256)) * 20, "binary"),
        ("face_001.csv.gz", b"t_console,spindle\n", "not a gzip file"),
        (
            "face_001.csv.gz",
            gzip.compress(b"t_console,spindle\n" + b"14:00:00.000,1.234\n" * 999)[:40],
            "truncated",
        ),
    ],
)
def test_a_broken_file_fails_with_a_sentence(
    tmp_path: Path, bantam: Machine, name: str, content: bytes, word: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    found = check(read_header(file, bantam), bantam)
    assert found.fit == "fails"
    assert word in found.sentence
    assert str(file) in found.sentence


def test_a_file_of_a_guessed_machine_fits_it(tmp_path: Path) -> None:
    folder = drives(tmp_path, rows=300)
    machine = guess([folder]).machine
    assert machine
    found = check(read_header(folder / "Gear_1.csv", machine), machine)
    assert (found.fit, found.operation, found.labelled) == ("fits", "Gear", False)
    assert not found.missing


def test_health_is_read_without_keeping_anything(tmp_path: Path, bantam: Machine) -> None:
    file = write_run(tmp_path / "face_001.csv")
    found = read_health(file, bantam)
    assert found.entry
    assert (found.entry.run, found.entry.rows, found.problem) == ("face_001", 200, None)
    assert any(finding.kind == "frozen" for finding in found.findings)
    assert list(tmp_path.iterdir()) == [file]


def test_health_of_a_bad_file_is_a_sentence(tmp_path: Path, bantam: Machine) -> None:
    file = tmp_path / "face_001.csv"
    file.write_text("t_console,spindle\n14:00:00.000,loud\n")
    found = read_health(file, bantam)
    assert found.entry is None
    assert "loud" in (found.problem or "")


def test_a_look_says_how_a_file_is_written(tmp_path: Path) -> None:
    file = german(tmp_path, rows=60) / "schruppen_1.csv"
    seen = look(file)
    assert (seen.columns, seen.problem) == (7, None)
    assert "semicolons" in seen.seen
    assert "decimal comma" in seen.seen
    rows = first_rows(file, rows=3, columns=2)
    assert list(rows.frame.columns) == ["Zeit [ms]", "Strom X [A]"]
    assert len(rows.frame) == 3
    assert rows.columns == 7


def test_a_look_at_what_is_no_table(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(bytes(range(256)))
    assert "binary" in (look(tmp_path / "a.csv").problem or "")
    assert look(tmp_path / "gone.csv").problem
    with pytest.raises(RecordingError):
        first_rows(tmp_path / "a.csv")
