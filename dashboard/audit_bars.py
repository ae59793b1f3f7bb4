"""Bars of the Audit page: how many windows have labels how firm, and how near to a training window they are."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from core.evidence.audit.labels import PURITY_BINS, Labels
from core.evidence.audit.leakage import Leakage
from dashboard import theme
from dashboard.audit_charts import legend, of_operations, small_axis
from dashboard.charts import Spec
from dashboard.theme import Ink

# bars of a histogram of distances, and the most values that are shown one by one
BINS, FEW_VALUES = 28, 20


def _bars(
    names: Sequence[str], series: Sequence[tuple[str, Sequence[int], str]], axis: str, ink: Ink
) -> Spec:
    """Stacked bars of counts of windows."""
    return {
        "animation": False,
        "grid": {"left": 52, "right": 10, "top": 12 + 22 * -(-len(series) // 5), "bottom": 46},
        "legend": {**legend(ink), "show": len(series) > 1},
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}, "confine": True},
        "xAxis": {
            "type": "category",
            "data": list(names),
            "name": axis,
            "nameLocation": "middle",
            "nameGap": 28,
            "nameTextStyle": {"color": ink.quiet, "fontSize": 12},
            "axisLabel": {"color": ink.quiet, "fontSize": 11, "hideOverlap": True},
            "axisTick": {"show": False},
            "axisLine": {"lineStyle": {"color": ink.rule}},
        },
        "yAxis": small_axis(ink, "Windows", nameGap=40),
        "series": [
            {
                "type": "bar",
                "name": name,
                "stack": "windows",
                "barCategoryGap": "12%",
                "itemStyle": {"color": ink.line(colour)},
                "data": list(counts),
            }
            for name, counts, colour in series
        ],
    }


def purity(found: Labels, length: int, ink: Ink) -> Spec:
    """How many rows of its window each label fills, by operation."""
    step = length / PURITY_BINS
    names = [f"{round(place * step) + 1}–{round((place + 1) * step)}" for place in range(PURITY_BINS)]
    colours = of_operations([each.operation for each in found.operations])
    series = [(each.operation, each.purity, colours[each.operation]) for each in found.operations]
    return _bars(names, series, f"Rows of {length} that the label fills", ink)


def shared_rows(leak: Leakage, ink: Ink) -> Spec:
    """How many rows each test window shares with the training window nearest in time."""
    values, counts = np.unique(leak.shared_rows, return_counts=True)
    names = [str(value) for value in values.tolist()]
    if len(values) > FEW_VALUES:
        counts, edges = np.histogram(leak.shared_rows, bins=FEW_VALUES)
        values = np.ceil(edges[:-1]).astype(np.int64)
        names = [f"{low}–{high}" for low, high in pairwise([*values.tolist(), int(edges[-1]) + 1])]
    series = [
        (name, np.where(mask, counts, 0).tolist(), colour)
        for name, mask, colour in (
            ("share no row", values == 0, theme.PREDICTION),
            ("share rows", values > 0, theme.ERROR),
        )
        if mask.any()
    ]
    return _bars(names, series, "Rows shared with a training window", ink)


def distances(leak: Leakage, ink: Ink) -> Spec:
    """How far the most similar training window is, of the same run and of others."""
    edges = np.linspace(0, max(float(leak.distance.max()), 1e-6), BINS + 1)
    names = [f"{(low + high) / 2:.2f}" for low, high in pairwise(edges)]
    series = [
        (name, np.histogram(leak.distance[mask], bins=edges)[0].tolist(), colour)
        for name, mask, colour in (
            ("the nearest is of the same run", leak.own_run, theme.ERROR),
            ("of another run", ~leak.own_run, theme.PREDICTION),
        )
        if mask.any()
    ]
    return _bars(names, series, "Distance in spreads of the channels", ink)
