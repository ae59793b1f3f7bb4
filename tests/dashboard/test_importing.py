import shutil
import time
from pathlib import Path

import pytest

from core.recordings.describe import guess
from core.recordings.machine import Machine
from core.recordings.store import Store
from dashboard import data, importing, places
from dashboard.importing import Job
from tests.strange import drives


def job(runs: Path, name: str = "mill") -> Job:
    return Job(name, places.stores_folder() / name, tuple(sorted(runs.iterdir())), Machine.bantam())


def test_an_import_runs_beside_the_page_and_becomes_a_dataset(runs: Path) -> None:
    importing.start("mill", sorted(runs.iterdir()), Machine.bantam())
    end = time.monotonic() + 60
    while importing.running() is not None and time.monotonic() < end:
        time.sleep(0.05)
    done = importing.last("mill")
    assert done
    assert (done.state, done.runs, done.failures) == ("done", 6, {})
    assert "mill" in [dataset.name for dataset in data.datasets()]
    importing.forget("mill")
    assert importing.last("mill") is None


def test_whoever_sees_the_end_sees_what_came_in(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = importing.runs_in

    def counting(out: Path) -> int:
        assert import_.busy, "it ended before its runs were counted"
        return counted(out)

    monkeypatch.setattr(importing, "runs_in", counting)
    import_ = job(runs)
    import_.work()
    assert (import_.state, import_.runs) == ("done", 6)


def test_a_bad_file_does_not_keep_the_others_out(odd_runs: Path) -> None:
    mixed = job(odd_runs)
    mixed.work()
    assert mixed.state == "done"
    assert [file.name for file in mixed.failures] == ["face_text.csv"]
    assert mixed.runs == 2


def test_nothing_but_bad_files(tmp_path: Path) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "face_001.csv").write_text("")
    bad = job(tmp_path / "bad")
    bad.work()
    assert (bad.state, bad.runs) == ("failed", 0)
    assert bad.failures


def test_a_stopped_import_keeps_what_is_in_and_goes_on(runs: Path) -> None:
    stopped = job(runs)
    first = stopped._part

    def part(name: str, rows: int, share: float) -> None:
        first(name, rows, share)
        if stopped.done == 2:
            stopped.stop()

    stopped._part = part  # type: ignore[method-assign]
    stopped.work()
    assert stopped.state == "stopped"
    assert 0 < stopped.runs < 6
    assert importing.target_words("mill", Machine.bantam())[1], "it can be taken up again"
    again = job(runs)
    again.work()
    assert (again.state, again.runs) == ("done", 6)


def test_a_dataset_of_another_machine_is_not_added_to(runs: Path, tmp_path: Path) -> None:
    job(runs).work()
    other = guess([drives(tmp_path / "drives", rows=300)]).machine
    assert other
    words, possible = importing.target_words("mill", other)
    assert not possible
    assert "another machine file" in words
    assert importing.free_name("mill", other) == "mill_2"
    assert importing.free_name("mill", Machine.bantam()) == "mill"


def test_a_machine_file_that_does_not_fit_says_so_in_the_job(runs: Path, tmp_path: Path) -> None:
    wrong = guess([drives(tmp_path / "drives", rows=300)]).machine
    assert wrong
    lost = Job("lost", places.stores_folder() / "lost", tuple(sorted(runs.iterdir())), wrong)
    lost.work()
    assert lost.state == "failed"
    assert len(lost.failures) == 6


def test_an_imported_store_called_as_another_dataset_is_told_apart(runs: Path, own_build: Path) -> None:
    job(runs, "x").work()
    shutil.copytree(own_build / "stores" / "x", own_build / "stores" / "demo")
    names = [dataset.name for dataset in data.datasets()]
    assert len(set(names)) == len(names)
    assert Store.open(own_build / "stores" / "x").names
