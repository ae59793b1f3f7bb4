"""The choices that tables of ablations and of trials share: which figure, of which operation."""

from collections.abc import Callable, Sequence

import streamlit as st

from core.evidence.evaluation import ALL
from core.evidence.metrics import describe, order
from dashboard import selection
from dashboard.address import Selection

FIRST = ("exact_line", "operation")


def metric(chosen: Selection, known: Sequence[str], first: Sequence[str] = FIRST) -> str:
    """The figure that a table is of."""
    ordered = sorted(known, key=order)
    start = next((name for name in first if name in ordered), ordered[0])
    value = chosen.metric if chosen.metric in ordered else start
    _box("Figure", "metric", ordered, value, lambda name: describe(name).label, describe(value).note)
    return value


def group(chosen: Selection, operations: Sequence[str], *, disabled: bool = False) -> str:
    """The operation that a table is of, or all together."""
    options = [ALL, *operations]
    value = chosen.group if chosen.group in options else ALL
    _box(
        "Operation",
        "group",
        options,
        value,
        lambda name: "all operations" if name == ALL else name,
        "",
        disabled,
    )
    return value


def _box(
    label: str,
    field: str,
    options: Sequence[str],
    value: str,
    words: Callable[[str], str],
    note: str,
    disabled: bool = False,
) -> None:
    key = f"pick_table_{field}"
    st.selectbox(
        label,
        options,
        index=selection.begin(key, value, options),
        format_func=words,
        key=key,
        help=note or None,
        disabled=disabled,
        width=240,
        on_change=selection.follow,
        args=(field, key),
    )
