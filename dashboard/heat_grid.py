"""A matrix of numbers on shaded cells, to be read at a glance and clicked: confusions, figures group by group."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from dashboard import theme

FRONTEND = Path(__file__).parent / "frontend"

_grid = st.components.v2.component(
    "toolmark_grid",
    html='<div class="grid"></div>',
    css=(FRONTEND / "grid.css").read_text(encoding="utf-8"),
    js=(FRONTEND / "grid.js").read_text(encoding="utf-8"),
)


@dataclass(frozen=True)
class Cell:
    """One cell: what it says, how strongly it is shaded (0 to 1), and what it says in full.

    tone: "good" or "bad"; note: a second, smaller line; pick: it can be clicked.
    """

    text: str
    shade: float = 0.0
    tone: str = "good"
    title: str = ""
    note: str = ""
    pick: bool = False


def show(
    key: str,
    label: str,
    corner: str,
    columns: Sequence[str],
    rows: Sequence[tuple[str, str]],
    cells: Sequence[Sequence[Cell]],
    *,
    chosen: tuple[int, int] | None = None,
    pick: Callable[[int, int], None] | None = None,
) -> None:
    """Draw the matrix; `rows` are names with what they mean, `pick` hears row and column of a cell that is clicked."""

    def follow() -> None:
        said = st.session_state[key].pick
        if said and pick is not None:
            pick(int(said[0]), int(said[1]))

    _grid(
        data={
            "label": label,
            "corner": corner,
            "columns": [{"label": name, "title": name} for name in columns],
            "rows": [{"label": name, "title": title} for name, title in rows],
            "cells": [[vars(cell) for cell in row] for row in cells],
            "chosen": list(chosen) if chosen else None,
            "pick": pick is not None,
            "tones": {"good": theme.PREDICTION, "bad": theme.ERROR},
        },
        key=key,
        height="content",
        on_pick_change=follow,
    )
