"""One run of a store: a Parquet file that says about itself where it came from and what is wrong with it."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict, ValidationError

from core.recordings.atomic import replacing
from core.recordings.health import Finding, report
from core.recordings.machine import Machine
from core.recordings.parts import WALL_CLOCKS
from core.recordings.presence import frozen_boards
from core.recordings.reader import FileRead, recording_from_frame
from core.recordings.recording import Recording, RecordingError, buffering_mask

METADATA, UNKNOWN = b"toolmark", b"toolmark_unknown"
# the clock of a run whose rows or columns are not those of its file
TIME, OPERATION = "__time_s__", "__operation__"
# rows of a group: as many are read at least, wherever a view of a long run begins
GROUP_ROWS = 1 << 16
# raised whenever a run must be imported again because its file would now look different
VERSION = 2


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


class Stored(BaseModel):
    """What a run's Parquet file says about itself, so that an import can be taken up again."""

    version: int
    machine: str
    entry: RunEntry
    findings: list[Finding]


def write_run_file(target: Path, read: FileRead, described: str) -> None:
    """Write a run; `described` is the digest of the machine file that it was read with."""
    recording = read.recording
    entry = entry_of(read)
    stored = Stored(version=VERSION, machine=described, entry=entry, findings=report(recording))
    table = _as_written(read) if recording.machine.as_written else _made(read)
    metadata = {
        METADATA: stored.model_dump_json().encode(),
        UNKNOWN: json.dumps(recording.unknown_columns).encode(),
    }
    with replacing(target) as aside:
        # numbers of sensors hardly repeat: looking for those that do would take longer than all else
        texts = True if recording.machine.as_written else _texts(table)
        pq.write_table(
            table.replace_schema_metadata(metadata),
            aside,
            compression="zstd",
            use_dictionary=texts,
            row_group_size=GROUP_ROWS,
        )


def read_run_file(file: Path, entry: RunEntry, machine: Machine) -> Recording:
    """Read a run; OSError and pyarrow's errors where the file is missing or damaged."""
    schema = pq.read_schema(file)
    source = Path(entry.source)
    if TIME not in schema.names:
        wanted = [name for name in schema.names if machine.role(name) not in (None, "ignored")]
        frame = pq.read_table(file, columns=wanted).to_pandas()
        recording = recording_from_frame(frame, entry.run, machine, source)
        unknown = tuple(column for column in schema.names if column not in machine.columns)
        return replace(recording, operation=entry.operation, unknown_columns=unknown)
    table = pq.read_table(file)
    channels = tuple(name for name in machine.channels if name in set(schema.names))
    values = np.empty((table.num_rows, len(channels)), dtype=np.float32)
    for place, name in enumerate(channels):
        values[:, place] = table.column(name).to_numpy()
    target = machine.target
    text, number = (target.line_text, target.line_number) if target else (None, None)
    return Recording(
        name=entry.run,
        operation=entry.operation,
        machine=machine,
        time_s=table.column(TIME).to_numpy(),
        channels=channels,
        values=values,
        lines=tuple(table.column(text).to_pylist()) if text in schema.names else None,
        line_numbers=table.column(number).to_numpy() if number in schema.names else None,
        codes={name: table.column(name).to_numpy() for name in machine.categorical if name in schema.names},
        row_operations=table.column(OPERATION).to_numpy() if OPERATION in schema.names else None,
        source=source,
        time_format=entry.time_format,
        unknown_columns=tuple(json.loads(schema.metadata.get(UNKNOWN, b"[]"))),
    )


def read_stored(file: Path) -> Stored | None:
    """What a run's Parquet file says about itself; None where there is no file or it is damaged."""
    try:
        metadata: dict[bytes, bytes] = pq.read_schema(file).metadata or {}
        return Stored.model_validate_json(metadata.get(METADATA, b""))
    except (OSError, pa.ArrowException, ValidationError):
        return None


def clock_cells(file: Path, machine: Machine) -> frozenset[str]:
    """The times of a run as its file wrote them; none where they do not tell the time of day."""
    column = machine.time.column if machine.time else None
    if column is None or machine.time is None or not set(machine.time.formats) & set(WALL_CLOCKS):
        return frozenset()
    if column not in pq.read_schema(file).names:
        return frozenset()
    cells = pq.read_table(file, columns=[column]).column(column).unique().to_pylist()
    return frozenset(str(cell) for cell in cells if cell is not None)


def _as_written(read: FileRead) -> pa.Table:
    """All columns of the file: channels as the float32 that they were read as, the rest as it stands."""
    recording = read.recording
    arrays = {}
    for column in read.columns:
        if column not in read.kept:
            arrays[column] = pa.array(recording.values[:, recording.index[column]])
            continue
        try:
            arrays[column] = pa.Array.from_pandas(read.kept[column])
        except pa.ArrowException:
            raise RecordingError(
                f"{recording.source} mixes kinds of values in the column {column!r}: make it text or numbers."
            ) from None
    return pa.table(arrays)


def _made(read: FileRead) -> pa.Table:
    """The run as it is after conversion: channels by their names, clock, labels and codes."""
    recording, machine = read.recording, read.recording.machine
    arrays = {TIME: pa.array(recording.time_s)}
    for place, name in enumerate(recording.channels):
        arrays[name] = pa.array(recording.values[:, place])
    if machine.target and recording.lines is not None:
        arrays[str(machine.target.line_text)] = pa.array(recording.lines, pa.string()).dictionary_encode()
    if machine.target and recording.line_numbers is not None:
        arrays[str(machine.target.line_number)] = pa.array(recording.line_numbers)
    arrays |= {name: pa.array(codes) for name, codes in recording.codes.items()}
    if recording.row_operations is not None:
        arrays[OPERATION] = pa.array(recording.row_operations)
    time = machine.time.column if machine.time and recording.time_format in WALL_CLOCKS else None
    if time in read.kept and len(read.kept[time]) == recording.n_rows:
        arrays[time] = pa.Array.from_pandas(read.kept[time].astype("str"))
    return pa.table(arrays)


def _texts(table: pa.Table) -> list[str]:
    return [
        one.name for one in table.schema if pa.types.is_dictionary(one.type) or pa.types.is_string(one.type)
    ]


def entry_of(read: FileRead) -> RunEntry:
    """The line that a run has in the index."""
    recording = read.recording
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
        columns=len(read.columns),
        boards=len(boards),
        frozen_boards=len(frozen_boards(recording)),
        time_format=recording.time_format,
        source=str(recording.source),
        digest=read.digest,
    )
