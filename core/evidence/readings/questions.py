"""What is asked of a table of readings: a page of rows, counts, facets, figures, where a window stands, the runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import duckdb
import numpy as np
import pandas as pd

from core.evidence.bootstrap import Floats, Interval, quick_interval
from core.evidence.readings.columns import SCHEMA, WRONG, parted
from core.evidence.readings.filters import FIELDS, NONE, Filter
from core.evidence.readings.opened import BINNED, BINS, NAMES, NOBODY, Hand, OpenReadings, rows_of
from core.evidence.readings.sql import DEFAULT_SORT, Where, before, order

MOST_VALUES = 40
# fields that have a bar a value, and fields that have bars over their range
FACETS = ("result", "tag", "first", "wrong", "operation", "part", "command", "missing", "run")
HISTOGRAMS = BINNED
# the columns of the file, names as texts: an ENUM would come with all its values
_PLAIN = ", ".join(
    ["rid", *(f"{name}::VARCHAR AS {name}" if name in NAMES else name for name in SCHEMA.names)]
)
# figure -> what is right and what is asked, as sums over windows
_FIGURES = {
    "exact_line": ("sum(exact::INT)", "count(exact)"),
    "line_within_row": ("sum(within_row::INT)", "count(within_row)"),
    "structure": ("sum(structure::INT)", "count(structure)"),
    "value_1mm": ("sum(values_close)", "sum(values_asked)"),
    "operation": ("sum(operation_right::INT)", "count(operation_right)"),
}


class Count(NamedTuple):
    """How many windows have a value, and how many of these were read wrong."""

    value: str
    windows: int
    wrong: int


@dataclass(frozen=True)
class Figure:
    """A share of the filtered windows that is right, with its 95 % interval over runs; n items were asked."""

    metric: str
    interval: Interval
    n: int


@dataclass(frozen=True)
class Summary:
    """What there is of the filtered windows: how many, of how many runs, and how right they are."""

    windows: int
    runs: int
    figures: tuple[Figure, ...]


def page(
    table: OpenReadings,
    wanted: Filter,
    sort: str = DEFAULT_SORT,
    offset: int = 0,
    limit: int = 100,
    hand: Hand = NOBODY,
) -> pd.DataFrame:
    """Some rows of the filtered table in an order; `rid` is the row of the whole table."""
    condition = table.where(wanted)
    with table.cursor(hand) as cursor:
        # the rows are chosen by their keys alone, and only then fetched whole
        chosen = (
            f"SELECT rid FROM readings WHERE {condition.sql} ORDER BY {order(sort)} "
            f"LIMIT {int(limit)} OFFSET {int(offset)}"
        )
        rids = [rid for (rid,) in rows_of(cursor, chosen, condition.parameters)]
        if not rids:
            return cursor.execute(f"SELECT {_PLAIN} FROM readings LIMIT 0").df()
        marks = ", ".join(str(rid) for rid in rids)
        frame = cursor.execute(f"SELECT {_PLAIN} FROM readings WHERE rid IN ({marks})").df()
    return frame.set_index("rid").loc[rids].reset_index()


def summary(table: OpenReadings, wanted: Filter, hand: Hand = NOBODY) -> Summary:
    """Counts and figures of the filtered windows; units of the intervals are the runs, as in an evaluation."""
    condition = table.where(wanted)
    sums = ", ".join(f"({right})::DOUBLE, ({asked})::DOUBLE" for right, asked in _FIGURES.values())
    with table.cursor(hand) as cursor:
        # arrays, not rows: there may be a hundred thousand runs
        found = cursor.execute(
            f"SELECT enum_code(run) AS run, count(*)::DOUBLE, {sums} FROM readings WHERE {condition.sql} "
            "GROUP BY run, operation",
            condition.parameters,
        ).fetchnumpy()
    run, *columns = (np.ma.filled(column, 0) for column in found.values())
    counts: Floats = np.stack(columns, axis=1).astype(np.float64)
    figures = []
    for place, metric in enumerate(_FIGURES):
        of_metric = counts[:, 1 + 2 * place : 3 + 2 * place]
        n = int(of_metric[:, 1].sum())
        figures += [Figure(metric, quick_interval(of_metric), n)] if n else []
    return Summary(int(counts[:, 0].sum()), len(np.unique(run)), tuple(figures))


def facets(table: OpenReadings, wanted: Filter, hand: Hand = NOBODY) -> dict[str, tuple[Count, ...]]:
    """Every facet and histogram by its field, each counted with the other fields' filters alone.

    Those of fields that nothing is asked of share one pass over the windows.
    """
    names = (*FACETS, *HISTOGRAMS)
    costly = bool(wanted.text) or any(FIELDS[name].kind == "names" for name in wanted.fields)
    together = [name for name in names if costly and name not in wanted.fields and name != "run"]
    with table.cursor(hand) as cursor:
        sums = _counted_together(cursor, table.where(wanted), together)
        for name in names:
            if name not in together:
                sums[name] = _counted(cursor, table.where(wanted.without(name)), name)
        if hand.table.num_rows:
            _add(sums["tag"], _counted_by_hand(cursor, table.where(wanted.without("tag"))))
        return {
            name: _bins(sums[name]) if name in HISTOGRAMS else _counts(wanted, name, sums[name])
            for name in names
        }


Sums = dict[Any, list[int]]


def _column(name: str) -> str:
    column = FIELDS[name].column
    return f"{column}_bin" if name in HISTOGRAMS else column


def _counted(cursor: duckdb.DuckDBPyConnection, condition: Where, name: str) -> Sums:
    """Value of a field -> windows, and how many of them are wrong."""
    column = _column(name)
    if name == "run":
        wrong = f"count(*) FILTER (WHERE result = '{WRONG}')"
        found = rows_of(
            cursor,
            f"SELECT run::VARCHAR, windows, wrong FROM (SELECT run, count(*) AS windows, {wrong} AS wrong FROM "
            f"readings WHERE {condition.sql} GROUP BY run ORDER BY wrong DESC, windows DESC, run LIMIT {MOST_VALUES})",
            condition.parameters,
        )
        return {run: [windows, wrong] for run, windows, wrong in found}
    sums: Sums = {}
    # two columns of few values are counted several times as fast as one column under a condition
    sql = f"SELECT {column}, result, count(*) FROM readings WHERE {condition.sql} GROUP BY {column}, result"
    _add(sums, rows_of(cursor, sql, condition.parameters))
    return sums


def _counted_by_hand(cursor: duckdb.DuckDBPyConnection, condition: Where) -> list[tuple[Any, ...]]:
    """Tag, result and windows of the tags given by hand; what only they tag is taken off those without a tag."""
    tagged = f"FROM hand JOIN readings USING (rid) WHERE {condition.sql}"
    sql = (
        f"SELECT tag, result, count(*) {tagged} GROUP BY tag, result UNION ALL SELECT NULL, result, "
        f"-count(DISTINCT rid) {tagged} AND (tags IS NULL OR tags = '') GROUP BY result"
    )
    return rows_of(cursor, sql, [*condition.parameters, *condition.parameters])


def _counted_together(
    cursor: duckdb.DuckDBPyConnection, condition: Where, names: Sequence[str]
) -> dict[str, Sums]:
    """The same for several fields under one condition, in one pass."""
    found: dict[str, Sums] = {name: {} for name in names}
    if not names:
        return found
    columns = [_column(name) for name in names]
    # the field itself is one of the columns where it is the line's result
    sets = ", ".join(f"({column}, result)" if column != "result" else "(result)" for column in columns)
    others = [column for column in columns if column != "result"]
    shown = ", ".join(others)
    sql = (
        f"SELECT grouping({shown}), {shown}, result, count(*) FROM readings WHERE {condition.sql} "
        f"GROUP BY GROUPING SETS ({sets})"
    )
    for group, *values, result, windows in rows_of(cursor, sql, condition.parameters):
        # a bit a column, the first one the highest, set where the column was not grouped by
        place = next((p for p in range(len(others)) if not group >> (len(others) - 1 - p) & 1), None)
        name = next(n for n in names if _column(n) == ("result" if place is None else others[place]))
        _add(found[name], [(result if place is None else values[place], result, windows)])
    return found


def _add(sums: Sums, found: Sequence[tuple[Any, ...]]) -> None:
    for value, result, windows in found:
        total = sums.setdefault(value, [0, 0])
        total[0] += windows
        total[1] += windows if result == WRONG else 0


def _counts(wanted: Filter, name: str, sums: Sums) -> tuple[Count, ...]:
    """The values of a facet, the most frequent first, those of runs the most often wrong."""
    single: Sums = {}
    for text, (windows, wrong) in sums.items():
        several = FIELDS[name].kind == "names"
        for value in (parted(text) if several else (text,)) or (NONE,):
            total = single.setdefault(value or NONE, [0, 0])
            total[0] += windows
            total[1] += wrong
    # what is asked for stays in sight though nothing has it
    for value in wanted.values(name):
        single.setdefault(value, [0, 0])
    asked = wanted.values(name)
    counts = [Count(value, *pair) for value, pair in single.items() if pair[0] or value in asked]
    by_wrong = name == "run"
    return tuple(sorted(counts, key=lambda one: (-one.wrong * by_wrong, -one.windows, one.value)))[
        :MOST_VALUES
    ]


def _bins(sums: Sums) -> tuple[Count, ...]:
    """BINS equal bins of 0 to 1, by their start."""
    return tuple(Count(f"{place / BINS:g}", *sums.get(place, (0, 0))) for place in range(BINS))


def position(
    table: OpenReadings, wanted: Filter, sort: str, run: str, start_row: int, hand: Hand = NOBODY
) -> int | None:
    """How many filtered rows come before a window in an order; None where the window is not among them."""
    condition = table.where(wanted)
    with table.cursor(hand) as cursor:
        this = f"SELECT rid FROM readings WHERE run = ? AND start_row = ? AND {condition.sql}"
        there = rows_of(cursor, this, [run, start_row, *condition.parameters])
        if not there:
            return None
        sooner = f"SELECT count(*) FROM readings WHERE {condition.sql} AND {before(sort, there[0][0])}"
        return int(rows_of(cursor, sooner, condition.parameters)[0][0])


def windows_of(
    table: OpenReadings, wanted: Filter, hand: Hand = NOBODY, limit: int | None = None
) -> pd.DataFrame:
    """`run` and `start_row` of the filtered windows, in their order."""
    return columns_of(table, wanted, ("run", "start_row"), hand, limit)


def columns_of(
    table: OpenReadings, wanted: Filter, columns: Sequence[str], hand: Hand = NOBODY, limit: int | None = None
) -> pd.DataFrame:
    """Some columns of the filtered windows, run by run."""
    condition = table.where(wanted)
    some = "" if limit is None else f" LIMIT {int(limit)}"
    names = ", ".join(f"{name}::VARCHAR AS {name}" if name in table.values else name for name in columns)
    with table.cursor(hand) as cursor:
        sql = f"SELECT {names} FROM readings WHERE {condition.sql} ORDER BY rid{some}"
        return cursor.execute(sql, condition.parameters).df()
