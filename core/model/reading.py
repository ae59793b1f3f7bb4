"""A whole recording read window by window, and the file of it."""

import csv
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np

from core.model.bundle import Bundle
from core.model.predict import Advance
from core.recordings.atomic import replacing
from core.recordings.recording import Recording
from core.recordings.windows import STRIDE, WINDOW_ROWS, cut_windows


@dataclass(frozen=True)
class WindowReading:
    """One line of a prediction file; rows count from 0 and `end_row` is the last one."""

    run: str
    start_row: int
    end_row: int
    operation: str
    operation_confidence: float
    gcode: str
    confidence: float


def predict_run(
    bundle: Bundle,
    recording: Recording,
    *,
    stride: int = STRIDE,
    without: Sequence[str] = (),
    decoding: str = "greedy",
    progress: Advance | None = None,
) -> list[WindowReading]:
    """Read every window of a recording.

    Raises:
        RecordingError: the recording is shorter than a window.
    """
    windows = cut_windows(recording, bundle.inputs, stride=stride)
    answer = bundle.predict_windows(windows, without, decoding=decoding, progress=progress)
    best = answer.operation_probabilities.argmax(axis=1)
    shares = answer.operation_probabilities[np.arange(len(best)), best]
    return [
        WindowReading(
            run=recording.name,
            start_row=int(start),
            end_row=int(start) + WINDOW_ROWS - 1,
            operation=bundle.operations[int(best[i])],
            operation_confidence=round(float(shares[i]), 4),
            gcode=answer.line[i],
            confidence=round(float(answer.confidence[i]), 4),
        )
        for i, start in enumerate(windows.start_row.tolist())
    ]


def write_predictions(rows: Sequence[WindowReading], path: Path) -> None:
    """Write the readings as CSV; the file appears whole or not at all."""
    with replacing(path) as aside, aside.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(WindowReading)])
        writer.writeheader()
        writer.writerows(asdict(row) for row in rows)
