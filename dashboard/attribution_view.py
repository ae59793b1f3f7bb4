"""What a reading rests on: its attribution by modality, board and channel, and how far that can be believed."""

import math
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from core.errors import ToolmarkError
from core.evidence import attribution
from core.evidence.attribution import Target
from core.model.bundle import Bundle
from core.model.predict import window_input
from core.recordings import changes
from core.recordings.recording import RunWindow
from dashboard import parts, reading, selection, theme
from dashboard.components import sentence
from dashboard.reading_card import Chosen, Looked
from dashboard.theme import Ink

Spec = dict[str, Any]
METHODS = {"gradients": "Integrated gradients", "occlusion": "Occlusion"}
TARGETS = {"line": "Line read", "true": "True line", "token": "Chosen token", "operation": "Operation"}
LEVELS = {"modality": "By modality", "board": "By board", "channel": "By channel"}
OF = {"original": "Original", "changed": "Changed"}
MOST = 24
BAR = 20
_GROUPS = {
    "modality": attribution.modality_groups,
    "board": attribution.board_groups,
    "channel": attribution.channel_groups,
}


@dataclass(frozen=True)
class Why:
    """What is explained and how; in the address as "gradients-line-modality-original"."""

    method: str = "gradients"
    target: str = "line"
    level: str = "modality"
    of: str = "original"

    @property
    def text(self) -> str:
        """As the address has it; `read` reads it back."""
        return "-".join((self.method, self.target, self.level, self.of))


def read(text: str | None) -> Why:
    """The choice that an address tells; what it does not tell, or what there is not, is as at first."""
    found = dict(zip(("method", "target", "level", "of"), (text or "").split("-"), strict=False))
    options = {"method": METHODS, "target": TARGETS, "level": LEVELS, "of": OF}
    return Why(**{name: value for name, value in found.items() if value in options[name]})


@dataclass(frozen=True, eq=False)
class Found:
    """An attribution as it is shown: by group, by row (gradients alone), the two ends, and what the sum misses."""

    words: str
    groups: dict[str, float]
    by_row: NDArray[np.float64] | None
    score: float
    baseline: float
    gap: float | None


def choose(looked: Looked, chosen: Chosen | None, why: Why) -> Why:
    """The controls; the choice as it can be made here."""
    targets = {name: words for name, words in TARGETS.items() if _there(name, looked, chosen)}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        now = {
            "method": _pick("Method", "method", METHODS, why),
            "target": _pick("Explain", "target", targets, why),
            "level": _pick("Summed up", "level", LEVELS, why),
        }
        if looked.changed is not None:
            now["of"] = _pick("Of the window", "of", OF, why)
    return Why(**now)


def _there(target: str, looked: Looked, chosen: Chosen | None) -> bool:
    if target == "operation":
        return True
    if not looked.bundle.reads_lines:
        return False
    if target == "true":
        return reading.true_line(looked.bundle, looked.label, looked.window) is not None
    return target == "line" or chosen is not None


def _pick(label: str, field: str, options: dict[str, str], why: Why) -> str:
    key, turn = f"why_{field}", partial(_turn, field)
    return parts.choose(label, "why", options, getattr(why, field), key=key, turn=turn, titled=True)


def _turn(field: str, name: str) -> None:
    now = read(selection.held().why)
    selection.change(why=Why(**{**vars(now), field: name}).text)


def find(looked: Looked, chosen: Chosen | None, why: Why) -> Found:
    """The attribution that was asked for; the same question is answered once.

    Raises:
        ToolmarkError: the true line cannot be written in the bundle's tokens.
    """
    is_changed = why.of == "changed" and looked.changed is not None
    without, change = (looked.what_if.without, looked.what_if.change.text) if is_changed else ((), "")
    read_here = looked.changed if is_changed and looked.changed is not None else looked.read
    ids, place = read_here.ids, -1
    if why.target == "true":
        truth = reading.true_line(looked.bundle, looked.label, looked.window)
        ids = truth.ids if truth is not None else ids
    elif why.target == "token" and chosen is not None:
        truth = reading.true_line(looked.bundle, looked.label, looked.window)
        by_truth = chosen.reading.by_position and truth is not None
        ids = truth.ids if by_truth and truth is not None else chosen.reading.prediction.ids
        place = min(chosen.place, len(ids) - 1)
    operation = read_here.operation if why.target == "operation" else ""
    question = (looked.window.start_row, without, change, ids, place, operation, why.method, why.level)
    return _find(looked.bundle.digest, looked.digest, question, looked.bundle, looked.window)


def shift_of(looked: Looked, why: Why) -> int:
    """How many rows later than the original the explained window begins."""
    return looked.what_if.change.shift if why.of == "changed" and looked.changed is not None else 0


@st.cache_data(max_entries=64, show_spinner="Explaining the reading")
def _find(
    bundle_digest: str,
    run_digest: str,
    question: tuple[int, tuple[str, ...], str, tuple[int, ...], int, str, str, str],
    _bundle: Bundle,
    _window: RunWindow,
) -> Found:
    _, without, change, ids, place, operation, method, level = question
    inputs = window_input(_bundle, _window, without, changes.parse(change))
    if operation:
        target = Target.operation(_bundle, operation)
    elif place >= 0:
        target = Target.token(_bundle, ids, place)
    else:
        target = Target.line_of(_bundle, ids)
    groups = _GROUPS[level](_bundle)
    if method == "occlusion":
        taken = attribution.occlusion(_bundle, inputs, target, groups)
        return Found(target.words, taken.lost, None, taken.score, taken.baseline, None)
    found = attribution.integrated_gradients(_bundle, inputs, target)
    by_row = found.by_row.sum(axis=1).astype(np.float64)
    return Found(target.words, found.by_group(groups), by_row, found.score, found.baseline, found.gap)


def show(found: Found, why: Why) -> None:
    """The attribution as bars, the largest first, with what it means and how far it can be believed."""
    st.markdown(summary(found))
    frame, left = frame_of(found)
    st.echarts_chart(
        chart(frame, theme.ink()),
        height=BAR * len(frame) + 44,
        key="attribution",
        alt=f"Attribution of {found.words}, {LEVELS[why.level].lower()}, the largest first",
    )
    st.caption(" ".join(filter(None, (left, meaning(why)))))


def summary(found: Found) -> str:
    """The probability with and without all sensors, and what the sum over them misses."""
    words = (
        f"**{found.words[:1].upper()}{found.words[1:]}** has {_share(found.score)} with all sensors and "
        f"{_share(found.baseline)} with every channel at its mean: {found.score - found.baseline:+.2f} in logarithms."
    )
    if found.gap is None:
        return words
    whole = abs(found.score - found.baseline)
    share = f", {100 * abs(found.gap) / whole:.2g}\N{NO-BREAK SPACE}% of it" if whole > 0.01 else ""
    return f"{words} The bars add up to that but for {abs(found.gap):.2g}{share} (completeness gap)."


def _share(logarithm: float) -> str:
    share = math.exp(min(logarithm, 0.0))
    if share >= 1e-3:
        return f"{100 * share:.3g}\N{NO-BREAK SPACE}%"
    if share < 1e-9:
        return "less than 1 in a billion"
    return f"1 in {float(f'{math.exp(-logarithm):.2g}'):,.0f}"


def meaning(why: Why) -> str:
    """What the bars are, in two sentences."""
    if why.method == "occlusion":
        return (
            "A bar is what the logarithm of the probability loses when this is taken away alone (0.69 halves it). "
            "Losses need not add up: two channels that say the same lose nothing alone."
        )
    return (
        "A bar is what this adds to the logarithm of the probability on the straight way from a window at its means to "
        "this one (0.69 doubles it), so bars add up. It explains the model, not the machine."
    )


def frame_of(found: Found) -> tuple[pd.DataFrame, str]:
    """The bars, largest first, and how many were left out in words."""
    named = sorted(found.groups.items(), key=lambda item: -abs(item[1]))
    shown = [(name, value) for name, value in named[:MOST] if value]
    rest = [value for name, value in named if value][MOST:]
    frame = (
        pd.DataFrame(shown, columns=["name", "value"]) if shown else pd.DataFrame({"name": [], "value": []})
    )
    frame["in words"] = [f"{value:+.2f}" for value in frame["value"]]
    left = f"{len(rest)} more, together {sum(rest):+.2f}." if rest else ""
    silent = sum(value == 0 for value in found.groups.values())
    return frame, " ".join(
        filter(None, (left, f"{silent} without any part: absent or muted." if silent else ""))
    )


def chart(frame: pd.DataFrame, ink: Ink) -> Spec:
    """The option of `st.echarts_chart`: bars to the right speak for what is explained, to the left against it."""
    return {
        "animation": False,
        "dataset": {"source": frame},
        "grid": {"left": 4, "right": 60, "top": 22, "bottom": 4, "containLabel": True},
        "tooltip": {"trigger": "axis", "confine": True, "axisPointer": {"type": "shadow"}},
        "xAxis": {
            "type": "value",
            "position": "top",
            "axisLabel": {"color": ink.quiet, "fontSize": 11},
            "splitLine": {"lineStyle": {"color": ink.rule, "opacity": 0.6}},
        },
        "yAxis": {
            "type": "category",
            "inverse": True,
            "axisTick": {"show": False},
            "axisLine": {"onZero": False, "lineStyle": {"color": ink.rule}},
            "axisLabel": {"interval": 0, "fontSize": 12, "color": ink.text},
        },
        "series": [
            {
                "type": "bar",
                "encode": {"x": "value", "y": "name", "tooltip": ["value"]},
                "barMaxWidth": 13,
                "itemStyle": {"color": theme.PREDICTION},
                "label": {
                    "show": True,
                    "position": "right",
                    "formatter": "{@in words}",
                    "fontSize": 11,
                    "color": ink.text,
                },
            }
        ],
    }


def shown_or_said(looked: Looked, chosen: Chosen | None, why: Why) -> Found | None:
    """The attribution drawn, or in a sentence why there is none."""
    try:
        found = find(looked, chosen, why)
    except ToolmarkError as error:
        st.error(sentence(str(error)), icon=":material/error:")
        return None
    show(found, why)
    return found
