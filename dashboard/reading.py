"""What the model read in a window, in words: the verdict, what a change flips, what was absent."""

from collections.abc import Sequence

import pandas as pd

from core.errors import ToolmarkError
from core.evidence.split_part import Part
from core.gcode import EOS, Scheme
from core.model.bundle import Bundle
from core.model.prediction import Prediction
from core.recordings.recording import RunWindow
from core.recordings.windows import WindowLabel
from dashboard import address
from dashboard.alignment import line_verdict, true_tokens
from dashboard.components import counted, listed, percent
from dashboard.token_table import Truth
from dashboard.window_view import Absent

_VERDICTS = {
    "exact": ":green-badge[:material/check: exact line]",
    "within a row": ":green-badge[:material/check: right within a row]",
    "different": ":red-badge[:material/close: not the true line]",
    "no truth": ":gray-badge[:material/help: no truth, no row here has a label]",
}
PARTS: dict[Part, str] = {
    "trained on": "The bundle learned from this run, so a right answer here proves little.",
    "held out": "The bundle never saw this run: it belongs to the test part of its split.",
    "validation": "Not learned from, but it decided when training stopped and how confidence is scaled.",
    "partly trained on": "Windows of this run were learned from, and they share rows with its others.",
    "new": "This run belongs to no part of the split that the bundle was trained on.",
}

NEAR_ENOUGH = "The line that was read fills at most one row (a quarter of a second) less than the label."


def verdict_help(scheme: Scheme, prediction: Prediction, label: WindowLabel, part: Part) -> str:
    """What lies behind the verdict: how much the run can prove, and why a near line counts as right."""
    near = line_verdict(scheme, prediction, label) == "within a row"
    return f"{PARTS[part]} {NEAR_ENOUGH}" if near else PARTS[part]


def verdict_words(scheme: Scheme, prediction: Prediction, label: WindowLabel, part: Part) -> str:
    """The verdict on a line, and how much the run can prove, as one line of Markdown."""
    colour = {"held out": "green", "new": "gray"}.get(part, "orange")
    badges = f"{_VERDICTS[line_verdict(scheme, prediction, label)]} :{colour}-badge[{part}]"
    sure = f"{percent(prediction.confidence)} sure of the line"
    if not prediction.sure:
        sure = f"{sure}: too little to believe it"
    told = [f"Read `{prediction.line}`"] if prediction.line else []
    if label.line is not None and line_verdict(scheme, prediction, label) != "exact":
        told.append(f"true `{label.line}`")
    return f"{', '.join(told)} {badges} {sure}, read in {prediction.latency_ms:.1f} ms on this machine"


def operation_alone_words(part: Part) -> str:
    """What stands in place of a line that the bundle never learned to read."""
    return f"This bundle learned from recordings without G-code: it tells the operation alone. :gray-badge[{part}]"


def label_note(label: WindowLabel, length: int) -> str:
    """How firmly the window is labelled."""
    if label.line is None:
        return "no label"
    tie = ", tied, first counts" if label.tied else ""
    return f"fills {label.rows} of {length} rows{tie}"


def true_line(bundle: Bundle, label: WindowLabel, window: RunWindow) -> Truth | None:
    """The true line as a row of the token table; None where there is none, or none that the bundle has tokens for."""
    if label.line is None:
        return None
    try:
        ids = (*bundle.scheme.encode(label.line), EOS)
    except ToolmarkError:
        return None
    unit = window.recording.machine.length_unit
    return Truth(true_tokens(bundle.scheme, label.line), ids, label_note(label, window.length), unit)


def change_words(read: Prediction, changed: Prediction, words: str, flipped: tuple[int, int]) -> str:
    """What a change flips, beside the original: line, tokens, operation, how sure; `flipped` counts tokens of all."""
    if changed.line == read.line:
        line = f"the line stays `{read.line}`" if read.line else ""
    else:
        flips = f"{flipped[0]} of {counted(flipped[1], 'token')} {'flips' if flipped[0] == 1 else 'flip'}"
        line = f"**the line becomes `{changed.line}`** instead of `{read.line}`, {flips}"
    sure = f"{percent(read.confidence)} → {percent(changed.confidence)} sure" if read.line else ""
    before, after = read.operation, changed.operation
    operation = f"operation stays {before}" if before == after else f"**operation {before} → {after}**"
    shares = f"{percent(read.operations[after])} → {percent(changed.operation_confidence)}"
    said = ", ".join(filter(None, (line, sure)))
    return f"{words[:1].upper()}{words[1:]}: {f'{said}; ' if said else ''}{operation} ({shares})."


def operations_frame(
    prediction: Prediction, truth: str | None, changed: Prediction | None = None
) -> pd.DataFrame:
    """Operation probabilities: `operation` (the true one marked), a column a reading, each again in words.

    A share that would be written as 0 % has no words: a bar that is not there needs no label.
    """
    shares = {"read": prediction.operations}
    if changed is not None:
        shares["changed"] = changed.operations
    frame = pd.DataFrame({name: [found[o] for o in prediction.operations] for name, found in shares.items()})
    for name in shares:
        frame[f"{name} in words"] = [percent(share) if share >= 0.005 else "" for share in frame[name]]
    frame.insert(0, "operation", [f"{o} (true)" if o == truth else o for o in prediction.operations])
    return frame


def operation_words(prediction: Prediction, truth: str | None) -> str:
    """The operation that was read, and whether it is the one that the recording's name tells."""
    said = f"Operation **{prediction.operation}**"
    if truth is None:
        return f"{said} :gray-badge[:material/help: no truth]"
    if prediction.operation == truth:
        return f"{said} :green-badge[:material/check: right]"
    return f"{said} :red-badge[:material/close: the run is {truth}]"


def mutable(bundle: Bundle, wanted: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Split names into those that stand for channels the bundle reads and those that do not."""
    return address.keep_known(wanted, [name for name in wanted if _reads(bundle, name)])


def _reads(bundle: Bundle, name: str) -> bool:
    try:
        return not bundle.machine.resolve([name]).isdisjoint(bundle.inputs.channels)
    except ToolmarkError:
        return False


def absent_words(absent: Absent) -> str:
    """What of the model's channels is live in the window, and what is not, in sentences."""
    if absent.live == absent.wanted:
        return f"All {absent.wanted} channels that the model reads are live in this window."
    parts = [f"{absent.live} of the {absent.wanted} channels that the model reads are live in this window."]
    if absent.missing:
        parts.append(f"Not in this recording: {', '.join(absent.missing)}.")
    if absent.frozen:
        parts.append(f"Frozen (stopped changing): {', '.join(absent.frozen)}.")
    if absent.other_channels:
        parts.append(f"Single channels without values: {listed(absent.other_channels, 12)}.")
    return " ".join(parts)
