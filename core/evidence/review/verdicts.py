"""Verdicts in the SQLite file of marks: who said what about which reading, and every change of it, for good.

Nothing is ever changed or deleted: another verdict, another note and a withdrawal are entries behind the one before.
What holds of a reviewer on a target under a bundle is the latest entry; a second table points to it.
"""

import hashlib
import json
import sqlite3
import time
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal, get_args

from core.evidence.kept_file import opened, writing
from core.evidence.review.targets import ReviewError, Seen, Target

Verdict = Literal["agree", "model wrong", "label wrong", "unclear"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
# the entry that takes a verdict back
WITHDRAWN = "withdrawn"
MEANINGS: dict[Verdict, str] = {
    "agree": "What the model read is what the machine did.",
    "model wrong": "The label is right, the model misread it.",
    "label wrong": "The label does not say what the machine did.",
    "unclear": "It cannot be told from what is here.",
}
LONGEST_REVIEWER, LONGEST_NOTE = 40, 2000
MICROSECOND = 1e-6

_TARGET = tuple(field.name for field in fields(Target))
_SEEN = tuple(field.name for field in fields(Seen))
COLUMNS = ("at", "dataset", *_TARGET, "reviewer", "verdict", "note", *_SEEN)
# their names in the file: "true" is a word of SQL's own
STORED = tuple({"true": "true_class", "read": "read_class"}.get(name, name) for name in COLUMNS)
_TYPES = {"at": "INTEGER", "start_row": "INTEGER", "confidence": "REAL"}
_NULL = ("start_row", "confidence")
_DECLARED = ", ".join(
    f"{name} {_TYPES.get(name, 'TEXT')}{'' if name in _NULL else ' NOT NULL'}" for name in STORED
)
TABLES = f"""
CREATE TABLE IF NOT EXISTS verdicts (
    number INTEGER PRIMARY KEY AUTOINCREMENT, identity TEXT NOT NULL UNIQUE, target TEXT NOT NULL,
    {_DECLARED}
);
CREATE INDEX IF NOT EXISTS verdicts_of_target ON verdicts (dataset, target, bundle, reviewer, at);
CREATE TABLE IF NOT EXISTS standing (
    dataset TEXT NOT NULL, target TEXT NOT NULL, bundle TEXT NOT NULL, reviewer TEXT NOT NULL, number INTEGER NOT NULL,
    PRIMARY KEY (dataset, target, bundle, reviewer)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS standing_number ON standing (dataset, number);
CREATE TRIGGER IF NOT EXISTS verdicts_stay BEFORE UPDATE ON verdicts
    BEGIN SELECT RAISE(ABORT, 'the history of verdicts is never changed'); END;
CREATE TRIGGER IF NOT EXISTS verdicts_are_kept BEFORE DELETE ON verdicts
    BEGIN SELECT RAISE(ABORT, 'the history of verdicts is never shortened'); END;
"""
SELECT = f"SELECT number, {', '.join(STORED)} FROM verdicts"
# the entries that hold: the latest of each reviewer on each target, unless it was withdrawn
HOLDING = (
    f"SELECT number, {', '.join(f'verdicts.{name}' for name in STORED)} FROM standing JOIN verdicts USING (number) "
    f"WHERE verdicts.verdict <> '{WITHDRAWN}' AND standing.dataset = ?"
)


@dataclass(frozen=True)
class Entry:
    """One entry of the history; `at` in microseconds of the epoch, `number` its place in the file."""

    number: int
    at: int
    dataset: str
    target: Target
    reviewer: str
    verdict: str
    note: str
    seen: Seen

    @property
    def when(self) -> str:
        """The time of it, as it is here: "14:03:22"; with the day where it was another one."""
        then, now = time.localtime(self.at * MICROSECOND), time.localtime()
        same_day = then[:3] == now[:3]
        return time.strftime("%H:%M:%S" if same_day else "%Y-%m-%d %H:%M", then)

    @property
    def day(self) -> str:
        """The time of it in UTC, to the minute."""
        return time.strftime("%Y-%m-%d %H:%M", time.gmtime(self.at * MICROSECOND))

    @property
    def identity(self) -> str:
        """What tells its content, its time among it, from every other entry's, in whatever file it lies."""
        return hashlib.sha256(json.dumps(self.cells, ensure_ascii=False).encode()).hexdigest()[:32]

    @property
    def cells(self) -> tuple[Any, ...]:
        """Its values in the order of COLUMNS."""
        return (
            self.at,
            self.dataset,
            *astuple(self.target),
            self.reviewer,
            self.verdict,
            self.note,
            *astuple(self.seen),
        )


def entry_of(row: Sequence[Any]) -> Entry:
    """The entry of a row of `SELECT` or `HOLDING`."""
    number, *cells = row
    told = dict(zip(COLUMNS, cells, strict=True))
    target = Target(**{name: told[name] for name in _TARGET})
    seen = Seen(**{name: told[name] for name in _SEEN})
    return Entry(
        number, told["at"], told["dataset"], target, told["reviewer"], told["verdict"], told["note"], seen
    )


@dataclass(frozen=True)
class Verdicts:
    """The verdicts of all datasets in one file, which is made when first looked at."""

    path: Path

    def give(
        self,
        dataset: str,
        target: Target,
        reviewer: str,
        verdict: str,
        note: str = "",
        seen: Seen | None = None,
    ) -> Entry:
        """Keep a verdict; when this returns it is on the disk, and the entry that is there is what comes back.

        Raises:
            ReviewError: an unknown verdict, a name or a note that cannot be kept, a file that cannot be written.
        """
        problem = reviewer_problem(reviewer) or note_problem(note) or _verdict_problem(verdict)
        if problem:
            raise ReviewError(problem)
        fresh = Entry(0, now(), dataset, target, reviewer, verdict, note, seen or Seen())
        with writing(self.path, TABLES, ReviewError) as file:
            before = standing(file, fresh)
            # a clock that was set back never makes a change older than what it changes
            fresh = replace(fresh, at=max(fresh.at, before.at + 1)) if before else fresh
            kept = insert(file, fresh)
        assert kept is not None
        return kept

    def annotate(self, entry: Entry, note: str) -> Entry:
        """Give a verdict that holds another note.

        Raises:
            ReviewError: a note that cannot be kept, or its reviewer changed the verdict since.
        """
        if problem := note_problem(note):
            raise ReviewError(problem)
        return self._after(entry, entry.verdict, note, entry.seen)

    def withdraw(self, entry: Entry) -> Entry:
        """Take back a verdict that holds; ReviewError where its reviewer changed it since."""
        return self._after(entry, WITHDRAWN, "", entry.seen)

    def undo(self, entry: Entry) -> Entry:
        """Put back what held before an entry: the verdict before it, with what was seen then, in an entry of its own.

        What was said of another recording under the same name is not put back: nothing holds then.

        Raises:
            ReviewError: the reviewer changed it since, in another window of the browser perhaps.
        """
        earlier = [
            one
            for one in self.history(entry.dataset, entry.target)
            if one.reviewer == entry.reviewer and one.seen.bundle == entry.seen.bundle
        ]
        before = next((one for one in reversed(earlier) if one.at < entry.at), None)
        if before is None or before.seen.data != entry.seen.data:
            return self.withdraw(entry)
        return self._after(entry, before.verdict, before.note, before.seen)

    def _after(self, entry: Entry, verdict: str, note: str, seen: Seen) -> Entry:
        with writing(self.path, TABLES, ReviewError) as file:
            last = standing(file, entry)
            if last is None or last.number != entry.number:
                raise ReviewError(
                    f"The verdict of {entry.reviewer} on {entry.target.words} was changed since: look at it again."
                )
            after = replace(entry, at=max(now(), entry.at + 1), verdict=verdict, note=note, seen=seen)
            kept = insert(file, after)
        assert kept is not None
        return kept

    def history(self, dataset: str, target: Target) -> tuple[Entry, ...]:
        """Every entry on a target, under whatever bundle, the first one first."""
        with opened(self.path, TABLES, ReviewError) as file:
            sql = f"{SELECT} WHERE dataset = ? AND target = ? ORDER BY at, number"
            return tuple(entry_of(row) for row in file.execute(sql, (dataset, target.key)))

    def holding(
        self, dataset: str, targets: Iterable[Target] | None = None, run: str = ""
    ) -> tuple[Entry, ...]:
        """The verdicts that hold, by time: of all targets, of some, or of a run and its windows."""
        with opened(self.path, TABLES, ReviewError) as file:
            if targets is not None:
                keys = json.dumps(sorted({target.key for target in targets}), ensure_ascii=False)
                sql = f"{HOLDING} AND standing.target IN (SELECT value FROM json_each(?)) ORDER BY at, number"
                found = file.execute(sql, (dataset, keys))
            elif run:
                found = file.execute(f"{HOLDING} AND run = ? ORDER BY at, number", (dataset, run))
            else:
                found = file.execute(f"{HOLDING} ORDER BY at, number", (dataset,))
            return tuple(entry_of(row) for row in found)

    def entries(self, dataset: str = "") -> tuple[Entry, ...]:
        """The whole history of a dataset, or of all, in the order in which it came into the file."""
        with opened(self.path, TABLES, ReviewError) as file:
            where, given = (" WHERE dataset = ?", (dataset,)) if dataset else ("", ())
            return tuple(entry_of(row) for row in file.execute(f"{SELECT}{where} ORDER BY number", given))

    def datasets(self) -> tuple[str, ...]:
        """The datasets that have verdicts, by name."""
        with opened(self.path, TABLES, ReviewError) as file:
            found = file.execute("SELECT DISTINCT dataset FROM standing ORDER BY dataset")
            return tuple(str(name) for (name,) in found)

    def revision(self) -> int:
        """A number that grows with every entry, whoever makes it: a key for caches."""
        with opened(self.path, TABLES, ReviewError) as file:
            return int(file.execute("SELECT coalesce(max(number), 0) FROM verdicts").fetchone()[0])


def now() -> int:
    """This moment, in microseconds of the epoch."""
    return time.time_ns() // 1000


def insert(file: sqlite3.Connection, entry: Entry) -> Entry | None:
    """Write an entry; None where the very same is there. It holds unless its reviewer has a later one."""
    marks = ", ".join("?" * (len(COLUMNS) + 2))
    sql = f"INSERT OR IGNORE INTO verdicts (identity, target, {', '.join(STORED)}) VALUES ({marks})"
    cursor = file.execute(sql, (entry.identity, entry.target.key, *entry.cells))
    if not cursor.rowcount:
        return None
    kept = replace(entry, number=int(cursor.lastrowid or 0))
    last = standing(file, kept)
    if last is None or last.at < kept.at:
        key = (kept.dataset, kept.target.key, kept.seen.bundle, kept.reviewer, kept.number)
        file.execute("REPLACE INTO standing VALUES (?, ?, ?, ?, ?)", key)
    return kept


def standing(file: sqlite3.Connection, like: Entry) -> Entry | None:
    """The latest entry of the same reviewer on the same target under the same bundle, withdrawn or not."""
    sql = (
        f"{SELECT} WHERE number = (SELECT number FROM standing WHERE dataset = ? AND target = ? AND bundle = ? "
        "AND reviewer = ?)"
    )
    key = (like.dataset, like.target.key, like.seen.bundle, like.reviewer)
    row = file.execute(sql, key).fetchone()
    return entry_of(row) if row else None


def reviewer_problem(name: str) -> str | None:
    """What is wrong with a reviewer's name, in a sentence; None = nothing."""
    if not name.strip():
        return "A verdict needs its reviewer's name: write yours."
    if name != name.strip() or len(name) > LONGEST_REVIEWER or "," in name or not name.isprintable():
        return f"“{name}” cannot be a reviewer's name: no commas or line breaks, {LONGEST_REVIEWER} characters at most."
    return None


def note_problem(note: str) -> str | None:
    """What is wrong with a note, in a sentence; None = nothing."""
    if len(note) > LONGEST_NOTE:
        return f"The note has {len(note):,} characters, {LONGEST_NOTE:,} are kept: shorten it."
    if any(unicodedata.category(sign) == "Cs" or sign == "\0" for sign in note):
        return "The note holds a character that no file can keep: write it again."
    return None


def _verdict_problem(verdict: str) -> str | None:
    if verdict in VERDICTS:
        return None
    return f"“{verdict}” is no verdict; there are {', '.join(VERDICTS)}."
