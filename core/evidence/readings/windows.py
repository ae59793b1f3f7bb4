"""The readings of one run: what each window shows, what the bundle reads in it, and how right that is.

Nothing is scored here by rules of its own: what counts as right is what `core.evidence.evaluation` counts.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.evidence.answers import Answers, model_answers
from core.evidence.line_metrics import (
    exact_lines,
    largest_errors_mm,
    near_lines,
    same_structure,
    value_counts,
)
from core.evidence.readings import columns
from core.evidence.readings.columns import HEADS, SCHEMA, joined
from core.evidence.split_part import part_of
from core.evidence.tally import Bools, Ints
from core.evidence.token_metrics import head_classes, same_width, where_asked
from core.evidence.truth import Truth, truth_of
from core.gcode.tokens import PAD, Heads, Scheme
from core.model.bundle import Bundle
from core.model.prediction import BatchPrediction
from core.recordings.presence import frozen_boards, missing_boards
from core.recordings.recording import Recording, buffering_mask
from core.recordings.windows import STRIDE, WINDOW_ROWS, Windows, cut_windows

Columns = dict[str, Sequence[Any] | NDArray[Any]]
# what is taken for confident where a bundle has no threshold of its own
CONFIDENT = 0.9


def readings_of(
    bundle: Bundle, recording: Recording, *, stride: int = STRIDE, without: Sequence[str] = ()
) -> pa.Table:
    """A row a window of the run, in the columns of `SCHEMA`; none where the run is shorter than a window.

    Raises:
        ToolmarkError: the run lacks what the bundle needs, or a label of it is no G-code.
    """
    if recording.n_rows < WINDOW_ROWS:
        return SCHEMA.empty_table()
    windows = cut_windows(recording, bundle.inputs, stride=stride)
    read = bundle.predict_windows(windows, without, second=True)
    found = _shown(windows, recording) | _absent(bundle, windows, recording) | _read(bundle, windows, read)
    found["part"] = [part_of(bundle, recording.name, recording.machine)] * len(windows)
    found |= _scored(bundle, windows, read, without)
    found["result"] = _results(bundle, windows, found)
    found["tags"] = _tags(bundle, found)
    arrays = [pa.array(_plain(found[field.name]), type=_plain_type(field.type)) for field in SCHEMA]
    return pa.Table.from_arrays(arrays, names=SCHEMA.names).cast(SCHEMA)


def _plain(values: Sequence[Any] | NDArray[Any]) -> Any:
    return values.tolist() if isinstance(values, np.ndarray) and values.dtype.kind in "UO" else values


def _plain_type(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _shown(windows: Windows, recording: Recording) -> Columns:
    """What the windows show: their labels and how firm these are."""
    buffering = np.concatenate([[0], np.cumsum(buffering_mask(recording))])
    near = [text.count("\n") + 1 if text else 0 for text in windows.near.tolist()]
    operations = [_named(recording.machine.operations, known) for known in windows.operation_type.tolist()]
    return {
        "run": windows.run,
        "start_row": windows.start_row,
        "end_row": windows.start_row + WINDOW_ROWS - 1,
        "operation": operations,
        "line": [line or None for line in windows.gcode.tolist()],
        "command": [_command(line) for line in windows.gcode.tolist()],
        "label_rows": windows.top_rows,
        "purity": windows.top_rows / WINDOW_ROWS,
        "tied": windows.tied,
        "near_lines": near,
        "buffering_rows": buffering[windows.start_row + WINDOW_ROWS] - buffering[windows.start_row],
        "labelled": windows.labelled,
    }


def _named(names: Sequence[str], index: int) -> str | None:
    return names[index] if index >= 0 else None


def _command(line: str) -> str | None:
    """The first G, M or T word of a line as it stands there; a line may go on with the command before it."""
    if not line:
        return None
    return next((word for word in line.upper().split() if word[0] in "GMT"), columns.NO_COMMAND)


def _absent(bundle: Bundle, windows: Windows, recording: Recording) -> Columns:
    """The boards that the model reads and each window lacks."""
    missing = missing_boards(recording, bundle.inputs.channels)
    own = {bundle.machine.board(name) for name in bundle.inputs.channels}
    stopped = {board: row for board, row in frozen_boards(recording).items() if board in own}
    ends = (windows.start_row + WINDOW_ROWS).tolist()
    frozen = [tuple(board for board, row in stopped.items() if row < end) for end in ends]
    absent = [(*missing, *boards) for boards in frozen]
    return {
        "missing_boards": [joined(missing)] * len(windows),
        "frozen_boards": [joined(boards) for boards in frozen],
        "absent_boards": [joined(boards) for boards in absent],
        "absent": [len(boards) for boards in absent],
    }


def _read(bundle: Bundle, windows: Windows, read: BatchPrediction) -> Columns:
    """What the bundle reads in the windows."""
    shares = read.operation_probabilities
    order = np.argsort(-shares, axis=1, kind="stable")
    n, lines = len(windows), bundle.reads_lines
    names = bundle.operations
    threshold = bundle.calibration.threshold
    second = order[:, 1].tolist() if shares.shape[1] > 1 else [-1] * n
    said = [names[place] for place in order[:, 0].tolist()]
    true = [_named(names, known) for known in windows.operation_type.tolist()]
    return {
        "read_operation": said,
        "operation_confidence": shares[np.arange(n), order[:, 0]],
        "second_operation": [_named(names, place) for place in second],
        "operation_right": [None if a is None else a == b for a, b in zip(true, said, strict=True)],
        "read_line": [line or None for line in read.line] if lines else [None] * n,
        "read_command": [_command(line) for line in read.line] if lines else [None] * n,
        "confidence": read.confidence if lines else [None] * n,
        "sure": read.confidence >= threshold if lines else [None] * n,
        "second_line": _seconds(bundle, read),
    }


def _seconds(bundle: Bundle, read: BatchPrediction) -> list[str | None]:
    """The texts of the second lines; None where there is none."""
    if read.second is None:
        return [None] * len(read)
    pairs = zip(bundle.scheme.decode_batch(read.second), read.line, strict=True)
    return [second if second != line else None for second, line in pairs]


def _scored(bundle: Bundle, windows: Windows, read: BatchPrediction, without: Sequence[str]) -> Columns:
    """How right each labelled window was read; None for the others."""
    index = np.flatnonzero(windows.labelled)
    counts = [f"{head}_{what}" for head in ("token", *HEADS) for what in ("right", "asked")]
    names = ["exact", "within_row", "structure", "top2", "first_wrong", "first_wrong_head", "wrong_heads"]
    names += ["right_heads", "error_mm", "values_exact", "values_close", "values_asked", *counts]
    if not len(index) or not bundle.reads_lines:
        return {name: [None] * len(windows) for name in names}
    scored = windows.take(index).with_tokens(bundle.scheme)
    forced = bundle.teacher_forced(scored, without)
    truth = truth_of(scored, bundle.scheme, forced.targets)
    answers = model_answers(read, None).take(index)
    second = None if read.second is None else read.second[index]
    found = _lines(truth, answers, second, bundle.machine.length_unit) | _heads(truth, forced.heads)
    found |= _tokens(forced.predicted == truth.tokens, truth.tokens != PAD)
    found |= _first_wrong(truth, answers, bundle.scheme)
    return {name: _spread(found[name], index, len(windows)) for name in names}


def _spread(values: Sequence[Any] | NDArray[Any], index: Ints, n: int) -> list[Any]:
    """Values of some windows as those of all; None for the others."""
    whole: list[Any] = [None] * n
    for place, value in zip(index.tolist(), _listed(values), strict=True):
        whole[place] = value
    return whole


def _listed(values: Sequence[Any] | NDArray[Any]) -> Sequence[Any]:
    return values.tolist() if isinstance(values, np.ndarray) else values


def _lines(truth: Truth, answers: Answers, second: Ints | None, unit: str) -> Columns:
    """The metrics of a line, window by window."""
    tokens, lines = answers.tokens, answers.lines
    assert tokens is not None
    assert lines is not None
    exact = exact_lines(truth, tokens)
    values = value_counts(truth.lines, lines, unit)
    return {
        "exact": exact,
        "within_row": exact | near_lines(truth, tokens),
        "structure": same_structure(truth.lines, lines),
        "top2": exact if second is None else exact | exact_lines(truth, second),
        "error_mm": largest_errors_mm(truth.lines, lines, unit),
        "values_exact": values[0],
        "values_close": values[1],
        "values_asked": values[2],
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


def _results(bundle: Bundle, windows: Windows, found: Columns) -> list[str]:
    if not bundle.reads_lines:
        return [columns.NO_LINE] * len(windows)
    rows = zip(windows.labelled.tolist(), found["exact"], found["within_row"], strict=True)
    return [
        columns.NO_LABEL
        if not labelled
        else columns.EXACT
        if exact
        else columns.WITHIN_ROW
        if near
        else columns.WRONG
        for labelled, exact, near in rows
    ]


def _tags(bundle: Bundle, found: Columns) -> list[str]:
    """The automatic tags of each window."""
    threshold = bundle.calibration.threshold
    confident = threshold if 0 < threshold <= 1 else CONFIDENT
    names = ("exact", "top2", "result", "confidence", "near_lines", "buffering_rows")
    rows = zip(*(_listed(found[name]) for name in names), strict=True)
    tagged = []
    for exact, top2, result, confidence, near, buffering in rows:
        tags = {
            columns.TOP_2: bool(top2) and not exact,
            columns.CONFIDENT_WRONG: result == columns.WRONG and confidence >= confident,
            columns.AMBIGUOUS: near > 1,
            columns.BUFFERING: buffering > 0,
        }
        tagged.append(joined(tag for tag, on in tags.items() if on))
    return tagged
