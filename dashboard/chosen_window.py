"""The chosen window on the Sequences page: what was read in it, its neighbours in the table, other pages."""

from pathlib import Path
from typing import Any

import streamlit as st

from core.evidence.readings.filters import Filter, parse
from core.evidence.readings.questions import page
from core.recordings.windows import WINDOW_ROWS
from dashboard import places, selection
from dashboard.components import escaped, percent
from dashboard.listing import PAGE_ROWS, Listing, Window

SIGNALS = places.ROOT / "pages" / "signals.py"
PREDICT = places.ROOT / "pages" / "predict.py"
_RESULT_BADGES = {
    "exact": ":green-badge[:material/check: exact]",
    "within a row": ":blue-badge[:material/check: within a row]",
    "wrong": ":red-badge[:material/close: wrong]",
}


def show(listing: Listing, window: Window, position: int | None, windows: int, said: str = "") -> None:
    """The chosen window in a line with the verdicts on it, the steps to its neighbours, the ways to other pages."""
    run, start = window
    with st.container(gap="xsmall", key="chosen_window"):
        st.markdown(
            f"**{escaped(run)}** rows {start} to {start + WINDOW_ROWS - 1} {_row_of(listing, window)} {said}"
        )
        _ways(listing, window, position, windows)


def _ways(listing: Listing, window: Window, position: int | None, windows: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        for word, icon, shortcut, step in (
            ("Previous", ":material/keyboard_arrow_up:", "P", -1),
            ("Next", ":material/keyboard_arrow_down:", "N", 1),
        ):
            goal = step - 1 if position is None and step > 0 else (position or 0) + step
            st.button(
                word,
                icon=icon,
                key=f"row_{word.lower()}",
                shortcut=shortcut,
                disabled=not 0 <= goal < windows or (position is None and step < 0),
                on_click=_step,
                args=(listing, goal),
            )
        if st.button("Open in Signals", icon=":material/show_chart:", key="open_signals"):
            _turn(SIGNALS, window)
        if st.button("Open in Predict", icon=":material/troubleshoot:", key="open_predict", type="primary"):
            _turn(PREDICT, window)
        st.caption(
            f"{position + 1:,} of {windows:,}" if position is not None else "not in the filter",
            width="content",
        )


def _step(listing: Listing, goal: int) -> None:
    run, start = listing.at(goal)
    selection.change(run=run, start_row=start, page=goal // PAGE_ROWS + 1)


def _turn(target: Path, window: Window) -> None:
    selection.change(run=window[0], start_row=window[1])
    st.switch_page(target)


def _row_of(listing: Listing, window: Window) -> str:
    """What the table says of a window, in words."""
    from_run = Filter(choices=(("run", (window[0],)),), ranges=(("row", (window[1], window[1])),))
    found = _read(listing, from_run)
    if found is None:
        return ""
    badge = _RESULT_BADGES.get(found["result"], f":gray-badge[{found['result']}]")
    true = f"true `{found['line']}`" if found["line"] else "no label"
    read = f"read `{found['read_line']}` {percent(found['confidence'])} sure" if found["read_line"] else ""
    return " ".join(part for part in (badge, true, read) if part)


@st.cache_data(max_entries=256, show_spinner=False)
def _cached_row(key: str, text: str, _listing: Listing) -> dict[str, Any] | None:
    frame = page(_listing.shown.table, parse(text).filter, limit=1)
    return None if frame.empty else {str(name): value for name, value in frame.iloc[0].items()}


def _read(listing: Listing, wanted: Filter) -> dict[str, Any] | None:
    """The readings of the one window that a filter leaves."""
    return _cached_row(listing.shown.key, str(wanted), listing)
