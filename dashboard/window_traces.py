"""The traces of one window with its program lines under them, as far as a page wants to show them beside something."""

import streamlit as st

from core.recordings.recording import RunWindow
from dashboard import data, theme, trace_chart, window_view


def show(window: RunWindow, digest: str, key: str, muted: tuple[str, ...] = ()) -> None:
    """The main modalities of a window; `digest` is its run's."""
    label = window_view.true_label(window)
    spread = data.liveliness(window.recording, digest)
    felt = window_view.felt_modalities(window.recording, spread)
    modalities = window_view.main_modalities(window.recording, felt)
    panels = window_view.panels(window, spread, modalities)
    segments = window_view.lane(window, label)
    frame = window_view.trace_frame(window, panels, segments)
    st.echarts_chart(
        trace_chart.chart(frame, panels, segments, muted, theme.ink()),
        height=trace_chart.height(panels),
        key=key,
        alt=f"Traces of {', '.join(modalities)} from row {window.start_row} on, program lines under them",
    )
