"""The chart of traces: a panel a modality over one axis of rows, the lane of program lines under them."""

from collections.abc import Sequence
from html import escape
from typing import Any

import pandas as pd

from dashboard import row_strips, theme
from dashboard.row_strips import Strip
from dashboard.theme import Ink
from dashboard.window_view import Panel, Segment, changed_column, column

Spec = dict[str, Any]

PANEL = 54
GAP = 14
LANE = 30
LEFT = 150
RIGHT = 112
TOP = 8
BOTTOM = 40
# the liveliest trace of a panel first: kind and width of its line, and the mark beside its name
_LINES: tuple[tuple[str, float, str], ...] = (("solid", 2.0, "━"), ("solid", 1.0, "─"), ("dashed", 1.2, "╌"))
# pixels that a row of the window surely has on a wide and on a narrow chart: the lane's text is cut to what fits
_WIDE, _NARROW, _NARROW_CHART = 8.5, 3.9, 820
_CHARACTER = 6.2


def height(panels: Sequence[Panel], strips: Sequence[Strip] = ()) -> int:
    """Pixels that the chart needs."""
    return TOP + len(panels) * (PANEL + GAP) + len(strips) * (row_strips.HEIGHT + GAP) + LANE + BOTTOM


def chart(
    frame: pd.DataFrame,
    panels: Sequence[Panel],
    segments: Sequence[Segment],
    muted: Sequence[str],
    ink: Ink,
    strips: Sequence[Strip] = (),
) -> Spec:
    """The option of `st.echarts_chart` for what `window_view` made of a window."""
    last = len(panels) + len(strips)
    heights = [PANEL] * len(panels) + [row_strips.HEIGHT] * len(strips) + [LANE]
    tops = [TOP + sum(heights[:number]) + number * GAP for number in range(last + 1)]
    frame = frame.assign(**{strip.column: strip.values for strip in strips})
    grids = [
        {"left": LEFT, "right": RIGHT, "top": top, "height": height}
        for top, height in zip(tops, heights, strict=True)
    ]
    titles = [_lane_title(tops[last], ink)]
    series = [_lane_series(segments, last, ink)]
    narrow = {"markArea": {"data": _areas(segments, _NARROW, ink)}}
    for number, panel in enumerate(panels):
        is_muted = panel.modality in muted
        titles += _panel_titles(panel, is_muted, tops[number], ink)
        series += _panel_series(frame, panel, number, is_muted, ink)
        series[-1:] = [row_strips.shaded(series[-1], frame, strips)] if panel.channels else series[-1:]
    for number, strip in enumerate(strips, start=len(panels)):
        titles.append(_title(strip.name, strip.note, tops[number], ink))
        series.append(row_strips.series(strip, number, ink))
    return {
        "animation": False,
        "dataset": {"source": frame},
        "title": titles,
        "grid": grids,
        "xAxis": [_row_axis(number, frame, ink, last=number == last) for number in range(last + 1)],
        "yAxis": [
            *(_value_axis(n, panel, ink) for n, panel in enumerate(panels)),
            *(row_strips.axis(n, strip) for n, strip in enumerate(strips, start=len(panels))),
            _lane_axis(last),
        ],
        "series": series,
        "axisPointer": {"link": [{"xAxisIndex": "all"}], "lineStyle": {"color": ink.quiet}},
        "tooltip": {
            "trigger": "axis",
            "confine": True,
            "padding": [6, 10],
            "textStyle": {"fontSize": 12},
            "formatter": _tooltip(panels, strips),
        },
        "dataZoom": [{"type": "inside", "xAxisIndex": list(range(last + 1)), "filterMode": "none"}],
        "media": [
            {"query": {"maxWidth": _NARROW_CHART}, "option": {"series": [narrow]}},
            {"option": {"series": [{"markArea": {"data": _areas(segments, _WIDE, ink)}}]}},
        ],
    }


def _tooltip(panels: Sequence[Panel], strips: Sequence[Strip]) -> str:
    """One row's line and values: ECharts' own tooltip would repeat the row for every panel and outgrow the screen."""
    values = (
        f"<tr><td>{escape(name(panel.modality))}</td>"
        + "".join(
            f'<td style="padding-left:12px;text-align:right">{{@{column(c)}}}</td>' for c in panel.channels
        )
        + "</tr>"
        for panel in panels
    )
    figures = (f"<tr><td>{escape(s.name)}</td><td>{{@{s.column}}}</td></tr>" for s in strips)
    return f"<b>Row {{@row}}</b>&ensp;{{@line}}<table>{''.join(values)}{''.join(figures)}</table>"


def name(modality: str) -> str:
    """A modality as a word: `motor_current` is "Motor current"."""
    return modality.replace("_", " ").capitalize()


def _panel_titles(panel: Panel, is_muted: bool, top: int, ink: Ink) -> list[Spec]:
    """The modality at the left of its panel, the traces' names at the right: labels on the lines would collide."""
    colour = ink.line(theme.MUTED if is_muted else theme.modality_colour(panel.modality))
    drawn = f"{panel.unit}; {len(panel.channels)} of {len(panel.channels) + panel.others} live"
    below = "muted for the model" if is_muted else drawn
    names = "\n".join(
        f"{{mark|{mark}}} {label}" for label, (*_, mark) in zip(panel.labels, _LINES, strict=False)
    )
    return [
        _title(name(panel.modality), below, top, ink),
        {
            "text": names,
            "left": None,
            "right": 0,
            "top": top + 2,
            "padding": 0,
            "textAlign": "left",
            "textStyle": {
                "fontSize": 11,
                "fontWeight": 400,
                "lineHeight": 16,
                "width": RIGHT - 12,
                "overflow": "truncate",
                "color": ink.quiet,
                "rich": {"mark": {"color": colour}},
            },
        },
    ]


def _title(text: str, below: str, top: int, ink: Ink) -> Spec:
    return {
        "text": text,
        "subtext": below,
        "left": 0,
        "top": top,
        "padding": 0,
        "itemGap": 3,
        "textStyle": {"fontSize": 13, "fontWeight": 600, "lineHeight": 17, "color": ink.text},
        "subtextStyle": {"fontSize": 11, "color": ink.quiet},
    }


def _lane_title(top: int, ink: Ink) -> Spec:
    return _title("G-code", "true line of each row", top, ink)


def _row_axis(number: int, frame: pd.DataFrame, ink: Ink, *, last: bool) -> Spec:
    rows = frame["row"]
    axis: Spec = {
        "gridIndex": number,
        "type": "value",
        "min": int(rows.iloc[0]),
        "max": int(rows.iloc[-1]) + 1,
        "interval": 8,
        "axisLine": {"show": last, "onZero": False, "lineStyle": {"color": ink.rule}},
        "axisTick": {"show": False},
        "splitLine": {"show": False},
        "axisLabel": {"show": last, "color": ink.quiet, "fontSize": 11},
        "axisPointer": {"show": True, "snap": True, "label": {"show": last, "precision": 0}},
    }
    if last:
        axis |= {"name": "row of the run", "nameLocation": "middle", "nameGap": 24}
        axis["nameTextStyle"] = {"color": ink.quiet, "fontSize": 11}
    return axis


def _value_axis(number: int, panel: Panel, ink: Ink) -> Spec:
    low, high = panel.low, panel.high
    return {
        "gridIndex": number,
        "type": "value",
        "min": low,
        "max": high,
        "interval": high - low,
        "axisLabel": {
            "color": ink.quiet,
            "fontSize": 10,
            "margin": 6,
            "verticalAlignMinLabel": "bottom",
            "verticalAlignMaxLabel": "top",
        },
        "axisLine": {"show": False},
        "axisTick": {"show": False},
        "splitLine": {"lineStyle": {"color": ink.rule, "opacity": 0.7}},
    }


def _lane_axis(number: int) -> Spec:
    return {"gridIndex": number, "type": "category", "show": False}


def _panel_series(frame: pd.DataFrame, panel: Panel, number: int, is_muted: bool, ink: Ink) -> list[Spec]:
    """The panel's traces; a channel that a change touches is drawn once more as it then is."""
    colour = ink.line(theme.MUTED if is_muted else theme.modality_colour(panel.modality))
    return [
        {
            "type": "line",
            "name": column(channel),
            "xAxisIndex": number,
            "yAxisIndex": number,
            "encode": {"x": "row", "y": column(channel), "tooltip": [column(channel)]},
            "showSymbol": False,
            "lineStyle": {"width": width, "color": colour, "type": kind},
            "itemStyle": {"color": colour},
            "emphasis": {"disabled": True},
        }
        for channel, (kind, width, _) in zip(panel.channels, _LINES, strict=False)
    ] + [
        {
            "type": "line",
            "name": changed_column(channel),
            "xAxisIndex": number,
            "yAxisIndex": number,
            "encode": {"x": "row", "y": changed_column(channel)},
            "showSymbol": False,
            "lineStyle": {"width": 1.4, "color": ink.line(theme.WITHOUT), "type": "dotted"},
            "itemStyle": {"color": theme.WITHOUT},
            "emphasis": {"disabled": True},
        }
        for channel in panel.channels
        if changed_column(channel) in frame
    ]


def _lane_series(segments: Sequence[Segment], number: int, ink: Ink) -> Spec:
    return {
        "type": "line",
        "name": "G-code",
        "xAxisIndex": number,
        "yAxisIndex": number,
        "encode": {"x": "row", "y": "line", "tooltip": ["line"]},
        "showSymbol": False,
        "lineStyle": {"width": 0},
        "itemStyle": {"color": ink.text},
        "markArea": {"silent": True, "data": _areas(segments, _WIDE, ink)},
    }


def _areas(segments: Sequence[Segment], row: float, ink: Ink) -> list[list[Spec]]:
    return [_area(segment, place, row, ink) for place, segment in enumerate(segments)]


def _area(segment: Segment, place: int, row: float, ink: Ink) -> list[Spec]:
    width = (segment.last - segment.first + 1) * row - 4
    colour, opacity = {
        "label": (ink.text, 0.26),
        "line": (theme.MUTED, 0.14 if place % 2 else 0.24),
        "buffering": (theme.WITHOUT, 0.2),
        "none": (theme.MUTED, 0.05),
    }[segment.kind]
    start = {
        "xAxis": segment.first,
        "name": segment.text,
        "itemStyle": {"color": colour, "opacity": opacity, "borderColor": ink.page, "borderWidth": 1},
        "label": {
            "show": width > 4 * _CHARACTER,
            "position": "inside",
            "width": width,
            "overflow": "truncate",
            "ellipsis": "…",
            "color": ink.text,
            "fontSize": 11,
            "fontWeight": 600 if segment.kind == "label" else 400,
        },
    }
    return [start, {"xAxis": segment.last + 1}]
