"""Runs as state lanes over their rows: true line, line read, how right; to be hovered and clicked."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from core.evidence.readings.lanes import SEVERITY, Lanes, Order
from core.recordings.windows import WINDOW_ROWS
from dashboard import theme
from dashboard.components import counted

FRONTEND = Path(__file__).parent / "frontend"
KEY, PAGE_KEY = "run_lanes", "lanes_page"
_ORDER = "lanes_order"
HEIGHT = 310
Json = dict[str, Any]
# by how the window was read, from calm to worse, on the light and on the dark page; None = nothing is drawn
_RESULTS = {
    False: ("#c9d6e6", "#7fa8dc", None, "#c9d6e6", theme.ERROR),
    True: ("#33465e", "#4f7fbd", None, "#33465e", "#e8623a"),
}
_GROUND = {False: "#eef1f5", True: "#1a2028"}

_lanes = st.components.v2.component(
    "toolmark_lanes",
    html='<div class="lanes"></div>',
    css=(FRONTEND / "lanes.css").read_text(encoding="utf-8"),
    js=(FRONTEND / "lanes.js").read_text(encoding="utf-8"),
)


def order() -> Order:
    """The order of the runs that was chosen last."""
    return "worst" if st.session_state.get(_ORDER) == "worst" else "name"


def show(found: Lanes, chosen: tuple[str, int] | None, choose: Callable[[str, int], None]) -> None:
    """Draw the lanes; `choose` hears the run and the start row of a window that is clicked."""

    def pick() -> None:
        said = st.session_state[KEY].pick
        if said:
            choose(str(said[0]), int(said[1]))

    def turn() -> None:
        if st.session_state[KEY].order:
            st.session_state[_ORDER] = str(st.session_state[KEY].order)
            st.session_state.pop(PAGE_KEY, None)

    _lanes(
        data=payload(found, chosen, theme.ink() is theme.DARK) | {"order": order()},
        key=KEY,
        height="content",
        on_pick_change=pick,
        on_order_change=turn,
    )


def payload(found: Lanes, chosen: tuple[str, int] | None, dark: bool) -> Json:
    """What the browser needs to draw the lanes."""
    results, ground = _RESULTS[dark], _GROUND[dark]
    wrong = sum(lane.wrong for lane in found.lanes)
    return {
        "lanes": [
            {
                "run": lane.run,
                "operation": lane.operation,
                "rows": lane.rows,
                "windows": lane.windows,
                "wrong": lane.wrong,
                "starts": lane.starts,
                "true": lane.true,
                "read": lane.read,
                "result": lane.result,
                "kept": lane.kept,
            }
            for lane in found.lanes
        ],
        "lines": found.lines,
        "phases": [None if phase is None else round(phase, 3) for phase in found.phases],
        "rows": max((lane.rows for lane in found.lanes), default=1),
        "stride": found.stride,
        "length": WINDOW_ROWS,
        "words": SEVERITY,
        "results": results,
        "legend": [
            ["exact", results[0]],
            ["within a row", results[1]],
            ["wrong", results[4]],
            ["no label", ground],
        ],
        "ground": ground,
        "dark": dark,
        "chosen": chosen,
        "height": HEIGHT,
        "label": f"{counted(len(found.lanes), 'run')} over their rows; {counted(wrong, 'window')} read wrong",
    }
