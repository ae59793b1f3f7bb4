"""A test window and the training window that is most like it, drawn over one another."""

import numpy as np
import streamlit as st

from core.recordings.recording import Recording
from core.recordings.windows import WINDOW_ROWS
from dashboard import data, theme, window_view
from dashboard.charts import Spec
from dashboard.data import Dataset
from dashboard.theme import Ink

# so many channels are drawn, of as many modalities: those that move most
CHANNELS = 6
HEIGHT = 190
Window = tuple[str, int]


def show(dataset: Dataset, one: Window, other: Window) -> None:
    """Draw the liveliest channels of the first window, the second one over them; ToolmarkError for a bad file."""
    first, second = (data.recording(dataset, run) for run, _ in (one, other))
    lively = data.liveliness(first, dataset.digest(one[0]))
    names = _channels(first, second, lively)
    if not names:
        st.caption("The two windows have no channel in common that moves.")
        return
    values = [
        opened.matrix(names)[row : row + WINDOW_ROWS] for opened, (_, row) in ((first, one), (second, other))
    ]
    st.echarts_chart(
        _chart(names, values[0], values[1], theme.ink()),
        height=HEIGHT,
        key="audit_pair",
        alt=f"{', '.join(names)} in both windows",
    )


def _channels(first: Recording, second: Recording, spread: dict[str, float]) -> list[str]:
    """Of each main modality of sensors the channel that moves most and that both have."""
    machine, both = first.machine, set(second.channels)
    lively = {name: own for name, own in spread.items() if name in both and machine.is_side(name)}
    best: dict[str, str] = {}
    for name in sorted(lively, key=lambda name: -lively[name]):
        if lively[name] > 0:
            best.setdefault(machine.modality(name), name)
    main = window_view.main_modalities(first, tuple(best))
    return [best[name] for name in main if name in best][:CHANNELS]


def _chart(names: list[str], one: np.ndarray, other: np.ndarray, ink: Ink) -> Spec:
    width = 100 / len(names)
    colours = (ink.line(theme.PREDICTION), ink.line(theme.ERROR))
    series: list[Spec] = []
    for place in range(len(names)):
        for label, values, colour, kind in (
            ("test window", one, colours[0], "solid"),
            ("training window", other, colours[1], "dashed"),
        ):
            series.append(
                {
                    "type": "line",
                    "name": label,
                    "xAxisIndex": place,
                    "yAxisIndex": place,
                    "showSymbol": False,
                    "lineStyle": {"width": 1.4, "color": colour, "type": kind},
                    "itemStyle": {"color": colour},
                    "data": [
                        None if np.isnan(value) else float(f"{value:.6g}")
                        for value in values[:, place].tolist()
                    ],
                }
            )
    return {
        "animation": False,
        "legend": {"top": 0, "left": 0, "textStyle": {"color": ink.text, "fontSize": 12}},
        "tooltip": {"trigger": "axis", "confine": True},
        "title": [
            {
                "text": name,
                "left": f"{place * width + 0.5:.2f}%",
                "top": 26,
                "padding": 0,
                "textStyle": {"fontSize": 11, "fontWeight": 600, "color": ink.text},
            }
            for place, name in enumerate(names)
        ],
        "grid": [
            {
                "left": f"{place * width + 0.5:.2f}%",
                "width": f"{width - 2:.2f}%",
                "top": 46,
                "bottom": 8,
                "containLabel": True,
            }
            for place in range(len(names))
        ],
        "xAxis": [
            {
                "gridIndex": place,
                "type": "category",
                "data": list(range(WINDOW_ROWS)),
                "axisLabel": {"show": False},
                "axisTick": {"show": False},
                "axisLine": {"lineStyle": {"color": ink.rule}},
            }
            for place in range(len(names))
        ],
        "yAxis": [
            {
                "gridIndex": place,
                "type": "value",
                "scale": True,
                "splitNumber": 2,
                "axisLabel": {"color": ink.quiet, "fontSize": 10},
                "splitLine": {"lineStyle": {"color": ink.rule, "opacity": 0.4}},
            }
            for place in range(len(names))
        ],
        "series": series,
    }
