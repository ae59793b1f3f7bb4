"""A whole run read back: for each row the program, the line and the position."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray

from core.errors import ToolmarkError
from core.model.bundle import Bundle
from core.model.predict import encode, windows_input
from core.recordings.programs import Programs, Timeline
from core.recordings.recording import Recording
from core.recordings.windows import WINDOW_ROWS, Windows, cut_windows
from core.tracking.passes import Pass, anchored, find_passes, with_lag
from core.tracking.walk import Walk, WalkOptions, smooth

Start = Literal["beginning", "anywhere"]
Floats = NDArray[np.float32]
# the centre of a window of 64 rows lies between its 32nd and 33rd
CENTRE = (WINDOW_ROWS - 1) / 2
BATCH = 256


class TrackingError(ToolmarkError):
    """A run that cannot be tracked."""


@dataclass(frozen=True)
class TrackOptions:
    """How a run is tracked.

    start: "beginning" where the recording begins with a program, as the training runs do, which tells how far the
    sensors lag; "anywhere" where nothing is known of it. stride: rows between windows. sharpness: the log odds of a
    row's line are multiplied by this and moved by `bias` to give its confidence.
    """

    start: Start = "beginning"
    stride: int = 4
    walk: WalkOptions = field(default_factory=WalkOptions)
    sharpness: float = 1.0
    bias: float = 0.0


@dataclass(frozen=True, eq=False)
class Words:
    """What the windows of a run say.

    places: log probabilities `[N, P]`; operations: log probabilities `[N, O]`; first: the row each window begins at.
    """

    places: Floats
    operations: Floats
    first: NDArray[np.int64]
    n_rows: int
    stride: int


@dataclass(frozen=True, eq=False)
class Track:
    """A run read back, a value a row `[T]`; "" and NaN where nothing is known.

    confidence: how probable it is that the line is right. passes: the stretches that it was put together from.
    """

    run: str
    line: tuple[str, ...]
    operation: tuple[str, ...]
    position_mm: NDArray[np.float64]
    confidence: NDArray[np.float64]
    phase: NDArray[np.float64]
    passes: tuple[Pass, ...]
    programs: Programs

    @property
    def lag(self) -> float | None:
        """Rows that the sensors lag behind the controller, where the start tells it."""
        return next((one.lag for one in self.passes if one.lag is not None), None)


def track(bundle: Bundle, recording: Recording, options: TrackOptions | None = None) -> Track:
    """Read a whole run back with the learned programs of a bundle.

    The target and controller columns of the recording are never looked at.

    Raises:
        TrackingError: the bundle has learned no programs.
        RecordingError: the recording is shorter than a window.
    """
    options = options or TrackOptions()
    words = listen(
        bundle, cut_windows(recording, bundle.inputs, stride=options.stride), recording.n_rows, options
    )
    return walked(recording.name, words, bundle.programs, bundle.operations, bundle.machine.programs, options)


def listen(bundle: Bundle, windows: Windows, n_rows: int, options: TrackOptions) -> Words:
    """What the windows of one run say of place and operation."""
    if not bundle.programs.n_places:
        raise TrackingError(
            f"The bundle {bundle.path} has learned no programs to walk through: train it with the preset best."
        )
    places, operations = [], []
    for start in range(0, len(windows), BATCH):
        read = encode(bundle, windows_input(bundle, windows, slice(start, start + BATCH)))
        assert read.places is not None
        places.append(torch.log(read.places + 1e-9).numpy())
        operations.append(torch.log(read.operation + 1e-9).numpy())
    return Words(
        np.concatenate(places), np.concatenate(operations), windows.start_row, n_rows, options.stride
    )


def walked(
    run: str,
    words: Words,
    programs: Programs,
    operations: Sequence[str],
    program_of: dict[str, str],
    options: TrackOptions,
) -> Track:
    """The track of a run from what its windows say."""
    walk = Walk(programs, options.walk)
    centred: list[Floats | None] = [None] * words.n_rows
    centres = words.first + WINDOW_ROWS // 2
    for centre, word in zip(centres.tolist(), words.places, strict=True):
        centred[centre] = walk.grid(word)
    beliefs = smooth(walk, centred, words.stride)
    tempered = words.places * options.walk.temper * words.stride
    passes = find_passes(beliefs, tempered, (words.first + CENTRE).astype(np.float64), programs)
    passes = _anchored(passes, programs, options.start)
    rows = [_rows(one, programs.timelines[one.program]) for one in passes]
    named = [_operation(one, words, programs, operations, program_of, options) for one in passes]
    raw = np.concatenate([part.confidence for part in rows])
    return Track(
        run=run,
        line=tuple(line for part in rows for line in part.lines),
        operation=tuple(
            name for one, name in zip(passes, named, strict=True) for _ in range(one.first, one.last + 1)
        ),
        position_mm=np.concatenate([part.position_mm for part in rows]),
        confidence=_sharpened(raw, options),
        phase=np.concatenate([part.phase for part in rows]),
        passes=tuple(passes),
        programs=programs,
    )


def _anchored(passes: list[Pass], programs: Programs, start: Start) -> list[Pass]:
    """Lay the passes on the controller's rows: the first one by the start, the others by its lag."""
    lags = programs.lags
    if start == "anywhere":
        return [anchored(one, programs.timelines[one.program], lags, from_start=False) for one in passes]
    first = anchored(passes[0], programs.timelines[passes[0].program], lags, from_start=True)
    return [first, *(with_lag(one, first.lag or 0.0) for one in passes[1:])]


@dataclass(frozen=True, eq=False)
class _Rows:
    lines: list[str]
    confidence: NDArray[np.float64]
    position_mm: NDArray[np.float64]
    phase: NDArray[np.float64]


def _rows(one: Pass, timeline: Timeline) -> _Rows:
    """The rows of a pass: the line with the most probability over all offsets, the position at the middle one."""
    names = tuple(dict.fromkeys(timeline.lines))
    code_of = {line: code for code, line in enumerate(names)}
    codes = np.array([code_of[line] for line in timeline.lines])
    kept = one.offset.p > 1e-4
    at, p = one.offset.at[kept], one.offset.p[kept] / one.offset.p[kept].sum()
    lines, confidence = [], []
    end = len(timeline) - 1
    for row in range(one.first, one.last + 1):
        shown = codes[np.clip(np.rint(row + at).astype(np.int64), 0, end)]
        mass = np.bincount(shown, weights=p)
        lines.append(names[int(mass.argmax())])
        confidence.append(float(mass.max()))
    phase = np.clip(np.arange(one.first, one.last + 1) + one.offset.median, 0, end)
    position = np.stack(
        [np.interp(phase, np.arange(end + 1), timeline.position_mm[:, axis]) for axis in range(3)], axis=1
    )
    return _Rows(lines, np.array(confidence), position, phase)


def _operation(
    one: Pass,
    words: Words,
    programs: Programs,
    operations: Sequence[str],
    program_of: dict[str, str],
    options: TrackOptions,
) -> str:
    """The operation of a pass: the most probable of those that execute its program, over all its windows."""
    centres = words.first + CENTRE
    inside = (centres >= one.first) & (centres <= one.last)
    total = words.operations[inside].sum(axis=0)
    program = programs.timelines[one.program].program
    fits = np.array([program_of.get(name, name) == program for name in operations])
    return (
        operations[int(np.where(fits, total, -np.inf).argmax())]
        if fits.any()
        else operations[int(total.argmax())]
    )


def _sharpened(confidence: NDArray[np.float64], options: TrackOptions) -> NDArray[np.float64]:
    p = np.clip(confidence, 1e-4, 1 - 1e-4)
    return np.asarray(1 / (1 + np.exp(-(options.sharpness * np.log(p / (1 - p)) + options.bias))))
