"""Reads a recording from .csv, .csv.gz or .parquet; whatever is wrong with a file is said in one sentence."""

import csv
import gzip
import hashlib
import io
import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.recordings.clock import parse_times
from core.recordings.machine import Machine
from core.recordings.recording import Recording, RecordingError

SUFFIXES = (".csv.gz", ".csv", ".parquet")
HEADER_BYTES = 1 << 20
# numpy's kinds: integers and floats, not bool
NUMBER_KINDS = "iuf"
# how every Parquet file begins
PARQUET = b"PAR1"


class Content(NamedTuple):
    """The bytes of a file, unpacked where it was gzip'd, and their sha256."""

    data: bytes
    digest: str


def read_recording(path: str | Path, machine: Machine | None = None) -> Recording:
    """Read one run; `machine` is the Bantam mill unless given. RecordingError says what is wrong."""
    path = Path(path)
    machine = machine or Machine.bantam()
    return recording_from_frame(
        parse_table(read_content(path).data, path, machine), run_name(path, machine), machine, path
    )


def run_name(path: Path, machine: Machine) -> str:
    """The name of the run in a file: the file's name without its endings, e.g. `face_003`."""
    name = path.name
    for suffix in SUFFIXES:
        if name.lower().endswith(suffix):
            name = name[: -len(suffix)]
            break
    return name.removesuffix(machine.name_suffix) or name


def read_content(path: Path) -> Content:
    """Read and unpack a file."""
    if not path.is_file():
        raise RecordingError(f"{path} is not a file: give a .csv, .csv.gz or .parquet recording.")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RecordingError(f"{path} cannot be read: {error.strerror}.") from None
    data = data if data.startswith(PARQUET) else _plain(data, path)
    return Content(data, hashlib.sha256(data).hexdigest())


def parse_table(data: bytes, path: Path, machine: Machine) -> pd.DataFrame:
    """A file's content as a table, all columns as they stand; `path` stands in error messages."""
    frame = _parse_parquet(data, path) if data.startswith(PARQUET) else _parse_csv(data, path, machine)
    if not len(frame):
        raise RecordingError(f"{path} has a header but no rows: record the run again or leave the file out.")
    return frame


def recording_from_frame(
    frame: pd.DataFrame, name: str, machine: Machine, source: Path | None = None
) -> Recording:
    """Build a recording from a table with the machine's columns; `source` stands in error messages."""
    where = str(source or name)
    columns = _sources(frame, machine)
    _check_columns(frame, columns, machine, where)
    values = _matrix(frame, list(columns.values()), where)
    values[np.isinf(values)] = np.nan
    times = parse_times(frame[machine.time.column], machine.time.formats, machine.row_period_s)
    number, text = machine.target.line_number, machine.target.line_text
    return Recording(
        name=name,
        operation=machine.operation_of(name),
        machine=machine,
        time_s=times.time_s,
        channels=tuple(columns),
        values=values,
        lines=_lines(frame[text]) if text in frame else None,
        line_numbers=_numbers(frame, number, where) if number in frame else None,
        codes={code: _numbers(frame, code, where) for code in machine.categorical if code in frame},
        source=source,
        time_format=times.format,
        bad_times=times.bad,
        unknown_columns=tuple(str(column) for column in frame if str(column) not in machine.columns),
    )


def _plain(content: bytes, path: Path) -> bytes:
    if content[:2] == b"\x1f\x8b":
        try:
            content = gzip.decompress(content)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise RecordingError(f"{path} is a truncated or damaged gzip file: fetch it again.") from None
    elif path.name.lower().endswith(".gz"):
        raise RecordingError(f"{path} is not a gzip file although its name ends in .gz: fetch it again.")
    if not content.strip():
        raise RecordingError(f"{path} is empty: record the run again or leave the file out.")
    if b"\x00" in content[:65536]:
        raise RecordingError(
            f"{path} is not a table: it holds binary data where comma-separated text is expected."
        )
    return content


def _parse_parquet(content: bytes, path: Path) -> pd.DataFrame:
    try:
        return pd.read_parquet(io.BytesIO(content))
    except Exception as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise RecordingError(
            f"{path} is a truncated or damaged Parquet file ({reason}): write it again."
        ) from None


def _parse_csv(content: bytes, path: Path, machine: Machine) -> pd.DataFrame:
    header = _header(content, path)
    as_text = {machine.time.column, machine.target.line_text, *machine.ignored} & set(header)
    try:
        frame = pd.read_csv(
            io.BytesIO(content), encoding="utf-8-sig", low_memory=False, dtype=dict.fromkeys(as_text, "str")
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError, ValueError) as error:
        reason = (
            str(error).strip().splitlines()[0].removeprefix("Error tokenizing data. C error: ").rstrip(".")
        )
        raise RecordingError(f"{path} is not a table of comma-separated values: {reason}.") from None
    if not isinstance(frame.index, pd.RangeIndex):
        raise RecordingError(f"{path} has rows with more fields than its header has: write the table again.")
    _check_end(content, len(header), len(frame), path)
    return frame


def _header(content: bytes, path: Path) -> list[str]:
    first = content.removeprefix(b"\xef\xbb\xbf").lstrip()[:HEADER_BYTES].splitlines()[0]
    try:
        header = next(csv.reader([first.decode("utf-8")]))
    except (UnicodeDecodeError, csv.Error):
        raise RecordingError(f"{path} is not a table: its first line is not UTF-8 text.") from None
    twice = [name for name in dict.fromkeys(header) if header.count(name) > 1]
    if twice:
        raise RecordingError(f"{path} has the column {twice[0]!r} twice: keep one of them.")
    return header


def _check_end(content: bytes, n_fields: int, n_rows: int, path: Path) -> None:
    # a file that was cut off ends within a row; pandas would fill that row up with empty cells
    if content.endswith((b"\n", b"\r")) or not n_rows:
        return
    last = content[-HEADER_BYTES:].splitlines()[-1].decode("utf-8", errors="replace")
    fields = len(next(csv.reader([last])))
    if fields < n_fields:
        raise RecordingError(
            f"{path} ends in the middle of row {n_rows} ({fields} of {n_fields} fields): fetch it again."
        )


def _sources(frame: pd.DataFrame, machine: Machine) -> dict[str, str]:
    """Channel -> the column of the file that holds it: its own, else one that repeats it."""
    sources = {alias_of: alias for alias, alias_of in machine.aliases.items() if alias in frame}
    sources |= {name: name for name in machine.channels if name in frame}
    return {name: sources[name] for name in machine.channels if name in sources}


def _check_columns(frame: pd.DataFrame, columns: dict[str, str], machine: Machine, where: str) -> None:
    if machine.time.column not in frame:
        raise RecordingError(
            f"{where} has no time column {machine.time.column!r}: add it, or name yours in a machine file."
        )
    if not any(name in machine.side_channels for name in columns):
        like = ", ".join(map(str, frame.columns[:3]))
        raise RecordingError(
            f"{where} has no sensor channel of {machine.name} (its columns begin {like}): "
            "give the machine file that describes it."
        )


def _matrix(frame: pd.DataFrame, columns: list[str], where: str) -> NDArray[np.float32]:
    chosen = frame[columns]
    # a number that float32 cannot hold becomes infinite, and so no value
    with np.errstate(over="ignore"):
        if all(kind.kind in NUMBER_KINDS for kind in chosen.dtypes):
            return np.ascontiguousarray(chosen.to_numpy(dtype=np.float32, na_value=np.nan))
        return np.column_stack([_numbers(frame, column, where).astype(np.float32) for column in columns])


def _numbers(frame: pd.DataFrame, column: str, where: str) -> NDArray[np.float64]:
    cells = frame[column]
    if cells.dtype.kind in NUMBER_KINDS:
        return cells.to_numpy(dtype=np.float64, na_value=np.nan)
    numbers = pd.to_numeric(cells.astype("str"), errors="coerce")
    wrong = np.flatnonzero((numbers.isna() & cells.notna()).to_numpy())
    if len(wrong):
        row = int(wrong[0])
        raise RecordingError(
            f"{where} has the text {str(cells.iloc[row])[:40]!r} in the number column {column!r}, "
            f"row {row + 1} after the header: correct or empty that cell."
        )
    return numbers.to_numpy(dtype=np.float64)


def _lines(cells: pd.Series) -> tuple[str | None, ...]:
    stripped = cells.astype("str").where(cells.notna(), "").str.strip()
    return tuple(line or None for line in stripped.tolist())
