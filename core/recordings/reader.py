"""Reads a recording from .csv, .csv.gz or .parquet; whatever is wrong with a file is said in one sentence."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from core.recordings.assembly import Assembly
from core.recordings.machine import Machine
from core.recordings.parts import WALL_CLOCKS
from core.recordings.recording import Recording, RecordingError
from core.recordings.table import Listener, Table

SUFFIXES = (".csv.gz", ".csv", ".parquet")
# columns of a file that a sentence names before it only counts them
NAMED = 3


@dataclass(frozen=True, eq=False)
class FileRead:
    """A file as it was read: the run, sha256 of the content unpacked, the file's columns, and its cells.

    kept: the cells of the columns that are no channels, in the order of the file; empty unless asked for.
    """

    recording: Recording
    digest: str
    columns: tuple[str, ...]
    kept: dict[str, pd.Series] = field(default_factory=dict)


def read_recording(path: str | Path, machine: Machine | None = None) -> Recording:
    """Read one run; `machine` is the Bantam mill unless given. RecordingError says what is wrong."""
    return read_file(Path(path), machine or Machine.bantam()).recording


def read_file(
    path: Path,
    machine: Machine,
    *,
    name: str | None = None,
    keep: bool = False,
    listen: Listener | None = None,
) -> FileRead:
    """Read one run part by part; `name` is the run's, `keep` keeps cells, `listen` hears of each part."""
    table = Table(path, machine.format, text_columns(machine))
    try:
        check_columns(table.names, machine, str(path))
    except RecordingError:
        # what is no table at all is told as such
        next(table.parts(), None)
        raise
    kept = _kept(table.names, machine) if keep else ()
    needed = None if keep and machine.as_written else _needed(table.names, machine)
    run = name or run_name(path, machine)
    assembly = Assembly(machine, table.names, str(path), keep=kept)
    for part in table.parts(needed, listen):
        assembly.add(part)
    recording = assembly.recording(run, operation_of(path, run, machine, assembly.operation), path)
    return FileRead(recording, table.digest, tuple(table.names), assembly.kept())


def _needed(names: Sequence[str], machine: Machine) -> list[str]:
    """The columns that a recording is made of."""
    return [name for name in names if machine.role(name) not in (None, "ignored")]


def _kept(names: Sequence[str], machine: Machine) -> list[str]:
    """The columns whose cells a store keeps: all where it keeps the file as it stands, else a wall clock."""
    if machine.as_written:
        return list(names)
    clock = (
        machine.time is not None
        and machine.resample_s is None
        and set(machine.time.formats) & set(WALL_CLOCKS)
    )
    return [machine.time.column] if machine.time and clock else []


def text_columns(machine: Machine) -> set[str]:
    """Columns that are read as text although numbers may stand in them."""
    time = {machine.time.column} if machine.time and not machine.time.is_number else set()
    text = {machine.target.line_text} if machine.target and machine.target.line_text else set()
    operation = {machine.operation_column} if machine.operation_column else set()
    return {*time, *text, *operation, *machine.ignored}


def run_name(path: Path, machine: Machine) -> str:
    """The name of the run in a file: the file's name without its endings, e.g. `face_003`.

    Where the folder tells the operation, its name comes first, as files of two folders may be called the same.
    """
    name = path.name
    endings = sorted({*SUFFIXES, *machine.format.suffixes}, key=len, reverse=True)
    for suffix in endings:
        if name.lower().endswith(suffix.lower()):
            name = name[: -len(suffix)]
            break
    name = name.removesuffix(machine.name_suffix) or name
    folder = path.resolve().parent.name
    return f"{folder}_{name}" if machine.operation_in == "folder" and folder else name


def operation_of(path: Path | None, run: str, machine: Machine, told: str | None = None) -> str | None:
    """The operation of a run: what its column told, else its folder's or its own name; None = not known."""
    if machine.operation_column is not None:
        return told if told in machine.operations else None
    if machine.operation_in == "folder":
        return machine.operation_of(path.resolve().parent.name) if path else None
    return machine.operation_of(run)


def recording_from_frame(
    frame: pd.DataFrame, name: str, machine: Machine, source: Path | None = None
) -> Recording:
    """Build a recording from a table with the machine's columns; `source` stands in error messages."""
    names = [str(column) for column in frame.columns]
    check_columns(names, machine, str(source or name))
    assembly = Assembly(machine, names, str(source or name))
    assembly.add(frame)
    return assembly.recording(name, operation_of(source, name, machine, assembly.operation), source)


def check_columns(names: Sequence[str], machine: Machine, where: str) -> None:
    """RecordingError where a table lacks the clock or has no sensor channel of the machine."""
    there = set(names)
    if machine.time is not None and machine.time.column not in there:
        raise RecordingError(
            f"{where} has no time column {machine.time.column!r}: add it, or describe the machine "
            "(python -m core describe) and import with its machine file."
        )
    sensors = (machine.column_of(channel) for channel in machine.side_channels)
    if there.isdisjoint(machine.aliases) and not any(column in there for column in sensors):
        lacking = [machine.column_of(channel) for channel in machine.side_channels]
        more = f" and {len(lacking) - NAMED} more" if len(lacking) > NAMED else ""
        raise RecordingError(
            f"{where} has no sensor channel of {machine.name} (its columns begin {', '.join(names[:NAMED])}; "
            f"it lacks {', '.join(lacking[:NAMED])}{more}): give the machine file that describes it "
            "(python -m core describe writes one)."
        )


def folder_files(folder: Path, machine: Machine) -> Iterator[Path]:
    """The recordings in a folder, sorted; those of its folders where it has none itself."""
    suffixes = tuple(suffix.lower() for suffix in machine.format.suffixes)
    found = [
        file
        for file in sorted(folder.iterdir())
        if file.is_file() and not file.name.startswith(".") and file.name.lower().endswith(suffixes)
    ]
    if not found:
        for inner in sorted(folder.iterdir()):
            if inner.is_dir() and not inner.name.startswith("."):
                yield from folder_files(inner, machine)
    yield from found
