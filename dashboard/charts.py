"""Chart specifications for `st.echarts_chart`: plain dictionaries, made from plain tables."""

from typing import Any

import pandas as pd

from dashboard import theme
from dashboard.theme import Ink

Spec = dict[str, Any]


def operations_height(frame: pd.DataFrame) -> int:
    """Pixels that `operations` needs."""
    readings = len(frame.columns) // 2
    return len(frame) * (13 + 11 * readings) + (30 if readings > 1 else 8)


def operations(frame: pd.DataFrame, ink: Ink) -> Spec:
    """Operation probabilities as bars: columns `operation`, one a reading in 0 to 1, then one a reading in words."""
    readings = [str(name) for name in frame.columns[1 : 1 + len(frame.columns) // 2]]
    return {
        "animation": False,
        "dataset": {"source": frame},
        "grid": {
            "left": 0,
            "right": 50,
            "top": 26 if len(readings) > 1 else 2,
            "bottom": 2,
            "containLabel": True,
        },
        "legend": {
            "show": len(readings) > 1,
            "top": 0,
            "left": 0,
            "itemHeight": 9,
            "itemWidth": 14,
            "textStyle": {"color": ink.text},
        },
        "tooltip": {"trigger": "axis", "valueFormatter": "percent", "confine": True},
        "xAxis": {"type": "value", "min": 0, "max": 1, "show": False},
        "yAxis": {
            "type": "category",
            "inverse": True,
            "axisTick": {"show": False},
            "axisLine": {"show": False},
            "axisLabel": {"interval": 0, "fontSize": 12, "color": ink.text},
        },
        "series": [
            _bars(reading, colour, ink)
            for reading, colour in zip(readings, (theme.PREDICTION, theme.WITHOUT), strict=False)
        ],
    }


def _bars(reading: str, colour: str, ink: Ink) -> Spec:
    return {
        "type": "bar",
        "name": reading,
        "encode": {"x": reading, "y": "operation", "tooltip": [reading]},
        "barMaxWidth": 12,
        "barGap": "15%",
        "itemStyle": {"color": colour, "borderRadius": 2},
        "label": {
            "show": True,
            "position": "right",
            "distance": 4,
            "formatter": f"{{@{reading} in words}}",
            "fontSize": 11,
            "color": ink.text,
        },
        "showBackground": True,
        "backgroundStyle": {"color": ink.rule, "opacity": 0.35, "borderRadius": 2},
    }


def value_axis(ink: Ink, name: str, **more: object) -> Spec:
    """An axis of numbers with its name in the middle; `more` is added, or takes the place of what is here."""
    return {
        "type": "value",
        "name": name,
        "nameLocation": "middle",
        "nameGap": 30,
        "nameTextStyle": {"color": ink.quiet, "fontSize": 12},
        "axisLabel": {"color": ink.quiet},
        "axisLine": {"show": False},
        "axisTick": {"show": False},
        "splitLine": {"lineStyle": {"color": ink.rule, "opacity": 0.6}},
        **more,
    }
