"""Figures of each row of a window under its traces: where a decoder looked, what a reading rests on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dashboard.theme import Ink

Spec = dict[str, Any]

HEIGHT = 34
# shades of a strip laid over the panels, and the opacity of the darkest
SHADES, DARKEST = 6, 0.3


@dataclass(frozen=True, eq=False)
class Strip:
    """A figure of each row of the window, drawn under the panels: its name, a note, values `[T]`, how it is told.

    shades: the rows' shares of the highest value are laid over the panels too.
    """

    name: str
    note: str
    values: NDArray[np.float64]
    colour: str
    shades: bool = False

    @property
    def column(self) -> str:
        """Its column in the chart's table."""
        return f"strip {self.name}"


def shaded(panel: Spec, frame: pd.DataFrame, strips: Sequence[Strip]) -> Spec:
    """A series with the rows behind it shaded by a strip, stretch by stretch of about one shade."""
    strip = next((each for each in strips if each.shades), None)
    if strip is None or not strip.values.max() > 0:
        return panel
    rows, shades = frame["row"].tolist(), np.round(SHADES * strip.values / strip.values.max()).astype(int)
    starts = np.flatnonzero(np.append(True, np.diff(shades) != 0)).tolist()
    areas = [
        [
            {
                "xAxis": rows[first],
                "itemStyle": {"color": strip.colour, "opacity": DARKEST * shades[first] / SHADES},
            },
            {"xAxis": rows[end - 1] + 1},
        ]
        for first, end in zip(starts, [*starts[1:], len(rows)], strict=True)
        if shades[first]
    ]
    return panel | {"markArea": {"silent": True, "data": areas}}


def series(strip: Strip, number: int, ink: Ink) -> Spec:
    """The line of a strip in the grid of a number."""
    return {
        "type": "line",
        "step": "end" if strip.shades else False,
        "name": strip.name,
        "xAxisIndex": number,
        "yAxisIndex": number,
        "encode": {"x": "row", "y": strip.column, "tooltip": [strip.column]},
        "showSymbol": False,
        "lineStyle": {"width": 1.2, "color": ink.line(strip.colour)},
        "areaStyle": {"color": strip.colour, "opacity": 0.3, "origin": 0},
        "itemStyle": {"color": strip.colour},
        "emphasis": {"disabled": True},
    }


def axis(number: int, strip: Strip) -> Spec:
    """The axis of its values: 0 is always on it."""
    low, high = float(min(strip.values.min(), 0)), float(max(strip.values.max(), 0))
    return {"gridIndex": number, "type": "value", "min": low, "max": high or 1.0, "show": False}
