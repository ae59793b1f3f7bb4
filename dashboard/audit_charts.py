"""Scatters of the Audit page: what each sight tells of the operation, and a channel run by run."""

from collections.abc import Sequence
from itertools import groupby
from math import isfinite

import numpy as np

from core.evidence.audit.finding import percent
from core.evidence.audit.probes import SESSION, Probe
from core.evidence.audit.sights import Kind
from core.evidence.audit.words import MECHANISMS, sight_name
from dashboard import theme
from dashboard.charts import Spec, value_axis
from dashboard.theme import Ink

KINDS: dict[Kind, str] = {
    "presence": "Board presence",
    "ambient": "Ambient",
    "elapsed": "Elapsed time",
    "controller": "Controller",
    "modality": "Modality",
    "board": "Board",
    "channel": "Channel",
}
# of each kind: its symbol, its size, its colour
_MARKS: dict[Kind, tuple[str, int, str]] = {
    "presence": ("diamond", 15, theme.ERROR),
    "ambient": ("diamond", 15, "#0a82a8"),
    "elapsed": ("diamond", 15, "#7a6fd0"),
    "controller": ("diamond", 15, theme.MUTED),
    "modality": ("circle", 12, theme.PREDICTION),
    "board": ("rect", 10, "#1f8049"),
    "channel": ("circle", 6, theme.WITHOUT),
}
# of more runs than this the range within each is left out: it would be narrower than a pixel
MOST_RANGES = 400


def small_axis(ink: Ink, name: str, **more: object) -> Spec:
    """An axis of values with small figures."""
    return value_axis(ink, name, **{"axisLabel": {"color": ink.quiet, "fontSize": 11}, **more})


def legend(ink: Ink) -> Spec:
    """What names the series, above the chart."""
    return {
        "top": 0,
        "left": 0,
        "itemWidth": 12,
        "itemHeight": 10,
        "itemGap": 12,
        "textStyle": {"color": ink.text, "fontSize": 12},
        "pageIconSize": 11,
        "pageTextStyle": {"color": ink.quiet},
        "pageIconColor": ink.quiet,
    }


def drawn(found: Sequence[Probe]) -> list[tuple[Kind, list[Probe]]]:
    """The probes that have a place in the picture, by kind in the order of its series."""
    some = [probe for probe in found if isfinite(probe.between)]
    order = list(KINDS)
    ordered = sorted(some, key=lambda probe: order.index(probe.kind), reverse=True)
    return [(kind, list(own)) for kind, own in groupby(ordered, key=lambda probe: probe.kind)]


def tells(found: Sequence[Probe], chosen: str | None, ink: Ink) -> Spec:
    """Accuracy of the operation against the share of variance that lies between runs, a point a probe."""
    series: list[Spec] = []
    # the names of boards lie over those of modalities where both are drawn
    few = not any(probe.kind in ("modality", "channel") for probe in found)
    for kind, own in drawn(found):
        symbol, size, colour = _MARKS[kind]
        points = [_point(probe, probe.name == chosen, size, ink) for probe in own]
        series.append(
            {
                "type": "scatter",
                "name": KINDS[kind],
                "symbol": symbol,
                "symbolSize": size,
                "selectedMode": "single",
                "select": {"itemStyle": {"borderColor": ink.text, "borderWidth": 2}},
                "itemStyle": {"color": ink.line(colour), "opacity": 0.6 if kind == "channel" else 0.95},
                "label": {
                    "show": kind not in ("channel", "board") or few,
                    "formatter": "{b}",
                    "position": "left",
                    "fontSize": 11,
                    "color": ink.text,
                },
                "labelLayout": {"hideOverlap": True, "moveOverlap": "shiftY"},
                "data": points,
            }
        )
    if series:
        series[0] |= _grounds(found, ink)
    return {
        "animation": False,
        "grid": {"left": 48, "right": 18, "top": 34, "bottom": 46},
        "legend": {**legend(ink), "type": "scroll"},
        "tooltip": {"trigger": "item", "confine": True, "formatter": "{b}<br>{@[2]}"},
        "xAxis": small_axis(ink, "Share of its variance that lies between runs, %", min=0, max=100),
        "yAxis": small_axis(ink, "Operations told, %", min=0, max=100, nameGap=34),
        "series": series,
    }


def _point(probe: Probe, chosen: bool, size: int, ink: Ink) -> Spec:
    said = f"operation {percent(probe.operation)}, {MECHANISMS[probe.mechanism]}"
    point: Spec = {
        "name": sight_name(probe),
        "value": [round(100 * probe.between, 1), round(100 * probe.operation.value, 1), said],
    }
    if chosen:
        point |= {
            "symbolSize": size + 6,
            "itemStyle": {"borderColor": ink.text, "borderWidth": 2, "opacity": 1},
            "label": {"show": True, "fontWeight": "bold", "color": ink.text},
        }
    return point


def _grounds(found: Sequence[Probe], ink: Ink) -> Spec:
    """The corner of what names the session, and the line of chance."""
    chance = round(100 * found[0].usual_operation.value, 1)
    return {
        "markArea": {
            "silent": True,
            "itemStyle": {"color": theme.ERROR, "opacity": 0.09},
            "label": {
                "show": True,
                "position": "insideBottom",
                "color": ink.text,
                "fontSize": 11,
                "fontWeight": 600,
            },
            "data": [
                [{"coord": [100 * SESSION, chance], "name": "session"}, {"coord": [100, 100]}],
            ],
        },
        "markLine": {
            "silent": True,
            "symbol": "none",
            "lineStyle": {"color": ink.quiet, "type": "dashed"},
            "label": {
                "formatter": "always the most frequent operation",
                "position": "insideMiddleBottom",
                "color": ink.quiet,
            },
            "data": [{"yAxis": chance}],
        },
    }


def of_operations(operations: Sequence[str]) -> dict[str, str]:
    """A colour for each operation, in the order of the runs."""
    names = list(dict.fromkeys(operations))
    return dict(zip(names, theme.series(len(names), theme.PREDICTION), strict=True))


def run_levels(
    runs: Sequence[str],
    operations: Sequence[str],
    values: np.ndarray,
    ranges: tuple[np.ndarray, np.ndarray] | None,
    unit: str,
    chosen: str | None,
    ink: Ink,
) -> Spec:
    """The mean of a channel in each run, a dot a run coloured by operation, with the range of its windows' means."""
    series: list[Spec] = []
    for operation, colour in of_operations(operations).items():
        own = [
            place for place, name in enumerate(operations) if name == operation and isfinite(values[place])
        ]
        shade = ink.line(colour)
        if ranges is not None and len(runs) <= MOST_RANGES:
            low, high = ranges
            boxes = [
                [place, *(float(f"{of[place]:.6g}") for of in (low, low, values, high, high))]
                for place in own
            ]
            series.append(
                {
                    "type": "boxplot",
                    "name": operation or "unknown",
                    "data": boxes,
                    "encode": {"x": 0, "y": [1, 2, 3, 4, 5]},
                    "boxWidth": [2, 6],
                    "silent": True,
                    "tooltip": {"show": False},
                    "itemStyle": {"color": shade, "borderColor": shade, "borderWidth": 1, "opacity": 0.35},
                }
            )
        series.append(
            {
                "type": "scatter",
                "name": operation or "unknown",
                "symbolSize": 8,
                "selectedMode": "single",
                "select": {"itemStyle": {"borderColor": ink.text, "borderWidth": 2}},
                "itemStyle": {"color": shade},
                "data": [
                    _run(runs[place], place, values[place], runs[place] == chosen, ink) for place in own
                ],
            }
        )
    return {
        "animation": False,
        "grid": {"left": 64, "right": 14, "top": 34, "bottom": 30},
        "legend": {**legend(ink), "type": "scroll"},
        "tooltip": {"trigger": "item", "confine": True, "formatter": "<b>{b}</b><br>{a}: {@[1]}"},
        "xAxis": {
            "type": "category",
            "data": list(runs),
            "name": "Runs, by operation and name",
            "nameLocation": "middle",
            "nameGap": 12,
            "nameTextStyle": {"color": ink.quiet, "fontSize": 12},
            "axisLabel": {"show": False},
            "axisTick": {"show": False},
            "axisLine": {"lineStyle": {"color": ink.rule}},
        },
        "yAxis": small_axis(ink, unit, scale=True, nameGap=48),
        "series": series,
    }


def _run(run: str, place: int, value: float, chosen: bool, ink: Ink) -> Spec:
    point: Spec = {"name": run, "value": [place, float(f"{value:.6g}")]}
    if chosen:
        point |= {"symbolSize": 13, "itemStyle": {"borderColor": ink.text, "borderWidth": 2}}
    return point
