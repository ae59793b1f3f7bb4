"""All verdicts that hold as a table: filtered, sorted, a page at a time; one of them with its history and its ways."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from core.evidence.review.listing import CHOICES, SORTS, STALE, Asked
from core.evidence.review.verdicts import Entry
from dashboard import components, review_exchange, selection, theme, verdict_form, verdicts
from dashboard.components import counted, escaped
from dashboard.review_desk import ReviewDesk
from dashboard.review_window import ways
from dashboard.shell import View

PAGE_ROWS = 100
_LABELS = {
    "reviewer": "Reviewer",
    "verdict": "Verdict",
    "kind": "About a",
    "operation": "Operation",
    "run": "Run",
}
_SORT_WORDS = {
    "time": "Time",
    "kind": "About",
    **{name: name.capitalize() for name in SORTS if name not in ("time", "kind")},
}
_HEIGHT, _ROW = 420, 28


def show(view: View, desk: ReviewDesk) -> None:
    """Filter, table, and what was chosen in it."""
    asked = Asked.parse(view.selection.said or "")
    values = desk.values()
    if not any(values["verdict"].values()):
        _nothing(view)
        return
    _filter(asked, values)
    n = desk.count(asked)
    pages = max(1, -(-n // PAGE_ROWS))
    key = f"verdict_page_{asked}"
    number = min(st.session_state.get(key, 1), pages)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        words = (
            f"**{counted(n, 'verdict')}** of {counted(sum(values['reviewer'].values()), 'verdict')} that hold"
        )
        st.markdown(words, width="stretch")
        review_exchange.show(view)
    if not n:
        st.info("No verdict is all that is asked for at once.", icon=":material/filter_alt_off:")
        return
    rows = desk.page(asked, number, PAGE_ROWS)
    chosen = _table(rows, f"verdicts_{asked}_{number}")
    if pages > 1:
        st.pagination(pages, key=key)
    _chosen(view, rows[chosen][0] if chosen is not None and chosen < len(rows) else None)


def _nothing(view: View) -> None:
    components.empty_state(
        "No verdicts yet",
        "Nobody has judged anything of this dataset. The queue shows windows one after another; Predict, Compare and "
        "Program have the same form; or bring in the verdicts of another desk.",
        icon=":material/rate_review:",
    )
    review_exchange.show(view)


def _filter(asked: Asked, values: Mapping[str, Mapping[str, int]]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        for name in CHOICES:
            options = list(dict.fromkeys((*values[name], *getattr(asked, name))))
            key = selection.lead(f"said_{name}", list(getattr(asked, name)))
            st.multiselect(
                _LABELS[name],
                options,
                key=key,
                format_func=partial(_counted, values[name]),
                placeholder=_LABELS[name],
                label_visibility="collapsed",
                on_change=_ask_chosen,
                args=(asked, name, key),
                width=175,
            )
        key = selection.lead("said_stale", asked.stale or None)
        st.segmented_control(
            "Current or stale",
            list(STALE),
            key=key,
            format_func=lambda each: f"{each.capitalize()} ({values['stale'].get(each, 0):,})",
            label_visibility="collapsed",
            help="Stale: given on another bundle, or on a recording that is another one since.",
            on_change=lambda: _ask(replace(asked, stale=st.session_state["said_stale"] or "")),
        )
        _text_and_sort(asked)


def _counted(counts: Mapping[str, int], value: str) -> str:
    return f"{value} ({counts.get(value, 0):,})"


def _text_and_sort(asked: Asked) -> None:
    key = selection.lead("said_text", asked.text)
    st.text_input(
        "Search",
        key=key,
        type="search",
        icon=":material/search:",
        placeholder="Line, note or run",
        label_visibility="collapsed",
        on_change=lambda: _ask(replace(asked, text=st.session_state["said_text"].strip())),
        width=200,
    )
    name, down = asked.sort.removeprefix("-"), asked.sort.startswith("-")
    st.selectbox(
        "Sort by",
        list(SORTS),
        index=selection.begin("said_sort", name, SORTS),
        key="said_sort",
        format_func=lambda each: f"Sort: {_SORT_WORDS[each]}",
        label_visibility="collapsed",
        on_change=lambda: _ask(replace(asked, sort=("-" if down else "") + st.session_state["said_sort"])),
        width=160,
    )
    st.button(
        "",
        icon=":material/arrow_downward:" if down else ":material/arrow_upward:",
        key="said_turn",
        help="Turn the order round",
        on_click=lambda: _ask(replace(asked, sort=name if down else f"-{name}")),
    )


def _ask_chosen(asked: Asked, name: str, key: str) -> None:
    values: dict[str, Any] = {name: tuple(selection.chosen(key) or ())}
    _ask(replace(asked, **values))


def _ask(asked: Asked) -> None:
    selection.change(said=str(asked) or None)


def frame_of(rows: Sequence[tuple[Entry, bool]]) -> pd.DataFrame:
    """Verdicts in the columns that are shown."""
    return pd.DataFrame(
        [
            {
                "verdict": entry.verdict,
                "reviewer": entry.reviewer,
                "about": entry.target.words,
                "label": entry.seen.label,
                "reading": entry.seen.reading,
                "confidence": None if entry.seen.confidence is None else 100 * entry.seen.confidence,
                "operation": entry.seen.operation,
                "note": entry.note,
                "given": pd.Timestamp(entry.at, unit="us"),
                "stale": entry.seen.bundle_name if stale else "",
            }
            for entry, stale in rows
        ]
    )


def _table(rows: Sequence[tuple[Entry, bool]], key: str) -> int | None:
    """Draw the rows; the place of the one that is chosen."""
    frame = frame_of(rows)
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    config: dict[str, Any] = {
        "verdict": text("Verdict", pinned=True, width=100),
        "reviewer": text("Reviewer", width=110),
        "about": text("About", width=230),
        "label": text("Label then", width=150, help="What the label was when the verdict was given."),
        "reading": text("Read then", width=150, help="What the model read when the verdict was given."),
        "confidence": number("Sure", format="%.0f %%", width=70),
        "operation": text("Operation", width=120),
        "note": text("Note", width=240),
        "given": st.column_config.DatetimeColumn(
            "Given", format="YYYY-MM-DD HH:mm:ss", width=150, help="UTC"
        ),
        "stale": text(
            "Stale, of", width=110, help="The bundle that it was given on, where it speaks of another one."
        ),
    }
    said = st.dataframe(
        frame.style.map(_ink, subset=["verdict"]),
        key=key,
        height=min(_HEIGHT, _ROW * (len(frame) + 1) + 16),
        row_height=_ROW,
        hide_index=True,
        column_config=config,
        on_select="rerun",
        selection_mode="single-row",
        placeholder="",
        alt="The verdicts: who said what about which window, cell, line or run",
    )
    chosen = said.selection.rows
    return int(chosen[0]) if chosen else None


def _ink(value: object) -> str:
    """Verdicts in the colours of their badges; the word says it all the same."""
    dark = theme.ink() is theme.DARK
    colours = {
        "agree": "#6fc48d" if dark else "#1f6f3f",
        "model wrong": "#f58a68" if dark else "#b3320f",
        "label wrong": "#e0b54a" if dark else "#8a5a00",
    }
    return f"color: {colours[str(value)]}; font-weight: 600" if value in colours else ""


def _chosen(view: View, entry: Entry | None) -> None:
    """The verdict that was clicked: everything that was said of its target, the form, and the ways to it."""
    if entry is None:
        st.caption(
            "Choose a row to see everything that was said of it, to say something yourself, or to open it."
        )
        return
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            found = verdicts.badges(view, [entry.target]).get(entry.target, "")
            st.markdown(f"**{escaped(entry.target.words)}** {found}", width="content")
            ways(entry.target, "table")
        verdict_form.show(view, entry.target, "table")
        verdict_form.history(view, entry.target)
