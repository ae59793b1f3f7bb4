import shutil
from pathlib import Path

import pytest

from core.errors import ToolmarkError
from core.recordings.machine import Machine
from core.recordings.store import import_runs
from dashboard import incoming, places
from dashboard.incoming import Draft
from tests.strange import drives, german


def test_files_of_a_folder_are_found_and_looked_at(runs: Path) -> None:
    found = incoming.find(runs)
    assert (len(found.files), found.problem) == (6, None)
    assert "commas" in found.looks[0].seen
    assert incoming.proposed(found) == incoming.BANTAM
    assert incoming.preview(found.files[0]).columns > 60


def test_one_file_is_found(runs: Path) -> None:
    assert len(incoming.find(runs / "face_001_aligned.csv.gz").files) == 1


def test_what_holds_no_recordings_says_so(tmp_path: Path, runs: Path) -> None:
    assert "does not exist" in (incoming.find(tmp_path / "gone").problem or "")
    (tmp_path / "empty").mkdir()
    assert "no table" in (incoming.find(tmp_path / "empty").problem or "")
    import_runs([runs / "face_001_aligned.csv.gz"], tmp_path / "store")
    assert "store of imported runs" in (incoming.find(tmp_path / "store").problem or "")


def test_a_path_is_read_as_people_paste_it() -> None:
    assert incoming.as_path(' "/data/my runs" ') == Path("/data/my runs")
    assert incoming.as_path("~/runs") == Path.home() / "runs"
    assert incoming.as_path("assets") == places.ROOT / "assets"


def test_the_machine_beside_the_files_is_taken_first(tmp_path: Path, runs: Path) -> None:
    folder = drives(tmp_path / "drives", rows=300)
    assert incoming.proposed(incoming.find(folder)) == incoming.GUESS
    machine = incoming.guessed(incoming.find(folder)).machine
    assert machine
    (folder / "machine.toml").write_text(machine.to_toml())
    found = incoming.find(folder)
    assert incoming.proposed(found) == incoming.FOLDER
    assert incoming.known_machine(incoming.FOLDER, found, "") == machine


def test_a_saved_machine_is_proposed_for_its_files(tmp_path: Path, own_build: Path) -> None:
    folder = drives(tmp_path / "drives", rows=300)
    machine = incoming.guessed(incoming.find(folder)).machine
    assert machine
    (own_build / "machines").mkdir(parents=True)
    (own_build / "machines" / "lathe.toml").write_text(machine.to_toml())
    found = incoming.find(folder)
    assert incoming.proposed(found) == "saved:lathe"
    assert incoming.known_machine("saved:lathe", found, "") == machine


def test_a_mixed_folder_tells_the_strangers_apart(tmp_path: Path, runs: Path) -> None:
    folder = tmp_path / "mixed"
    shutil.copytree(runs, folder)
    drives(folder, rows=300)
    (folder / "face_900.csv").write_text("")
    found = incoming.find(folder)
    machine = Machine.bantam()
    checked = incoming.checks(found, machine)
    assert {check.path.name for check in checked if check.fit == "fails"} == {
        "face_900.csv",
        *(file.name for file in folder.glob("[GNP]*.csv")),
    }
    wanted = incoming.to_import(found, checked, doubtful_too=False)
    assert [file.name for file in wanted] == sorted(file.name for file in runs.iterdir())


def test_a_file_with_a_header_alone_is_left_out_unless_wanted(tmp_path: Path, runs: Path) -> None:
    shutil.copy(runs / "face_001_aligned.csv.gz", tmp_path)
    (tmp_path / "face_900.csv").write_text("t_console,spindle\n")
    found = incoming.find(tmp_path)
    checked = incoming.checks(found, Machine.bantam())
    assert [check.fit for check in checked] == ["fits", "doubtful"]
    assert len(incoming.to_import(found, checked, doubtful_too=False)) == 1
    assert len(incoming.to_import(found, checked, doubtful_too=True)) == 2


def test_corrections_change_the_machine(tmp_path: Path) -> None:
    found = incoming.find(german(tmp_path, rows=100))
    said = Draft(changes={"Strom X [A]": {"board": "head"}}, settings={"name": "Fraese 1"})
    machine = incoming.corrected(found, said).machine
    assert machine
    assert "head.Strom" in machine.channels
    assert machine.name == "Fraese 1"
    text = incoming.machine_text(found, said)
    assert Machine.from_toml(text) == machine
    assert incoming.corrected(found, Draft()).machine != machine


def test_other_files_begin_with_a_clean_draft(runs: Path, tmp_path: Path) -> None:
    said = Draft()
    said.begin(incoming.find(runs))
    said.choice, said.changes = incoming.GUESS, {"a": {"role": "side"}}
    said.begin(incoming.find(runs))
    assert said.changes
    said.begin(incoming.find(german(tmp_path, rows=100)))
    assert (said.choice, said.changes) == (None, {})


def test_uploads_land_in_their_folder_and_nowhere_else(tmp_path: Path) -> None:
    folder = tmp_path / "uploads" / "one"
    incoming.save_uploads({"../../a.csv": b"1", "b.csv": b"2"}, folder)
    assert sorted(file.name for file in folder.iterdir()) == ["a.csv", "b.csv"]
    incoming.save_uploads({"b.csv": b"3"}, folder)
    assert [(file.name, file.read_bytes()) for file in folder.iterdir()] == [("b.csv", b"3")]


def test_a_machine_file_that_cannot_be_used_says_why(tmp_path: Path, runs: Path) -> None:
    (tmp_path / "m.toml").write_text("name = 3")
    with pytest.raises(ToolmarkError, match=r"m\.toml"):
        incoming.known_machine(incoming.FILE, incoming.find(runs), str(tmp_path / "m.toml"))
