import subprocess
import sys
import threading
from pathlib import Path

import pytest

from core.evidence.readings.marks import Marks, MarksError


def test_slices_are_kept_by_dataset_and_name(tmp_path: Path) -> None:
    marks = Marks(tmp_path / "deep" / "marks.sqlite")
    marks.save_slice("mill", "bad", "result:wrong")
    marks.save_slice("mill", "bad", "result:wrong operation:face")
    marks.save_slice("other", "bad", "exact:no")
    assert [(one.name, one.filter) for one in marks.slices("mill")] == [
        ("bad", "result:wrong operation:face")
    ]
    assert marks.slice("other", "bad").filter == "exact:no"
    marks.delete_slice("mill", "bad")
    with pytest.raises(MarksError, match="has no slice bad: none has been saved yet"):
        marks.slice("mill", "bad")


def test_tags_are_given_and_taken_and_counted(tmp_path: Path) -> None:
    marks = Marks(tmp_path / "marks.sqlite")
    before = marks.revision("mill")
    assert marks.tag("mill", [("a", 0), ("a", 16)], "odd") == 2
    assert marks.tag("mill", [("a", 0)], "odd") == 0
    assert marks.untag("mill", [("a", 0), ("b", 0)], "odd") == 1
    assert marks.tags("mill") == (("a", 16, "odd"),)
    assert marks.revision("mill") > before
    assert marks.revision("other") == 0


@pytest.mark.parametrize("name", ["", "  ", "a,b", 'say "x"', "x" * 61])
def test_a_name_that_cannot_be_one_is_refused(tmp_path: Path, name: str) -> None:
    marks = Marks(tmp_path / "marks.sqlite")
    with pytest.raises(MarksError):
        marks.save_slice("mill", name, "")
    with pytest.raises(MarksError):
        marks.tag("mill", [("a", 0)], name)


def test_many_write_at_once_and_nothing_is_lost(tmp_path: Path) -> None:
    marks = Marks(tmp_path / "marks.sqlite")
    threads = [
        threading.Thread(target=lambda n=n: [marks.tag("mill", [(f"r{n}", row)], "t") for row in range(20)])
        for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(marks.tags("mill")) == 80


def test_what_was_said_to_be_kept_survives_a_kill(tmp_path: Path) -> None:
    file = tmp_path / "marks.sqlite"
    code = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom core.evidence.readings.marks import Marks\n"
        "Marks(Path(sys.argv[1])).save_slice('mill', 'kept', 'exact:no')\nos.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(file)], check=False, cwd=Path(__file__).parents[4])
    assert Marks(file).slice("mill", "kept").filter == "exact:no"


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "marks.sqlite").write_text("not a database, but long enough to be looked at" * 50)
    with pytest.raises(MarksError, match=r"marks\.sqlite cannot be used"):
        Marks(tmp_path / "marks.sqlite").slices("mill")
