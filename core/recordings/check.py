"""What an import would say of a file: from its header alone, or from reading it and keeping nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.errors import ToolmarkError
from core.recordings.health import Finding, report
from core.recordings.machine import Machine
from core.recordings.reader import check_columns, operation_of, read_file, run_name, text_columns
from core.recordings.recording import RecordingError
from core.recordings.run_file import RunEntry, entry_of
from core.recordings.source import content_digest
from core.recordings.table import Table

# a packed file of up to this size is unpacked to see whether it is whole
UNPACKED_BYTES = 16 << 20
NAMED = 3

Fit = Literal["fits", "doubtful", "fails"]


@dataclass(frozen=True)
class Header:
    """The columns of a file, or a sentence about why it has none."""

    path: Path
    names: tuple[str, ...] = ()
    problem: str | None = None


@dataclass(frozen=True)
class FileCheck:
    """How a file fits a machine.

    sentence: what is wrong or doubtful, "" = nothing. missing: columns of the machine's sensors that the file lacks;
    unknown: columns of the file that the machine does not know. operation: None = not known. labelled: it has lines.
    """

    path: Path
    run: str
    fit: Fit
    sentence: str = ""
    operation: str | None = None
    labelled: bool = False
    columns: int = 0
    missing: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class FileHealth:
    """What a file would be in a store: its line of the index and its findings, or the problem that keeps it out."""

    path: Path
    entry: RunEntry | None = None
    findings: tuple[Finding, ...] = ()
    problem: str | None = None


def read_header(path: Path, machine: Machine) -> Header:
    """The columns of a file in the machine's format; a small packed file is unpacked to its end."""
    try:
        table = Table(path, machine.format, text_columns(machine))
        table.close()
        if path.name.lower().endswith(".gz") and path.stat().st_size <= UNPACKED_BYTES:
            content_digest(path)
    except (ToolmarkError, OSError) as error:
        return Header(path, problem=str(error))
    return Header(path, tuple(table.names))


def check(header: Header, machine: Machine) -> FileCheck:
    """How a file of these columns fits a machine."""
    run = run_name(header.path, machine)
    if header.problem is not None:
        return FileCheck(header.path, run, "fails", header.problem)
    there = set(header.names)
    unknown = tuple(name for name in header.names if name not in machine.columns)
    sensors = dict.fromkeys(machine.column_of(channel) for channel in machine.side_channels)
    missing = tuple(column for column in sensors if column not in there)
    lines = machine.target.line_text if machine.target else None
    fit, sentence = _fit(header, machine, unknown, missing)
    return FileCheck(
        header.path,
        run,
        fit,
        sentence,
        None if machine.operation_column else operation_of(header.path, run, machine),
        lines in there,
        len(header.names),
        missing,
        unknown,
    )


def _fit(header: Header, machine: Machine, unknown: Sequence[str], missing: Sequence[str]) -> tuple[Fit, str]:
    sensors = len(machine.side_channels)
    lacking = f"lacks {len(missing)} of {sensors} sensor columns ({named(missing)})" if missing else ""
    try:
        check_columns(header.names, machine, str(header.path))
    except RecordingError:
        clock = machine.time.column if machine.time and machine.time.column not in header.names else None
        said = [f"has no clock {clock!r}"] if clock else []
        said += [lacking] if lacking else []
        return "fails", f"{header.path} is no recording of {machine.name}: it {' and '.join(said)}."
    if 2 * len(unknown) > len(header.names):
        return "doubtful", (
            f"{header.path} may be of another machine: {machine.name} does not know {len(unknown)} of its "
            f"{len(header.names)} columns ({named(unknown)})" + (f", and it {lacking}." if lacking else ".")
        )
    return "fits", ""


def named(columns: Sequence[str]) -> str:
    """Columns in a sentence, the first few of many."""
    more = f" and {len(columns) - NAMED} more" if len(columns) > NAMED else ""
    return ", ".join(columns[:NAMED]) + more


def read_health(path: Path, machine: Machine) -> FileHealth:
    """Read a file as an import would, and keep nothing but its health."""
    try:
        read = read_file(path, machine)
        return FileHealth(path, entry_of(read), tuple(report(read.recording)))
    except MemoryError:
        return FileHealth(path, problem=f"{path} is larger than the memory of this computer: resample it.")
    except (ToolmarkError, OSError) as error:
        return FileHealth(path, problem=str(error))
