"""Curves of trainings: one small panel a figure, one line a training."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.training.stage_log import StageLog
from dashboard.theme import Ink

Spec = dict[str, Any]
HEIGHT = 190
EPOCHS, SECONDS = "epochs", "seconds"
MINUTES_FROM_S = 300
_CROSS = "path://M0,0L10,10M10,0L0,10"


@dataclass(frozen=True, eq=False)
class Curve:
    """One training's log of one stage, with its name and colour."""

    name: str
    colour: str
    log: StageLog


@dataclass(frozen=True)
class Panel:
    """One figure of a log: its column, its title, whether it is a share, and decides which weights are kept."""

    column: str
    title: str
    share: bool = False
    decides: bool = False


_STAGE1 = (
    Panel("loss", "Training loss"),
    Panel("score", "Validation: score", decides=True),
    Panel("operation", "Validation: operation right", share=True),
    Panel("place", "Validation: place within 2 rows", share=True),
    Panel("reconstruction", "Validation: error of restoring"),
)
_STAGE2 = (
    Panel("loss", "Training loss"),
    Panel("token", "Validation: token, forced", share=True),
    Panel("line", "Validation: whole line, free", share=True),
)


def panels(stage: str, curves: Sequence[Curve]) -> tuple[Panel, ...]:
    """The figures that any of the logs has; in stage 2 the one that decides is that which the preset names."""
    known = _STAGE1 if stage == "stage1" else _STAGE2
    there = [panel for panel in known if any(panel.column in curve.log.columns for curve in curves)]
    if stage == "stage1":
        return tuple(there)
    return tuple(
        Panel(panel.column, panel.title, panel.share, _decides(panel.column, curves)) for panel in there
    )


def _decides(column: str, curves: Sequence[Curve]) -> bool:
    columns = [curve.log.columns for curve in curves]
    return column != "loss" and all(each.get(column) == each["score"] for each in columns)


def in_minutes(curves: Sequence[Curve]) -> bool:
    """Whether times are long enough to be told in minutes."""
    return max((curve.log.seconds for curve in curves), default=0.0) > MINUTES_FROM_S


def chart(panel: Panel, curves: Sequence[Curve], axis: str, smooth: int, ink: Ink) -> Spec:
    """The option of `st.echarts_chart`: a line a training, solid up to its best epoch and dashed after it."""
    minutes = in_minutes(curves)
    series = [one for curve in curves for one in _series(panel, curve, axis, smooth, minutes, ink)]
    planned = max((curve.log.planned or 0 for curve in curves), default=0)
    label = {"color": ink.quiet, "fontSize": 11}
    unit = " %" if panel.share else ""
    return {
        "animation": False,
        "grid": {"left": 4, "right": 14, "top": 12, "bottom": 16, "containLabel": True},
        "tooltip": {"trigger": "item", "confine": True, "formatter": "{a}<br/>{b}"},
        "xAxis": {
            "type": "value",
            "min": 0,
            **({"max": planned or None, "minInterval": 1} if axis == EPOCHS else {}),
            "name": "epoch" if axis == EPOCHS else "min" if minutes else "s",
            "nameLocation": "middle",
            "nameGap": 18,
            "nameTextStyle": {**label, "fontSize": 10},
            "axisLabel": label,
            "axisLine": {"lineStyle": {"color": ink.rule}},
            "splitLine": {"show": False},
        },
        "yAxis": {
            "type": "value",
            "scale": True,
            "splitNumber": 4,
            "axisLabel": {**label, "formatter": f"{{value}}{unit}"},
            "splitLine": {"lineStyle": {"color": ink.rule}},
        },
        "series": series,
    }


def _series(panel: Panel, curve: Curve, axis: str, smooth: int, minutes: bool, ink: Ink) -> list[Spec]:
    log = curve.log
    if panel.column not in log.columns:
        return []
    colour = ink.line(curve.colour)
    x = [round(each, 2) for each in _places(log, axis, minutes)]
    exact = [each * (100 if panel.share else 1) for each in log.columns[panel.column]]
    drawn = smoothed(exact, smooth)
    points = [
        {
            "value": [at, round(value, 4)],
            "name": _words(panel, curve, place, exact[place]),
        }
        for place, (at, value) in enumerate(zip(x, drawn, strict=True))
    ]
    base = {
        "type": "line",
        "name": curve.name,
        "symbol": "circle",
        "symbolSize": 4,
        "showAllSymbol": True,
        "itemStyle": {"color": colour},
        "emphasis": {"scale": 2},
    }
    found: list[Spec] = []
    if smooth:
        faint = [[at, round(value, 4)] for at, value in zip(x, exact, strict=True)]
        found.append(
            {
                **base,
                "data": faint,
                "symbol": "none",
                "silent": True,
                "lineStyle": {"color": colour, "width": 1, "opacity": 0.3},
            }
        )
    best = log.best
    found.append({**base, "data": points[: best + 1], "lineStyle": {"color": colour, "width": 2}})
    if best + 1 < len(points):
        dashed = {"color": colour, "width": 1.5, "type": [4, 3]}
        found.append({**base, "symbolSize": 2, "data": points[best:], "lineStyle": dashed})
    found.append(
        {
            "type": "scatter",
            "name": curve.name,
            "data": [points[best]],
            "symbol": "circle",
            "symbolSize": 10,
            "itemStyle": {"color": ink.page, "borderColor": colour, "borderWidth": 2.5},
            "z": 5,
        }
    )
    if log.ended_early:
        found.append(
            {
                "type": "scatter",
                "name": curve.name,
                "data": [points[-1]],
                "symbol": _CROSS,
                "symbolSize": 9,
                "itemStyle": {"color": "transparent", "borderColor": colour, "borderWidth": 2},
                "z": 6,
            }
        )
    return found


def _places(log: StageLog, axis: str, minutes: bool) -> list[float]:
    if axis == EPOCHS:
        return list(log.columns["epoch"])
    return [each / (60 if minutes else 1) for each in log.columns["seconds"]]


def _words(panel: Panel, curve: Curve, place: int, value: float) -> str:
    figure = f"{value:.1f} %" if panel.share else f"{value:.4g}"
    best = ", the best epoch" if place == curve.log.best else ""
    return f"epoch {curve.log.columns['epoch'][place]:g}{best}: {figure}"


def smoothed(values: Sequence[float], width: int) -> list[float]:
    """The mean of `width` epochs about each one, of fewer at the ends; 0 and 1 leave the values as they are."""
    if width < 2:
        return list(values)
    reach = width // 2
    array = np.asarray(values, np.float64)
    return [float(array[max(0, at - reach) : at + reach + 1].mean()) for at in range(len(array))]


def words(curve: Curve) -> str:
    """How one stage of a training goes, in words."""
    log = curve.log
    planned = f" of at most {log.planned}" if log.planned else ""
    best = f"best score {log.score:.4f} in epoch {log.columns['epoch'][log.best]:g}"
    early = f"; stopped early, {log.patience} epochs without a better score" if log.ended_early else ""
    return f"{log.done}{planned} epochs, {best}{early}"
