"""The compact form that gives a verdict on a window, a confusion cell, a line or a run, on whatever page shows it.

`show(view, target, key)` draws it; `badges(view, targets)` and `verdicts_of(view, run)` say for tables what was said.
"""

from collections.abc import Callable

import streamlit as st

from core.evidence.review.targets import ReviewError, Seen, Target
from core.evidence.review.verdicts import LONGEST_NOTE, MEANINGS, VERDICTS, Entry, Verdicts
from dashboard import feedback, readings, reviewer, selection, verdicts
from dashboard.components import counted, escaped, sentence
from dashboard.shell import View
from dashboard.verdicts import badges, verdicts_of

__all__ = ["Seen", "Target", "badges", "show", "verdicts_of"]

ICONS = {
    "agree": ":material/check:",
    "model wrong": ":material/close:",
    "label wrong": ":material/label_off:",
    "unclear": ":material/help:",
}
# called after a verdict was kept, before the page is drawn again
Heard = Callable[[Entry], None]


def show(
    view: View,
    target: Target,
    key: str,
    *,
    seen: Seen | None = None,
    keys: bool = False,
    heard: Heard | None = None,
) -> None:
    """Draw the form for a target; `key` tells it from other forms of the page.

    `seen` is what the model read and the label, where the page knows better than the table of readings; with `keys` the
    keys 1 to 4 give the verdicts (one form of a page); `heard` is called with each verdict that was kept.
    """
    if view.dataset is None:
        return
    entries = verdicts.holding(view, (target,)).get(target, ())
    now = verdicts.current(view, entries)
    with st.container(gap="xsmall", key=f"verdict_{key}"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            name = reviewer.ask(key)
            mine = next((entry for entry in now if entry.reviewer == name), None)
            field = _field(key, target)
            given = (view, target, key, seen, heard)
            for place, verdict in enumerate(VERDICTS):
                st.button(
                    verdict.capitalize(),
                    key=f"{key}_{verdict.replace(' ', '_')}",
                    icon=ICONS[verdict],
                    type="primary" if mine and mine.verdict == verdict else "secondary",
                    disabled=not name,
                    shortcut=str(place + 1) if keys else None,
                    help=MEANINGS[verdict] if name else "Say who reviews first, at the left.",
                    on_click=_give,
                    args=(*given, verdict),
                )
            _note(field, mine, key)
            if mine:
                st.button(
                    "Undo",
                    key=f"{key}_undo",
                    icon=":material/undo:",
                    type="tertiary",
                    help="Put back what you said before; that is kept in the history too.",
                    on_click=_take_back,
                    args=(Verdicts.undo, key, mine),
                )
        _said(view, target, key, mine, entries)


def _field(key: str, target: Target) -> str:
    return f"{key}_note_{target.key}"


def _note(field: str, mine: Entry | None, key: str) -> None:
    if mine is not None and not st.session_state.get(f"{field}_lost"):
        selection.lead(field, mine.note)
    st.text_input(
        "Note",
        key=field,
        max_chars=LONGEST_NOTE,
        placeholder="Note",
        label_visibility="collapsed",
        on_change=_write,
        args=(field, key, mine),
        width=260,
    )


def _said(view: View, target: Target, key: str, mine: Entry | None, entries: tuple[Entry, ...]) -> None:
    """That it was kept, and when; what others say, behind a click so that each judges by himself first."""
    if problem := feedback.told(f"{key}_problem"):
        st.error(sentence(problem), icon=":material/error:")
    others = [entry for entry in entries if mine is None or entry.number != mine.number]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if mine:
            st.caption(
                f":green[:material/check_circle:] {mine.verdict} by {escaped(mine.reviewer)}, kept {mine.when}",
                width="content",
            )
        else:
            st.caption("Not judged by you yet", width="content")
        if entries:
            label = counted(len(others), "other verdict") if others else "History"
            with st.popover(label, icon=":material/history:", type="tertiary", key=f"{key}_others"):
                history(view, target)
                if mine:
                    st.button(
                        "Withdraw",
                        key=f"{key}_withdraw",
                        icon=":material/delete:",
                        type="tertiary",
                        help="Take your verdict back; that is kept in the history too.",
                        on_click=_take_back,
                        args=(Verdicts.withdraw, key, mine),
                    )


def history(view: View, target: Target) -> None:
    """Everything that was said of a target, the last first, and which of it is stale."""
    if view.dataset is None:
        return
    place = readings.place_of(view)
    for entry in reversed(verdicts.store().history(view.dataset.name, target)):
        stale = verdicts.stale_words(view, entry, place)
        note = f" “{escaped(entry.note)}”" if entry.note else ""
        old = f" :gray[({escaped(stale)})]" if stale else ""
        st.markdown(f"{verdicts.badge(entry.verdict)} **{escaped(entry.reviewer)}** {entry.when}{note}{old}")


def _give(view: View, target: Target, key: str, seen: Seen | None, heard: Heard | None, verdict: str) -> None:
    _keep(view, target, key, seen, heard, verdict)


def _write(field: str, key: str, mine: Entry | None) -> None:
    """A note is kept with the verdict that it belongs to; before there is one it waits in its field."""
    if mine is None:
        return
    try:
        verdicts.store().annotate(mine, str(st.session_state.get(field) or ""))
    except ReviewError as error:
        feedback.tell(f"{key}_problem", f"The note was not kept. {sentence(str(error))}")
        st.session_state[f"{field}_lost"] = True
        return
    st.session_state.pop(f"{field}_lost", None)


def _keep(view: View, target: Target, key: str, seen: Seen | None, heard: Heard | None, verdict: str) -> None:
    if view.dataset is None:
        return
    field = _field(key, target)
    note = str(st.session_state.get(field) or "")
    try:
        shown = seen or verdicts.seen_of(view, target)
        kept = verdicts.store().give(view.dataset.name, target, reviewer.name(), verdict, note, shown)
    except ReviewError as error:
        feedback.tell(f"{key}_problem", f"Not kept. {sentence(str(error))}")
        st.session_state[f"{field}_lost"] = True
        return
    st.session_state.pop(f"{field}_lost", None)
    if heard:
        heard(kept)


def _take_back(how: Callable[[Verdicts, Entry], Entry], key: str, mine: Entry) -> None:
    feedback.attempt(f"{key}_problem", lambda: how(verdicts.store(), mine))
