"""One SQLite file that several people and servers write to at once, and that a kill takes nothing from.

The file has a write-ahead log that is on the disk before a change is said to be kept (synchronous = FULL), a writer
waits for the others, and what is written in one `with` is kept together or not at all.
"""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import ToolmarkError

# so long a writer waits for the others
BUSY_S = 30.0
_TRIES, _PAUSE_S = 50, 0.02


@contextmanager
def opened(path: Path, tables: str, error: type[ToolmarkError]) -> Iterator[sqlite3.Connection]:
    """A connection of its own to the file, which is made with its `tables` when it is not there.

    Raises:
        error: the file cannot be opened, is no database, or stayed busy for BUSY_S.
    """
    try:
        connection = _connect(path, tables)
    except (OSError, sqlite3.Error) as problem:
        raise error(f"{path} cannot be used: {problem}; try again, or move it away.") from None
    try:
        with connection:
            yield connection
    except sqlite3.Error as problem:
        raise error(f"{path} cannot be used: {problem}; try again, or move it away.") from None
    finally:
        connection.close()


@contextmanager
def writing(path: Path, tables: str, error: type[ToolmarkError]) -> Iterator[sqlite3.Connection]:
    """As `opened`, with the right to write taken at once: what is read first is still so when it is written."""
    with opened(path, tables, error) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield connection


def _connect(path: Path, tables: str) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = not path.exists()
    connection = sqlite3.connect(path, timeout=BUSY_S)
    try:
        _set_up(connection, tables)
    except BaseException:
        connection.close()
        raise
    if new:
        _keep_name(path.parent)
    return connection


def _set_up(connection: sqlite3.Connection, tables: str) -> None:
    """The log and the tables; who changes the log of a new file is not waited for by SQLite itself."""
    for attempt in range(_TRIES):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.executescript(tables)
            return
        except sqlite3.OperationalError as problem:
            if "locked" not in str(problem) or attempt == _TRIES - 1:
                raise
            time.sleep(_PAUSE_S)


def _keep_name(folder: Path) -> None:
    """The name of a new file is on the disk too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
