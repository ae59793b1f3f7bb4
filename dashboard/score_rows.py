"""Figures under one another: intervals as bars, baselines, the other side; a name opens what is behind it."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import streamlit as st

from core.evidence.comparison.differences import Difference
from core.evidence.evaluation import MetricRow
from core.evidence.metrics import describe
from dashboard import theme

FRONTEND = Path(__file__).parent / "frontend"
KEY = "score_rows"
Json = dict[str, Any]
# metrics of whole lines
LINES = (
    "token_free",
    "structure",
    "value_exact",
    "value_1mm",
    "exact_line",
    "line_within_row",
    "answered",
    "answered_right",
)
# so much calibration error fills the bar
MOST_ERROR = 0.25


class Baseline(NamedTuple):
    """A method that reads no sensor: its name, its value, what it sees, and whether that is part of the truth."""

    name: str
    value: float
    sees: str
    told: bool


_scores = st.components.v2.component(
    "toolmark_scores",
    html='<div class="scores"></div>',
    css=(FRONTEND / "scores.css").read_text(encoding="utf-8"),
    js=(FRONTEND / "scores.js").read_text(encoding="utf-8"),
)


def show(
    rows: Sequence[MetricRow],
    baselines: Mapping[str, Sequence[Baseline]],
    deltas: Sequence[Difference],
    names: tuple[str, str | None],
    open_: Callable[[str], None] | None = None,
    heads: tuple[str, str] = ("Other side", "Difference"),
) -> None:
    """Draw the figures of one group; `baselines`: by metric, best first; `names` of the two sides.

    `open_` hears the metric whose name is clicked; without it nothing is behind the names. `heads` stand over
    the other side's columns.
    """

    def follow() -> None:
        if st.session_state[KEY].open and open_ is not None:
            open_(str(st.session_state[KEY].open))

    own, other = names
    _scores(
        data={
            "groups": groups(rows, baselines, {each.metric: each for each in deltas}),
            "open": open_ is not None,
            "heads": list(heads),
            "base": any(baselines.values()),
            "own": own,
            "other": other,
            "tones": {"own": theme.PREDICTION, "other": theme.WITHOUT},
        },
        key=KEY,
        height="content",
        on_open_change=follow,
    )


def groups(
    rows: Sequence[MetricRow],
    baselines: Mapping[str, Sequence[Baseline]],
    deltas: Mapping[str, Difference],
) -> list[Json]:
    """What the browser needs: the figures by what they are of."""
    parted: dict[str, list[MetricRow]] = {}
    for row in rows:
        parted.setdefault(_kind(row.metric), []).append(row)
    notes = {
        "Operation": "",
        "Tokens": "given the true tokens before",
        "Lines": "read free-running, without the truth",
        "Calibration": "expected calibration error, 15 equal bins: smaller is better",
    }
    found = []
    for title, note in notes.items():
        own = parted.get(title, [])
        if own:
            most = max(MOST_ERROR, *(row.high or row.value for row in own)) if title == "Calibration" else 1.0
            scale = f"; bars up to {100 * most:.0f} %" if title == "Calibration" else ""
            said = [_row(row, baselines.get(row.metric, ()), deltas.get(row.metric)) for row in own]
            found.append({"title": title, "note": note + scale, "most": most, "rows": said})
    return found


def _label(metric: str) -> str:
    """What a figure is called where its group says what is measured of it."""
    label = describe(metric).label
    for begin in ("Calibration error of the ", "Calibration error of "):
        label = label.removeprefix(begin)
    return label[:1].upper() + label[1:]


def _kind(metric: str) -> str:
    if metric.startswith("ece_"):
        return "Calibration"
    if metric in ("operation", "operation_run"):
        return "Operation"
    return "Lines" if metric in LINES else "Tokens"


def _row(row: MetricRow, baselines: Sequence[Baseline], delta: Difference | None) -> Json:
    span = f"{_share(row.low)} to {_share(row.high)}" if row.low is not None and row.high is not None else ""
    return {
        "metric": row.metric,
        "label": _label(row.metric),
        "help": row.note,
        "value": row.value,
        "low": row.low,
        "high": row.high,
        "text": _share(row.value),
        "span": span,
        "n": f"{row.n:,}",
        "title": f"{_share(row.value)} % ({span}), n = {row.n:,}",
        "baselines": [
            {
                "name": each.name,
                "value": each.value,
                "text": _share(each.value),
                "title": f"{each.name}: {_share(each.value)} %, {each.sees}",
                "told": each.told,
            }
            for each in baselines
        ],
        "other": None if delta is None else {"value": delta.other, "text": _share(delta.other)},
        "delta": None if delta is None else _delta(delta),
    }


def _delta(delta: Difference) -> Json:
    span = ""
    if delta.low is not None and delta.high is not None:
        span = f"{100 * delta.low:+.1f} to {100 * delta.high:+.1f}"
    verdict = (
        "holds among all differences here"
        if delta.holds
        else "more than chance by itself, not among so many"
        if delta.real
        else "may be chance"
        if delta.p is not None
        else "too few runs to tell"
    )
    title = f"other side minus this one, n = {delta.n_other:,}; {verdict}"
    return {"text": f"{100 * delta.delta:+.1f}", "span": span, "real": delta.real, "title": title}


def _share(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.1f}"
