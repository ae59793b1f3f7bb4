"""Combinations of channels that somebody took away and gave a name, in the file of slices and tags.

A combination is of a machine: any bundle that reads its channels can be scored without them.
"""

import json
import sqlite3
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from core.errors import ToolmarkError
from core.evidence.ablation.removal import WAYS, Removal
from core.evidence.kept_file import writing
from core.evidence.readings.marks import name_problem

_TABLES = """
CREATE TABLE IF NOT EXISTS combinations (
    machine TEXT NOT NULL, name TEXT NOT NULL, names TEXT NOT NULL, way TEXT NOT NULL, seed INTEGER NOT NULL,
    created REAL NOT NULL, PRIMARY KEY (machine, name)
) WITHOUT ROWID;
"""
_COLUMNS = "name, names, way, seed"


class CombinationError(ToolmarkError):
    """A combination that cannot be kept, renamed or found."""


@dataclass(frozen=True)
class Combination:
    """What is taken away, under a name."""

    name: str
    removal: Removal


@dataclass(frozen=True)
class Combinations:
    """The combinations of all machines in one file, which is made when first used."""

    path: Path

    def every(self, machine: str) -> tuple[Combination, ...]:
        """Those of a machine, in the order in which they were kept."""
        with self._open() as found:
            rows = found.execute(
                f"SELECT {_COLUMNS} FROM combinations WHERE machine = ? ORDER BY created, name", (machine,)
            )
            return tuple(_combination(row) for row in rows if row[2] in WAYS)

    def keep(self, machine: str, name: str, removal: Removal) -> None:
        """Keep a removal under a name; CombinationError for one that cannot be a name, or is one already."""
        _refuse_bad(name)
        if not removal.names:
            raise CombinationError("Nothing is taken away: take something away first, then give it a name.")
        with self._open() as found:
            self._refuse_taken(found, machine, name)
            row = (machine, name, json.dumps(removal.names), removal.way, removal.seed, time.time())
            found.execute("INSERT INTO combinations VALUES (?, ?, ?, ?, ?, ?)", row)

    def rename(self, machine: str, name: str, new: str) -> None:
        """Give a combination another name."""
        _refuse_bad(new)
        if new == name:
            return
        with self._open() as found:
            self._refuse_taken(found, machine, new)
            sql = "UPDATE combinations SET name = ? WHERE machine = ? AND name = ?"
            if not found.execute(sql, (new, machine, name)).rowcount:
                raise CombinationError(f"There is no combination “{name}” any more: somebody took it away.")

    def delete(self, machine: str, name: str) -> None:
        """Forget a combination; nothing happens where there is none."""
        with self._open() as found:
            found.execute("DELETE FROM combinations WHERE machine = ? AND name = ?", (machine, name))

    def _refuse_taken(self, found: sqlite3.Connection, machine: str, name: str) -> None:
        sql = "SELECT 1 FROM combinations WHERE machine = ? AND name = ?"
        if found.execute(sql, (machine, name)).fetchone():
            raise CombinationError(
                f"A combination is called “{name}” already: choose another name, or delete that one first."
            )

    def _open(self) -> AbstractContextManager[sqlite3.Connection]:
        return writing(self.path, _TABLES, CombinationError)


def _refuse_bad(name: str) -> None:
    problem = name_problem(name)
    if problem:
        raise CombinationError(problem)


def _combination(row: tuple[str, str, str, int]) -> Combination:
    name, names, way, seed = row
    known = next(each for each in WAYS if each == way)
    return Combination(name, Removal(tuple(json.loads(names)), known, seed))
