"""The store: every run as a Parquet file, an index over them and their health, opened lazily."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from core.errors import ToolmarkError
from core.recordings.atomic import replacing, write_text
from core.recordings.health import Finding, report, same_clock
from core.recordings.machine import Machine
from core.recordings.presence import frozen_boards
from core.recordings.reader import SUFFIXES, parse_table, read_content, recording_from_frame, run_name
from core.recordings.recording import Recording, buffering_mask

INDEX, MACHINE, HEALTH, RUNS = "index.json", "machine.toml", "health.json", "runs"
METADATA = b"toolmark"
# raised whenever a run must be imported again because its file would now look different
VERSION = 1

# called before each file with the number of files done, the number of all files, and the run's name
Progress = Callable[[int, int, str], None]


class StoreError(ToolmarkError):
    """A store that cannot be written or opened."""


class RunEntry(BaseModel):
    """A run's line in the index. digest: sha256 of the file that it was read from, unpacked."""

    model_config = ConfigDict(frozen=True)

    run: str
    operation: str | None
    program: str | None
    rows: int
    duration_s: float
    labelled_rows: int
    buffering_rows: int
    columns: int
    boards: int
    frozen_boards: int
    time_format: str | None
    source: str
    digest: str


class _Stored(BaseModel):
    """What a run's Parquet file says about itself, so that an import can be taken up again."""

    version: int
    machine: str
    entry: RunEntry
    findings: list[Finding]


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
            present = pq.read_schema(file).names
            wanted = [c for c in present if c in self.machine.columns and c not in self.machine.ignored]
            frame = pq.read_table(file, columns=wanted).to_pandas()
        except (OSError, pa.ArrowException):
            raise StoreError(f"{file} is missing or damaged: import {entry.source} again.") from None
        recording = recording_from_frame(frame, name, self.machine, Path(entry.source))
        unknown = tuple(column for column in present if column not in self.machine.columns)
        return replace(recording, unknown_columns=unknown)

    def recordings(self, names: Iterable[str] | None = None) -> Iterator[Recording]:
        """Read runs one after the other, all of them unless named."""
        for name in self.names if names is None else names:
            yield self.recording(name)


def import_runs(
    paths: Sequence[str | Path],
    out: str | Path,
    machine: Machine | None = None,
    progress: Progress | None = None,
) -> Store:
    """Read files and folders of files into a store at `out`, made where there is none.

    Runs that are there already from an unchanged file are kept as they are, so that an interrupted import is
    taken up again. A bad file does not keep the others out: StoreError names it once they are in.
    """
    machine, out = machine or Machine.bantam(), Path(out)
    files = _files(paths, machine)
    _check_machine(out, machine, set(files))
    failures: list[ToolmarkError] = []
    for done, (name, file) in enumerate(files.items()):
        if progress is not None:
            progress(done, len(files), name)
        try:
            _import_one(file, name, out, machine)
        except OSError as error:
            raise StoreError(f"{out} cannot be written: {error.strerror or error}.") from None
        except ToolmarkError as error:
            failures.append(error)
    if len(failures) < len(files):
        _write_index(out, machine)
    if failures:
        some = f"{len(failures)} of {len(files)} files could not be imported; the first: "
        raise StoreError((some if len(files) > 1 else "") + str(failures[0]))
    return Store.open(out)


def _files(paths: Sequence[str | Path], machine: Machine) -> dict[str, Path]:
    """Run -> file, sorted by run."""
    files: dict[str, Path] = {}
    for path in map(Path, paths):
        if not path.exists():
            raise StoreError(f"{path} does not exist: give recordings or folders of them.")
        for file in sorted(path.iterdir()) if path.is_dir() else [path]:
            if path.is_dir() and (file.name.startswith(".") or not file.name.lower().endswith(SUFFIXES)):
                continue
            name = run_name(file, machine)
            if name in files and files[name].resolve() != file.resolve():
                raise StoreError(f"{files[name]} and {file} are both called {name}: rename or leave out one.")
            files[name] = file
    if not files:
        raise StoreError(f"There is no recording (.csv, .csv.gz, .parquet) in {', '.join(map(str, paths))}.")
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


def _import_one(file: Path, name: str, out: Path, machine: Machine) -> None:
    content = read_content(file)
    target = out / RUNS / f"{name}.parquet"
    before = _stored(target)
    described = _sha256(machine.to_toml())
    if before and (before.version, before.machine, before.entry.digest) == (
        VERSION,
        described,
        content.digest,
    ):
        return
    frame = parse_table(content.data, file, machine)
    recording = recording_from_frame(frame, name, machine, file)
    entry = _entry(recording, len(frame.columns), content.digest)
    stored = _Stored(version=VERSION, machine=described, entry=entry, findings=report(recording))
    table = _columns(frame, recording).replace_schema_metadata({METADATA: stored.model_dump_json().encode()})
    with replacing(target) as aside:
        pq.write_table(table, aside, compression="zstd")


def _columns(frame: pd.DataFrame, recording: Recording) -> pa.Table:
    """All columns of the file: channels as the float32 that they were read as, the rest as it stands."""
    arrays = {}
    for column in map(str, frame.columns):
        if column in recording.index:
            arrays[column] = pa.array(recording.values[:, recording.index[column]])
        else:
            try:
                arrays[column] = pa.Array.from_pandas(frame[column])
            except pa.ArrowException:
                raise StoreError(
                    f"{recording.source} mixes kinds of values in the column {column!r}: make it text or numbers."
                ) from None
    return pa.table(arrays)


def _entry(recording: Recording, columns: int, digest: str) -> RunEntry:
    machine, operation = recording.machine, recording.operation
    buffering = buffering_mask(recording)
    lines = recording.lines or (None,) * recording.n_rows
    labelled = np.array([line is not None for line in lines]) & ~buffering
    boards = {machine.board(channel) for channel in recording.channels} - {None}
    return RunEntry(
        run=recording.name,
        operation=operation,
        program=machine.programs.get(operation) if operation else None,
        rows=recording.n_rows,
        duration_s=round(float(recording.time_s[-1] - recording.time_s[0]), 3),
        labelled_rows=int(labelled.sum()),
        buffering_rows=int(buffering.sum()),
        columns=columns,
        boards=len(boards),
        frozen_boards=len(frozen_boards(recording)),
        time_format=recording.time_format,
        source=str(recording.source),
        digest=digest,
    )


def _stored(file: Path) -> _Stored | None:
    """What a run's Parquet file says about itself; None where there is no file or it is damaged."""
    try:
        metadata: dict[bytes, bytes] = pq.read_schema(file).metadata or {}
        return _Stored.model_validate_json(metadata.get(METADATA, b""))
    except (OSError, pa.ArrowException, ValidationError):
        return None


def _stored_runs(out: Path) -> list[tuple[str, _Stored | None]]:
    files = sorted((out / RUNS).glob("[!.]*.parquet")) if (out / RUNS).is_dir() else []
    return [(file.name.removesuffix(".parquet"), _stored(file)) for file in files]


def _write_index(out: Path, machine: Machine) -> None:
    runs = [stored for _, stored in _stored_runs(out) if stored is not None]
    entries = sorted((stored.entry for stored in runs), key=lambda entry: entry.run)
    findings = [finding for stored in runs for finding in stored.findings]
    findings += same_clock({entry.run: _clock(out, entry.run, machine) for entry in entries})
    write_text(out / MACHINE, machine.to_toml())
    write_text(out / HEALTH, _json([finding.to_json() for finding in findings]))
    write_text(out / INDEX, _json([entry.model_dump() for entry in entries]))


def _clock(out: Path, run: str, machine: Machine) -> frozenset[str]:
    column = machine.time.column
    cells = pq.read_table(out / RUNS / f"{run}.parquet", columns=[column]).column(column).to_pylist()
    return frozenset(str(cell) for cell in cells if cell is not None)


def _json(rows: list[dict[str, Any]]) -> str:
    """A list of flat objects, one a line, so that a person can read and compare it."""
    return "[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]\n"


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
