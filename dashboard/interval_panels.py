"""Differences with their intervals, a panel a metric and a line a comparison: what lies off 0 is seen at once."""

from collections.abc import Mapping, Sequence
from math import ceil, floor

from core.evidence.metrics import describe
from core.evidence.paired import Difference
from dashboard import theme
from dashboard.charts import Spec
from dashboard.score_table import COMPARED
from dashboard.theme import Ink

ROW, TOP, BOTTOM = 27, 30, 26
# of the width, in per cent: names of lines at the left, the gap between panels
NAMES, GAP = 20, 1.8
# pixels of a name before it goes on in a second line: longer ones would be given room by the first panel
NAME_WIDTH = 112
# points between the lines of an axis, the first that leaves no more than LINES of them
STEPS, LINES = (2, 5, 10, 20, 25, 50), 4
_HIDDEN = {"show": False}


def height(lines: int) -> int:
    """Pixels that so many lines need."""
    return TOP + BOTTOM + ROW * lines


def words(found: Difference) -> str:
    """A difference in points with its interval, "+4.4 (-0.4 to 9.2)"."""
    span = (
        ""
        if found.low is None or found.high is None
        else f" ({100 * found.low:+.1f} to {100 * found.high:+.1f})"
    )
    return f"{100 * found.points:+.1f}{span}".replace("-", "−")


def chart(lines: Sequence[tuple[str, Mapping[str, Difference]]], metrics: Sequence[str], ink: Ink) -> Spec:
    """The option of `st.echarts_chart`; `lines`: a label and metric -> difference, from the top down."""
    grids, titles, x_axes, y_axes, series = [], [], [], [], []
    for place, metric in enumerate(metrics):
        own = [by_metric.get(metric) for _, by_metric in lines]
        grids.append(
            {"left": _left(place, len(metrics)), "width": _width(len(metrics)), "top": TOP, "bottom": BOTTOM}
        )
        titles.append(
            {
                "text": COMPARED.get(metric, describe(metric).label),
                "left": _left(place, len(metrics)),
                "top": 4,
                "padding": 0,
                "textStyle": {"fontSize": 12, "fontWeight": 600, "color": ink.text},
            }
        )
        low, high, step = _scale(own)
        x_axes.append(
            {
                "gridIndex": place,
                "type": "value",
                "min": low,
                "max": high,
                "interval": step,
                # the ends stay within their panel: in a narrow window the next one is near
                "axisLabel": {
                    "color": ink.quiet,
                    "fontSize": 10,
                    "hideOverlap": True,
                    "alignMinLabel": "left",
                    "alignMaxLabel": "right",
                },
                "axisLine": _HIDDEN,
                "axisTick": _HIDDEN,
                "splitLine": {"lineStyle": {"color": ink.rule, "opacity": 0.5}},
            }
        )
        y_axes.append(
            {
                "gridIndex": place,
                "type": "category",
                "inverse": True,
                "data": [label for label, _ in lines],
                "axisTick": _HIDDEN,
                "axisLine": _HIDDEN,
                "axisLabel": {
                    "show": place == 0,
                    "interval": 0,
                    "fontSize": 12,
                    "lineHeight": 12,
                    "width": NAME_WIDTH,
                    "overflow": "break",
                    "color": ink.text,
                },
            }
        )
        series += _panel(lines, metric, place, ink)
    return {
        "animation": False,
        "grid": grids,
        "title": titles,
        "xAxis": x_axes,
        "yAxis": y_axes,
        "tooltip": {"trigger": "item", "confine": True, "formatter": "{b}"},
        "series": series,
    }


def _width(panels: int) -> str:
    return f"{(100 - NAMES) / panels - GAP:.2f}%"


def _left(place: int, panels: int) -> str:
    return f"{NAMES + place * (100 - NAMES) / panels:.2f}%"


def _scale(own: Sequence[Difference | None]) -> tuple[int, int, int]:
    """The ends of an axis that holds 0 and every interval, and the points between two of its lines."""
    ends = [0.0]
    for each in own:
        if each is not None:
            ends += [100 * end for end in (each.points, each.low, each.high) if end is not None]
    low, high = min(ends), max(ends)
    step = next((step for step in STEPS if high - low <= LINES * step), STEPS[-1])
    return floor(low / step) * step, ceil(high / step) * step, step


def _panel(
    lines: Sequence[tuple[str, Mapping[str, Difference]]], metric: str, place: int, ink: Ink
) -> list[Spec]:
    own = [by_metric.get(metric) for _, by_metric in lines]
    axes = {"xAxisIndex": place, "yAxisIndex": place}
    spans = [
        (100 * each.low, 100 * (each.high - each.low))
        if each is not None and each.low is not None and each.high is not None
        else (0.0, 0.0)
        for each in own
    ]
    bar = {"type": "bar", "stack": f"{place}", "stackStrategy": "all", "barWidth": 5, "silent": True, **axes}
    colours = [_colour(each, ink) for each in own]
    return [
        {
            **bar,
            "itemStyle": {"color": "transparent"},
            "data": [round(low, 2) for low, _ in spans],
            "markLine": {
                "silent": True,
                "symbol": "none",
                "label": _HIDDEN,
                "lineStyle": {"color": ink.quiet, "type": "solid", "width": 1},
                "data": [{"xAxis": 0}],
            },
        },
        {
            **bar,
            "data": [
                {"value": round(long, 2), "itemStyle": {"color": colour, "opacity": 0.4}}
                for (_, long), colour in zip(spans, colours, strict=True)
            ],
        },
        {
            "type": "scatter",
            "symbolSize": 9,
            **axes,
            "data": [
                {
                    "value": [round(100 * each.points, 2), line],
                    "name": f"{label}: {words(each)} points, n = {each.n:,} of {each.runs} runs",
                    "itemStyle": {"color": colour},
                }
                for line, ((label, _), each, colour) in enumerate(zip(lines, own, colours, strict=True))
                if each is not None
            ],
        },
    ]


def _colour(found: Difference | None, ink: Ink) -> str:
    """Blue where more, vermilion where less, grey where it may be chance."""
    if found is None or not found.real:
        return ink.quiet
    return ink.line(theme.PREDICTION if found.points > 0 else theme.ERROR)
