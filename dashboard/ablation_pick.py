"""The choices that tables of ablations and of trials share: which figure, of which operation."""

from collections.abc import Sequence

from core.evidence.evaluation import ALL
from core.evidence.metrics import describe, order
from dashboard import parts
from dashboard.address import Selection

FIRST = ("exact_line", "operation")


def metric(chosen: Selection, known: Sequence[str], first: Sequence[str] = FIRST) -> str:
    """The figure that a table is of."""
    ordered = sorted(known, key=order)
    start = next((name for name in first if name in ordered), ordered[0])
    value = chosen.metric if chosen.metric in ordered else start
    meaning = describe(value).note or None
    parts.box(
        "Figure",
        "metric",
        ordered,
        value,
        words=lambda name: describe(name).label,
        meaning=meaning,
        width=240,
    )
    return value


def group(chosen: Selection, operations: Sequence[str], *, disabled: bool = False) -> str:
    """The operation that a table is of, or all together."""
    options = [ALL, *operations]
    value = chosen.group if chosen.group in options else ALL
    parts.box("Operation", "group", options, value, words=_operation, disabled=disabled, width=240)
    return value


def _operation(name: str) -> str:
    return "all operations" if name == ALL else name
