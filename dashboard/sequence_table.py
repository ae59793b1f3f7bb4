"""The table of windows on the Sequences page: one page of rows as people read it."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from core.evidence.readings.columns import parted
from core.evidence.readings.opened import Hand
from core.recordings.windows import WINDOW_ROWS
from dashboard import theme

KEY = "windows"
_CELLS = "windows_cells"
HEIGHT, ROW_HEIGHT = 500, 28
# column of the page -> the name by which it is sorted, if it can be, its title, its help
_COLUMNS: dict[str, tuple[str | None, str, str]] = {
    "run": ("run", "Run", "The recording; sorted by, its windows come in their order."),
    "start_row": ("row", "Row", f"The window's first row; it has {WINDOW_ROWS}."),
    "result": (
        "result",
        "Line",
        "exact; within a row: a line that fills at most one row less; wrong; no label.",
    ),
    "confidence": ("confidence", "Sure", "Calibrated confidence of the line."),
    "line": ("line", "True line", "The label: the window's most frequent line."),
    "read_line": ("reads", "Line read", "Read free-running, without the truth."),
    "error_mm": ("mm", "Off by", "The largest error in mm of a length that both lines name."),
    "operation": ("operation", "Operation", "The true operation."),
    "read_operation": ("read", "Read as", "The operation that was read."),
    "purity": ("purity", "Purity", "Share of the window's rows that the label fills."),
    "tags": (None, "Tags", "Given automatically and by hand."),
    "first_wrong_head": (None, "First error", "The head in which the line first leaves the true one."),
    "second_line": (
        None,
        "Second line",
        "The line with its most doubtful word changed to the second choice.",
    ),
    "absent": ("absent", "Absent", "Boards that the model reads and the window lacks, missing or frozen."),
    "part": ("part", "Split", "The part of the bundle's own split that the run belongs to."),
}
# search and download of a table's own toolbar know one page only; and a narrow page gives the table its width
_STYLE = """<style>
.st-key-table_box [data-testid="stElementToolbar"] { display: none; }
[data-testid="stLayoutWrapper"]:has(> .st-key-facets_box) { flex: 1 1 250px; width: auto; }
[data-testid="stLayoutWrapper"]:has(> .st-key-table_box) { flex: 100 1 560px; min-width: min(100%, 560px); }
.st-key-facets_box { width: 100%; }
</style>"""
SORTED_BY = {column: sort for column, (sort, _, _) in _COLUMNS.items() if sort}


def rows_of(page: pd.DataFrame, hand: Hand) -> pd.DataFrame:
    """A page of readings in the columns that are shown; percentages as 0 to 100, tags as a list."""
    frame = page[list(_COLUMNS)].copy()
    rids = page["rid"].tolist()
    frame["tags"] = [
        [*parted(text), *hand.of_row.get(rid, ())] for text, rid in zip(page["tags"], rids, strict=True)
    ]
    for name in ("confidence", "purity"):
        frame[name] = frame[name].astype("float64") * 100
    for name in ("line", "read_line", "operation", "second_line", "first_wrong_head"):
        frame[name] = frame[name].fillna("")
    return frame


def show(
    page: pd.DataFrame,
    hand: Hand,
    sort: str,
    chosen: int | None,
    pick: Callable[[int], None],
    order: Callable[[str], None],
) -> None:
    """Draw a page; `pick` hears the place of a row that is clicked, `order` the sort that a click on a head asks for.

    `chosen` is the row that is marked. The head sorts the whole table: the browser alone would sort the page.
    """
    frame = rows_of(page, hand)
    # a table an order: the head that was clicked stays clicked in the browser, and would be heard again
    key = f"{KEY}_{sort}"
    wanted = [] if chosen is None else [chosen]
    marked: Any = {"selection": {"rows": wanted, "columns": [], "cells": []}}

    def hear() -> None:
        said = st.session_state[key].selection
        cells = [list(cell) for cell in said.cells]
        if said.columns:
            asked = turned(str(said.columns[0]), sort)
            if asked is not None:
                order(asked)
        elif cells and cells != st.session_state.get(_CELLS):
            pick(int(cells[0][0]))
        elif said.rows:
            pick(int(said.rows[0]))
        st.session_state[_CELLS] = cells

    # a run that a second click cut short leaves what it assigned: a plain dictionary, not the table's own state
    kept = st.session_state.get(key)
    if kept is not None and list(kept["selection"]["rows"]) != wanted:
        marked["selection"]["cells"] = kept["selection"]["cells"]
        st.session_state[key] = marked
    st.html(_STYLE)
    st.dataframe(
        _coloured(frame),
        key=key,
        height=min(HEIGHT, ROW_HEIGHT * (len(frame) + 1) + 16),
        row_height=ROW_HEIGHT,
        hide_index=True,
        column_config=_config(sort),
        on_select=hear,
        selection_mode=["single-row", "single-column", "single-cell"],
        selection_default=marked,
        placeholder="",
        alt="The filtered windows: run, row, how right, true line and line read",
    )


def turned(column: str, sort: str) -> str | None:
    """The sort that a click on a column's head asks for: by it, or the other way round; None where it sorts nothing."""
    asked = SORTED_BY.get(column)
    return f"-{asked}" if asked is not None and asked == sort else asked


def _coloured(frame: pd.DataFrame) -> "pd.io.formats.style.Styler":
    """Wrong and near results in colour; the word says it all the same."""
    ink = theme.ink()
    dark = ink is theme.DARK
    colours = {"wrong": "#f58a68" if dark else "#b3320f", "within a row": "#7fb0f0" if dark else "#1f5fbf"}

    def ink_of(value: object) -> str:
        return f"color: {colours[str(value)]}; font-weight: 600" if value in colours else ""

    return frame.style.map(ink_of, subset=["result"])


def _config(sort: str) -> dict[str, Any]:
    name, arrow = sort.removeprefix("-"), " ↓" if sort.startswith("-") else " ↑"
    titles = {column: title + (arrow if own == name else "") for column, (own, title, _) in _COLUMNS.items()}
    helps = {column: said for column, (_, _, said) in _COLUMNS.items()}
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    config: dict[str, Any] = {column: text(titles[column], help=helps[column]) for column in _COLUMNS}
    config["run"] = text(titles["run"], help=helps["run"], pinned=True, width=140)
    config["start_row"] = number(
        titles["start_row"], help=helps["start_row"], format="%d", pinned=True, width=60
    )
    config["result"] = text(titles["result"], help=helps["result"], width=100)
    for column in ("confidence", "purity"):
        config[column] = number(titles[column], help=helps[column], format="%.0f %%", width=70)
    for column in ("line", "read_line"):
        config[column] = text(titles[column], help=helps[column], width=190)
    config["error_mm"] = number(titles["error_mm"], help=helps["error_mm"], format="%.2f mm", width=90)
    config["tags"] = st.column_config.ListColumn(titles["tags"], help=helps["tags"], width=200)
    config["absent"] = number(titles["absent"], help=helps["absent"], format="%d", width=70)
    return config
