"""Imports that run beside the page: started, watched, stopped and taken up again."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import streamlit as st

from core.errors import ToolmarkError
from core.recordings.machine import Machine
from core.recordings.store import INDEX, RUNS, ImportFailedError, Store, import_runs, write_index
from dashboard import places
from dashboard.components import counted

State = Literal["running", "stopping", "done", "stopped", "failed"]


class _StoppedError(Exception):
    """Somebody stopped the import."""


@dataclass
class Job:
    """One import: what it is to do, and how far it is.

    done: files that are read; run, rows, share: of the file that is being read. failures: file -> what is wrong with
    it; sentence: why nothing could be imported.
    """

    name: str
    out: Path
    files: tuple[Path, ...]
    machine: Machine
    state: State = "running"
    done: int = 0
    run: str = ""
    rows: int = 0
    share: float = 0.0
    seconds: float = 0.0
    runs: int = 0
    failures: dict[Path, str] = field(default_factory=dict)
    sentence: str = ""

    @property
    def busy(self) -> bool:
        """It has not come to its end."""
        return self.state in ("running", "stopping")

    @property
    def part(self) -> float:
        """How much is done, 0 to 1."""
        return min(1.0, (self.done + self.share) / max(len(self.files), 1))

    def stop(self) -> None:
        """Ask it to stop; what is read stays, and another start goes on from there."""
        if self.state == "running":
            self.state = "stopping"

    def work(self) -> None:
        """Import; never raises."""
        begin = time.monotonic()
        ended = self._import()
        self.seconds = time.monotonic() - begin
        self.runs = runs_in(self.out)
        # last: whoever sees that it has ended sees the rest as well
        self.state = ended

    def _import(self) -> State:
        try:
            import_runs(self.files, self.out, self.machine, self._file, self._part)
        except _StoppedError:
            return self._keep_what_is_in()
        except ImportFailedError as error:
            self.failures = dict(error.failures)
            return "done" if len(error.failures) < error.files else "failed"
        except ToolmarkError as error:
            self.sentence = str(error)
            return "failed"
        # nobody would see what a thread raises
        except Exception as error:
            self.sentence = f"{type(error).__name__}: {error}"
            return "failed"
        return "done"

    def _file(self, done: int, _total: int, name: str) -> None:
        self.done, self.run, self.rows, self.share = done, name, 0, 0.0
        if self.state == "stopping":
            raise _StoppedError

    def _part(self, _name: str, rows: int, share: float) -> None:
        if self.state == "stopping":
            raise _StoppedError
        self.rows, self.share = rows, share

    def _keep_what_is_in(self) -> State:
        try:
            if self.done:
                write_index(self.out, self.machine)
        except (ToolmarkError, OSError) as error:
            self.sentence = str(error)
            return "failed"
        return "stopped"


@st.cache_resource(show_spinner=False)
def _jobs() -> dict[str, Job]:
    """The imports of this server by the folder of their store: a page that is loaded again finds them."""
    return {}


def running() -> Job | None:
    """The import that is under way."""
    return next((job for job in _jobs().values() if job.busy), None)


def last(name: str) -> Job | None:
    """The latest import into a dataset since the server began."""
    return _jobs().get(_place(name))


def start(name: str, files: Sequence[Path], machine: Machine) -> None:
    """Begin an import into `build/stores/<name>`; while one is under way no other begins."""
    if running() is not None:
        return
    job = Job(name, places.stores_folder() / name, tuple(files), machine)
    _jobs()[_place(name)] = job
    threading.Thread(target=job.work, name=f"import {name}", daemon=True).start()


def forget(name: str) -> None:
    """Take what is said of an ended import off the page."""
    job = last(name)
    if job is not None and not job.busy:
        del _jobs()[_place(name)]


def _place(name: str) -> str:
    return str(places.stores_folder() / name)


def runs_in(out: Path) -> int:
    """How many runs a store holds; 0 where there is none."""
    if not (out / INDEX).is_file():
        return 0
    try:
        return len(Store.open(out).names)
    except ToolmarkError:
        return 0


def target_words(name: str, machine: Machine) -> tuple[str, bool]:
    """What an import into a dataset of this name would do, and whether it can be done."""
    problem = places.name_problem(name)
    if problem:
        return problem, False
    out = places.stores_folder() / name
    runs = runs_in(out)
    if out.is_file():
        return f"{places.shown(out)} is a file: choose another name.", False
    if runs and Store.open(out).machine != machine:
        return (
            f"{name} holds {counted(runs, 'run')} that were read with another machine file: choose another name.",
            False,
        )
    if runs:
        return (
            f"{name} holds {counted(runs, 'run')} already: new ones are added, unchanged files are kept.",
            True,
        )
    if (out / RUNS).is_dir():
        return f"An import into {name} was interrupted: it is taken up where it ended.", True
    return f"A new dataset, in {places.shown(out)}.", True


def free_name(wanted: str, machine: Machine) -> str:
    """The name, or with a number behind it where another machine's runs are called so."""
    for name in (wanted, *(f"{wanted}_{number}" for number in range(2, 100))):
        if target_words(name, machine)[1]:
            return name
    return wanted
