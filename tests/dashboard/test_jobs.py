import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from core.locks import held, locked
from dashboard import job_view, jobs, places
from dashboard.jobs import Job, State

# what stands in for a command: it says how far it is, and ends as its last argument says
COMMAND = """
import sys, time
from core.progress import ProgressFile
from pathlib import Path
told = ProgressFile("work")
seen, seconds, end = Path(sys.argv[1]), float(sys.argv[2]), sys.argv[3]
with seen.open("a") as file:
    file.write("begun\\n")
steps = max(1, int(seconds / 0.05))
for step in range(steps):
    told.tell(step, steps, f"step {step}")
    time.sleep(0.05)
told.tell(steps, steps, "")
if end == "bad":
    print("Error: there is nothing to read; give a store.")
    sys.exit(1)
"""
PATIENCE_S = 30


@pytest.fixture(autouse=True)
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command, where `python -m core` would be."""
    (tmp_path / "core_stand_in.py").write_text(COMMAND)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(jobs, "COMMAND", "core_stand_in")


def until(key: str, *states: State) -> Job:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        job = jobs.look(key)
        if job.state in states:
            return job
        time.sleep(0.05)
    pytest.fail(f"{jobs.look(key)}: {jobs.log(key)}")


def test_a_job_works_beside_and_its_end_is_kept(tmp_path: Path) -> None:
    key = jobs.key_of("a", 1)
    assert jobs.look(key).state == "none"
    jobs.start(key, "Work", [str(tmp_path / "seen"), "1", "good"])
    jobs.start(key, "Work", [str(tmp_path / "seen"), "1", "good"])
    job = until(key, "running")
    while not job.total:
        job = jobs.look(key)
    assert 0 <= job.share <= 1
    assert job_view.words(job).startswith(f"{job.done} of {job.total}")
    job = until(key, "done")
    assert (job.share, job.title, job.seconds > 0.5) == (1.0, "Work", True)
    assert (tmp_path / "seen").read_text() == "begun\n", "it was started once"
    assert [one.key for one in jobs.every()] == [key]
    jobs.forget(key)
    assert jobs.look(key).state == "none"


def test_a_job_is_cancelled_and_started_again(tmp_path: Path) -> None:
    jobs.start("k", "Work", [str(tmp_path / "seen"), "20", "good"])
    until("k", "running")
    jobs.cancel("k")
    assert until("k", "cancelled").state == "cancelled"
    jobs.start("k", "Work", [str(tmp_path / "seen"), "0.1", "good"])
    assert until("k", "done").sentence == ""


def test_jobs_work_one_after_the_other_in_their_order(tmp_path: Path) -> None:
    jobs.start("first", "First", [str(tmp_path / "a"), "1", "good"])
    until("first", "running")
    jobs.start("second", "Second", [str(tmp_path / "b"), "0.1", "good"])
    jobs.start("third", "Third", [str(tmp_path / "c"), "0.1", "good"])
    assert until("second", "waiting").busy
    assert not (tmp_path / "b").exists()
    jobs.cancel("third")
    until("third", "cancelled")
    until("second", "done")
    assert not (tmp_path / "c").exists(), "what was cancelled while it waited never began"


@pytest.mark.parametrize("pause", [0.0, 0.05, 0.2, 0.5])
def test_a_cancel_right_after_the_start_is_heard(tmp_path: Path, pause: float) -> None:
    jobs.start("k", "Work", [str(tmp_path / "seen"), "20", "good"])
    time.sleep(pause)
    jobs.cancel("k")
    until("k", "cancelled")


def test_a_job_that_is_started_again_is_at_no_time_cut_off(tmp_path: Path) -> None:
    seen: set[State] = set()
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            seen.add(jobs.look("k").state)

    jobs.start("k", "Work", [str(tmp_path / "seen"), "0.1", "good"])
    until("k", "done")
    watcher = threading.Thread(target=watch)
    watcher.start()
    for _ in range(3):
        jobs.start("k", "Work", [str(tmp_path / "seen"), "0.1", "good"])
        until("k", "waiting", "running")
        until("k", "done")
    done.set()
    watcher.join()
    assert seen <= {"waiting", "running", "done"}


def test_two_that_look_at_once_do_not_take_each_other_for_a_holder(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with locked(path) as own:
        assert own is not None and held(path)
    found: list[bool] = []
    lookers = [
        threading.Thread(target=lambda: found.extend(held(path) for _ in range(500))) for _ in range(4)
    ]
    for looker in lookers:
        looker.start()
    for looker in lookers:
        looker.join()
    assert not any(found)


def test_why_a_job_failed_is_said(tmp_path: Path) -> None:
    jobs.start("k", "Work", [str(tmp_path / "seen"), "0.1", "bad"])
    assert until("k", "failed").sentence == "there is nothing to read; give a store."


def test_a_job_that_was_killed_is_cut_off_and_nobody_else_is_hit(tmp_path: Path) -> None:
    jobs.start("k", "Work", [str(tmp_path / "seen"), "20", "good"])
    until("k", "running")
    pid = int((jobs.folder_of("k") / jobs.PID).read_text())
    os.killpg(pid, signal.SIGKILL)
    until("k", "cut off")
    # the number may belong to somebody else by now: without the lock nothing is signalled
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(30)"], start_new_session=True)
    try:
        (jobs.folder_of("k") / jobs.PID).write_text(str(other.pid))
        jobs.cancel("k")
        time.sleep(0.2)
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_a_job_outlives_who_started_it(tmp_path: Path) -> None:
    code = (
        "from dashboard import jobs\nimport sys\njobs.COMMAND = 'core_stand_in'\n"
        f"jobs.start('k', 'Work', [{str(tmp_path / 'seen')!r}, '1', 'good'])\n"
    )
    environment = {**os.environ, "TOOLMARK_BUILD": str(places.build_folder())}
    subprocess.run([sys.executable, "-c", code], check=True, cwd=places.ROOT, env=environment)
    assert until("k", "running", "done").title == "Work"
    until("k", "done")


@pytest.mark.parametrize(("seconds", "words"), [(0.2, "1 s"), (75, "75 s"), (150, "2 min"), (9000, "2.5 h")])
def test_times_in_words(seconds: float, words: str) -> None:
    assert job_view.duration(seconds) == words
