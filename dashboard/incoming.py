"""Files on their way in: where they are, how they are written, whose machine they are of, and what does not fit."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import streamlit as st

from core.errors import ToolmarkError
from core.recordings.check import FileCheck, Header, check, read_header
from core.recordings.describe import Proposal, commented_toml, guess, proposal_with
from core.recordings.describe.guess import HEADERS, find_files, spread
from core.recordings.describe.look import FirstRows, Look, first_rows, look
from core.recordings.machine import Machine
from core.recordings.store import INDEX, MACHINE
from dashboard import data, health, places

# headers that are tried before a machine is proposed for files
TRIED = 20
GUESS, BANTAM, FOLDER, FILE = "guess", "bantam", "folder", "file"
SAVED = "saved:"
# widgets of the table of guessed columns that other files start afresh
FILTERS = ("guess_view", "guess_roles", "guess_search", "guess_page")


@dataclass
class Draft:
    """What a person has said so far about files on their way in; it outlives a look at another page.

    uploads: the folder of uploaded files; uploaded: what tells them from other ones.
    choice: the machine, None = the one that fits. changes: corrections of the guess, column -> field -> value.
    """

    uploads: Path | None = None
    uploaded: tuple[str, ...] = ()
    files: str = ""
    choice: str | None = None
    machine_file: str = ""
    changes: dict[str, dict[str, Any]] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    doubtful_too: bool = False
    name: str | None = None

    def begin(self, found: "Incoming") -> None:
        """Take up files; what was said about those of another place no longer holds."""
        place = f"{found.folder}/{found.files[0].name if len(found.files) == 1 else ''}"
        if self.files != place:
            self.files, self.choice, self.machine_file, self.name = place, None, "", None
            self.changes, self.settings, self.doubtful_too = {}, {}, False
            for key in FILTERS:
                st.session_state.pop(key, None)

    def choose(self, key: str) -> None:
        """Another machine was chosen; the `on_change` of its widget. The dataset is named anew."""
        self.choice, self.name = st.session_state[key], None

    def guess(self) -> None:
        """Let the machine be guessed; the `on_click` of its button."""
        self.choice, self.name = GUESS, None


@dataclass(frozen=True)
class Incoming:
    """The files that were found; `looks` at up to some hundred of them, and why there are none."""

    files: tuple[Path, ...] = ()
    looks: tuple[Look, ...] = ()
    problem: str | None = None

    @property
    def folder(self) -> Path:
        """Where the first file lies."""
        return self.files[0].parent

    @property
    def size(self) -> int:
        """Bytes of those that were looked at."""
        return sum(each.size for each in self.looks)

    @property
    def readable(self) -> tuple[Path, ...]:
        """The files that are tables, as far as they were looked at."""
        broken = {each.path for each in self.looks if each.problem}
        return tuple(file for file in self.files if file not in broken)

    @property
    def stamp(self) -> str:
        """What tells these files, as they are now, from all others."""
        return sha256("\n".join(data.file_stamp(file) for file in self.files).encode()).hexdigest()


def draft() -> Draft:
    """The draft of this session."""
    found: Draft = st.session_state.setdefault("incoming_draft", Draft())
    return found


def as_path(text: str) -> Path:
    """A path as people paste it: in quotation marks, with ~, from the project's folder on."""
    path = Path(text.strip().strip("\"'")).expanduser()
    return path if path.is_absolute() else places.ROOT / path


def find(path: Path) -> Incoming:
    """The recordings in a folder, or the one file."""
    if (path / INDEX).is_file():
        return Incoming(
            problem=f"{path} is a store of imported runs: give the folder of the recordings themselves."
        )
    try:
        files = tuple(find_files([path]))
    except (ToolmarkError, OSError) as error:
        return Incoming(problem=str(error))
    some = spread(files, HEADERS)
    return Incoming(files, tuple(_look(data.file_stamp(file), file) for file in some))


@st.cache_resource(max_entries=2000, show_spinner=False)
def _look(stamp: str, _path: Path) -> Look:
    return look(_path)


def preview(path: Path) -> FirstRows:
    """The first rows of a file; ToolmarkError where it is no table."""
    return _preview(data.file_stamp(path), path)


@st.cache_resource(max_entries=20, show_spinner=False)
def _preview(stamp: str, _path: Path) -> FirstRows:
    return first_rows(_path)


def save_uploads(files: Mapping[str, bytes | memoryview], folder: Path) -> None:
    """Put uploaded files into a folder that holds these and no others; their names lose any path."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {Path(name).name.lstrip(".") or "recording.csv": content for name, content in files.items()}
    for file in folder.iterdir():
        if file.name not in wanted:
            file.unlink()
    for name, content in wanted.items():
        (folder / name).write_bytes(content)


def guessed(found: Incoming) -> Proposal:
    """The guess of the files' machine; ToolmarkError where none of them is a table."""
    return _guessed(found.stamp, found)


@st.cache_resource(max_entries=4, show_spinner=False)
def _guessed(stamp: str, _found: Incoming) -> Proposal:
    # the folder of an upload is called by its time, which is no name for a machine
    uploaded = places.uploads_folder() in _found.folder.parents
    return guess(_found.files, name="uploaded machine" if uploaded else None)


def corrected(found: Incoming, said: Draft) -> Proposal:
    """The guess with what a person has corrected."""
    cells = json.dumps([said.changes, said.settings], sort_keys=True, default=list)
    return _corrected(found.stamp, cells, found, said)


@st.cache_resource(max_entries=8, show_spinner=False)
def _corrected(stamp: str, cells: str, _found: Incoming, _said: Draft) -> Proposal:
    before = guessed(_found)
    if not _said.changes and not _said.settings:
        return before
    return proposal_with(before, _said.changes, _said.settings)


def machine_text(found: Incoming, said: Draft) -> str:
    """The machine file of the guess as it stands."""
    cells = json.dumps([said.changes, said.settings], sort_keys=True, default=list)
    return _machine_text(found.stamp, cells, corrected(found, said))


@st.cache_data(max_entries=8, show_spinner=False)
def _machine_text(stamp: str, cells: str, _proposal: Proposal) -> str:
    return commented_toml(_proposal)


def header(path: Path, machine: Machine) -> Header:
    """The columns of a file in a machine's format."""
    return _header(data.file_stamp(path), machine.format.model_dump_json(), path, machine)


@st.cache_resource(max_entries=2000, show_spinner=False)
def _header(stamp: str, form: str, _path: Path, _machine: Machine) -> Header:
    return read_header(_path, _machine)


def checks(found: Incoming, machine: Machine) -> tuple[FileCheck, ...]:
    """How the files fit a machine, those that were looked at."""
    return _checks(found.stamp, health.digest_of(machine), found, machine)


@st.cache_resource(max_entries=8, show_spinner=False)
def _checks(stamp: str, described: str, _found: Incoming, _machine: Machine) -> tuple[FileCheck, ...]:
    return tuple(_doubted(check(header(each.path, _machine), _machine), each) for each in _found.looks)


def _doubted(checked: FileCheck, seen: Look) -> FileCheck:
    """A file that looks like no table is not taken for one because of its header."""
    if seen.problem is None or checked.fit == "fails":
        return checked
    return replace(checked, fit="doubtful", sentence=seen.problem)


def saved_machines() -> dict[str, Path]:
    """Machine files that were made here, by name."""
    folder = places.machines_folder()
    return {file.stem: file for file in sorted(folder.glob("*.toml"))} if folder.is_dir() else {}


def choices(found: Incoming) -> dict[str, str]:
    """The machines that can be chosen for files: key -> what is said of it."""
    there = {FOLDER: "machine.toml beside the files"} if (found.folder / MACHINE).is_file() else {}
    saved = {f"{SAVED}{name}": f"Saved: {name}" for name in saved_machines()}
    return {
        BANTAM: "Bantam mill",
        **there,
        **saved,
        FILE: "Another machine file",
        GUESS: "Guess from the files",
    }


def proposed(found: Incoming) -> str:
    """The machine to begin with: the one beside the files, else the first known one that most of them fit."""
    known = choices(found)
    if FOLDER in known:
        return FOLDER
    whole = [each.path for each in found.looks if not each.problem]
    some = spread(whole, TRIED)
    for key in (BANTAM, *(key for key in known if key.startswith(SAVED))):
        try:
            machine = known_machine(key, found, "")
        except ToolmarkError:
            continue
        fitting = sum(check(header(file, machine), machine).fit == "fits" for file in some)
        if 2 * fitting > len(some):
            return key
    return GUESS


def known_machine(key: str, found: Incoming, machine_file: str) -> Machine:
    """The machine of a choice that is no guess; MachineError says what is wrong with its file."""
    if key == BANTAM:
        return Machine.bantam()
    if key == FOLDER:
        return Machine.load(found.folder / MACHINE)
    if key.startswith(SAVED):
        return Machine.load(places.machines_folder() / f"{key.removeprefix(SAVED)}.toml")
    return Machine.load(as_path(machine_file))


def to_import(found: Incoming, checked: Sequence[FileCheck], doubtful_too: bool) -> tuple[Path, ...]:
    """The files that an import is to read: all but those that fail and, unless wanted, the doubtful ones."""
    out = {
        each.path for each in checked if each.fit == "fails" or (each.fit == "doubtful" and not doubtful_too)
    }
    return tuple(file for file in found.files if file not in out)


def title(found: Incoming, machine: Machine) -> str:
    """A name for the dataset: the folder's, unless that says nothing."""
    folder = found.folder
    general = folder.name.lower() in ("runs", "raw", "data", "input", "csv", "recordings", "")
    if places.uploads_folder() in folder.parents:
        return found.files[0].name.partition(".")[0] if len(found.files) == 1 else machine.name
    return folder.parent.name if general and folder.parent.name else folder.name
