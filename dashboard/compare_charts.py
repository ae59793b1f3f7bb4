"""Chart specifications of Compare: reliability, risk and coverage, distances, positions."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from core.evidence.comparison.calibrated import Reliability, RiskCoverage
from core.evidence.comparison.mistakes import MARKED_MM, Distances
from dashboard import theme
from dashboard.charts import Spec, value_axis
from dashboard.theme import Ink

COLOURS = (theme.PREDICTION, theme.WITHOUT)


def _legend(ink: Ink, names: Sequence[str]) -> Spec:
    return {
        "show": len(names) > 1,
        "top": 0,
        "left": 0,
        "data": list(names),
        "textStyle": {"color": ink.text},
    }


def _label(words: str, ink: Ink, position: str = "insideEndTop") -> Spec:
    return {"show": True, "formatter": words, "color": ink.quiet, "fontSize": 11, "position": position}


def reliability(found: Sequence[tuple[str, Reliability]], ink: Ink) -> Spec:
    """How often answers of a confidence are right, over how many there are; perfect calibration is the diagonal."""
    names = [name for name, _ in found]
    series: list[Spec] = []
    for place, (name, each) in enumerate(found):
        some = each.bins.loc[each.bins["n"] > 0, ["confidence", "right"]].to_numpy(np.float64)
        points = (100 * some).round(2).tolist()
        series.append(
            {
                "type": "line",
                "name": name,
                "data": points,
                "symbol": "circle",
                "symbolSize": 8,
                "lineStyle": {"width": 2, "color": COLOURS[place]},
                "itemStyle": {"color": COLOURS[place]},
            }
        )
        middles = (50 * (each.bins["low"] + each.bins["high"])).tolist()
        bars = [list(pair) for pair in zip(middles, each.bins["n"].tolist(), strict=True)]
        series.append(
            {
                "type": "bar",
                "name": name,
                "data": bars,
                "xAxisIndex": 1,
                "yAxisIndex": 1,
                "barWidth": round(18 / len(found)),
                "itemStyle": {"color": COLOURS[place], "opacity": 0.65},
            }
        )
    series[0]["markLine"] = {
        "silent": True,
        "symbol": "none",
        "lineStyle": {"color": ink.quiet, "type": "dashed"},
        "label": {"show": False},
        "data": [[{"coord": [0, 0]}, {"coord": [100, 100]}]],
    }
    return {
        "animation": False,
        "grid": [
            {"left": 52, "right": 16, "top": 30, "height": 250},
            {"left": 52, "right": 16, "top": 306, "height": 64},
        ],
        "legend": _legend(ink, names),
        "tooltip": {"trigger": "item", "confine": True},
        "xAxis": [
            value_axis(ink, "", min=0, max=100, gridIndex=0, axisLabel={"show": False}),
            value_axis(ink, "Confidence, %", min=0, max=100, gridIndex=1, containShape=False),
        ],
        "yAxis": [
            value_axis(ink, "Right, %", min=0, max=100, gridIndex=0, nameGap=34),
            value_axis(ink, "n", gridIndex=1, nameGap=34, splitNumber=2),
        ],
        "series": series,
    }


def risk_coverage(found: Sequence[tuple[str, RiskCoverage]], ink: Ink) -> Spec:
    """How right the surest lines are, by the share of windows that they are; dots mark the bundles' thresholds."""
    series: list[Spec] = []
    for place, (name, each) in enumerate(found):
        for column, kind, width in (("exact", "solid", 2.2), ("within_row", "dotted", 1.4)):
            points = (100 * each.curve[["share", column]].to_numpy(np.float64)).round(2).tolist()
            words = "exact line" if column == "exact" else "within a row"
            series.append(
                {
                    "type": "line",
                    "name": f"{name}, {words}" if len(found) > 1 else words.capitalize(),
                    "data": points,
                    "showSymbol": False,
                    "lineStyle": {"width": width, "type": kind, "color": COLOURS[place]},
                    "itemStyle": {"color": COLOURS[place]},
                }
            )
        if each.at is not None:
            series[-2]["markPoint"] = {
                "symbol": "circle",
                "symbolSize": 11,
                "itemStyle": {"color": theme.ERROR},
                "label": {"show": True, "position": "right", "formatter": "threshold", "color": ink.text},
                "data": [{"coord": [100 * each.at[0], 100 * each.at[1]]}],
            }
    return {
        "animation": False,
        "grid": {"left": 52, "right": 16, "top": 30 if len(found) == 1 else 52, "bottom": 50},
        "legend": _legend(ink, [str(one["name"]) for one in series]),
        "tooltip": {"trigger": "axis", "confine": True},
        "xAxis": value_axis(ink, "Share of windows answered, the surest first, %", min=0, max=100),
        "yAxis": value_axis(ink, "Right, %", min=0, max=100, nameGap=34),
        "series": series,
    }


def distances(found: Sequence[tuple[str, Distances]], ink: Ink) -> Spec:
    """The share of lengths that are at most so far off, over mm on a logarithmic axis."""
    series: list[Spec] = [
        {
            "type": "line",
            "name": name,
            "data": [[float(f"{mm:.3g}"), round(100 * share, 2)] for mm, share in each.curve.to_numpy()],
            "showSymbol": False,
            "lineStyle": {"width": 2.2, "color": COLOURS[place]},
            "itemStyle": {"color": COLOURS[place]},
        }
        for place, (name, each) in enumerate(found)
    ]
    series[0]["markLine"] = {
        "silent": True,
        "symbol": "none",
        "lineStyle": {"color": ink.quiet, "type": "dashed", "opacity": 0.7},
        "label": _label("{c} mm", ink, "end"),
        "data": [{"xAxis": mm} for mm in MARKED_MM],
    }
    return {
        "animation": False,
        "grid": {"left": 52, "right": 24, "top": 40, "height": 330},
        "legend": _legend(ink, [name for name, _ in found]),
        "tooltip": {"trigger": "axis", "confine": True},
        "xAxis": value_axis(ink, "At most so far off, mm", type="log", min=0.01, max=300),
        "yAxis": value_axis(ink, "Share of lengths, %", min=0, max=100, nameGap=34),
        "series": series,
    }


def positions(frame: pd.DataFrame, ink: Ink) -> Spec:
    """Token accuracy position by position: given the true tokens before, free-running, and lines right so far."""
    lines = (
        ("forced", "Given the true tokens", theme.PREDICTION, "solid"),
        ("free", "Free-running", theme.ERROR, "solid"),
        ("survives", "Whole line so far", theme.ERROR, "dotted"),
    )
    return {
        "animation": False,
        "grid": {"left": 52, "right": 16, "top": 30, "height": 230},
        "legend": _legend(ink, [name for _, name, _, _ in lines]),
        "tooltip": {"trigger": "axis", "confine": True},
        "xAxis": {
            **value_axis(ink, "Position in the true line (n)"),
            "type": "category",
            "data": [f"{place} ({n:,})" for place, n in frame[["position", "n"]].to_numpy().tolist()],
        },
        "yAxis": value_axis(ink, "Right, %", min=0, max=100, nameGap=34),
        "series": [
            {
                "type": "line",
                "name": name,
                "data": [round(100 * value, 2) for value in frame[column].tolist()],
                "symbolSize": 7,
                "lineStyle": {"width": 2, "color": colour, "type": kind},
                "itemStyle": {"color": colour},
            }
            for column, name, colour, kind in lines
        ],
    }
