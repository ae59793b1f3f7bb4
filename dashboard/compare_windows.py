"""A list of windows on Compare, each of which opens on the pages that show one."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from core.evidence.readings.filters import Filter
from core.evidence.review.targets import Target
from dashboard import places, reading, selection, verdict_form
from dashboard.shell import View

PREDICT = places.ROOT / "pages" / "predict.py"
SEQUENCES = places.ROOT / "pages" / "sequences.py"
SIGNALS = places.ROOT / "pages" / "signals.py"
# more rows than this are for Sequences, which pages through them
MOST_ROWS = 1000
_LABELS = {
    "times": "Times",
    "line": "True line",
    "read_line": "Line read",
    "within_row": "Within a row",
    "runs": "Runs",
    "run": "Run",
    "start_row": "Row",
    "token": "Token",
    "operation": "Operation",
    "confidence": "Sure",
}


def show(
    key: str, frame: pd.DataFrame, filters: Mapping[int, Filter] | Filter, *, forced: bool = False
) -> int | None:
    """A row a window; the chosen one, the first until another is chosen, opens on other pages; its place, if any.

    `frame` has `run` and `start_row`, and where a token is meant `token` (from 0): of the line read, or `forced`, given
    the true tokens before. `filters` are what Sequences lists: one for all rows, or one a row.
    """
    shown = frame.head(MOST_ROWS)
    event = st.dataframe(
        _readable(shown),
        hide_index=True,
        key=key,
        on_select="rerun",
        selection_mode="single-row-required",
        height=min(420, 38 + 35 * len(shown)),
        column_config=_columns(shown),
    )
    if len(frame) > len(shown):
        st.caption(f"The first {len(shown):,} of {len(frame):,}; Sequences lists all.")
    if not len(shown):
        return None
    chosen = event.selection.rows[0] if event.selection.rows and event.selection.rows[0] < len(shown) else 0
    wanted = filters if isinstance(filters, Filter) else filters[chosen]
    _ways(key, shown.iloc[chosen], wanted, forced)
    return chosen


def judge(view: View, target: Target, key: str) -> None:
    """A verdict on what is listed; none where something is muted, for it would be kept as one on the whole bundle."""
    if view.bundle is not None and reading.mutable(view.bundle, view.selection.without)[0]:
        st.caption("A verdict can be given where nothing is muted.")
    else:
        verdict_form.show(view, target, key)


def _readable(frame: pd.DataFrame) -> pd.DataFrame:
    found = frame[[name for name in _LABELS if name in frame]].copy()
    if "confidence" in found:
        found["confidence"] = 100 * found["confidence"].astype("float64")
    if "token" in found:
        found["token"] = found["token"] + 1
        if (found["token"] < 1).all():
            found = found.drop(columns="token")
    return found


def _columns(frame: pd.DataFrame) -> dict[str, Any]:
    config: dict[str, Any] = {name: st.column_config.Column(label) for name, label in _LABELS.items()}
    config["confidence"] = st.column_config.NumberColumn(
        "Sure", format="%.0f %%", help="Of the line, calibrated."
    )
    config["token"] = st.column_config.NumberColumn("Token", help="Its place in the true line, from 1.")
    config["within_row"] = st.column_config.NumberColumn(
        "Within a row", help="Of these windows: the line read fills at most one row less than the label."
    )
    return {name: column for name, column in config.items() if name in frame}


def _ways(key: str, row: "pd.Series[Any]", wanted: Filter, forced: bool) -> None:
    """The pages that the chosen window, or all of them, open on."""
    run, start = str(row["run"]), int(str(row["start_row"]))
    token = int(str(row["token"])) if "token" in row.index else -1
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if st.button("Open in Predict", icon=":material/troubleshoot:", key=f"{key}_predict", type="primary"):
            selection.change(run=run, start_row=start, **_token(token, forced))
            st.switch_page(PREDICT)
        if st.button("Open in Signals", icon=":material/show_chart:", key=f"{key}_signals"):
            selection.change(run=run, start_row=start)
            st.switch_page(SIGNALS)
        if st.button("List in Sequences", icon=":material/table_view:", key=f"{key}_sequences"):
            selection.change(run=run, start_row=start, filter=str(wanted) or None, slice=None, page=None)
            st.switch_page(SEQUENCES)
        st.caption(f"{run}, row {start}" + (f", token {token + 1}" if token >= 0 else ""), width="content")


def _token(token: int, forced: bool) -> dict[str, Any]:
    """The token as Predict calls it; one that is scored given the true tokens is shown beside the line read."""
    if token < 0:
        return {"token": None}
    return {"token": f"given-{token}", "also": ("given",)} if forced else {"token": str(token)}
