"""A whole run read back: for each row the program, the line and the position."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray

from core.errors import ToolmarkError
from core.model.bundle import Bundle
from core.model.predict import encode, windows_input
from core.recordings.programs import Programs, Timeline
from core.recordings.recording import Recording
from core.recordings.windows import WINDOW_ROWS, Windows, cut_windows
from core.tracking.anchor import anchored
from core.tracking.passes import SAME_ROWS, Pass, find_passes
from core.tracking.walk import Walk, WalkOptions, smooth

Floats = NDArray[np.float32]
# the centre of a window of 64 rows lies between its 32nd and 33rd
CENTRE = (WINDOW_ROWS - 1) / 2
BATCH = 256


class TrackingError(ToolmarkError):
    """A run that cannot be tracked."""


@dataclass(frozen=True)
class TrackOptions:
    """How a run is tracked.

    stride: rows between windows. library: the programs that may
    be met, all learned ones if None. sharpness: the log odds of a row's line are multiplied by this and moved by
    `bias` to give its confidence.
    """

    stride: int = 4
    library: tuple[str, ...] | None = None
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
    def lag(self) -> float:
        """Rows that the sensors are late, most probably."""
        return self.passes[0].lag.median


def track(bundle: Bundle, recording: Recording, options: TrackOptions | None = None) -> Track:
    """Read a whole run back with the learned programs of a bundle.

    The target and controller columns of the recording are never looked at.

    Raises:
        TrackingError: the bundle has learned no programs.
        RecordingError: the recording is shorter than a window.
    """
    options = options or TrackOptions()
    windows = cut_windows(recording, bundle.inputs, stride=options.stride)
    words = listen(bundle, windows, recording.n_rows, options.stride)
    return walked(recording.name, words, Known.of(bundle, options.library), options)


@dataclass(frozen=True, eq=False)
class Known:
    """What a walk knows: the programs, which of them it may meet, and the operations that execute them."""

    programs: Programs
    operations: tuple[str, ...]
    program_of: Mapping[str, str]
    allowed: NDArray[np.bool_] | None = None

    @classmethod
    def of(cls, bundle: Bundle, library: Sequence[str] | None = None) -> "Known":
        """What a bundle learned, held to the programs named in `library`."""
        programs = bundle.programs
        if not programs.n_places:
            raise TrackingError(
                f"The bundle {bundle.path} has learned no programs to walk through: train it with the preset best."
            )
        strange = sorted(set(library or ()) - set(programs.index))
        if strange:
            raise TrackingError(
                f"{strange[0]!r} is no program that the bundle has learned: choose among "
                f"{', '.join(sorted(programs.index))}."
            )
        allowed = None
        if library is not None:
            allowed = np.array([timeline.program in library for timeline in programs.timelines])
        return cls(programs, bundle.operations, bundle.machine.programs, allowed)

    def fitting(self, program: int) -> NDArray[np.bool_]:
        """Which operations execute a program."""
        name = self.programs.timelines[program].program
        fits = np.array([self.program_of.get(one, one) == name for one in self.operations])
        return fits if fits.any() else np.ones(len(fits), dtype=bool)


def listen(bundle: Bundle, windows: Windows, n_rows: int, stride: int) -> Words:
    """What the windows of one run say of place and operation; one in which nothing is live says nothing."""
    places: list[Floats] = []
    operations: list[Floats] = []
    for start in range(0, len(windows), BATCH):
        part = slice(start, start + BATCH)
        inputs = windows_input(bundle, windows, part)
        read = encode(bundle, inputs)
        assert read.places is not None
        mute = ~inputs.present.any(dim=1, keepdim=True)
        for found, into in ((read.places, places), (read.operation, operations)):
            said = torch.where(mute, 1 / found.shape[1], found)
            into.append(torch.log(said + 1e-9).numpy())
    return Words(np.concatenate(places), np.concatenate(operations), windows.start_row, n_rows, stride)


def walked(run: str, words: Words, known: Known, options: TrackOptions) -> Track:
    """The track of a run from what its windows say."""
    walk = Walk(known.programs, options.walk, known.allowed)
    centred: list[Floats | None] = [None] * words.n_rows
    for first, word in zip(words.first.tolist(), words.places, strict=True):
        centred[first + WINDOW_ROWS // 2] = walk.grid(word)
    beliefs = smooth(walk, centred, words.stride)
    passes = find_passes(
        beliefs,
        words.places,
        (words.first + CENTRE).astype(np.float64),
        known.programs,
        options.walk.temper * words.stride,
    )
    named = [_operation(one, words, known) for one in passes]
    timelines = [known.programs.timelines[one.program] for one in passes]
    passes = anchored(passes, timelines, named, known.programs.lags, words.n_rows)
    rows = [read_rows(one, timeline) for one, timeline in zip(passes, timelines, strict=True)]
    sure = np.concatenate(
        [part.confidence * _share(beliefs, one) for part, one in zip(rows, passes, strict=True)]
    )
    return Track(
        run=run,
        line=tuple(line for part in rows for line in part.lines),
        operation=tuple(
            name for one, name in zip(passes, named, strict=True) for _ in range(one.first, one.last + 1)
        ),
        position_mm=np.concatenate([part.position_mm for part in rows]),
        confidence=sharpened(sure, options),
        phase=np.concatenate([part.phase for part in rows]),
        passes=tuple(passes),
        programs=known.programs,
    )


def _share(beliefs: Floats, one: Pass) -> NDArray[np.float64]:
    """How much the walk believes in the pass at each of its rows."""
    rows = np.arange(one.first, one.last + 1)
    middle = np.rint(rows + one.felt.median).astype(np.int64)
    near = np.clip(middle[:, None] + np.arange(-SAME_ROWS, SAME_ROWS + 1), 0, beliefs.shape[2] - 1)
    # cells behind either end are counted once
    once = np.diff(near, axis=1, prepend=-1) > 0
    return np.asarray((beliefs[rows[:, None], one.program, near] * once).sum(axis=1), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class RowsRead:
    """The rows of a pass: a line, its probability, position and phase each."""

    lines: list[str]
    confidence: NDArray[np.float64]
    position_mm: NDArray[np.float64]
    phase: NDArray[np.float64]


def read_rows(one: Pass, timeline: Timeline) -> RowsRead:
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
    return RowsRead(lines, np.array(confidence), position, phase)


def _operation(one: Pass, words: Words, known: Known) -> str:
    """The operation of a pass: the most probable of those that execute its program, over all its windows."""
    centres = words.first + CENTRE
    inside = (centres >= one.first) & (centres <= one.last)
    total = words.operations[inside].sum(axis=0)
    return known.operations[int(np.where(known.fitting(one.program), total, -np.inf).argmax())]


def sharpened(confidence: NDArray[np.float64], options: TrackOptions) -> NDArray[np.float64]:
    """Calibrated confidence of lines."""
    p = np.clip(confidence, 1e-4, 1 - 1e-4)
    return np.asarray(1 / (1 + np.exp(-(options.sharpness * np.log(p / (1 - p)) + options.bias))))
