"""A filter and an order as SQL over the table `readings`; what people wrote is a parameter, never in the text."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from core.evidence.readings.columns import parted
from core.evidence.readings.filters import FIELDS, NO, NONE, YES, Field, Filter

# what the table can be sorted by: name -> columns; a - before the name turns it round
SORTS: Mapping[str, tuple[str, ...]] = {
    "run": (),
    "row": ("start_row",),
    "result": ("result",),
    "operation": ("operation",),
    "read": ("read_operation",),
    "line": ("line",),
    "reads": ("read_line",),
    "confidence": ("confidence",),
    "operation_confidence": ("operation_confidence",),
    "purity": ("purity",),
    "mm": ("error_mm",),
    "absent": ("absent",),
    "part": ("part",),
}
DEFAULT_SORT = "run"
# the columns of lines whose text is searched
SEARCHED = ("line", "read_line")


class Where(NamedTuple):
    """A condition and its parameters."""

    sql: str
    parameters: list[Any]


def where(
    wanted: Filter, values: Mapping[str, Sequence[str]], cell: Callable[[str], Sequence[int]] = lambda _: ()
) -> Where:
    """The condition that a filter is; `values` are the different values of each column of names, by their code.

    `cell` says which rows are windows of a cell of a confusion matrix. Hand-given tags are looked for in a table `hand`
    of `rid` and `tag`.
    """
    parts = [
        _cells(chosen, cell) if FIELDS[field].kind == "cell" else _choice(field, chosen, values)
        for field, chosen in wanted.choices
    ]
    parts += [_range(FIELDS[field].column, bounds) for field, bounds in wanted.ranges]
    if wanted.text:
        text = wanted.text.upper()
        # the few thousand different lines are searched, not the windows
        holds = [
            f"{name}_code IN (SELECT code FROM texts_{name} WHERE contains(text, ?))" for name in SEARCHED
        ]
        parts.append(Where(f"({' OR '.join(holds)})", [text] * len(SEARCHED)))
    if not parts:
        return Where("TRUE", [])
    return Where(" AND ".join(part.sql for part in parts), [p for part in parts for p in part.parameters])


def _cells(chosen: Sequence[str], cell: Callable[[str], Sequence[int]]) -> Where:
    rows = sorted({row for name in chosen for row in cell(name)})
    return Where("rid IN (SELECT unnest(?::INTEGER[]))", [rows])


def _choice(name: str, chosen: Sequence[str], values: Mapping[str, Sequence[str]]) -> Where:
    field = FIELDS[name]
    if field.kind == "flag":
        words = {YES: field.column, NO: f"NOT {field.column}", NONE: f"{field.column} IS NULL"}
        return Where(f"({' OR '.join(words[value] for value in chosen)})", [])
    if field.kind == "names":
        return _names(name, field, chosen, values)
    named = [value for value in chosen if value != NONE]
    options = [_one_of(field.column, named)] if named else []
    options += [Where(f"{field.column} IS NULL", [])] if NONE in chosen else []
    return _any_of(options)


def _names(name: str, field: Field, chosen: Sequence[str], values: Mapping[str, Sequence[str]]) -> Where:
    wanted = set(chosen)
    held = [code for code, text in enumerate(values.get(field.column, ())) if wanted & set(parted(text))]
    # there may be hundreds of combinations: they are joined, which takes no longer for many than for few
    options = [Where(f"{field.column}_code IN (SELECT unnest({held}))", [])] if held else []
    by_hand = name == "tag"
    if by_hand:
        marks = ", ".join("?" * len(chosen))
        options.append(Where(f"rid IN (SELECT rid FROM hand WHERE tag IN ({marks}))", list(chosen)))
    if NONE in chosen:
        bare = f"({field.column} IS NULL OR {field.column} = '')"
        options.append(Where(f"({bare} AND rid NOT IN (SELECT rid FROM hand))" if by_hand else bare, []))
    return _any_of(options)


def _one_of(column: str, values: Sequence[str]) -> Where:
    return Where(f"{column} IN ({', '.join('?' * len(values))})", list(values))


def _any_of(options: Sequence[Where]) -> Where:
    if not options:
        return Where("FALSE", [])
    return Where(f"({' OR '.join(o.sql for o in options)})", [p for o in options for p in o.parameters])


def _range(column: str, bounds: tuple[float | None, float | None]) -> Where:
    low, high = bounds
    found = [(f"{column}::DOUBLE >= ?", low), (f"{column}::DOUBLE <= ?", high)]
    kept = [(sql, bound) for sql, bound in found if bound is not None]
    return Where(" AND ".join(sql for sql, _ in kept), [bound for _, bound in kept])


def sort_problem(sort: str) -> str | None:
    """What is wrong with the name of an order, in a sentence; None = nothing."""
    if sort.removeprefix("-") in SORTS:
        return None
    return f"“{sort}” is nothing to sort by; there are {', '.join(SORTS)}, each with a - before it for the other way."


def order(sort: str) -> str:
    """The ORDER BY of a sort, with the windows' own order behind it; empty cells come last either way."""
    columns, down = SORTS[sort.removeprefix("-")], sort.startswith("-")
    way = "DESC" if down else "ASC"
    keys = [f"{column} {way} NULLS LAST" for column in columns]
    return ", ".join([*keys, f"rid {way if not columns else 'ASC'}"])


def before(sort: str, rid: int) -> str:
    """The condition that a row comes before the row `rid` in a sort."""
    columns, down = SORTS[sort.removeprefix("-")], sort.startswith("-")
    if not columns:
        return f"rid {'>' if down else '<'} {int(rid)}"
    (column,) = columns
    its = f"(SELECT {column} FROM readings WHERE rid = {int(rid)})"
    sooner = f"{column} {'>' if down else '<'} {its}"
    # an empty cell comes after every other
    return (
        f"(({column} IS NOT NULL AND ({its} IS NULL OR {sooner})) "
        f"OR ({column} IS NOT DISTINCT FROM {its} AND rid < {int(rid)}))"
    )
