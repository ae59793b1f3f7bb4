"""Background jobs: a command of `python -m core` that works beside the pages, and goes on when they are left.

A job is known by its key and lies in `build/jobs/<key>/`: what it is to do, its log, how far it is, how it ended. All
of it is files, so every page, session and server that shares the folder sees the same, also after a restart. A job that
was cancelled or cut off is started again with the same key; the commands go on from where they were.
"""

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from core.locks import held, patiently
from core.recordings.atomic import write_text
from dashboard import job_runner, places

State = Literal["none", "waiting", "running", "stopping", "done", "cancelled", "failed", "cut off"]
BUSY: tuple[State, ...] = ("waiting", "running", "stopping")
# a command that does not end by itself within this is killed
PATIENCE_S = 10.0
LOG_CHARACTERS = 4000
PID = "pid"
# the module whose verbs jobs are
COMMAND = "core"
# a job that has just been asked for may have no lock yet
STARTING_S = 5.0


@dataclass(frozen=True)
class Job:
    """What is to be known of a job, as its folder tells.

    done, total: as the command counts; text: what it is at; seconds: how long it has worked; left_s: what remains, None
    = not to be told yet; sentence: why it failed; arguments: the module that works and what it was given.
    """

    key: str
    title: str
    state: State
    done: int = 0
    total: int = 0
    text: str = ""
    seconds: float = 0.0
    left_s: float | None = None
    sentence: str = ""
    arguments: tuple[str, ...] = ()

    @property
    def busy(self) -> bool:
        """It has not come to its end."""
        return self.state in BUSY

    @property
    def share(self) -> float:
        """How much is done, 0 to 1."""
        return min(1.0, self.done / self.total) if self.total else 0.0


def key_of(*parts: object) -> str:
    """A key for what is told apart by these parts."""
    return hashlib.sha256(json.dumps([str(part) for part in parts]).encode()).hexdigest()[:16]


def folder_of(key: str) -> Path:
    """The folder of a job."""
    return places.build_folder() / "jobs" / key


def start(key: str, title: str, arguments: Sequence[str]) -> None:
    """Begin `python -m core ARGUMENTS` as the job of this key; nothing happens while that job is under way.

    Jobs work one after the other, in the order in which they were asked for.
    """
    with patiently(_start_lock()):
        if not look(key).busy:
            _begin(key, title, [COMMAND, *arguments])


def _start_lock() -> Path:
    """The lock of whoever begins or forgets a job."""
    return places.build_folder() / "jobs" / "start.lock"


def _begin(key: str, title: str, module: Sequence[str]) -> None:
    """Begin a module with its arguments, e.g. ("core", "read", ...), whatever was under this key before."""
    folder = folder_of(key)
    folder.mkdir(parents=True, exist_ok=True)
    told = {"title": title, "arguments": list(module), "directory": str(places.ROOT), "created": time.time()}
    # whoever looks meanwhile sees that it has ended, and then that it has just been asked for
    write_text(folder / job_runner.JOB, json.dumps(told))
    for name in job_runner.LEFT_BEHIND:
        (folder / name).unlink(missing_ok=True)
    process = subprocess.Popen(
        [sys.executable, "-m", "dashboard.job_runner", str(folder.absolute())],
        cwd=places.ROOT,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(_roots())},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # a group of its own: it outlives the server, and a cancel reaches all of it
        start_new_session=True,
    )
    write_text(folder / PID, str(process.pid))
    # somebody has to wait for it, or it would stay as a zombie
    threading.Thread(target=process.wait, name=f"job {key}", daemon=True).start()


def _roots() -> list[str]:
    """Where modules are looked for: in this project first."""
    given = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return list(dict.fromkeys([str(places.ROOT), *(path for path in given if path)]))


def look(key: str) -> Job:
    """How a job stands."""
    folder = folder_of(key)
    said = _read(folder / job_runner.JOB)
    if said is None:
        return Job(key, "", "none")
    title, told = str(said.get("title", "")), _read(folder / job_runner.PROGRESS) or {}
    done, total, text = int(told.get("done") or 0), int(told.get("total") or 0), str(told.get("text") or "")
    state, end = _state(folder, float(said.get("created") or 0)), _read(folder / job_runner.END) or {}
    started = float((_read(folder / job_runner.STARTED) or {}).get("at") or time.time())
    seconds = float(end.get("seconds") or max(0.0, time.time() - started))
    sentence = _sentence(folder) if state == "failed" else ""
    left = _left_s(told) if state == "running" else None
    arguments = tuple(str(each) for each in said.get("arguments") or ())
    return Job(key, title, state, done, total, text, seconds, left, sentence, arguments)


def cancel(key: str) -> None:
    """Ask a job to end; what it has done stays, and it is killed if it does not end by itself."""
    folder = folder_of(key)
    if not look(key).busy:
        return
    asked = folder / job_runner.CANCEL
    late = asked.exists() and time.time() - asked.stat().st_mtime > PATIENCE_S
    if not asked.exists():
        asked.touch()
    if (folder / job_runner.STARTED).exists():
        _signal(folder, signal.SIGKILL if late else signal.SIGINT)


def forget(key: str) -> None:
    """Take what is said of an ended job away."""
    with patiently(_start_lock()):
        if not look(key).busy:
            shutil.rmtree(folder_of(key), ignore_errors=True)


def every() -> tuple[Job, ...]:
    """All jobs that are known here, the latest first."""
    root = places.build_folder() / "jobs"
    folders = [path for path in root.iterdir() if path.is_dir()] if root.is_dir() else []
    return tuple(look(path.name) for path in sorted(folders, key=job_runner.created, reverse=True))


def log(key: str) -> str:
    """The end of what the command of a job said."""
    try:
        said = (folder_of(key) / job_runner.LOG).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return said[-LOG_CHARACTERS:]


def _state(folder: Path, asked: float) -> State:
    end = _read(folder / job_runner.END)
    if end is not None:
        if end.get("status") == 0:
            return "done"
        return "cancelled" if end.get("cancelled") else "failed"
    starting = time.time() - asked < STARTING_S and not (folder / job_runner.STARTED).exists()
    if not starting and not held(folder / job_runner.LOCK):
        # it may have ended between the two looks
        return _state(folder, asked) if (folder / job_runner.END).exists() else "cut off"
    if (folder / job_runner.CANCEL).exists():
        return "stopping"
    return "running" if (folder / job_runner.STARTED).exists() else "waiting"


def _signal(folder: Path, number: signal.Signals) -> None:
    """Send a signal to the job's group; only while its lock is held is the number surely the job's."""
    try:
        pid = int((folder / PID).read_text())
        if held(folder / job_runner.LOCK) and os.getpgid(pid) == pid:
            os.killpg(pid, number)
    except (OSError, ValueError):
        return


def _sentence(folder: Path) -> str:
    """The sentence that the command ended with; its last words where there is none."""
    said = log(folder.name).strip()
    errors = re.findall(r"^Error: (.*)$", said, flags=re.M)
    if errors:
        return str(errors[-1])
    return said.splitlines()[-1] if said else "The command ended without a word."


def _left_s(told: dict[str, Any]) -> float | None:
    """What remains, at the pace since the command was first heard of."""
    try:
        done, began, total = int(told["done"]), int(told["began"]), int(told["total"])
        took = float(told["at"]) - float(told["since"])
    except (KeyError, TypeError, ValueError):
        return None
    if done <= began or took <= 0:
        return None
    return max(0.0, (total - done) * took / (done - began) - (time.time() - float(told["at"])))


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
