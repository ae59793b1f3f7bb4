"""The reading of one window as Predict shows it: the line, its tokens beside the true ones, the operation."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from core.errors import ToolmarkError
from core.evidence.split_part import part_of
from core.model.bundle import Bundle
from core.model.one_window import attention_over_rows, teacher_forced_tokens
from core.model.predict import window_input
from core.model.prediction import Prediction, TokenPrediction
from core.model.prefix import PrefixError, prefix_tokens
from core.recordings import changes
from core.recordings.recording import RunWindow
from core.recordings.windows import WindowLabel
from dashboard import charts, data, reading, selection, theme, token_table, window_view
from dashboard.components import percent, sentence
from dashboard.token_table import Json, Reading, Truth
from dashboard.what_if import WhatIf

ALSO = {"given": "Given the true tokens", "beam": "Beam of 4"}
_ALSO_HELP = (
    "Given the true tokens: what the decoder alone says at each place after the true tokens before it, which is how "
    "token accuracy under teacher forcing is scored. Beam of 4: the most probable line that a search over 4 finds."
)


@dataclass(frozen=True, eq=False)
class Looked:
    """One window looked at with one bundle: `read` is the pinned original, `changed` what the changes make of it."""

    bundle: Bundle
    window: RunWindow
    label: WindowLabel
    digest: str
    what_if: WhatIf
    read: Prediction
    changed: Prediction | None
    problem: str = ""


@dataclass(frozen=True, eq=False)
class Chosen:
    """The token that is looked at: the reading that it belongs to, its place there."""

    reading: Reading
    place: int

    @property
    def token(self) -> TokenPrediction:
        """The token itself."""
        return self.reading.prediction.tokens[self.place]

    @property
    def words(self) -> str:
        """The token in a few words: "1.575"."""
        return "the end" if self.token.kind == "end" else self.token.text


def look(bundle: Bundle, window: RunWindow, label: WindowLabel, digest: str, what_if: WhatIf) -> Looked:
    """Read the window, and once more with the changes; a change that cannot be made leaves a problem in words.

    Raises:
        ToolmarkError: the window cannot be read by this bundle.
    """
    read = data.predict(bundle, window, digest)
    changed, problem = None, ""
    if what_if:
        try:
            changed = _changed(bundle, window, digest, what_if)
        except PrefixError as error:
            problem = sentence(str(error))
            what_if = replace(what_if, prefix="")
            if what_if:
                problem += " The other changes are shown without it."
                changed = _changed(bundle, window, digest, what_if)
        except ToolmarkError as error:
            problem = sentence(str(error))
    return Looked(bundle, window, label, digest, what_if, read, changed, problem)


def _changed(bundle: Bundle, window: RunWindow, digest: str, what_if: WhatIf) -> Prediction:
    return data.predict(bundle, window, digest, what_if.without, change=what_if.change, prefix=what_if.prefix)


def show(looked: Looked, pinned: str | None, also: Sequence[str]) -> Chosen | None:
    """The reading, drawn; the token whose detail is open."""
    grid = st.grid(6, min_column_width=150, border=True)
    with grid.cell(column_span=4):
        if looked.problem:
            st.error(looked.problem, icon=":material/error:")
        chosen = show_reading(looked, pinned, also)
    with grid.cell(column_span=2):
        show_operation(looked)
    return chosen


def show_reading(
    looked: Looked, pinned: str | None, also: Sequence[str], *, say: bool = True
) -> Chosen | None:
    """The line and its tokens, with `say` what the changes flip too; the token whose detail is open."""
    if looked.bundle.reads_lines:
        return _show_line(looked, pinned, also, say=say)
    part = part_of(looked.bundle, looked.window.recording.name, looked.window.recording.machine)
    st.markdown(reading.operation_alone_words(part), help=reading.PARTS[part])
    if say and looked.changed is not None:
        st.markdown(change_words(looked))
    return None


def change_words(looked: Looked) -> str:
    """What the changes flip, in words; nothing where nothing is changed."""
    if looked.changed is None:
        return ""
    flipped = (0, 0)
    if looked.bundle.reads_lines:
        truth = reading.true_line(looked.bundle, looked.label, looked.window)
        table = token_table.table_of(looked.bundle.scheme, truth, readings(looked, truth, ()))
        flipped = token_table.flips(table, "Changed")
    return reading.change_words(looked.read, looked.changed, looked.what_if.words, flipped)


def _show_line(looked: Looked, pinned: str | None, also: Sequence[str], *, say: bool) -> Chosen | None:
    truth = reading.true_line(looked.bundle, looked.label, looked.window)
    part = part_of(looked.bundle, looked.window.recording.name, looked.window.recording.machine)
    judged = looked.bundle.scheme, looked.read, looked.label, part
    with st.container(gap="xsmall"):
        st.markdown(reading.verdict_words(*judged), help=reading.verdict_help(*judged))
        rows = readings(looked, truth, also)
        table = token_table.table_of(looked.bundle.scheme, truth, rows, pinned)
        if say and looked.changed is not None:
            flipped = token_table.flips(table, "Changed")
            st.markdown(reading.change_words(looked.read, looked.changed, looked.what_if.words, flipped))
        token_table.show(table, "tokens", _pick)
        _choose_also(also, has_truth=truth is not None)
    return _chosen(table, rows)


def readings(looked: Looked, truth: Truth | None, also: Sequence[str]) -> list[Reading]:
    """The rows of the token table: the original first, what the changes make of it, other ways of reading it."""
    rows = [Reading("Read", f"{percent(looked.read.confidence)} sure", looked.read)]
    if looked.changed is not None:
        prefix = looked.what_if.prefix
        given = len(prefix_tokens(looked.bundle.scheme, prefix)) if prefix else 0
        note = f"{percent(looked.changed.confidence)} sure"
        rows.append(Reading("Changed", note, looked.changed, "changed", given=given))
    if "beam" in also:
        beam = data.predict(looked.bundle, looked.window, looked.digest, decoding="beam")
        rows.append(Reading("Beam of 4", f"{percent(beam.confidence)} sure", beam, "beam"))
    if "given" in also and truth is not None and looked.label.line is not None:
        answer = _given(looked)
        if answer is not None:
            rows.append(Reading("Given true tokens", "the decoder alone", answer, "given", by_position=True))
    return rows


def _given(looked: Looked) -> Prediction | None:
    tokens = _given_tokens(
        looked.bundle.digest,
        looked.digest,
        looked.window.start_row,
        looked.label.line or "",
        looked.bundle,
        looked.window,
    )
    return replace(looked.read, tokens=tokens) if tokens else None


@st.cache_data(max_entries=128, show_spinner=False)
def _given_tokens(
    bundle_digest: str, run_digest: str, start_row: int, line: str, _bundle: Bundle, _window: RunWindow
) -> tuple[TokenPrediction, ...]:
    try:
        return teacher_forced_tokens(_bundle, window_input(_bundle, _window), line)
    except ToolmarkError:
        return ()


def _choose_also(also: Sequence[str], *, has_truth: bool) -> None:
    options = list(ALSO) if has_truth else ["beam"]
    key = selection.lead("pick_also", [name for name in also if name in options])
    st.pills(
        "Beside it",
        options,
        format_func=ALSO.__getitem__,
        selection_mode="multi",
        label_visibility="collapsed",
        help=_ALSO_HELP,
        key=key,
        on_change=selection.follow,
        args=("also", key),
    )


def _pick() -> None:
    said: Any = selection.chosen("tokens")
    ref = said.pick if said is not None else None
    if ref:
        selection.change(token=str(ref))


def _chosen(table: Json, rows: Sequence[Reading]) -> Chosen | None:
    """The token that the table shows open."""
    for row in rows:
        for place in range(len(row.prediction.tokens)):
            if token_table.ref_of(row, place) == table["pinned"]:
                return Chosen(row, place)
    return None


def show_operation(looked: Looked) -> None:
    """The operation that was read, the probabilities of all, and which channels were there to read."""
    truth = looked.window.operation
    st.markdown(reading.operation_words(looked.read, truth))
    frame = reading.operations_frame(looked.read, truth, looked.changed)
    st.echarts_chart(
        charts.operations(frame, theme.ink()),
        height=charts.operations_height(frame),
        key="operations",
        alt=f"Operation probabilities, {looked.read.operation} highest",
    )
    absent = window_view.absent(looked.window, looked.bundle.inputs.channels)
    st.caption(reading.absent_words(absent))


def attention(looked: Looked, chosen: Chosen) -> list[float]:
    """Where the decoder looked while it wrote the chosen token: a share of each row of its window."""
    is_changed = chosen.reading.ref == "changed"
    ids = chosen.reading.prediction.ids
    if chosen.reading.by_position:
        truth = reading.true_line(looked.bundle, looked.label, looked.window)
        ids = truth.ids if truth else ids
    without, change = (looked.what_if.without, looked.what_if.change.text) if is_changed else ((), "")
    question = (looked.window.start_row, without, change, ids)
    rows = _attention(looked.bundle.digest, looked.digest, question, looked.bundle, looked.window)
    return rows[chosen.place]


@st.cache_data(max_entries=128, show_spinner=False)
def _attention(
    bundle_digest: str,
    run_digest: str,
    question: tuple[int, tuple[str, ...], str, tuple[int, ...]],
    _bundle: Bundle,
    _window: RunWindow,
) -> list[list[float]]:
    _, without, change, ids = question
    inputs = window_input(_bundle, _window, without, changes.parse(change))
    found: list[list[float]] = attention_over_rows(_bundle, inputs, ids).tolist()
    return found
