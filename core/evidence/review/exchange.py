"""Verdicts as CSV, there and back: every entry of the history a row, so that two desks can be merged.

Merging is idempotent: an entry is known by its content, its time among it, and the same file again brings nothing.
A text that a spreadsheet would take for a formula has an apostrophe before it in the file, and loses it on the way in.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any

from core.evidence.kept_file import writing
from core.evidence.review.targets import ReviewError, Seen, Target
from core.evidence.review.verdicts import (
    COLUMNS,
    TABLES,
    VERDICTS,
    WITHDRAWN,
    Entry,
    Verdicts,
    insert,
    note_problem,
    reviewer_problem,
    standing,
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")
# so many bad rows are named
MOST_NAMED = 5
LONGEST_TEXT = 4000


@dataclass(frozen=True)
class Merged:
    """What an import brought: entries that were new, entries that were known, and reviewers' changed minds.

    conflicts: reviewer, what is meant -> the verdict here and the one of the file, where both sides had gone on.
    """

    new: int
    known: int
    conflicts: tuple[tuple[str, str, str, str], ...]

    @property
    def sentence(self) -> str:
        """All of it in one sentence."""
        said = f"{self.new:,} new, {self.known:,} known already"
        if not self.conflicts:
            return f"{said}."
        reviewer, about, here, there = self.conflicts[0]
        more = f" and {len(self.conflicts) - 1:,} more" if len(self.conflicts) > 1 else ""
        return (
            f"{said}; the two sides differ on {about} ({reviewer}: {here} here, {there} in the file){more}: the later "
            "one holds, of the same time the one that was here, and both are in the history."
        )


def to_csv(entries: Iterable[Entry]) -> str:
    """The entries as CSV with a row of names first; times are UTC to the microsecond."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for entry in entries:
        at, *others = entry.cells
        writer.writerow([_time(at), *(_cell(value) for value in others)])
    return file.getvalue()


def _time(at: int) -> str:
    return (_EPOCH + timedelta(microseconds=at)).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        return repr(value)
    return f"'{value}" if value.startswith(_FORMULA) else value


def from_csv(text: str) -> tuple[Entry, ...]:
    """The entries of a CSV as `to_csv` writes it; columns may stand in any order.

    Raises:
        ReviewError: a column is missing or foreign, or rows cannot be read; they are named by number and column.
    """
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    entries, problems = [], []
    try:
        names = next(rows, [])
        _check_names(names)
        # the row of names is row 1, as in a spreadsheet
        for number, row in enumerate(rows, start=2):
            if not row:
                continue
            try:
                entries.append(_entry(names, row))
            except ReviewError as error:
                problems.append(f"Row {number}, {error}")
    except csv.Error as error:
        raise ReviewError(f"Row {rows.line_num} is no CSV ({error}): export the verdicts again.") from None
    if problems:
        more = f" {len(problems) - MOST_NAMED:,} more rows are bad." if len(problems) > MOST_NAMED else ""
        raise ReviewError(" ".join(problems[:MOST_NAMED]) + more + " Nothing was imported.")
    return tuple(entries)


def merge(kept: Verdicts, entries: Sequence[Entry]) -> Merged:
    """Take entries into the file, all or none; what is there already is not taken twice."""
    given = {entry.identity for entry in entries}
    latest: dict[tuple[str, str, str, str], Entry] = {}
    new = 0
    conflicts = {}
    with writing(kept.path, TABLES, ReviewError) as file:
        before: dict[tuple[str, str, str, str], Entry | None] = {}
        for entry in entries:
            key = (entry.dataset, entry.target.key, entry.seen.bundle, entry.reviewer)
            if key not in before:
                before[key] = standing(file, entry)
            if key not in latest or latest[key].at < entry.at:
                latest[key] = entry
            taken = insert(file, entry) is not None
            new += taken
            here = before[key]
            if taken and here is not None and here.identity not in given:
                conflicts[key] = here
    told = [
        (here.reviewer, here.target.words, here.verdict, latest[key].verdict)
        for key, here in conflicts.items()
        if (here.verdict, here.note) != (latest[key].verdict, latest[key].note)
    ]
    return Merged(new, len(entries) - new, tuple(told))


def _check_names(names: Sequence[str]) -> None:
    missing = [name for name in COLUMNS if name not in names]
    if missing:
        raise ReviewError(
            f"The file lacks the column {missing[0]}: its first row must name {', '.join(COLUMNS)}."
        )
    foreign = [name for name in names if name not in COLUMNS]
    if foreign or len(set(names)) != len(names):
        what = f"a column {foreign[0]!r}, which is none of verdicts" if foreign else "a column twice"
        raise ReviewError(f"The file has {what}: take it out.")


def _entry(names: Sequence[str], row: Sequence[str]) -> Entry:
    if len(row) != len(names):
        raise ReviewError(
            f"column {names[min(len(row), len(names) - 1)]}: {len(row)} cells, not {len(names)}."
        )
    told = {name: text[1:] if text.startswith("'") else text for name, text in zip(names, row, strict=True)}
    for name, text in told.items():
        _check_text(name, text)
    at = _number("at", told["at"])
    values: dict[str, Any] = {
        **told,
        **{name: _number(name, told[name]) for name in ("start_row", "confidence")},
    }
    try:
        target = Target(**{field.name: values[field.name] for field in fields(Target)})
    except ReviewError as error:
        raise ReviewError(f"column kind: {error}") from None
    seen = Seen(**{field.name: values[field.name] for field in fields(Seen)})
    return Entry(0, at, told["dataset"], target, told["reviewer"], told["verdict"], told["note"], seen)


def _check_text(name: str, text: str) -> None:
    problem = None
    if name == "reviewer":
        problem = reviewer_problem(text)
    elif name == "verdict" and text not in (*VERDICTS, WITHDRAWN):
        problem = f"“{text}” is no verdict; there are {', '.join((*VERDICTS, WITHDRAWN))}."
    elif name == "dataset" and not text:
        problem = "the dataset's name is missing."
    elif name == "note":
        problem = note_problem(text)
    elif len(text) > LONGEST_TEXT:
        problem = f"{len(text):,} characters, {LONGEST_TEXT:,} are kept."
    if problem:
        raise ReviewError(f"column {name}: {problem}")


def _number(name: str, text: str) -> Any:
    """A cell that holds a time or a number; None where it is empty and may be."""
    reads: Mapping[str, Any] = {"at": _microseconds, "start_row": _whole, "confidence": float}
    if not text and name != "at":
        return None
    try:
        return reads[name](text)
    except (ValueError, OverflowError):
        what = {
            "at": "a time such as 2026-01-31T14:03:22.000001Z",
            "start_row": "a row number",
            "confidence": "a number",
        }
        raise ReviewError(f"column {name}: “{text[:40]}” is not {what[name]}.") from None


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise ValueError(text)
    return int(text)


def _microseconds(text: str) -> int:
    then = datetime.fromisoformat(text)
    if then.tzinfo is None:
        raise ValueError(text)
    return (then - _EPOCH) // timedelta(microseconds=1)
