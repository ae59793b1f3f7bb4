"""A filter over the table of readings: as data, and as the compact text that people write and addresses carry.

`operation:face,pocket result:wrong confidence:0.8-1 tag:"ambiguous label" G1 X1`: fields are joined by "and", the
values of one by "or"; words without a field are looked for in the true line and in the line that was read.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

Kind = Literal["choice", "names", "flag", "range", "cell"]
Range = tuple[float | None, float | None]
# what stands for an empty cell
NONE = "none"
YES, NO = "yes", "no"
DECIMALS = 6


class Field(NamedTuple):
    """One thing that can be filtered by: the column that it lies in, its kind, and its name for people."""

    column: str
    kind: Kind
    label: str


FIELDS: Mapping[str, Field] = {
    "result": Field("result", "choice", "Line"),
    "operation": Field("operation", "choice", "Operation"),
    "read": Field("read_operation", "choice", "Operation read"),
    "operation_right": Field("operation_right", "flag", "Operation right"),
    "part": Field("part", "choice", "Split"),
    "run": Field("run", "choice", "Run"),
    "tag": Field("tags", "names", "Tag"),
    "command": Field("command", "choice", "Command"),
    "first": Field("first_wrong_head", "choice", "First error in"),
    "wrong": Field("wrong_heads", "names", "Head wrong"),
    "right": Field("right_heads", "names", "Head right"),
    "missing": Field("absent_boards", "names", "Board missing"),
    "line": Field("line", "choice", "True line"),
    "reads": Field("read_line", "choice", "Line read"),
    "exact": Field("exact", "flag", "Exact line"),
    "near": Field("within_row", "flag", "Within a row"),
    "structure": Field("structure", "flag", "Structure right"),
    "top2": Field("top2", "flag", "Right in two"),
    "sure": Field("sure", "flag", "To be believed"),
    "labelled": Field("labelled", "flag", "Labelled"),
    "tied": Field("tied", "flag", "Label tied"),
    # another line fills as many rows, or one less; `near` is about the line that was read
    "ambiguous": Field("(near_lines > 1)", "flag", "Label ambiguous"),
    # a cell of a confusion matrix: head/true class>class that was said
    "cell": Field("", "cell", "Confusion"),
    "confidence": Field("confidence", "range", "Confidence"),
    "operation_confidence": Field("operation_confidence", "range", "Confidence of the operation"),
    "purity": Field("purity", "range", "Label purity"),
    "mm": Field("error_mm", "range", "Error in mm"),
    "absent": Field("absent", "range", "Boards missing"),
    "buffering": Field("buffering_rows", "range", "Buffering rows"),
    # counted from 1, as tokens are everywhere on pages
    "first_at": Field("(first_wrong + 1)", "range", "First error at token"),
    "row": Field("start_row", "range", "Start row"),
}


@dataclass(frozen=True)
class Filter:
    """What a window has to be; the order of fields and values does not matter.

    choices: field -> values of which one must be there (flags: yes or no); ranges: field -> bounds, inclusive, None =
    open; text: what the true line or the line that was read must hold, whatever the case.
    """

    choices: tuple[tuple[str, tuple[str, ...]], ...] = ()
    ranges: tuple[tuple[str, Range], ...] = ()
    text: str = ""

    def __post_init__(self) -> None:
        choices = {field: tuple(sorted(set(values))) for field, values in self.choices if values}
        ranges = {
            field: (_rounded(low), _rounded(high))
            for field, (low, high) in self.ranges
            if (low, high) != (None, None)
        }
        order = list(FIELDS)
        object.__setattr__(self, "choices", tuple(sorted(choices.items(), key=lambda c: order.index(c[0]))))
        object.__setattr__(self, "ranges", tuple(sorted(ranges.items(), key=lambda r: order.index(r[0]))))
        object.__setattr__(self, "text", " ".join(self.text.split()))

    def __bool__(self) -> bool:
        return bool(self.choices or self.ranges or self.text)

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that are filtered by."""
        return (*dict(self.choices), *dict(self.ranges))

    def values(self, field: str) -> tuple[str, ...]:
        """The values that are asked of a field; none = any."""
        return dict(self.choices).get(field, ())

    def bounds(self, field: str) -> Range:
        """The bounds that are asked of a field."""
        return dict(self.ranges).get(field, (None, None))

    def without(self, field: str) -> "Filter":
        """The same without what is asked of a field."""
        return replace(
            self,
            choices=tuple(one for one in self.choices if one[0] != field),
            ranges=tuple(one for one in self.ranges if one[0] != field),
        )

    def with_values(self, field: str, values: Sequence[str]) -> "Filter":
        """The same with these values asked of a field."""
        return replace(self.without(field), choices=(*self.without(field).choices, (field, tuple(values))))

    def with_bounds(self, field: str, low: float | None, high: float | None) -> "Filter":
        """The same with these bounds asked of a field."""
        return replace(self.without(field), ranges=(*self.without(field).ranges, (field, (low, high))))

    def toggled(self, field: str, value: str) -> "Filter":
        """The same with a value of a field added, or taken away where it is asked."""
        now = self.values(field)
        return self.with_values(field, [v for v in now if v != value] if value in now else [*now, value])

    def __str__(self) -> str:
        parts = [f"{field}:{','.join(_quoted(v) for v in values)}" for field, values in self.choices]
        parts += [f"{field}:{_bound(low)}-{_bound(high)}" for field, (low, high) in self.ranges]
        return " ".join([*parts, *([_searched(self.text)] if self.text else [])])


class Parsed(NamedTuple):
    """A filter read from a text, and in plain sentences what of the text could not be read."""

    filter: Filter
    problems: tuple[str, ...] = ()


def parse(text: str) -> Parsed:
    """Read a filter from its text; what cannot be read is a problem, never an error."""
    choices: dict[str, list[str]] = {}
    ranges: dict[str, Range] = {}
    words: list[str] = []
    problems: list[str] = []
    for field, values in _items(text):
        if field is None:
            words += values
        elif field == "text":
            words.append(" ".join(values))
        elif field not in FIELDS:
            problems.append(f"“{field}:” is nothing to filter by; there are {', '.join(FIELDS)}.")
        elif FIELDS[field].kind == "range":
            found = _range(values[0]) if len(values) == 1 else None
            if found is None:
                said = ",".join(values)
                problems.append(
                    f"“{field}:{said}” is no range: write {field}:0.8-1, {field}:0.8- or {field}:-0.2."
                )
            else:
                ranges[field] = found
        else:
            known, problem = _values(field, values)
            choices.setdefault(field, []).extend(known)
            problems += problem
    kept = tuple((field, tuple(values)) for field, values in choices.items())
    return Parsed(Filter(kept, tuple(ranges.items()), " ".join(words)), tuple(problems))


def _values(field: str, values: Sequence[str]) -> tuple[list[str], list[str]]:
    named = [value for value in values if value]
    if not named:
        return [], [f"“{field}:” asks for nothing: write a value behind it."]
    if FIELDS[field].kind != "flag":
        return named, []
    flags = {value.lower() for value in named}
    wrong = sorted(flags - {YES, NO, NONE})
    if wrong:
        return [], [f"“{field}:{wrong[0]}” is neither yes nor no."]
    return sorted(flags), []


_ITEM = re.compile(r'\s*(?:(?P<field>[A-Za-z_][A-Za-z0-9_]*):)?(?P<rest>(?:"(?:[^"\\]|\\.)*"?|[^\s"])*)')
_VALUE = re.compile(r'"((?:[^"\\]|\\.)*)"?|([^,"]+)')


def _items(text: str) -> Iterator[tuple[str | None, list[str]]]:
    """Fields with their values, and words without a field."""
    place = 0
    while place < len(text):
        match = _ITEM.match(text, place)
        if match is None or match.end() == place:
            return
        place = match.end()
        field, rest = match["field"], match["rest"]
        if field is None:
            words = [_plain(quoted) if quoted else bare for quoted, bare in _WORD.findall(rest)]
            if rest:
                yield None, ["".join(words)]
        else:
            yield field, [_plain(quoted) if quoted else bare for quoted, bare in _VALUE.findall(rest)] or [""]


_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"?|([^"]+)')


def _plain(quoted: str) -> str:
    return re.sub(r"\\(.)", r"\1", quoted)


def _quoted(value: str) -> str:
    """A value as it is written: in quotes where it would not be read back as it stands."""
    if value and not re.search(r'[\s,"\\]', value):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _searched(text: str) -> str:
    """The words that are looked for: as they stand where that is clear."""
    return text if not re.search(r'[":\\]', text) else f"text:{_quoted(text)}"


_NUMBER = r"\d+(?:\.\d*)?|\.\d+"
_RANGE = re.compile(rf"(?P<low>{_NUMBER})?\s*(?P<dash>-|\.\.)?\s*(?P<high>{_NUMBER})?")


def _range(text: str) -> Range | None:
    """Bounds from "0.8-1", "0.8-", "-0.2" or one number."""
    match = _RANGE.fullmatch(text.strip())
    if match is None or (match["low"] is None and match["high"] is None):
        return None
    low = float(match["low"]) if match["low"] else None
    high = float(match["high"]) if match["high"] else None
    return (low, low) if not match["dash"] else (low, high)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DECIMALS)


def _bound(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.{DECIMALS}f}".rstrip("0").rstrip(".")
