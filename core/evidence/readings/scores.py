"""How right each window of a run was read, window by window.

Nothing is scored here by rules of its own: what counts as right is what `core.evidence.evaluation` counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.evidence.answers import Answers, model_answers
from core.evidence.line_metrics import exact_lines, largest_errors_mm, line_scores, value_errors_mm
from core.evidence.readings import columns
from core.evidence.readings.columns import HEADS, joined
from core.evidence.tally import Bools, Ints
from core.evidence.token_metrics import head_classes, same_width, where_asked
from core.evidence.truth import Truth, truth_of
from core.gcode.tokens import PAD, Heads, Scheme
from core.model.bundle import Bundle
from core.model.prediction import BatchPrediction, TeacherForced
from core.recordings.windows import Windows

Columns = dict[str, Sequence[Any] | NDArray[Any]]
_COUNTS = [f"{head}_{what}" for head in ("token", *HEADS) for what in ("right", "asked")]
_LINES = ["exact", "within_row", "structure", "top2", "first_wrong", "first_wrong_head", "error_mm"]
NAMES = [*_LINES, "wrong_heads", "right_heads", "values_exact", "values_close", "values_asked", *_COUNTS]


@dataclass(frozen=True, eq=False)
class Labelled:
    """The labelled windows of a run with what was answered: `index` `[N]` of them among all windows.

    second: `[N, L]` the tokens of the second lines; errors_mm: of every length of every true line.
    """

    index: Ints
    truth: Truth
    answers: Answers
    forced: TeacherForced
    second: Ints | None
    errors_mm: list[list[float]]


def labelled(
    bundle: Bundle, windows: Windows, read: BatchPrediction, without: Sequence[str]
) -> Labelled | None:
    """What there is to score; None where no window has a label, or the bundle reads no lines."""
    index = np.flatnonzero(windows.labelled)
    if not len(index) or not bundle.reads_lines:
        return None
    scored = windows.take(index).with_tokens(bundle.scheme)
    forced = bundle.teacher_forced(scored, without)
    truth = truth_of(scored, bundle.scheme, forced.targets)
    answers = model_answers(read, None).take(index)
    second = None if read.second is None else read.second[index]
    lines = answers.lines
    assert lines is not None
    errors = value_errors_mm(truth.lines, lines, bundle.machine.length_unit)
    return Labelled(index, truth, answers, forced, second, errors)


def score_columns(bundle: Bundle, found: Labelled | None, n_windows: int) -> Columns:
    """The columns `NAMES` of a run's windows; None for those that cannot be scored."""
    if found is None:
        return {name: [None] * n_windows for name in NAMES}
    truth, forced = found.truth, found.forced
    scores = _lines(found, bundle.machine.length_unit) | _heads(truth, forced.heads)
    scores |= _tokens(forced.predicted == truth.tokens, truth.tokens != PAD)
    scores |= _first_wrong(truth, found.answers, bundle.scheme)
    return {name: _spread(scores[name], found.index, n_windows) for name in NAMES}


def _spread(values: Sequence[Any] | NDArray[Any], index: Ints, n: int) -> list[Any]:
    """Values of some windows as those of all; None for the others."""
    whole: list[Any] = [None] * n
    for place, value in zip(index.tolist(), listed(values), strict=True):
        whole[place] = value
    return whole


def listed(values: Sequence[Any] | NDArray[Any]) -> Sequence[Any]:
    """Values as plain ones of Python."""
    return values.tolist() if isinstance(values, np.ndarray) else values


def _lines(found: Labelled, unit: str) -> Columns:
    """The metrics of a line, window by window."""
    scores = line_scores(found.truth, found.answers, unit)
    assert scores is not None
    exact, second = scores.exact, found.second
    return {
        "exact": exact,
        "within_row": scores.within_row,
        "structure": scores.structure,
        "top2": exact if second is None else exact | exact_lines(found.truth, second),
        "error_mm": largest_errors_mm(found.errors_mm),
        "values_exact": scores.values_exact,
        "values_close": scores.values_close,
        "values_asked": scores.values_asked,
    }


def _tokens(right: Bools, asked: Bools) -> Columns:
    return {"token_right": (right & asked).sum(axis=1), "token_asked": asked.sum(axis=1)}


def _heads(truth: Truth, given: Heads) -> Columns:
    """Rights and wrongs of every head, given the true tokens before."""
    asked_at, true, said = where_asked(truth), head_classes(truth.heads), head_classes(given)
    digits = [name for name in true if name.startswith("digit")]
    rights: dict[str, Ints] = {}
    asked: dict[str, Ints] = {}
    for head in HEADS:
        own = digits if head == "digits" else [head]
        right = np.stack([(said[name] == true[name]) & asked_at[name] for name in own])
        rights[head] = right.sum(axis=(0, 2))
        asked[head] = np.stack([asked_at[name] for name in own]).sum(axis=(0, 2))
    found: Columns = {f"{head}_right": rights[head] for head in HEADS}
    found |= {f"{head}_asked": asked[head] for head in HEADS}
    found["wrong_heads"] = _heads_where({head: rights[head] < asked[head] for head in HEADS})
    found["right_heads"] = _heads_where(
        {head: (asked[head] > 0) & (rights[head] == asked[head]) for head in HEADS}
    )
    return found


def _heads_where(masks: Mapping[str, Bools]) -> list[str]:
    rows = zip(*(mask.tolist() for mask in masks.values()), strict=True)
    return [
        joined(columns.HEAD_WORDS.get(head, head) for head, on in zip(masks, row, strict=True) if on)
        for row in rows
    ]


def _first_wrong(truth: Truth, answers: Answers, scheme: Scheme) -> Columns:
    """Where the line that was read first leaves the true one, and in which head."""
    assert answers.tokens is not None
    target, given = same_width(truth.tokens, answers.tokens)
    wrong = target != given
    rows, place = np.arange(len(target)), wrong.argmax(axis=1)
    true, said = (head_classes(scheme.heads(ids[rows, place])) for ids in (target, given))
    heads: list[str | None] = [None] * len(target)
    positions: list[int | None] = [None] * len(target)
    for row in np.flatnonzero(wrong.any(axis=1)).tolist():
        differing = next((head for head in true if true[head][row] != said[head][row]), "type")
        name = "digits" if differing.startswith("digit") else differing
        name = "param_type" if name == "number_letter" else name
        heads[row], positions[row] = columns.HEAD_WORDS.get(name, name), int(place[row])
    return {"first_wrong": positions, "first_wrong_head": heads}
