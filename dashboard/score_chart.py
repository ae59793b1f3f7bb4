"""The ladder of protocols: what each step costs, the model beside the best baselines."""

from collections.abc import Sequence
from typing import Any

from core.evidence.caveats import words as figure
from core.evidence.evaluation import MetricRow
from core.evidence.methods import Kind, best_of, describe_method
from core.evidence.metrics import MODEL, describe
from core.evidence.published import PUBLISHED
from dashboard import theme
from dashboard.evaluations import Scored
from dashboard.theme import Ink

Spec = dict[str, Any]
METRICS = ("operation", "token", "exact_line", "line_within_row")
TITLES = {
    "operation": "Operation",
    "token": "Token, forced",
    "exact_line": "Exact line",
    "line_within_row": "Within a row",
}
ROW, TOP, BOTTOM, LEFT, GAP = 38, 54, 22, 66, 2.5
_HIDDEN = {"show": False}
# name of a series -> symbol, size
MODEL_NAME, OTHER, TOLD, SAID = "model", "best baseline", "best that is told part of the truth", "published"


def height(ladder: Sequence[Scored]) -> int:
    """Pixels that the chart needs."""
    return TOP + BOTTOM + ROW * len(ladder)


def chart(ladder: Sequence[Scored], ink: Ink) -> Spec:
    """The option of `st.echarts_chart`: a panel a metric, a line a protocol, from 0 to 100 %."""
    shown = [name for name in METRICS if any(each.evaluation.row(name) for each in ladder)]
    names = [each.protocol for each in ladder]
    width = (100 - GAP * len(shown)) / max(len(shown), 1)
    series = [part for place, metric in enumerate(shown) for part in _panel(ladder, metric, place, ink)]
    return {
        "animation": False,
        "grid": [
            {
                "left": f"{place * (width + GAP) + 5:.2f}%",
                "width": f"{width - 3:.2f}%",
                "top": TOP,
                "bottom": BOTTOM,
            }
            for place in range(len(shown))
        ],
        "title": [
            {
                "text": TITLES[metric],
                "left": f"{place * (width + GAP) + 5:.2f}%",
                "top": 28,
                "padding": 0,
                "textStyle": {"fontSize": 13, "fontWeight": 600, "color": ink.text},
            }
            for place, metric in enumerate(shown)
        ],
        "legend": {
            "data": [MODEL_NAME, OTHER, TOLD, SAID],
            "left": "5%",
            "top": 0,
            "padding": 0,
            "selectedMode": False,
            "itemHeight": 10,
            "itemWidth": 14,
            "textStyle": {"color": ink.text, "fontSize": 12},
        },
        "tooltip": {"trigger": "item", "confine": True, "formatter": "{b}", "textStyle": {"fontSize": 12}},
        "xAxis": [_value_axis(place, ink) for place in range(len(shown))],
        "yAxis": [_protocol_axis(place, names, ink) for place in range(len(shown))],
        "series": series,
    }


def _value_axis(place: int, ink: Ink) -> Spec:
    return {
        "gridIndex": place,
        "type": "value",
        "min": 0,
        "max": 100,
        "interval": 50,
        "axisLabel": {"color": ink.quiet, "fontSize": 11, "formatter": "{value} %"},
        "splitLine": {"lineStyle": {"color": ink.rule, "opacity": 0.7}},
    }


def _protocol_axis(place: int, names: Sequence[str], ink: Ink) -> Spec:
    return {
        "gridIndex": place,
        "type": "category",
        "data": list(names),
        "inverse": True,
        "axisTick": _HIDDEN,
        "axisLine": {"lineStyle": {"color": ink.rule}},
        "axisLabel": {"show": place == 0, "color": ink.text, "fontSize": 12, "margin": 10},
    }


def _panel(ladder: Sequence[Scored], metric: str, place: int, ink: Ink) -> list[Spec]:
    rows = [each.evaluation.row(metric) for each in ladder]
    axes = {"xAxisIndex": place, "yAxisIndex": place}
    from_0 = [100 * row.low if row and row.low is not None else 0 for row in rows]
    long = [
        100 * (row.high - row.low) if row and row.low is not None and row.high is not None else 0
        for row in rows
    ]
    colour = ink.line(theme.PREDICTION)
    bar = {"type": "bar", "stack": f"interval {place}", "barWidth": 4, "silent": True, **axes}
    return [
        {**bar, "name": f"before {place}", "data": from_0, "itemStyle": {"color": "transparent"}},
        {**bar, "name": f"interval {place}", "data": long, "itemStyle": {"color": colour, "opacity": 0.45}},
        _points(
            OTHER,
            "rect",
            (3, 16),
            ink.quiet,
            [_best(e, metric, "sensors", "blind") for e in ladder],
            axes,
        ),
        _points(TOLD, "emptyCircle", (9, 9), ink.quiet, [_best(e, metric, "told") for e in ladder], axes),
        _points(SAID, "diamond", (13, 13), theme.WITHOUT, [_published(e, metric) for e in ladder], axes),
        _points(
            MODEL_NAME,
            "circle",
            (11, 11),
            colour,
            [(row.value, _row_words(row)) if row else None for row in rows],
            axes,
            ink,
        ),
    ]


def _points(
    name: str,
    symbol: str,
    size: tuple[int, int],
    colour: str,
    values: Sequence[tuple[float, str] | None],
    axes: dict[str, int],
    ink: Ink | None = None,
) -> Spec:
    """Points on the lines of protocols, with their words; those of the model are labelled where there is ink."""
    label = {"show": ink is not None, "position": "top", "distance": 4, "fontSize": 11}
    return {
        "type": "scatter",
        "name": name,
        "symbol": symbol,
        "symbolSize": list(size),
        "itemStyle": {"color": colour},
        "label": {**label, "color": ink.text} if ink else label,
        "data": [
            {
                "value": [round(100 * value[0], 1), line],
                "name": value[1],
                "label": {"formatter": f"{100 * value[0]:.1f}"},
            }
            for line, value in enumerate(values)
            if value is not None
        ],
        **axes,
    }


def _best(one: Scored, metric: str, *kinds: Kind) -> tuple[float, str] | None:
    best = best_of(one.evaluation, metric, *kinds)
    return (best.value, _row_words(best)) if best else None


def _published(one: Scored, metric: str) -> tuple[float, str] | None:
    said = PUBLISHED.get((MODEL, metric)) if one.protocol == "seed" else None
    return (float(said) / 100, f"Published: {describe(metric).label.lower()} {said} %") if said else None


def _row_words(row: MetricRow) -> str:
    return f"{describe_method(row.method).label}: {figure(row)}, n = {row.n:,}"


def words(ladder: Sequence[Scored]) -> str:
    """The chart in words, for those who do not see it."""
    parts = []
    for each in ladder:
        rows = [row for name in METRICS if (row := each.evaluation.row(name)) is not None]
        parts.append(
            f"{each.protocol}: " + ", ".join(f"{TITLES[r.metric]} {100 * r.value:.1f} %" for r in rows)
        )
    return "; ".join(parts)
