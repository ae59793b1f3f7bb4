"""A table of readings held in memory by DuckDB: loaded once, asked by many at the same time."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa

from core.evidence.readings.columns import NAME, SCHEMA
from core.evidence.readings.filters import FIELDS, NONE, Filter
from core.evidence.readings.sql import SEARCHED, Where, where
from core.evidence.readings.table import ReadingsError

MEMORY = "2GB"
THREADS = 2
NAMES = tuple(column.name for column in SCHEMA if column.type == NAME)
# what is kept beside the columns of the file, to be searched and counted by
BINS = 20
BINNED = ("confidence", "purity")
SEVERAL = tuple(field.column for field in FIELDS.values() if field.kind == "names")
_DERIVED = (
    *(
        f"enum_code({name}::VARCHAR::names_{name})::INTEGER AS {name}_code"
        for name in ("run", *SEARCHED, *SEVERAL)
    ),
    *(f"least(floor({name} * {BINS}), {BINS - 1})::UTINYINT AS {name}_bin" for name in BINNED),
)
HAND = pa.schema([("rid", pa.int64()), ("tag", pa.string())])
_NO_HAND = HAND.empty_table()


@dataclass(frozen=True)
class Hand:
    """Tags that people gave to windows of one table: `rid` the row of the table, `tag`."""

    table: pa.Table = field(default_factory=lambda: _NO_HAND)

    @cached_property
    def of_row(self) -> Mapping[int, tuple[str, ...]]:
        """Row of the table -> its tags."""
        found: dict[int, tuple[str, ...]] = {}
        for rid, tag in zip(self.table["rid"].to_pylist(), self.table["tag"].to_pylist(), strict=True):
            found[rid] = (*found.get(rid, ()), tag)
        return found


NOBODY = Hand()


class RunRows(NamedTuple):
    """One run of the table: its operation, its rows as far as windows reach, its windows and the rows between them."""

    operation: str | None
    rows: int
    windows: int
    stride: int


class OpenReadings:
    """The readings of one file, or of the parts that there are so far.

    Names are ENUMs of the file's own values, so that a facet is counted in milliseconds. Every question has a cursor of
    its own; nothing is ever written.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        # rows of the windows of a cell of a confusion matrix; given by whoever knows the answers
        self.cell: Callable[[str], Sequence[int]] = lambda _: ()
        found = connection.execute("SELECT count(*) FROM readings").fetchone()
        self.windows: int = found[0] if found else 0
        self.values: dict[str, tuple[str, ...]] = {name: self._values(name) for name in NAMES}
        self.runs: dict[str, RunRows] = {
            run: RunRows(*about)
            for run, *about in connection.execute(
                "SELECT run::VARCHAR, mode(operation)::VARCHAR, max(end_row) + 1, count(*), "
                "(max(start_row) - min(start_row)) // greatest(count(*) - 1, 1) FROM readings GROUP BY run"
            ).fetchall()
        }

    @classmethod
    def load(cls, files: Sequence[Path], memory: str = MEMORY, threads: int = THREADS) -> "OpenReadings":
        """Load the files of one table; ReadingsError where one is damaged."""
        connection = duckdb.connect(":memory:", config={"memory_limit": memory, "threads": threads})
        names = [str(file) for file in files]
        try:
            source = connection.read_parquet(names) if names else connection.from_arrow(SCHEMA.empty_table())
            source.create_view("source")
            kept = ", ".join(_enumerated(connection, name) for name in SCHEMA.names)
            # the files are in the order of runs and rows already
            connection.execute(
                f"CREATE TABLE readings AS SELECT {kept}, {', '.join(_DERIVED)}, "
                "(row_number() OVER () - 1)::INTEGER AS rid FROM source"
            )
            for name in SEARCHED:
                connection.execute(
                    f"CREATE TABLE texts_{name} AS SELECT enum_code(value::names_{name})::INTEGER AS code, "
                    f"upper(value) AS text FROM (SELECT unnest(enum_range(NULL::names_{name}))::VARCHAR AS value)"
                )
            connection.execute("DROP VIEW source")
        except duckdb.Error as error:
            first = str(error).splitlines()[0]
            raise ReadingsError(
                f"{names[0]} cannot be read as a table of readings ({first}): make it again."
            ) from None
        return cls(connection)

    def codes(self, name: str, values: Sequence[str]) -> list[int]:
        """The codes of values of a column of names, e.g. of runs; a value that the table lacks has none."""
        place = {value: code for code, value in enumerate(self.values[name])}
        return [place[value] for value in values if value in place]

    def close(self) -> None:
        """Give the memory back."""
        self._connection.close()

    @contextmanager
    def cursor(self, hand: Hand = NOBODY) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor that sees the tags of `hand` beside the readings."""
        cursor = self._connection.cursor()
        try:
            cursor.register("hand", hand.table)
            yield cursor
        finally:
            cursor.close()

    def where(self, wanted: Filter) -> Where:
        """The condition that a filter is on this table."""
        return where(wanted, self.values, self.cell)

    def hand(self, tags: Sequence[tuple[str, int, str]]) -> Hand:
        """Tags as (run, start row, tag), on the rows of this table; those of windows that it lacks are left out."""
        if not tags:
            return NOBODY
        runs, rows, names = zip(*tags, strict=True)
        given = pa.table({"run": runs, "start_row": pa.array(rows, pa.int32()), "tag": names})
        with self.cursor() as cursor:
            cursor.register("given", given)
            found = rows_of(
                cursor,
                "SELECT rid, tag FROM given JOIN readings ON readings.run::VARCHAR = given.run "
                "AND readings.start_row = given.start_row ORDER BY rid, tag",
                (),
            )
        return Hand(
            pa.table({"rid": [rid for rid, _ in found], "tag": [tag for _, tag in found]}, schema=HAND)
        )

    def strangers(self, wanted: Filter, hand: Hand = NOBODY) -> tuple[str, ...]:
        """What a filter asks for that this table nowhere holds, in sentences that name what there is."""
        said = []
        for name, chosen in wanted.choices:
            if FIELDS[name].kind in ("flag", "cell"):
                continue
            known = self.known(name, hand)
            lost = [value for value in chosen if value != NONE and value not in known]
            some = ", ".join(known[:12]) + (" …" if len(known) > 12 else "")
            said += [
                f"No window has {name}:{value}; there are {some or 'no values at all'}." for value in lost
            ]
        return tuple(said)

    def known(self, name: str, hand: Hand = NOBODY) -> tuple[str, ...]:
        """The values that a field has in this table."""
        texts = tuple(text for text in self.values[FIELDS[name].column] if text)
        if FIELDS[name].kind != "names":
            return texts
        tags = hand.table["tag"].to_pylist() if name == "tag" else []
        return tuple(sorted({part for text in texts for part in text.split(",") if part} | set(tags)))

    def _values(self, name: str) -> tuple[str, ...]:
        found = self._connection.execute(f"SELECT unnest(enum_range(NULL::names_{name}))::VARCHAR").fetchall()
        return tuple(value for (value,) in found)


def _enumerated(connection: duckdb.DuckDBPyConnection, name: str) -> str:
    """The expression of a column of the source; names become an ENUM of their values."""
    if name not in NAMES:
        return name
    # a type is made from its values at once, an empty one is none
    distinct = f"SELECT DISTINCT {name}::VARCHAR AS value FROM source WHERE {name} IS NOT NULL"
    connection.execute(
        f"CREATE TYPE names_{name} AS ENUM (SELECT value FROM ({distinct} UNION SELECT '') ORDER BY value)"
    )
    return f"{name}::VARCHAR::names_{name} AS {name}"


def rows_of(cursor: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows that a question brings."""
    return cursor.execute(sql, list(parameters)).fetchall()
