"""Programs to hold a run against: files stay and are found again by their name in the address."""

from pathlib import Path

import pytest

from core.errors import ToolmarkError
from dashboard import programs
from dashboard.data import Dataset
from tests.dashboard_fixtures import own_build
from tests.pipeline import Pipeline

__all__ = ["own_build"]
TEXT = b"(part)\nG0 X1 Y1\nG1 X2\n"


def test_a_file_is_found_again_by_its_key(own_build: Path) -> None:
    kept = programs.keep("../My part (2).nc", TEXT, "inch")
    again = programs.uploaded(kept.key)
    assert again is not None
    assert (again.name, again.path.parent) == ("My part (2).nc", own_build / "intended")
    program = programs.opened(kept.key, {}, "inch")
    assert program is not None
    assert (program.lines, program.numbers) == (("G0 X1 Y1", "G1 X2"), (2, 3))


def test_files_that_differ_in_a_comment_keep_their_own_numbers(own_build: Path) -> None:
    first, second = (programs.keep("part.nc", text, "inch") for text in (TEXT, b"(new)\n" + TEXT))
    programs_ = [programs.opened(kept.key, {}, "inch") for kept in (first, second)]
    assert [own.numbers for own in programs_ if own] == [(2, 3), (3, 4)]


@pytest.mark.parametrize("key", ["file-none", "../../etc/passwd", "file-../x", "P9", ""])
def test_a_key_of_nothing_opens_nothing(own_build: Path, key: str) -> None:
    assert programs.opened(key, {}, "inch") is None


def test_what_is_no_program_is_not_kept(own_build: Path) -> None:
    with pytest.raises(ToolmarkError, match="Line 1"):
        programs.keep("bad.nc", b"hello world", "inch")
    assert not (own_build / "intended").exists()


def test_known_programs_are_collected_once_and_kept(own_build: Path, pipeline: Pipeline) -> None:
    runs = dict.fromkeys(["face_001"], pipeline.store / "index.json")
    dataset = Dataset("made", pipeline.store, runs, is_store=True)
    programs._known.clear()
    found = programs.known(dataset)
    assert set(found) == {"A1", "F1", "P1"}
    assert all(one.runs == 3 for one in found.values())
    (file,) = (own_build / "programs").iterdir()
    programs._known.clear()
    written = file.stat().st_mtime_ns
    assert programs.known(dataset) == found
    assert file.stat().st_mtime_ns == written
    assert programs.known(Dataset("folder", pipeline.runs, runs)) == {}
