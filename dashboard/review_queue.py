"""The queue of Review: windows one after another, each with what is needed to judge it."""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from core.errors import ToolmarkError
from core.evidence.readings.filters import Filter, parse
from core.evidence.readings.opened import Hand
from core.evidence.review.queue import (
    DISPUTED,
    MOST_WINDOWS,
    QUEUES,
    SAMPLE,
    Progress,
    Queue,
    Window,
    narrowed,
    ordered,
)
from core.evidence.review.sample import draw
from core.evidence.review.verdicts import Entry
from dashboard import (
    components,
    data,
    feedback,
    parts,
    review_audit,
    reviewer,
    selection,
    slices,
    traces_card,
    verdict_form,
    verdicts,
    window_view,
)
from dashboard.compare_controls import choose_part
from dashboard.compare_sides import part_of, within
from dashboard.components import counted, escaped, sentence
from dashboard.readings import Shown
from dashboard.review_desk import ReviewDesk
from dashboard.review_window import show_reading
from dashboard.sequence_tools import filter_box, problems
from dashboard.shell import View
from dashboard.verdict_form import Target

SAMPLE_SIZE, MOST_SAMPLED = 100, 5000
ONWARD, LAST, _PROBLEM = "review_onward", "review_last", "review_undo_problem"


def show(view: View, found: Shown, desk: ReviewDesk) -> None:
    """The choice of a queue, how far it is done, and the window that is judged now."""
    queue = QUEUES.get(view.selection.queue or "", QUEUES["confident"])
    parsed, wanted = parse(view.selection.filter or ""), wanted_of(view, found, queue)
    _choose(view, found, queue, parsed.filter)
    problems(parsed.problems)
    hand, revision = slices.hand(view.selection.dataset or "", found)
    frame = windows_of(view, found, desk, queue, wanted, hand, revision)
    name = reviewer.name()
    order = _pairs(frame)[:MOST_WINDOWS]
    if queue.name == SAMPLE:
        review_audit.show(
            view, frame, review_audit.population(found, narrowed(queue, wanted), hand, revision)
        )
    if not order:
        _nothing(queue, wanted)
        return
    if len(frame) > len(order):
        st.caption(
            f"Only the first {MOST_WINDOWS:,} windows of this queue: narrow the filter to reach the others."
        )
    judged = desk.judged(name)
    window = _window(view, order, judged)
    place = order.index(window) if window in order else None
    progress = Progress(order, judged, place)
    _steps(progress, name)
    _last_given(view)
    _show_window(view, window, progress)


def wanted_of(view: View, found: Shown, queue: Queue) -> Filter:
    """The filter of the address, kept to one part of the split: what was learned from would flatter an estimate.

    Windows on which reviewers differ are asked for wherever they are.
    """
    wanted = parse(view.selection.filter or "").filter
    return wanted if queue.name == DISPUTED else within(wanted, part_of(view, found))


def windows_of(
    view: View, found: Shown, desk: ReviewDesk, queue: Queue, wanted: Filter, hand: Hand, revision: int
) -> pd.DataFrame:
    """The windows of a queue in their order: `run`, `start_row`, `result`, `rid`."""
    asked = str(narrowed(queue, wanted))
    if queue.name == SAMPLE:
        n = min(view.selection.sample or SAMPLE_SIZE, MOST_SAMPLED)
        return _drawn(found.key, asked, n, view.selection.seed or 0, revision, found, hand)
    among, state = (desk.disputed(), desk.key) if queue.name == DISPUTED else (None, "")
    return _ordered(found.key, asked, queue.sort, revision, state, found, hand, among)


@st.cache_data(max_entries=16, show_spinner=False)
def _drawn(
    key: str, asked: str, n: int, seed: int, revision: int, _found: Shown, _hand: Hand
) -> pd.DataFrame:
    return draw(_found.table, parse(asked).filter, n, seed, _hand)


@st.cache_data(max_entries=16, show_spinner=False)
def _ordered(
    key: str,
    asked: str,
    sort: str,
    revision: int,
    state: str,
    _found: Shown,
    _hand: Hand,
    _among: Sequence[Window] | None,
) -> pd.DataFrame:
    return ordered(_found.table, parse(asked).filter, sort, _hand, _among)


def _pairs(frame: pd.DataFrame) -> list[Window]:
    return list(zip(frame["run"].tolist(), frame["start_row"].tolist(), strict=True))


def _choose(view: View, found: Shown, queue: Queue, wanted: Filter) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        queues = {name: each.label for name, each in QUEUES.items()}
        parts.choose("Queue", "queue", queues, queue.name, turn=_turn_queue)
        if queue.name != DISPUTED:
            meaning = "The part of the bundle's own split that is judged."
            choose_part(found, part_of(view, found), "Windows", meaning)
        filter_box(wanted)
    st.caption(queue.note)


def _turn_queue(name: str) -> None:
    """Another queue begins at its first window that is not judged yet."""
    selection.change(queue=name, run=None, start_row=None)


def _window(view: View, order: Sequence[Window], judged: frozenset[Window]) -> Window:
    """The window of the address where it is of the queue, else the first one without a verdict."""
    asked = (view.selection.run or "", view.selection.start_row or 0)
    if asked in set(order):
        return asked
    return Progress(order, judged, None).onward() or order[0]


def _nothing(queue: Queue, wanted: Filter) -> None:
    words = (
        "No two reviewers differ on a window of this dataset and bundle."
        if queue.name == DISPUTED
        else "No window is in this queue."
    )
    more = " The filter may leave them out." if wanted else ""
    components.empty_state("Nothing to judge here", words + more, icon=":material/done_all:")


def _steps(progress: Progress, name: str) -> None:
    """How far the queue is done, and the ways to its other windows."""
    total = len(progress.windows)
    done = total - progress.left
    who = f"by {escaped(name)}" if name else "by anybody"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        for word, icon, shortcut, goal in (
            ("Previous", "keyboard_arrow_up", "P", progress.beside(-1)),
            ("Next", "keyboard_arrow_down", "N", progress.beside(1)),
            ("Next to judge", "skip_next", "J", progress.onward()),
        ):
            st.button(
                word,
                icon=f":material/{icon}:",
                key=f"review_{word.lower().replace(' ', '_')}",
                shortcut=shortcut,
                disabled=goal is None,
                on_click=_turn,
                args=(goal,),
            )
        st.toggle("Go on after a verdict", value=True, key=ONWARD)
        at = f"{progress.place + 1:,} of {counted(total, 'window')}" if progress.place is not None else ""
        st.caption(f"{at} · {done:,} judged {who}, {progress.left:,} left", width="content")


def _turn(goal: Window) -> None:
    selection.change(run=goal[0], start_row=goal[1])


def _show_window(view: View, window: Window, progress: Progress) -> None:
    target = Target("window", run=window[0], start_row=window[1])
    with st.container(border=True):
        show_reading(view, target)

        def heard(entry: Entry) -> None:
            st.session_state[LAST] = entry
            goal = progress.onward()
            if st.session_state.get(ONWARD) and goal is not None:
                _turn(goal)

        verdict_form.show(view, target, "queue", keys=True, heard=heard)
    _traces(view, window)
    # the window is the one that other pages show too
    selection.hold(replace(view.selection, run=window[0], start_row=window[1]))


def _traces(view: View, window: Window) -> None:
    assert view.dataset is not None
    try:
        recording = data.recording(view.dataset, window[0])
        shown, digest = recording.window(window[1]), view.dataset.digest(window[0])
        label = window_view.true_label(shown)
        traces_card.show(shown, label, digest, view.selection.channels, None, None)
    except ToolmarkError as error:
        st.warning(sentence(str(error)), icon=":material/error:")


def _last_given(view: View) -> None:
    """The verdict that was given last, for the page has gone on: that it is kept, and the way back."""
    entry: Entry | None = st.session_state.get(LAST)
    if problem := feedback.told(_PROBLEM):
        st.error(sentence(problem), icon=":material/error:")
    here = (view.selection.run, view.selection.start_row)
    if entry is None or view.dataset is None or entry.dataset != view.dataset.name:
        return
    if (entry.target.run, entry.target.start_row) == here:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="last_given"):
        st.markdown(
            f":green[:material/check_circle:] {escaped(entry.target.words)}: **{entry.verdict}**, kept {entry.when}",
            width="content",
        )
        st.button(
            "Undo", key="undo_last", icon=":material/undo:", type="tertiary", on_click=_undo, args=(entry,)
        )
        goal = (entry.target.run, entry.target.start_row or 0)
        st.button("Back to it", key="back_to_last", type="tertiary", on_click=_turn, args=(goal,))


def _undo(entry: Entry) -> None:
    feedback.attempt(_PROBLEM, lambda: verdicts.store().undo(entry))
    st.session_state.pop(LAST, None)
    _turn((entry.target.run, entry.target.start_row or 0))
