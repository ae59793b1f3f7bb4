"""The verdicts that hold as a table: filtered, sorted, a page at a time, counted; quick for a hundred thousand."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from typing import Any
from urllib.parse import parse_qs, urlencode

import pandas as pd

from core.evidence.kept_file import opened
from core.evidence.review.targets import ReviewError
from core.evidence.review.verdicts import STORED, TABLES, WITHDRAWN, Entry, Verdicts, entry_of

# what the table can be sorted by -> column; a - before the name turns it round
SORTS: Mapping[str, str] = {
    "time": "at",
    "reviewer": "reviewer",
    "verdict": "verdict",
    "kind": "kind",
    "run": "run",
    "operation": "operation",
    "confidence": "confidence",
}
DEFAULT_SORT = "-time"
STALE = {"stale": "of another bundle or recording", "current": "of what is looked at"}
# the columns whose values are chosen among
CHOICES = ("reviewer", "verdict", "kind", "operation", "run")
# where a text is looked for
SEARCHED = ("label", "reading", "line", "note", "run")
_NAMES = ", ".join(STORED)
_COLUMNS = ", ".join(f"verdicts.{name} AS {name}" for name in STORED)


@dataclass(frozen=True)
class Asked:
    """Which verdicts are listed: values of which one must be there, a text in line, reading or note; None = any."""

    reviewer: tuple[str, ...] = ()
    verdict: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    operation: tuple[str, ...] = ()
    run: tuple[str, ...] = ()
    stale: str = ""
    text: str = ""
    sort: str = DEFAULT_SORT

    def __str__(self) -> str:
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return urlencode(
            {name: value for name, value in values.items() if value and value != DEFAULT_SORT}, doseq=True
        )

    def __bool__(self) -> bool:
        return bool(str(replace(self, sort=DEFAULT_SORT)))

    @classmethod
    def parse(cls, text: str) -> "Asked":
        """Read what `str` wrote; what cannot be read is left out."""
        told = parse_qs(text)
        stale = told.get("stale", [""])[0]
        sort = told.get("sort", [DEFAULT_SORT])[0]
        found = cls(
            stale=stale if stale in STALE else "",
            text=told.get("text", [""])[0],
            sort=sort if sort.removeprefix("-") in SORTS else DEFAULT_SORT,
        )
        chosen: dict[str, Any] = {name: tuple(told.get(name, ())) for name in CHOICES}
        return replace(found, **chosen)


@dataclass(frozen=True)
class Desk:
    """The verdicts of a dataset beside what is looked at now: a bundle's digest, and the digests of the runs.

    Where nothing is known of the runs (None), a verdict is stale by its bundle alone.
    """

    kept: Verdicts
    dataset: str
    bundle: str
    runs: Mapping[str, str] | None

    def page(self, asked: Asked, offset: int = 0, limit: int = 100) -> list[tuple[Entry, bool]]:
        """Some of the verdicts in the order that is asked, each with whether it is stale."""
        where, given = _where(asked)
        sort = asked.sort
        column = SORTS.get(sort.removeprefix("-"), "at")
        way = "DESC" if sort.startswith("-") else "ASC"
        with self._open() as file:
            # the rows are chosen by their keys alone, and only then fetched whole
            keys = (
                f"SELECT number FROM held WHERE {where} "
                f"ORDER BY {column} IS NULL, {column} {way}, number {way} LIMIT ? OFFSET ?"
            )
            chosen = [number for (number,) in file.execute(keys, (*given, limit, offset))]
            sql = f"SELECT number, {_NAMES}, stale FROM held WHERE number IN (SELECT value FROM json_each(?))"
            found = {row[0]: row for row in file.execute(sql, (json.dumps(chosen),))}
        return [(entry_of(found[number][:-1]), bool(found[number][-1])) for number in chosen]

    def count(self, asked: Asked) -> int:
        """How many there are."""
        where, given = _where(asked)
        with self._open() as file:
            return int(file.execute(f"SELECT count(*) FROM held WHERE {where}", given).fetchone()[0])

    def values(self) -> dict[str, dict[str, int]]:
        """The values of each field that can be chosen among, with their counts, and how many are stale or current."""
        names = (*CHOICES, "stale")
        counts: dict[str, dict[str, int]] = {name: {} for name in names}
        listed = ", ".join([*CHOICES, "iif(stale, 'stale', 'current')"])
        with self._open() as file:
            groups = ", ".join(str(place + 1) for place in range(len(names)))
            for *values, n in file.execute(f"SELECT {listed}, count(*) FROM held GROUP BY {groups}"):
                for name, value in zip(names, values, strict=True):
                    counts[name][value] = counts[name].get(value, 0) + n
        return {
            name: dict(sorted(((v, n) for v, n in found.items() if v), key=lambda one: (-one[1], one[0])))
            for name, found in counts.items()
        }

    def ratings(self, asked: Asked | None = None) -> pd.DataFrame:
        """Every verdict as a row: `target`, `kind`, `run`, `start_row`, `reviewer`, `verdict`; by default current.

        A target without a run (a cell, a line) counts as a run of its own.
        """
        where, given = _where(asked or Asked(stale="current"))
        with self._open() as file:
            rows = file.execute(
                "SELECT key, kind, iif(run = '', key, run), start_row, reviewer, verdict FROM held WHERE "
                f"{where} ORDER BY at, number",
                given,
            ).fetchall()
        return pd.DataFrame(rows, columns=["target", "kind", "run", "start_row", "reviewer", "verdict"])

    def judged(self, reviewer: str = "") -> frozenset[tuple[str, int]]:
        """The windows, run and start row, on which a reviewer's verdict speaks of what is looked at; "" = anybody's."""
        mine, given = ("AND reviewer = ?", (reviewer,)) if reviewer else ("", ())
        with self._open() as file:
            sql = f"SELECT DISTINCT run, start_row FROM held WHERE kind = 'window' AND NOT stale {mine}"
            return frozenset((str(run), int(row)) for run, row in file.execute(sql, given))

    def disputed(self) -> list[tuple[str, int]]:
        """The windows on which reviewers differ, run by run."""
        with self._open() as file:
            sql = (
                "SELECT run, start_row FROM held WHERE kind = 'window' AND NOT stale GROUP BY run, start_row "
                "HAVING count(DISTINCT verdict) > 1 ORDER BY run, start_row"
            )
            return [(str(run), int(row)) for run, row in file.execute(sql)]

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """The file with a view `held` of what holds, and the digests that tell which of it is stale."""
        with opened(self.kept.path, TABLES, ReviewError) as file:
            file.execute("CREATE TEMP TABLE runs_now (name TEXT PRIMARY KEY, digest TEXT) WITHOUT ROWID")
            file.executemany("INSERT INTO runs_now VALUES (?, ?)", (self.runs or {}).items())
            known = "TRUE" if self.runs is not None else "FALSE"
            # a view takes no parameters; both are written as texts of SQL
            dataset, bundle = _text(self.dataset), _text(self.bundle)
            file.execute(
                "CREATE TEMP VIEW held AS SELECT verdicts.number AS number, "
                f"{_COLUMNS}, verdicts.target AS key, (verdicts.bundle <> {bundle} OR "
                f"({known} AND verdicts.data <> '' AND "
                "verdicts.data <> coalesce((SELECT digest FROM runs_now WHERE name = verdicts.run), ''))) AS stale "
                "FROM standing JOIN verdicts USING (number) "
                f"WHERE standing.dataset = {dataset} AND verdicts.verdict <> '{WITHDRAWN}'"
            )
            yield file


def _where(asked: Asked) -> tuple[str, list[str]]:
    """The condition that is asked, and its parameters."""
    parts, given = [], []
    for name in CHOICES:
        chosen = getattr(asked, name)
        if chosen:
            parts.append(f"{name} IN (SELECT value FROM json_each(?))")
            given.append(json.dumps(list(chosen), ensure_ascii=False))
    if asked.stale:
        parts.append("stale" if asked.stale == "stale" else "NOT stale")
    if asked.text:
        parts.append("(" + " OR ".join(f"instr(upper({name}), upper(?)) > 0" for name in SEARCHED) + ")")
        given += [asked.text] * len(SEARCHED)
    return " AND ".join(parts) or "TRUE", given


def _text(value: str) -> str:
    """A text as it stands in SQL."""
    return "'" + value.replace("'", "''") + "'"
