"""What people keep beside the readings: named slices and tags given by hand, in one SQLite file.

Verdicts lie in the same file (`core.evidence.review.verdicts`); how it is opened and what it survives:
`core.evidence.kept_file`. Every call is a transaction of its own.
"""

import sqlite3
import time
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from core.errors import ToolmarkError
from core.evidence.kept_file import opened

LONGEST_NAME = 60
_TABLES = """
CREATE TABLE IF NOT EXISTS slices (
    dataset TEXT NOT NULL, name TEXT NOT NULL, filter TEXT NOT NULL, created REAL NOT NULL, PRIMARY KEY (dataset, name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tags (
    dataset TEXT NOT NULL, run TEXT NOT NULL, start_row INTEGER NOT NULL, tag TEXT NOT NULL, created REAL NOT NULL,
    PRIMARY KEY (dataset, run, start_row, tag)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS changes (dataset TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
"""

# run, start row
Window = tuple[str, int]


class MarksError(ToolmarkError):
    """Slices or tags that cannot be kept or found."""


@dataclass(frozen=True)
class Slice:
    """A filter with a name; created in seconds of the epoch."""

    name: str
    filter: str
    dataset: str
    created: float


@dataclass(frozen=True)
class Marks:
    """The slices and tags of all datasets in one file, which is made when first written to."""

    path: Path

    def slices(self, dataset: str) -> tuple[Slice, ...]:
        """The named slices of a dataset, by name."""
        with self._open() as found:
            rows = found.execute(
                "SELECT name, filter, dataset, created FROM slices WHERE dataset = ? ORDER BY name",
                (dataset,),
            )
            return tuple(Slice(*row) for row in rows)

    def slice(self, dataset: str, name: str) -> Slice:
        """One slice; MarksError where the dataset has none of that name."""
        known = {each.name: each for each in self.slices(dataset)}
        if name not in known:
            there = f"there are {', '.join(known)}" if known else "none has been saved yet"
            raise MarksError(f"The dataset {dataset} has no slice {name}: {there}.")
        return known[name]

    def save_slice(self, dataset: str, name: str, text: str) -> None:
        """Keep a filter under a name; one that had the name is replaced. MarksError for a name that cannot be one."""
        problem = name_problem(name)
        if problem:
            raise MarksError(problem)
        with self._open() as found:
            found.execute("REPLACE INTO slices VALUES (?, ?, ?, ?)", (dataset, name, text, time.time()))

    def delete_slice(self, dataset: str, name: str) -> None:
        """Forget a slice; nothing happens where there is none."""
        with self._open() as found:
            found.execute("DELETE FROM slices WHERE dataset = ? AND name = ?", (dataset, name))

    def tags(self, dataset: str) -> tuple[tuple[str, int, str], ...]:
        """Every tag of a dataset's windows: run, start row, tag."""
        with self._open() as found:
            sql = "SELECT run, start_row, tag FROM tags WHERE dataset = ? ORDER BY run, start_row, tag"
            return tuple((run, row, tag) for run, row, tag in found.execute(sql, (dataset,)))

    def tag(self, dataset: str, windows: Iterable[Window], tag: str) -> int:
        """Give windows a tag; returns how many did not have it. MarksError for a tag that cannot be one."""
        problem = name_problem(tag)
        if problem:
            raise MarksError(problem)
        now = time.time()
        rows = [(dataset, run, int(row), tag, now) for run, row in windows]
        with self._open() as found:
            before = found.total_changes
            found.executemany("INSERT OR IGNORE INTO tags VALUES (?, ?, ?, ?, ?)", rows)
            changed = found.total_changes - before
            _count(found, dataset)
        return changed

    def untag(self, dataset: str, windows: Iterable[Window], tag: str) -> int:
        """Take a tag away from windows; returns how many had it."""
        rows = [(dataset, run, int(row), tag) for run, row in windows]
        with self._open() as found:
            before = found.total_changes
            sql = "DELETE FROM tags WHERE dataset = ? AND run = ? AND start_row = ? AND tag = ?"
            found.executemany(sql, rows)
            changed = found.total_changes - before
            _count(found, dataset)
        return changed

    def revision(self, dataset: str) -> int:
        """A number that grows with every change of a dataset's tags, whoever makes it: a key for caches."""
        with self._open() as found:
            row = found.execute("SELECT number FROM changes WHERE dataset = ?", (dataset,)).fetchone()
            return int(row[0]) if row else 0

    def _open(self) -> AbstractContextManager[sqlite3.Connection]:
        """A connection of its own, whose changes are kept together or not at all."""
        return opened(self.path, _TABLES, MarksError)


def _count(connection: sqlite3.Connection, dataset: str) -> None:
    connection.execute(
        "INSERT INTO changes VALUES (?, 1) ON CONFLICT (dataset) DO UPDATE SET number = number + 1",
        (dataset,),
    )


def name_problem(name: str) -> str | None:
    """What is wrong with the name of a slice or a tag, in a sentence; None = nothing."""
    if not name.strip():
        return "A name is needed: write one."
    if name != name.strip() or len(name) > LONGEST_NAME or any(sign in name for sign in ',"\\\n'):
        return (
            f"“{name}” cannot be a name: no commas, quotes or backslashes, {LONGEST_NAME} characters at most."
        )
    return None
