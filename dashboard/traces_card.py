"""The traces of the window that Predict looks at, with where the decoder looked or what the reading rests on."""

from collections.abc import Mapping

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.errors import ToolmarkError
from core.model.bundle import Bundle
from core.recordings.changes import Change
from core.recordings.inputs import prepare
from core.recordings.recording import RunWindow
from core.recordings.windows import WindowLabel
from dashboard import address, components, data, reading_card, theme, trace_chart, window_view
from dashboard.attribution_view import Found
from dashboard.reading_card import Chosen, Looked
from dashboard.row_strips import Strip

ATTENTION = (
    "Shaded: where the decoder's last layer looked while it wrote {token}, mean over its heads. It shows which rows "
    "were mixed in, not what in them mattered: the encoder has already carried each row's content to its neighbours, "
    "and other rows may have given the same answer."
)


def show(
    window: RunWindow,
    label: WindowLabel,
    digest: str,
    wanted: tuple[str, ...],
    looked: Looked | None,
    strip: Strip | None,
) -> None:
    """What the sensors felt in the window, with the program's lines under it and a strip of a figure of each row."""
    spread = data.liveliness(window.recording, digest)
    felt = window_view.felt_modalities(window.recording, spread)
    shown, _ = address.keep_known(wanted, felt)
    what_if = looked.what_if if looked is not None else None
    added = (
        _added(looked.bundle, window, what_if.change) if looked is not None and what_if is not None else {}
    )
    with st.container(border=True):
        components.pick_names("Traces", "channels", felt, shown, "The main modalities; choose to see others")
        modalities = shown or window_view.main_modalities(window.recording, felt)
        touched = {window.recording.machine.modality(name) for name in added}
        modalities = (*modalities, *(m for m in felt if m in touched and m not in modalities))
        panels = window_view.panels(window, spread, modalities, added)
        segments = window_view.lane(window, label)
        frame = window_view.trace_frame(window, panels, segments, added)
        strips = [strip] if strip is not None else []
        st.echarts_chart(
            trace_chart.chart(
                frame, panels, segments, what_if.without if what_if else (), theme.ink(), strips
            ),
            height=trace_chart.height(panels, strips),
            key="traces",
            alt=f"Traces of {', '.join(modalities)} from row {window.start_row} on, program lines under them",
        )
        if added:
            st.caption("Dotted: the channel as it is changed.")
        elif what_if is not None and what_if.change.additions:
            st.caption("None of the changed channels is live in this window: nothing was added.")
        if window.recording.lines is None:
            st.caption("This recording has no program lines: the lane is empty and nothing can be compared.")


def _added(bundle: Bundle, window: RunWindow, change: Change) -> Mapping[str, NDArray[np.float32]]:
    """What a change puts on the channels of the window, those that it touches."""
    if not change.additions:
        return {}
    names, prepared = bundle.inputs.channels, prepare(window.recording, bundle.inputs)
    try:
        values = change.added(prepared, window.rows, names, bundle.machine)
    except ToolmarkError:
        return {}
    return {
        window.recording.machine.channel(names[c]): values[:, c] for c in np.flatnonzero(values.any(axis=0))
    }


def attention_strip(looked: Looked, chosen: Chosen) -> Strip:
    """Where the decoder looked while it wrote the chosen token."""
    values = np.array(reading_card.attention(looked, chosen))
    if chosen.reading.ref == "changed":
        values = _in_place(values, looked.what_if.change.shift)
    return Strip("Attention", f"while writing {chosen.words}", values, theme.PREDICTION, shades=True)


def _in_place(values: NDArray[np.float64], shift: int) -> NDArray[np.float64]:
    """Figures of the rows of a window `shift` rows later, at those rows of the original; 0 where there is none."""
    placed = np.zeros_like(values)
    for row in range(len(values)):
        if 0 <= row + shift < len(values):
            placed[row + shift] = values[row]
    return placed


def say_attention(chosen: Chosen) -> None:
    """What the shades are, and what they do not show."""
    st.caption(ATTENTION.format(token=f"`{chosen.words}`" if chosen.token.kind != "end" else chosen.words))


def attribution_strip(found: Found | None, shift: int) -> Strip | None:
    """What each row of a window that begins `shift` rows later adds; occlusion does not tell it."""
    if found is None or found.by_row is None:
        return None
    return Strip("By row", "integrated gradients", _in_place(found.by_row, shift), theme.PREDICTION)
