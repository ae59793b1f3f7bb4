"""The store: every run as a Parquet file, an index over them and their health, opened lazily."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from pydantic import TypeAdapter, ValidationError

from core.errors import ToolmarkError
from core.recordings.atomic import write_text
from core.recordings.health import Finding, same_clock
from core.recordings.machine import Machine
from core.recordings.reader import folder_files, read_file, run_name
from core.recordings.recording import Recording
from core.recordings.run_file import (
    VERSION,
    RunEntry,
    Stored,
    clock_cells,
    entry_of,
    read_run_file,
    read_stored,
    write_run_file,
)
from core.recordings.source import content_digest
from core.recordings.stored_traces import Advance, is_long, long_traces
from core.recordings.traces import Traces

INDEX, MACHINE, HEALTH, RUNS = "index.json", "machine.toml", "health.json", "runs"

# called before each file with the number of files done, the number of all files, and the run's name
Progress = Callable[[int, int, str], None]
# called while a file is read with the run's name, the rows read, and the share of the file that is read, 0 to 1
RowProgress = Callable[[str, int, float], None]


class StoreError(ToolmarkError):
    """A store that cannot be written or opened."""


class ImportFailedError(StoreError):
    """Some of `files` files could not be imported; the others were. failures: file -> what is wrong with it."""

    def __init__(self, failures: dict[Path, str], files: int) -> None:
        some = f"{len(failures)} of {files} files could not be imported; the first: " if files > 1 else ""
        super().__init__(some + next(iter(failures.values())))
        self.failures = failures
        self.files = files


@dataclass(frozen=True)
class Store:
    """A folder of imported runs; each run is read when it is asked for."""

    path: Path
    machine: Machine
    entries: tuple[RunEntry, ...]

    @classmethod
    def open(cls, path: str | Path) -> "Store":
        """Open a store; StoreError where there is none or its index is damaged."""
        path = Path(path)
        if not (path / INDEX).is_file() or not (path / MACHINE).is_file():
            raise StoreError(f"{path} is not a store of runs: import some into it first.")
        try:
            entries = TypeAdapter(tuple[RunEntry, ...]).validate_json((path / INDEX).read_bytes())
        except ValidationError:
            raise StoreError(f"{path / INDEX} is damaged: import the runs again.") from None
        return cls(path, Machine.load(path / MACHINE), entries)

    @cached_property
    def index(self) -> pd.DataFrame:
        """One row a run: run, operation, program, rows, duration_s, source, digest and counts."""
        columns = list(RunEntry.model_fields)
        return pd.DataFrame([entry.model_dump() for entry in self.entries], columns=columns)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the runs, sorted."""
        return tuple(entry.run for entry in self.entries)

    @property
    def digest(self) -> str:
        """sha256 over the machine, the runs' names and their digests."""
        runs = {entry.run: entry.digest for entry in self.entries}
        return _sha256(json.dumps([_sha256(self.machine.to_toml()), runs], sort_keys=True))

    @cached_property
    def health(self) -> list[Finding]:
        """The findings about all runs."""
        try:
            return TypeAdapter(list[Finding]).validate_json((self.path / HEALTH).read_bytes())
        except (OSError, ValidationError):
            raise StoreError(f"{self.path / HEALTH} is missing or damaged: import the runs again.") from None

    def entry(self, name: str) -> RunEntry:
        """The index line of a run."""
        for entry in self.entries:
            if entry.run == name:
                return entry
        raise StoreError(f"{self.path} has no run {name!r}: choose one of its {len(self.entries)} runs.")

    def recording(self, name: str) -> Recording:
        """Read one run."""
        entry = self.entry(name)
        file = self.path / RUNS / f"{name}.parquet"
        try:
            return read_run_file(file, entry, self.machine)
        except (OSError, pa.ArrowException):
            raise StoreError(f"{file} is missing or damaged: import {entry.source} again.") from None

    def traces(self, name: str, aside: Path | None = None, advance: Advance | None = None) -> Traces:
        """The traces of a run; a long one is not read as a whole.

        aside: a folder for what is made of a long run, where the store cannot be written to; advance: called with the
        number of channels done and of all, the first time.
        """
        entry = self.entry(name)
        if not is_long(entry):
            return Traces.of(self.recording(name))
        file = self.path / RUNS / f"{name}.parquet"
        try:
            return long_traces(file, entry, self.machine, aside, advance)
        except (OSError, pa.ArrowException):
            raise StoreError(f"{file} is missing or damaged: import {entry.source} again.") from None

    def recordings(self, names: Iterable[str] | None = None) -> Iterator[Recording]:
        """Read runs one after the other, all of them unless named."""
        for name in self.names if names is None else names:
            yield self.recording(name)


def machine_beside(paths: Iterable[str | Path]) -> Machine:
    """The machine that the first folder with a `machine.toml` describes; the Bantam mill where none does."""
    described = (Path(path) / MACHINE for path in paths)
    found = next((file for file in described if file.is_file()), None)
    return Machine.load(found) if found else Machine.bantam()


def import_runs(
    paths: Sequence[str | Path],
    out: str | Path,
    machine: Machine | None = None,
    progress: Progress | None = None,
    rows: RowProgress | None = None,
) -> Store:
    """Read files and folders of files into a store at `out`, made where there is none.

    Runs that are there already from an unchanged file are kept as they are, so that an interrupted import is
    taken up again. A bad file does not keep the others out: ImportFailedError names each once they are in.
    """
    machine, out = machine or machine_beside(paths), Path(out)
    files = _files(paths, machine)
    _check_machine(out, machine, set(files))
    failures: dict[Path, str] = {}
    for done, (name, file) in enumerate(files.items()):
        if progress is not None:
            progress(done, len(files), name)
        try:
            _import_one(file, name, out, machine, rows)
        except OSError as error:
            raise StoreError(f"{out} cannot be written: {error.strerror or error}.") from None
        except MemoryError:
            failures[file] = (
                f"{file} is larger than the memory of this computer: let the machine file resample it."
            )
        except ToolmarkError as error:
            failures[file] = str(error)
    if len(failures) < len(files):
        write_index(out, machine)
    if failures:
        raise ImportFailedError(failures, len(files))
    return Store.open(out)


def _files(paths: Sequence[str | Path], machine: Machine) -> dict[str, Path]:
    """Run -> file, sorted by run."""
    files: dict[str, Path] = {}
    for path in map(Path, paths):
        if not path.exists():
            raise StoreError(f"{path} does not exist: give recordings or folders of them.")
        for file in folder_files(path, machine) if path.is_dir() else [path]:
            name = run_name(file, machine)
            if name in files and files[name].resolve() != file.resolve():
                raise StoreError(f"{files[name]} and {file} are both called {name}: rename or leave out one.")
            files[name] = file
    if not files:
        kinds = ", ".join(machine.format.suffixes)
        raise StoreError(f"There is no recording ({kinds}) in {', '.join(map(str, paths))}.")
    return dict(sorted(files.items()))


def _check_machine(out: Path, machine: Machine, renewed: set[str]) -> None:
    if out.exists() and not out.is_dir():
        raise StoreError(f"{out} is a file: give a folder for the store.")
    for name, stored in _stored_runs(out):
        if stored is not None and name not in renewed and stored.machine != _sha256(machine.to_toml()):
            raise StoreError(
                f"{out} holds a run that was read with another machine file ({name}): "
                "import into another folder."
            )


def _import_one(file: Path, name: str, out: Path, machine: Machine, rows: RowProgress | None) -> None:
    target, described = out / RUNS / f"{name}.parquet", _sha256(machine.to_toml())
    before = read_stored(target)
    known = before is not None and (before.version, before.machine) == (VERSION, described)
    if before is not None and known and content_digest(file) == before.entry.digest:
        return

    def listen(read: int, share: float) -> None:
        if rows is not None:
            rows(name, read, share)

    read = read_file(file, machine, name=name, keep=True, listen=listen)
    write_run_file(target, read, described)
    entry = entry_of(read)
    if is_long(entry):
        long_traces(target, entry, machine)


def _stored_runs(out: Path) -> list[tuple[str, Stored | None]]:
    files = sorted((out / RUNS).glob("[!.]*.parquet")) if (out / RUNS).is_dir() else []
    return [(file.name.removesuffix(".parquet"), read_stored(file)) for file in files]


def write_index(out: Path, machine: Machine) -> None:
    """Write index and health report over the runs that are in a store, e.g. after an import that was stopped."""
    runs = [stored for _, stored in _stored_runs(out) if stored is not None]
    entries = sorted((stored.entry for stored in runs), key=lambda entry: entry.run)
    findings = [finding for stored in runs for finding in stored.findings]
    findings += same_clock(
        {entry.run: clock_cells(out / RUNS / f"{entry.run}.parquet", machine) for entry in entries}
    )
    write_text(out / MACHINE, machine.to_toml())
    write_text(out / HEALTH, _json([finding.to_json() for finding in findings]))
    write_text(out / INDEX, _json([entry.model_dump() for entry in entries]))


def _json(rows: list[dict[str, Any]]) -> str:
    """A list of flat objects, one a line, so that a person can read and compare it."""
    return "[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]\n"


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
