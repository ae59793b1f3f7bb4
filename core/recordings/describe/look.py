"""A first look at files of an unknown machine: how each is written, and the first rows of one."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from core.recordings.describe.sample import take_sample
from core.recordings.describe.sniff import sniff
from core.recordings.recording import RecordingError


@dataclass(frozen=True)
class Look:
    """How a file is written. seen: in words; problem: why it is no table, None = it is one."""

    path: Path
    size: int
    columns: int = 0
    seen: str = ""
    problem: str | None = None


@dataclass(frozen=True, eq=False)
class FirstRows:
    """The first rows of a file, as text, and how many rows and columns it has, rows about."""

    frame: pd.DataFrame
    rows: int
    columns: int


def look(path: Path) -> Look:
    """Look at the beginning of a file."""
    try:
        size = path.stat().st_size
        sniffed = sniff(path)
    except OSError as error:
        return Look(path, 0, problem=f"{path} cannot be read: {error.strerror or error}.")
    except RecordingError as error:
        return Look(path, size, problem=str(error))
    return Look(path, size, len(sniffed.names), "; ".join(sniffed.notes))


def first_rows(path: Path, rows: int = 8, columns: int = 60) -> FirstRows:
    """The first rows and columns of a file as they stand; RecordingError where it holds no table."""
    sample = take_sample(path, sniff(path))
    first = sample.blocks[0]
    shown = first.iloc[:rows, :columns].astype("str").where(first.iloc[:rows, :columns].notna(), "")
    shown.columns = [str(name) for name in shown.columns]
    return FirstRows(shown, sample.rows, len(first.columns))
