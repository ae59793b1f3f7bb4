"""The traces of a long run of a store: from its file, and from its pyramid, which is made where there is none."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from core.recordings.machine import Machine
from core.recordings.pyramid import LONG_ROWS, Pyramid, PyramidError, build, open_pyramid
from core.recordings.run_columns import RunColumns
from core.recordings.run_file import RunEntry
from core.recordings.traces import Traces

# called with the number of channels done and of all channels while a pyramid is made
Advance = Callable[[int, int], None]
FOLDER = "traces"


def is_long(entry: RunEntry) -> bool:
    """The run is drawn from a pyramid and never opened as a whole."""
    return entry.rows > LONG_ROWS


def long_traces(
    file: Path, entry: RunEntry, machine: Machine, aside: Path | None = None, advance: Advance | None = None
) -> Traces:
    """The traces of a long run's Parquet file.

    The pyramid lies in `traces/` beside the folder of runs, or in `aside` where that cannot be written to. OSError and
    pyarrow's errors where the file is missing or damaged, PyramidError where there is no place for the pyramid.
    """
    columns = RunColumns(file, entry, machine)
    pyramid = _pyramid(file, columns, digest_of(entry, machine), aside, advance)
    return Traces(
        name=entry.run,
        operation=entry.operation,
        machine=machine,
        columns=columns,
        seconds=pyramid.seconds,
        lanes=pyramid.lanes,
        frozen=pyramid.frozen,
        gaps=pyramid.gaps,
        pyramid=pyramid,
    )


def _pyramid(
    file: Path, columns: RunColumns, digest: str, aside: Path | None, advance: Advance | None
) -> Pyramid:
    folders = [file.parent.parent / FOLDER / file.stem, *([aside / digest[:24]] if aside else [])]
    for folder in folders:
        try:
            return open_pyramid(folder, digest)
        except PyramidError:
            continue
    for folder in folders:
        try:
            return build(folder, columns, digest, advance)
        except PermissionError:
            continue
    raise PyramidError(
        f"The traces of {file.stem} ({columns.n_rows:,} rows) cannot be kept in {folders[0].parent}: "
        "make that folder writable."
    )


def digest_of(entry: RunEntry, machine: Machine) -> str:
    """What the traces of a run depend on: its file, and how that was read."""
    return hashlib.sha256(f"{entry.digest}\n{machine.to_toml()}".encode()).hexdigest()
