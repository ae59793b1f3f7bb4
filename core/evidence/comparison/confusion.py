"""What was said for what: confusion matrices of the operation and of every head, and the windows behind a cell."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.evidence.bootstrap import Floats
from core.evidence.comparison.scored import Scored
from core.evidence.tally import Ints
from core.evidence.token_metrics import head_classes, where_asked
from core.gcode.heads import TokenType
from core.gcode.scheme import NONE, Scheme

OPERATION = "operation"
# the type head's classes, as people say them; SPECIAL is the end of the line, or UNK
TYPES = {
    TokenType.SPECIAL: "end",
    TokenType.COMMAND: "command",
    TokenType.PARAM: "letter",
    TokenType.NUMERIC: "number",
}
SIGNS = ("+", "−")


@dataclass(frozen=True, eq=False)
class Confusion:
    """Counts `[K, K]` of a head, true classes down and said ones across, where the head applies.

    Teacher-forced but for the operation; classes that nowhere occur are left out. n: everything that was asked.
    """

    head: str
    labels: tuple[str, ...]
    counts: Ints

    @property
    def n(self) -> int:
        """How many were asked."""
        return int(self.counts.sum())

    def shares(self, of: str) -> Floats:
        """The counts as shares of their "rows" (how often a true class is said right) or "columns"."""
        total = self.counts.sum(axis=1 if of == "rows" else 0, keepdims=True)
        shares: Floats = np.divide(self.counts, total, out=np.zeros(self.counts.shape), where=total > 0)
        return shares


@dataclass(frozen=True, eq=False)
class _Items:
    """Everything that a head was asked: the window's place among the scored ones, its position, both classes."""

    window: Ints
    position: Ints
    true: Ints
    said: Ints


def heads(scored: Scored) -> tuple[str, ...]:
    """The heads that have a matrix, the operation first; digits one by one."""
    if scored.lines is None:
        return (OPERATION,)
    return (OPERATION, *where_asked(scored.truth))


def class_names(scheme: Scheme, head: str, operations: Sequence[str] = ()) -> tuple[str, ...]:
    """What the classes of a head are called, in their order."""
    if head == OPERATION:
        return tuple(operations)
    if head == "type":
        return tuple(TYPES[kind] for kind in TokenType)
    if head == "command":
        commands: tuple[str, ...] = tuple(getattr(scheme, "commands", ()))
        names = commands if commands[:1] == (NONE,) else (NONE, *commands)
        return tuple("none" if name == NONE else name for name in names)
    if head in ("param_type", "number_letter"):
        return tuple("none" if name == NONE else name for name in scheme.letters)
    return SIGNS if head == "sign" else tuple("0123456789")


def confusion(scored: Scored, head: str) -> Confusion:
    """The matrix of a head over the scored windows."""
    names, items = _names(scored, head), _items(scored, head)
    size = len(names)
    counts = np.bincount(items.true * size + items.said, minlength=size * size).reshape(size, size)
    used = np.flatnonzero(counts.any(axis=0) | counts.any(axis=1))
    return Confusion(head, tuple(names[place] for place in used), counts[np.ix_(used, used)])


def _items_of_cell(scored: Scored, head: str, true: str, said: str) -> _Items:
    """What was asked and answered as a cell of the matrix says; nothing where there is no such class."""
    names, items = _names(scored, head), _items(scored, head)
    place = {name: index for index, name in enumerate(names)}
    mask = (items.true == place.get(true, -2)) & (items.said == place.get(said, -2))
    return _Items(items.window[mask], items.position[mask], items.true[mask], items.said[mask])


def cell(scored: Scored, head: str, true: str, said: str) -> pd.DataFrame:
    """Where a class was read as another, a row each: run, start_row, token (from 0; -1: the operation), and the line.

    As many rows as the cell of the matrix counts; a window comes again where it happened at several tokens.
    """
    items = _items_of_cell(scored, head, true, said)
    window = items.window
    return pd.DataFrame(
        {
            "run": scored.named("run")[window],
            "start_row": scored.column("start_row")[window],
            "token": items.position,
            "operation": scored.named("operation")[window],
            "line": scored.named("line")[window],
            "read_line": scored.named("read_line")[window],
            "confidence": scored.column("confidence")[window],
        }
    )


def cell_rows(scored: Scored, head: str, true: str, said: str) -> Ints:
    """The rows of the table that a cell's windows are, each once."""
    rows: Ints = scored.row[np.unique(_items_of_cell(scored, head, true, said).window)]
    return rows


def cell_name(head: str, true: str, said: str) -> str:
    """A cell as filters write it, "command/G1>G0"."""
    return f"{head}/{true}>{said}"


def cell_parts(name: str) -> tuple[str, str, str] | None:
    """Head, true class and said class of a cell's name; None where it is none."""
    head, slash, classes = name.partition("/")
    true, arrow, said = classes.partition(">")
    return (head, true, said) if slash and arrow else None


def rows_of_cell(everything: Scored, name: str) -> list[int]:
    """The rows of the table that are windows of a cell; none where there is no such cell."""
    parts = cell_parts(name)
    if parts is None or parts[0] not in heads(everything):
        return []
    rows: list[int] = cell_rows(everything, *parts).tolist()
    return rows


def _names(scored: Scored, head: str) -> tuple[str, ...]:
    return class_names(scored.table.scheme, head, scored.table.operations)


def _items(scored: Scored, head: str) -> _Items:
    truth, answers = scored.truth, scored.answers
    if head == OPERATION:
        assert answers.operation is not None
        window = np.flatnonzero(truth.operation >= 0)
        said = answers.operation.argmax(axis=1)
        return _Items(window, np.full(len(window), -1), truth.operation[window], said[window])
    assert answers.forced_heads is not None
    window, position = np.nonzero(where_asked(truth)[head])
    true = head_classes(truth.heads)[head][window, position].astype(np.int64)
    given = head_classes(answers.forced_heads)[head][window, position].astype(np.int64)
    return _Items(window, position, true, given)
