"""The readings of one run: what each window shows, what the bundle reads in it, and how right that is."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.evidence.readings import columns
from core.evidence.readings.answered import answer_schema, answer_table
from core.evidence.readings.columns import SCHEMA, joined
from core.evidence.readings.scores import Columns, labelled, listed, score_columns
from core.evidence.split_part import part_of
from core.model.bundle import Bundle
from core.model.prediction import BatchPrediction
from core.recordings.presence import frozen_boards, missing_boards
from core.recordings.recording import Recording, buffering_mask
from core.recordings.windows import STRIDE, WINDOW_ROWS, Windows, cut_windows

# what is taken for confident where a bundle has no threshold of its own
CONFIDENT = 0.9


class RunTables(NamedTuple):
    """A row a window of one run: its readings in the columns of `SCHEMA`, its answers in those of `answer_schema`."""

    readings: pa.Table
    answers: pa.Table


def run_tables(
    bundle: Bundle,
    recording: Recording,
    *,
    stride: int = STRIDE,
    without: Sequence[str] = (),
    parts: Sequence[str] | None = None,
) -> RunTables:
    """Read and score the windows of a run; none where it is shorter than a window.

    parts: which part of the bundle's split each window is in, where that is not the run's.

    Raises:
        ToolmarkError: the run lacks what the bundle needs, or a label of it is no G-code.
    """
    if recording.n_rows < WINDOW_ROWS:
        return RunTables(SCHEMA.empty_table(), answer_schema(bundle).empty_table())
    windows = cut_windows(recording, bundle.inputs, stride=stride)
    read = bundle.predict_windows(windows, without, second=True)
    scored = labelled(bundle, windows, read, without)
    found = _shown(windows, recording) | _absent(bundle, windows, recording) | _read(bundle, windows, read)
    own = part_of(bundle, recording.name, recording.machine)
    found["part"] = [own] * len(windows) if parts is None else parts
    found |= score_columns(bundle, scored, len(windows))
    found["result"] = _results(bundle, windows, found)
    found["tags"] = _tags(bundle, found)
    arrays = [pa.array(_plain(found[field.name]), type=_plain_type(field.type)) for field in SCHEMA]
    table = pa.Table.from_arrays(arrays, names=SCHEMA.names).cast(SCHEMA)
    return RunTables(table, answer_table(bundle, windows, read, scored))


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
    rows = zip(*(listed(found[name]) for name in names), strict=True)
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
