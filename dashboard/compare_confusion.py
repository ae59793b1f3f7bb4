"""Confusion matrices on Compare: what was said for what, head by head, and the windows behind a cell."""

import numpy as np
import pandas as pd
import streamlit as st

from core.evidence.comparison import confusion as confusions
from core.evidence.comparison.confusion import Confusion
from core.evidence.metrics import describe
from core.evidence.review.targets import Target
from dashboard import compare_windows, components, heat_grid, parts, selection
from dashboard.compare_sides import Side
from dashboard.heat_grid import Cell
from dashboard.shell import View

SHARES = {"counts": "Counts", "rows": "Shares of a row", "columns": "Shares of a column"}
_ASKED = {
    "operation": "Every window of a known operation: argmax of its probabilities.",
    "type": "Every token up to and with the end, given the true tokens before.",
    "command": "Where the true token is a command, given the true tokens before.",
    "param_type": "Where the true token is a letter, given the true tokens before.",
    "number_letter": "Where the true token is a number: the letter that it is said to belong to.",
}
_NUMBERS = "Where the true token is a number, given the true tokens before."


def show(view: View, side: Side) -> None:
    """The matrix of the chosen head, and where a cell is chosen its windows."""
    names, chosen = _heads(side.key, side), view.selection
    heads = {name: "Operation" if name == "operation" else describe(name).label for name in names}
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        head = parts.choose("Head", "head", heads, chosen.head, turn=_turn)
        shares = parts.choose("Cells", "shares", SHARES, chosen.shares)
    found = _confusion(side.key, head, side)
    right = int(np.trace(found.counts))
    st.caption(
        f"{_ASKED.get(head, _NUMBERS)} True class down, read class across; {right:,} of {found.n:,} right. "
        "A cell opens its windows."
    )
    picked = _parsed(chosen.cell, found)

    def pick(row: int, column: int) -> None:
        selection.change(head=head, cell=f"{found.labels[row]}>{found.labels[column]}")

    heat_grid.show(
        f"confusion_{head}",
        f"Confusion of {head}: true class down, read class across",
        "true \\ read",
        found.labels,
        [(name, name) for name in found.labels],
        cells_of(found, shares),
        chosen=picked,
        pick=pick,
    )
    if picked is not None:
        _show_cell(view, side, found, picked)


def _turn(head: str) -> None:
    selection.change(head=head, cell=None)


@st.cache_data(max_entries=64, show_spinner=False)
def _heads(key: tuple[str, str, int], _side: Side) -> tuple[str, ...]:
    return confusions.heads(_side.scored)


@st.cache_data(max_entries=128, show_spinner=False)
def _confusion(key: tuple[str, str, int], head: str, _side: Side) -> Confusion:
    return confusions.confusion(_side.scored, head)


@st.cache_data(max_entries=32, show_spinner=False)
def _cell(key: tuple[str, str, int], head: str, true: str, said: str, _side: Side) -> pd.DataFrame:
    return confusions.cell(_side.scored, head, true, said)


def cells_of(found: Confusion, shares: str) -> list[list[Cell]]:
    """The cells as they are drawn: right ones blue, wrong ones red; shaded by their share of the true class."""
    of_row, said = found.shares("rows"), found.shares(shares if shares != "counts" else "rows")
    cells = []
    for r, true in enumerate(found.labels):
        row = []
        for c, name in enumerate(found.labels):
            count = int(found.counts[r, c])
            text = "" if not count else f"{count:,}" if shares == "counts" else _percent(said[r, c])
            title = f"{true} read as {name}: {count:,}, {100 * of_row[r, c]:.1f} % of all {true}"
            shade = said[r, c] if r == c or not count else max(0.12, min(1.0, 2 * said[r, c]))
            row.append(Cell(text, float(shade), "good" if r == c else "bad", title, pick=count > 0))
        cells.append(row)
    return cells


def _percent(share: float) -> str:
    return f"{100 * share:.1f}" if share < 0.995 else f"{100 * share:.0f}"


def _parsed(cell: str | None, found: Confusion) -> tuple[int, int] | None:
    true, arrow, said = (cell or "").partition(">")
    if not arrow or true not in found.labels or said not in found.labels:
        return None
    return found.labels.index(true), found.labels.index(said)


def _show_cell(view: View, side: Side, found: Confusion, place: tuple[int, int]) -> None:
    true, said = found.labels[place[0]], found.labels[place[1]]
    frame = _cell(side.key, found.head, true, said, side)
    windows = len(frame.drop_duplicates(["run", "start_row"]))
    what = "window" if found.head == "operation" else "token"
    many = f" in {components.counted(windows, 'window')}" if what == "token" else ""
    label = "operation" if found.head == "operation" else describe(found.head).label.lower()
    st.subheader(f"{label.capitalize()}: {true} read as {said}", anchor=False)
    if not len(frame):
        st.caption("Nothing is in this cell: the filter, the part or the bundle is another one by now.")
        return
    st.caption(f"{components.counted(len(frame), what)}{many}.")
    wanted = side.wanted.with_values("cell", [confusions.cell_name(found.head, true, said)])
    compare_windows.show("cell_windows", frame, wanted, forced=True)
    compare_windows.judge(view, Target("cell", head=found.head, true=true, read=said), "cell")
