"""A whole recording read window by window, and the file of it."""

import csv
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np

from core.errors import ToolmarkError
from core.model.bundle import Bundle
from core.model.predict import Advance
from core.recordings.atomic import replacing
from core.recordings.inputs import prepare
from core.recordings.recording import Recording
from core.recordings.windows import STRIDE, WINDOW_ROWS, cut_windows


class ReadingError(ToolmarkError):
    """A recording that a bundle cannot read."""


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


def notes_on(bundle: Bundle, recording: Recording, without: Sequence[str] = ()) -> list[str]:
    """What a reader of the predictions has to know, a sentence each.

    Raises:
        ReadingError: the recording has columns that the machine file does not describe, `without` takes away
            nothing that the model reads, or nothing that it reads is live.
    """
    inputs, machine = bundle.inputs.channels, bundle.machine
    if recording.unknown_columns:
        raise ReadingError(
            f"{recording.name} has {len(recording.unknown_columns)} columns that the machine file does not describe "
            f"({recording.unknown_columns[0]} is one): was a board renamed? Rename them, or leave them out."
        )
    removed = machine.resolve(without) if without else set()
    if without and not removed & set(inputs):
        raise ReadingError(f"The model does not read {', '.join(without)}: there is nothing to do without.")
    live = np.asarray(prepare(recording, bundle.inputs).live.any(axis=0), dtype=bool)
    if not live.any():
        raise ReadingError(
            f"Nothing that the model reads is live in {recording.name}: there is nothing to read."
        )
    notes = []
    if not live.all():
        boards = sorted(
            {machine.board(name) or name for name, on in zip(inputs, live, strict=True) if not on}
        )
        notes.append(
            f"{int((~live).sum())} of the model's {len(inputs)} channels are missing or dead in {recording.name}, "
            f"on {', '.join(boards)}."
        )
    felt = {*machine.side_channels, *machine.aliases}
    controller = [name for name in (*inputs, *bundle.inputs.categorical) if name not in felt]
    if controller:
        notes.append(
            f"This bundle, of the protocol `{bundle.protocol}`, reads the controller's own state "
            f"({', '.join(controller)}): without those columns it answers differently."
        )
    return notes


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
