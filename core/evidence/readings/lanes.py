"""The runs of the filtered windows as lanes over rows: true line, line read, how right; failing stretches show."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import duckdb
import numpy as np

from core.errors import ToolmarkError
from core.evidence.readings.columns import EXACT, NO_LABEL, NO_LINE, WITHIN_ROW, WRONG
from core.evidence.readings.filters import Filter
from core.evidence.readings.opened import NOBODY, Hand, OpenReadings, rows_of
from core.evidence.readings.sql import Where
from core.gcode.tokens import quantise

Order = Literal["name", "worst"]
# what is drawn at once: more windows than this are thinned, the worst of each stretch is kept
MOST_WINDOWS = 20_000
# from calm to worse
SEVERITY = (EXACT, WITHIN_ROW, NO_LABEL, NO_LINE, WRONG)


@dataclass(frozen=True)
class Lane:
    """One run: how many of its windows the filter leaves and how many of these are wrong, and all its windows.

    starts: their start rows; true, read: index into the lines, -1 = none; result: index into SEVERITY; kept: whether
    the filter leaves it.
    """

    run: str
    operation: str
    rows: int
    windows: int
    wrong: int
    starts: tuple[int, ...]
    true: tuple[int, ...]
    read: tuple[int, ...]
    result: tuple[int, ...]
    kept: tuple[bool, ...]


@dataclass(frozen=True)
class Lanes:
    """Some of the runs; `lines` are the texts, `phases` how far into its program each stands, 0 to 1, None = unknown.

    runs: all that the filter leaves; stride: rows between two windows that are drawn.
    """

    lanes: tuple[Lane, ...]
    lines: tuple[str, ...]
    phases: tuple[float | None, ...]
    runs: int
    stride: int


def lanes(
    table: OpenReadings,
    wanted: Filter,
    order: Order = "name",
    offset: int = 0,
    limit: int = 120,
    hand: Hand = NOBODY,
) -> Lanes:
    """The runs that have a window which the filter leaves, by name or the most wrong windows first."""
    condition = table.where(wanted)
    with table.cursor(hand) as cursor:
        chosen, total = _runs(cursor, condition, order, offset, limit)
        if not chosen:
            return Lanes((), (), (), total, 1)
        names = [run for run, *_ in chosen]
        found, stride = _windows(table, cursor, condition, names)
    lines = sorted({text for row in found for text in row[4:6] if text is not None})
    index: dict[str | None, int] = {text: place for place, text in enumerate(lines)}
    phases = _phases(found, {run: table.runs[run].rows for run in names})
    of_run: dict[str, list[tuple[Any, ...]]] = {name: [] for name in names}
    for row in found:
        of_run[row[0]].append(row)
    drawn = tuple(
        Lane(
            run=run,
            operation=table.runs[run].operation or "",
            rows=table.runs[run].rows,
            windows=windows,
            wrong=wrong,
            starts=tuple(row[1] for row in of_run[run]),
            true=tuple(index.get(row[4], -1) for row in of_run[run]),
            read=tuple(index.get(row[5], -1) for row in of_run[run]),
            result=tuple(SEVERITY.index(row[2]) for row in of_run[run]),
            kept=tuple(row[3] for row in of_run[run]),
        )
        for run, windows, wrong in chosen
    )
    return Lanes(drawn, tuple(lines), tuple(phases.get(quantised(line)) for line in lines), total, stride)


def _runs(
    cursor: duckdb.DuckDBPyConnection, condition: Where, order: Order, offset: int, limit: int
) -> tuple[list[tuple[str, int, int]], int]:
    """Run, windows and wrong windows of some of the runs that the filter leaves, and how many there are."""
    first = "wrong / windows DESC, wrong DESC, run" if order == "worst" else "run"
    grouped = (
        "SELECT run, count(*) AS windows, count(*) FILTER (WHERE result = ?) AS wrong FROM readings "
        f"WHERE {condition.sql} GROUP BY run"
    )
    found = rows_of(
        cursor,
        f"WITH left_over AS MATERIALIZED ({grouped}) SELECT run::VARCHAR, windows, wrong, "
        f"(SELECT count(*) FROM left_over) FROM left_over ORDER BY {first} LIMIT {int(limit)} OFFSET {int(offset)}",
        [WRONG, *condition.parameters],
    )
    if not found:
        return [], 0
    return [(run, windows, wrong) for run, windows, wrong, _ in found], found[0][3]


def _windows(
    table: OpenReadings, cursor: duckdb.DuckDBPyConnection, condition: Where, runs: Sequence[str]
) -> tuple[list[tuple[Any, ...]], int]:
    """Run, start row, result, kept, line and line read of the runs' windows, thinned where there are too many."""
    windows = sum(table.runs[run].windows for run in runs)
    stride = max(1, min(table.runs[run].stride for run in runs))
    rows = stride * -(-windows // MOST_WINDOWS)
    severity = " ".join(f"WHEN '{name}' THEN {place}" for place, name in enumerate(SEVERITY))
    thin = (
        f"QUALIFY row_number() OVER (PARTITION BY run, start_row // {rows} ORDER BY kept DESC, "
        f"CASE result {severity} END DESC) = 1"
    )
    found = rows_of(
        cursor,
        f"SELECT run::VARCHAR, start_row, result::VARCHAR, coalesce(({condition.sql}), FALSE) AS kept, line::VARCHAR, "
        f"read_line::VARCHAR FROM readings WHERE run_code IN (SELECT unnest({table.codes('run', runs)})) "
        f"{thin if windows > MOST_WINDOWS else ''} ORDER BY rid",
        condition.parameters,
    )
    return found, rows


def _phases(found: Sequence[tuple[Any, ...]], rows: dict[str, int]) -> dict[str, float]:
    """How far into a run each true line stands, on the mean; by its text as a bundle writes it."""
    places: dict[str, list[float]] = {}
    for run, start, _, _, line, _ in found:
        if line is not None:
            places.setdefault(quantised(line), []).append(start / max(rows[run], 1))
    return {text: float(np.mean(seen)) for text, seen in places.items()}


@lru_cache(maxsize=1 << 16)
def quantised(line: str) -> str:
    """A line as a bundle would write it; one that is no G-code stays as it is."""
    try:
        return quantise(line)
    except ToolmarkError:
        return line
