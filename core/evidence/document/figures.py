"""The drawings of a report: Vega-Lite specifications, made SVG without a browser and without a network."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import vl_convert

from core.evidence.bootstrap import Floats
from core.evidence.evaluation import MetricRow
from core.evidence.tally import Ints

MODEL, OTHER, ERROR, QUIET, TEXT, RULE = "#2f6fd0", "#6b7684", "#d0491b", "#6b7684", "#17202b", "#d4dae2"
WIDTH = 560
_FONT = "system-ui, -apple-system, 'Segoe UI', 'Source Sans 3', Arial, sans-serif"
_CONFIG: dict[str, Any] = {
    "font": _FONT,
    "view": {"stroke": None},
    "axis": {"labelColor": TEXT, "titleColor": QUIET, "gridColor": RULE, "domain": False, "ticks": False},
    "legend": {"labelColor": TEXT, "titleColor": QUIET, "orient": "top", "title": None},
    "title": {"color": TEXT, "fontSize": 12, "anchor": "start"},
    "mark": {"tooltip": None},
}
# more classes than this are not drawn: the numbers could not be read
MOST_CLASSES = 24


def svg(chart: "alt.Chart | alt.LayerChart | alt.HConcatChart") -> str:
    """A chart as SVG, its texts as texts."""
    return vl_convert.vegalite_to_svg(chart.configure(**_CONFIG).to_dict())


def intervals(rows: Sequence[tuple[str, MetricRow]], model: Sequence[str] = ()) -> str:
    """Shares as points with their intervals and n, one a line, from 0 to 100 %; those of `model` are in its colour."""
    frame = pd.DataFrame(
        [
            {
                "label": f"{label}, n = {row.n:,}",
                "value": 100 * row.value,
                "low": 100 * (row.low if row.low is not None else row.value),
                "high": 100 * (row.high if row.high is not None else row.value),
                "said": f"{100 * row.value:.1f}",
                "own": not model or label in model,
            }
            for label, row in rows
        ]
    )
    y = alt.Y("label:N", sort=None, title=None, axis=alt.Axis(labelLimit=280, labelFontSize=11))
    x = alt.X("value:Q", scale=alt.Scale(domain=[0, 100]), title="per cent")
    colour = alt.condition("datum.own", alt.value(MODEL), alt.value(OTHER))
    base = alt.Chart(frame, width=WIDTH, height=alt.Step(22))
    reach = base.mark_rule(strokeWidth=4, opacity=0.35).encode(
        x=alt.X("low:Q"), x2="high:Q", y=y, color=colour
    )
    points = base.mark_circle(size=70, opacity=1).encode(x=x, y=y, color=colour)
    said = base.mark_text(align="center", dy=-9, fontSize=10).encode(
        x=x, y=y, text="said:N", color=alt.value(TEXT)
    )
    return svg(reach + points + said)


def reliability(heads: Sequence[tuple[str, Floats]]) -> str:
    """Reliability diagrams beside one another: title and `[BINS, 3]` (items, share right, mean confidence) each."""
    charts = []
    for title, table in heads:
        frame = pd.DataFrame(table, columns=["items", "right", "sure"])
        frame = frame[frame["items"] > 0] * [1, 100, 100]
        line = pd.DataFrame({"sure": [0, 100], "right": [0, 100]})
        x = alt.X("sure:Q", scale=alt.Scale(domain=[0, 100]), title="mean confidence, per cent")
        y = alt.Y("right:Q", scale=alt.Scale(domain=[0, 100]), title="right, per cent")
        ideal = alt.Chart(line).mark_line(strokeDash=[3, 3], color=QUIET, strokeWidth=1).encode(x=x, y=y)
        dots = (
            alt.Chart(frame)
            .mark_circle(color=MODEL, opacity=0.85)
            .encode(x=x, y=y, size=alt.Size("items:Q", legend=None, scale=alt.Scale(range=[15, 400])))
        )
        charts.append((ideal + dots).properties(width=200, height=200, title=title))
    return svg(alt.hconcat(*charts))


def matrix(labels: Sequence[str], counts: Ints) -> str:
    """A confusion matrix: counts written, colour by the share of the true class; true classes down."""
    total = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, total, out=np.zeros(counts.shape), where=total > 0)
    frame = pd.DataFrame(
        [
            {
                "true": true,
                "read": read,
                "n": int(counts[a, b]),
                "share": float(shares[a, b]),
                "right": a == b,
            }
            for a, true in enumerate(labels)
            for b, read in enumerate(labels)
        ]
    )
    order = list(labels)
    x = alt.X("read:N", sort=order, title="read", axis=alt.Axis(orient="top", labelAngle=-40, grid=False))
    y = alt.Y("true:N", sort=order, title="true", axis=alt.Axis(grid=False))
    base = alt.Chart(frame, width=alt.Step(44), height=alt.Step(24))
    cells = base.mark_rect(stroke="white").encode(
        x=x,
        y=y,
        fill=alt.condition("datum.right", alt.value(MODEL), alt.value(ERROR)),
        opacity=alt.Opacity("share:Q", legend=None, scale=alt.Scale(domain=[0, 1], range=[0.03, 0.95])),
    )
    said = (
        base.transform_filter("datum.n > 0")
        .mark_text(fontSize=10)
        .encode(
            x=x,
            y=y,
            text="n:Q",
            color=alt.condition("datum.share > 0.55", alt.value("white"), alt.value(TEXT)),
        )
    )
    return svg(cells + said)


def coverage(curve: pd.DataFrame, at: tuple[float, float] | None) -> str:
    """How right the surest lines are: `share`, `exact` and `within_row`; `at` marks the bundle's threshold."""
    names = {"exact": "exact line", "within_row": "within a row"}
    frame = curve.rename(columns=names).melt("share", list(names.values()), "what", "right")
    frame[["share", "right"]] *= 100
    x = alt.X("share:Q", scale=alt.Scale(domain=[0, 100]), title="lines believed, the surest first, per cent")
    y = alt.Y("right:Q", scale=alt.Scale(domain=[0, 100]), title="of these right, per cent")
    colours = alt.Color("what:N", scale=alt.Scale(domain=list(names.values()), range=[MODEL, "#1f8049"]))
    lines = alt.Chart(frame, width=WIDTH, height=200).mark_line().encode(x=x, y=y, color=colours)
    if at is None:
        return svg(lines)
    place = pd.DataFrame({"share": [100 * at[0]], "right": [100 * at[1]]})
    mark = alt.Chart(place).mark_point(color=ERROR, size=90, strokeWidth=2).encode(x=x, y=y)
    return svg(lines + mark)
