"""Runs one background job: `python -m dashboard.job_runner FOLDER`; started by `dashboard.jobs`, never by a person.

It holds the lock of the job's folder as long as anything of the job lives: the system lets go of it whatever ends the
job, so nobody can mistake another process of the same number for it. It waits for its turn, runs the command in a
process group of its own at low priority, and writes down how that ended.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from core.locks import held, locked, patiently
from core.progress import VARIABLE
from core.recordings.atomic import write_text

JOB, LOCK, LOG, PROGRESS, STARTED, END, CANCEL = (
    "job.json",
    "lock",
    "log.txt",
    "progress.json",
    "started.json",
    "end.json",
    "cancel",
)
# what a job that ended leaves, and the next one under its key must not find; that it has ended goes last
LEFT_BEHIND = (LOCK, LOG, PROGRESS, STARTED, CANCEL, END)
SLOT = "slot-{}.lock"
# how many jobs work at once on this machine, however many servers and pages ask
AT_ONCE = 1
LOOK_S = 0.2
NICE = 10


def created(folder: Path) -> float:
    """When a job was asked for, in seconds of the epoch."""
    try:
        return float(json.loads((folder / JOB).read_text(encoding="utf-8"))["created"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0.0


def main(folder: Path) -> int:
    """Wait, work, and write down the end; returns the status of the command."""
    # a cancel interrupts the whole group: the command ends by itself, and this process writes down how
    signal.signal(signal.SIGINT, _ignore)
    signal.signal(signal.SIGTERM, _ignore)
    with patiently(folder / LOCK) as own:
        if own is None:
            return 0
        os.nice(NICE)
        for slot in _turns(folder):
            if (folder / CANCEL).exists():
                _end(folder, None, time.time())
                return 0
            if slot is not None:
                return _work(folder, own)
            time.sleep(LOOK_S)
    return 0


def _ignore(_number: int, _frame: FrameType | None) -> None:
    """A handler rather than SIG_IGN, which the command would inherit."""


def _turns(folder: Path) -> Iterator[int | None]:
    """None while others are before this job, then a slot, which is held while the caller works."""
    while True:
        if _first(folder):
            for number in range(AT_ONCE):
                with locked(folder.parent / SLOT.format(number)) as slot:
                    if slot is not None:
                        yield slot
                        return
        yield None


def _first(folder: Path) -> bool:
    """No other job that waits was asked for before."""
    mine = (created(folder), folder.name)
    others = (path for path in folder.parent.iterdir() if path.is_dir() and path != folder)
    return not any(
        (created(path), path.name) < mine and not (path / STARTED).exists() and held(path / LOCK)
        for path in others
    )


def _work(folder: Path, lock: int) -> int:
    said = json.loads((folder / JOB).read_text(encoding="utf-8"))
    begin = time.time()
    environment = os.environ | {VARIABLE: str(folder / PROGRESS), "PYTHONUNBUFFERED": "1", "COLUMNS": "120"}
    with (folder / LOG).open("ab") as log:
        command = subprocess.Popen(
            [sys.executable, "-m", *said["arguments"]],
            cwd=said["directory"],
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            # what the command leaves running still is the job
            pass_fds=(lock,),
        )
        # from now on a cancel reaches the command by itself; one that came before is handed on
        write_text(folder / STARTED, json.dumps({"at": begin}))
        if (folder / CANCEL).exists():
            command.send_signal(signal.SIGINT)
        status = command.wait()
    _end(folder, status, begin)
    return status


def _end(folder: Path, status: int | None, begin: float) -> None:
    told = {"status": status, "seconds": time.time() - begin, "cancelled": (folder / CANCEL).exists()}
    write_text(folder / END, json.dumps(told))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
