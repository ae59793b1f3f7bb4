"""How a run scores among held-out runs: a dot a trial, good runs above edited ones, the run itself as a line."""

from collections.abc import Sequence
from typing import Any

from core.evidence.verification_rates import GOOD, Trial
from core.tracking.verification import PACE_MM, TOLERANCE_MM
from dashboard import theme
from dashboard.theme import Ink

Spec = dict[str, Any]
ROW, TOP, BOTTOM = 19, 44, 30
# what is further off than so many tolerances stands at the right edge
MOST = 4.0
PANELS = (("lines_mm", "lines, mm", TOLERANCE_MM), ("pace_mm", "pace, mm", PACE_MM))


def kinds(trials: Sequence[Trial]) -> list[str]:
    """The kinds of trials: good runs first, edits as they come."""
    return sorted({trial.kind for trial in trials}, key=lambda kind: (kind != GOOD, _number(kind), kind))


def _number(kind: str) -> float:
    """Moves by their size."""
    words = kind.split()
    return float(words[1]) if words[0] == "moved" else 1000.0


def height(trials: Sequence[Trial]) -> int:
    """Pixels that the chart needs."""
    return TOP + BOTTOM + ROW * len(kinds(trials))


def chart(trials: Sequence[Trial], run: str, lines_mm: float, pace_mm: float, ink: Ink) -> Spec:
    """The option of `st.echarts_chart`: a panel for the lines and one for the pace, a row a kind of trial."""
    names = kinds(trials)
    series = []
    for place, (field, _, tolerance) in enumerate(PANELS):
        own = lines_mm if field == "lines_mm" else pace_mm
        series += _panel(trials, names, field, tolerance, own, place, run, ink)
    return {
        "animation": False,
        "grid": [
            {"left": 210, "width": "35%", "top": TOP, "bottom": BOTTOM},
            {"right": 24, "width": "35%", "top": TOP, "bottom": BOTTOM},
        ],
        "tooltip": {"trigger": "item", "confine": True, "formatter": "{b}", "textStyle": {"fontSize": 12}},
        "xAxis": [
            _value_axis(place, title, MOST * tolerance, ink)
            for place, (_, title, tolerance) in enumerate(PANELS)
        ],
        "yAxis": [_kind_axis(place, names, trials, ink) for place in range(len(PANELS))],
        "series": series,
    }


def _value_axis(place: int, title: str, most: float, ink: Ink) -> Spec:
    return {
        "gridIndex": place,
        "type": "value",
        "min": 0,
        "max": round(most, 1),
        "position": "bottom",
        "name": title,
        "nameLocation": "middle",
        "nameGap": 20,
        "nameTextStyle": {"color": ink.quiet, "fontSize": 11},
        "axisLabel": {"color": ink.quiet, "fontSize": 11, "showMaxLabel": False},
        "splitLine": {"lineStyle": {"color": ink.rule, "opacity": 0.6}},
    }


def _kind_axis(place: int, names: Sequence[str], trials: Sequence[Trial], ink: Ink) -> Spec:
    counts = {name: sum(trial.kind == name for trial in trials) for name in names}
    return {
        "gridIndex": place,
        "type": "category",
        "data": [f"{name} ({counts[name]})" for name in names],
        "inverse": True,
        "axisTick": {"show": False},
        "axisLine": {"lineStyle": {"color": ink.rule}},
        "splitLine": {"show": False},
        "axisLabel": {"show": place == 0, "interval": 0, "color": ink.text, "fontSize": 11},
    }


def _panel(
    trials: Sequence[Trial],
    names: Sequence[str],
    field: str,
    tolerance: float,
    own: float,
    place: int,
    run: str,
    ink: Ink,
) -> list[Spec]:
    most = MOST * tolerance
    dots = []
    for trial in trials:
        value = getattr(trial, field)
        good = trial.kind == GOOD
        beyond = value > most
        dots.append(
            {
                "name": f"{trial.run}, {trial.kind}: {value:.1f} mm",
                "value": [round(min(value, most), 3), names.index(trial.kind)],
                "symbol": "triangle" if beyond else "circle",
                "symbolRotate": -90 if beyond else 0,
                "itemStyle": {"color": ink.line(theme.PREDICTION if good else theme.MUTED), "opacity": 0.7},
            }
        )
    lines = [
        _mark(min(own, most), ink.line(theme.ERROR), "solid", f"{run}: {own:.1f} mm"),
        _mark(tolerance, ink.text, "dashed", f"tolerance {tolerance:g} mm"),
    ]
    # where both lines are near each other the words of one would cover the other's
    lines[0]["label"]["padding"] = [0, 0, 14, 0]
    return [
        {
            "type": "scatter",
            "xAxisIndex": place,
            "yAxisIndex": place,
            "symbolSize": 8,
            "data": dots,
            "markLine": {"silent": True, "symbol": "none", "data": lines},
        }
    ]


def _mark(at: float, colour: str, kind: str, words: str) -> Spec:
    return {
        "xAxis": round(at, 3),
        "lineStyle": {"color": colour, "type": kind, "width": 1.5},
        "label": {
            "formatter": words,
            "position": "start",
            "color": colour,
            "fontSize": 11,
            "padding": [0, 0, 0, 0],
        },
    }
