"""The matrix of boards (or channels) and runs: what was live, what froze, what was never there, at a glance."""

from collections import Counter
from typing import Any

import pandas as pd

from core.recordings.presence import FROZEN_QUANTITIES
from dashboard.health import Health
from dashboard.theme import Ink

Spec = dict[str, Any]

ROW, TOP, BOTTOM = 19, 4, 34
# runs up to this number stand side by side with their names level
FEW = 8
LONGEST_LABEL, CHARACTER = 118, 5.6
# of more boards (or channels, where a machine has no boards) those with most findings are shown
MOST = 40
LIVE, FROZEN_LATER, FROZEN, MISSING, TROUBLE = (
    "live",
    "frozen later",
    "frozen from the start",
    "not recorded",
    "with findings",
)
STATES = (LIVE, FROZEN_LATER, FROZEN, TROUBLE, MISSING)
# a board that stands still from so early on says nothing of the run
EARLY = 0.1


def matrix(health: Health) -> pd.DataFrame:
    """One row a run and board: `run`, `name`, `state`, `detail`; of channels where the machine has no boards."""
    return _boards(health) if health.machine.board_channels else _channels(health)


def _boards(health: Health) -> pd.DataFrame:
    found = {(f.run, f.channel): f for f in health.findings if f.kind in ("frozen", "missing") and f.channel}
    trouble = Counter(board for _, board in found)
    boards = list(health.machine.board_channels)
    if len(boards) > MOST:
        boards = sorted(boards, key=lambda board: -trouble[board])[:MOST]
    rows = []
    for board in boards:
        for entry in health.entries:
            finding = found.get((entry.run, board))
            if finding is None:
                few = len(health.machine.board_channels[board]) < FROZEN_QUANTITIES
                said = (
                    f"no freeze found in {entry.rows} rows"
                    if not few
                    else "too few channels to tell a freeze"
                )
                rows.append((entry.run, board, LIVE, said))
            elif finding.kind == "missing":
                rows.append((entry.run, board, MISSING, "not in the file"))
            else:
                early = finding.first_row <= EARLY * entry.rows
                said = f"stands still from row {finding.first_row} of {entry.rows} on"
                rows.append((entry.run, board, FROZEN if early else FROZEN_LATER, said))
    return pd.DataFrame(rows, columns=["run", "name", "state", "detail"])


def _channels(health: Health) -> pd.DataFrame:
    trouble: dict[str, dict[str, str]] = {}
    absent = set()
    for finding in health.findings:
        if finding.channel and finding.kind != "unknown_column":
            own = trouble.setdefault(finding.channel, {})
            own[finding.run] = (
                f"{own[finding.run]}; {finding.detail}" if finding.run in own else finding.detail
            )
            absent |= {(finding.run, finding.channel)} if finding.kind == "missing" else set()
    ordered = sorted(health.machine.side_channels, key=lambda name: -len(trouble.get(name, {})))
    rows = []
    for name in ordered[:MOST]:
        for entry in health.entries:
            said = trouble.get(name, {}).get(entry.run)
            state = LIVE if said is None else MISSING if (entry.run, name) in absent else TROUBLE
            rows.append((entry.run, name, state, said or "nothing found"))
    return pd.DataFrame(rows, columns=["run", "name", "state", "detail"])


def all_well(health: Health) -> str:
    """What can be said where nothing is missing, frozen or in trouble."""
    boards = health.machine.board_channels
    if not boards:
        return f"Nothing was found about any of the {len(health.machine.side_channels):,} channels."
    small = sum(len(channels) < FROZEN_QUANTITIES for channels in boards.values())
    doubt = f" Of {small} it cannot be told whether they froze: they have too few channels." if small else ""
    return f"None of {len(boards):,} boards is missing or was found frozen in any run.{doubt}"


def height(frame: pd.DataFrame) -> int:
    """Pixels that the matrix needs."""
    return TOP + BOTTOM + ROW * frame["name"].nunique() + _label_height(list(frame["run"].unique()))


def _label_height(runs: list[str]) -> int:
    if len(runs) <= FEW:
        return 20
    return 8 + min(LONGEST_LABEL, round(CHARACTER * max(map(len, runs))))


def colours(ink: Ink) -> dict[str, str]:
    """State -> colour: what is live is calm, what froze stands out, what was never there is nearly the page."""
    dark = ink.lift > 0
    return {
        LIVE: "#3f8f63" if dark else "#8cc5a2",
        FROZEN_LATER: "#e0a33a" if dark else "#e8b04a",
        FROZEN: "#d8603a" if dark else "#d0491b",
        TROUBLE: "#e0a33a" if dark else "#e8b04a",
        MISSING: "#2a323c" if dark else "#e9edf2",
    }


def chart(frame: pd.DataFrame, ink: Ink) -> Spec:
    """The option of `st.echarts_chart`; the legend names and toggles each state."""
    there = [state for state in STATES if (frame["state"] == state).any()]
    runs = list(dict.fromkeys(frame["run"]))
    names = list(dict.fromkeys(frame["name"]))
    colour = colours(ink)
    values = frame.assign(value=frame["state"].map({state: place for place, state in enumerate(STATES)}))
    return {
        "animation": False,
        "dataset": {"source": values},
        "grid": {"left": 0, "right": 8, "top": TOP, "bottom": BOTTOM, "containLabel": True},
        "tooltip": {
            "confine": True,
            "padding": [6, 10],
            "textStyle": {"fontSize": 12},
            "formatter": "<b>{@name}</b> in {@run}<br>{@state}: {@detail}",
        },
        "xAxis": {
            "type": "category",
            "data": runs,
            "axisTick": {"show": False},
            "axisLine": {"show": False},
            "axisLabel": {"rotate": 90 if len(runs) > FEW else 0, "fontSize": 10, "color": ink.quiet}
            | {
                "width": LONGEST_LABEL if len(runs) > FEW else 140,
                "overflow": "truncate",
                "hideOverlap": True,
            },
            "splitArea": {"show": False},
        },
        "yAxis": {
            "type": "category",
            "data": names,
            "inverse": True,
            "axisTick": {"show": False},
            "axisLine": {"show": False},
            "axisLabel": {
                "interval": 0,
                "fontSize": 11,
                "color": ink.text,
                "width": 150,
                "overflow": "truncate",
            },
        },
        "visualMap": {
            "type": "piecewise",
            "dimension": "value",
            "pieces": [{"value": STATES.index(s), "label": s, "color": colour[s]} for s in there],
            "orient": "horizontal",
            "left": 0,
            "bottom": 0,
            "itemWidth": 13,
            "itemHeight": 13,
            "itemGap": 16,
            "textGap": 6,
            "textStyle": {"fontSize": 12, "color": ink.text},
        },
        "series": [
            {
                "type": "heatmap",
                "encode": {"x": "run", "y": "name", "value": "value", "tooltip": ["state"]},
                "itemStyle": {"borderColor": ink.page, "borderWidth": 1},
                "emphasis": {"itemStyle": {"borderColor": ink.text, "borderWidth": 1.5}},
            }
        ],
    }


def summary(frame: pd.DataFrame) -> str:
    """The matrix in words, for who cannot see it."""
    shares = frame["state"].value_counts(normalize=True)
    return ", ".join(f"{share:.0%} {state}" for state, share in shares.items()) or "nothing"
