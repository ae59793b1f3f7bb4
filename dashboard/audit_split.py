"""What test and training windows share, under every protocol that was audited; each test window beside its nearest."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core.errors import ToolmarkError
from core.evidence.audit.audit import Audit
from core.evidence.audit.finding import percent
from core.evidence.audit.leakage import Leakage
from core.recordings.windows import WINDOW_ROWS
from dashboard import audit_bars, audit_pair, audits, places, selection, theme
from dashboard.audits import Place
from dashboard.components import escaped
from dashboard.data import Dataset

SIGNALS = places.ROOT / "pages" / "signals.py"
PREDICT = places.ROOT / "pages" / "predict.py"
ALL, SHARING, OWN, OTHER, COPIES = "all", "sharing rows", "same run", "other runs", "copies"
_HEIGHT = 300


def show(found: Audit, dataset: Dataset, every: Mapping[str, Place]) -> None:
    """Draw it."""
    _protocols(every)
    leak = found.leakage
    if leak is None:
        _nothing_to_compare(found)
        return
    with st.grid(2, min_column_width=420, gap="medium"):
        with st.container():
            st.markdown(
                f"**Rows shared with a training window** :small[of {found.length}, {len(leak):,} test windows]"
            )
            st.echarts_chart(
                audit_bars.shared_rows(leak, theme.ink()),
                height=250,
                key="audit_shared",
                alt=f"{100 * leak.overlapping:.0f} % of test windows share rows with a training window",
            )
        with st.container():
            st.markdown(
                f"**How near the most similar of {leak.train:,} training windows is** "
                ":small[by level, spread and slope]"
            )
            st.echarts_chart(
                audit_bars.distances(leak, theme.ink()),
                height=250,
                key="audit_distances",
                alt=f"Distances of test windows to the nearest training window, up to {leak.distance.max():.2f}",
            )
    _windows(leak, dataset)


def _nothing_to_compare(found: Audit) -> None:
    """Why there are no test and training windows to hold side by side, and what can be done."""
    why = f" {escaped(found.unsplit)}" if found.unsplit else ""
    other = (
        " Protocol seed parts windows, not runs, and needs no third run: choose it at the top."
        if found.protocol != "seed"
        else ""
    )
    st.info(
        f"Under protocol {found.protocol} these runs cannot be parted, so what test and training windows share cannot "
        f"be judged.{why} What tells the operation, and the labels, are judged all the same.{other}",
        icon=":material/info:",
    )


def _protocols(every: Mapping[str, Place]) -> None:
    """What the parts share under every protocol whose audit is there."""
    known = {name: audit for name, place in every.items() if (audit := audits.found(place)) is not None}
    rows = [_row(name, audit.leakage) for name, audit in known.items() if audit.leakage is not None]
    if rows:
        st.table(pd.DataFrame(rows), border="horizontal", hide_index=True)
    missing = [name for name in every if name not in known]
    if missing:
        st.caption(f"Not audited yet: {', '.join(missing)}. Choose a protocol at the top.")


def _row(name: str, leak: Leakage) -> dict[str, str]:
    shared = leak.shared_rows[leak.shared_rows > 0]
    line = percent(leak.remembered_line) if leak.remembered_line else "no line"
    return {
        "Protocol": f"**{name}**",
        "Test windows": f"{len(leak):,} of {leak.runs} runs",
        "Share rows with training": f"{100 * leak.overlapping:.0f} %"
        + (f", {shared.mean():.0f} rows on the mean" if len(shared) else ""),
        "Runs shared": f"{len(leak.shared_runs)} of {leak.runs}",
        "Copies": f"{int(leak.copies.sum()):,}",
        "Nearest is of the same run": f"{100 * leak.own_run.mean():.0f} %",
        "Nearest has the operation": percent(leak.remembered_operation),
        "Nearest has the line": line,
    }


def _windows(leak: Leakage, dataset: Dataset) -> None:
    """The test windows, the nearest to training first; the chosen one beside its nearest."""
    masks = {
        ALL: np.ones(len(leak), np.bool_),
        SHARING: leak.shared_rows > 0,
        OWN: leak.own_run,
        OTHER: ~leak.own_run,
        COPIES: leak.copies,
    }
    st.markdown("**Each test window and its most similar training window** :small[the nearest first]")
    some = [name for name, mask in masks.items() if mask.any()]
    which = st.segmented_control(
        "Windows",
        some,
        default=ALL,
        format_func=lambda name: f"{name} {int(masks[name].sum()):,}",
        required=True,
        key="audit_windows",
        label_visibility="collapsed",
        persist_state="page",
    )
    mask = masks.get(which or ALL, masks[ALL])
    order = np.flatnonzero(mask)
    # windows in which nothing moves are all alike: they come last
    order = order[np.lexsort((leak.distance[order], ~leak.alive[order]))]
    frame = _frame(leak, order)
    event = st.dataframe(
        frame,
        hide_index=True,
        key=f"audit_nearest_{which}",
        on_select="rerun",
        selection_mode="single-row-required",
        height=min(_HEIGHT, 38 + 35 * len(frame)),
        column_config=_columns(),
    )
    rows = event.selection.rows
    place = int(order[rows[0] if rows and rows[0] < len(order) else 0])
    _pair(leak, place, dataset)


def _frame(leak: Leakage, order: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "run": leak.run[order],
            "row": leak.row[order],
            "near_run": leak.near_run[order],
            "near_row": leak.near_row[order],
            "own": leak.own_run[order],
            "shared": leak.shared_rows[order],
            "distance": leak.distance[order],
            "operation": leak.same_operation[order],
            "line": leak.same_line[order],
        }
    )


def _columns() -> dict[str, Any]:
    column = st.column_config
    return {
        "run": column.TextColumn("Test window of", pinned=True),
        "row": column.NumberColumn("Row", format="%d"),
        "near_run": column.TextColumn("Nearest training window of"),
        "near_row": column.NumberColumn("Row ", format="%d"),
        "own": column.CheckboxColumn("Same run"),
        "shared": column.NumberColumn(
            "Rows shared", format="%d", help="With the training window nearest in time, of the same run."
        ),
        "distance": column.NumberColumn("Distance", format="%.3f", help="In spreads of the channels."),
        "operation": column.CheckboxColumn("Same operation"),
        "line": column.CheckboxColumn("Same line"),
    }


def _pair(leak: Leakage, place: int, dataset: Dataset) -> None:
    """One test window beside the training window that is most like it, and the ways to other pages."""
    run, row = str(leak.run[place]), int(leak.row[place])
    near, near_row = str(leak.near_run[place]), int(leak.near_row[place])
    with st.container(border=True):
        st.markdown(
            f"**{escaped(run)}** rows {row} to {row + WINDOW_ROWS - 1}, and the training window of "
            f"**{escaped(near)}** rows {near_row} to {near_row + WINDOW_ROWS - 1}: "
            f"{leak.distance[place]:.3f} spreads apart, {int(leak.shared_rows[place])} rows shared"
        )
        if run in dataset.files and near in dataset.files:
            try:
                audit_pair.show(dataset, (run, row), (near, near_row))
            except ToolmarkError as error:
                st.caption(f"The two cannot be drawn: {escaped(str(error))}")
        with st.container(horizontal=True, gap="small"):
            if st.button("Open in Signals", icon=":material/show_chart:", key="pair_signals"):
                _open_signals(run, row, near, near_row)
            for label, key, window in (
                ("Test window in Predict", "pair_predict", (run, row)),
                ("Training window in Predict", "pair_near", (near, near_row)),
            ):
                if st.button(label, icon=":material/troubleshoot:", key=key):
                    selection.change(run=window[0], start_row=window[1])
                    st.switch_page(PREDICT)


def _open_signals(run: str, row: int, near: str, near_row: int) -> None:
    """The test window's run, with the other run laid over it so that the two windows lie on one another."""
    where: dict[str, Any] = {"span": (row, row + WINDOW_ROWS - 1), "mark_a": None, "mark_b": None}
    if near == run:
        first, last = min(row, near_row), max(row, near_row) + WINDOW_ROWS - 1
        where |= {"span": (first, last), "mark_a": near_row, "mark_b": near_row + WINDOW_ROWS - 1}
        where |= {"over": None, "shift": None}
    else:
        where |= {"over": near, "shift": (row - near_row) or None, "laid": None}
    selection.change(run=run, start_row=row, **where)
    st.switch_page(SIGNALS)
