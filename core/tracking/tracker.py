"""A whole run read back: for each row the program, the line and the position."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.model.bundle import Bundle
from core.recordings.programs import Programs
from core.recordings.recording import Recording
from core.recordings.windows import WINDOW_ROWS, cut_windows
from core.tracking.anchor import anchored
from core.tracking.known import Known, TrackingError
from core.tracking.passes import SAME_ROWS, Pass, find_passes
from core.tracking.rows import RowsRead, read_rows
from core.tracking.spelling import spelled_rows
from core.tracking.walk import Walk, WalkOptions, smooth
from core.tracking.words import Words, listen

Mode = Literal["auto", "known", "open"]
# a shorter recording does not tell a program that was never learned from one that is half heard
TELLING_ROWS = 256
# beliefs that are held at once: 1 GiB of them
MOST_BELIEFS = 1 << 28


@dataclass(frozen=True)
class TrackOptions:
    """How a run is tracked.

    stride: rows between windows. library: the programs that may be met (names or files), all learned ones if none.
    mode: "known" walks through learned programs, "open" spells the lines; "auto" spells where no learned program fits.
    """

    stride: int = 4
    library: tuple[str, ...] = ()
    mode: Mode = "auto"
    walk: WalkOptions = field(default_factory=WalkOptions)


@dataclass(frozen=True, eq=False)
class Track:
    """A run read back, a value a row `[T]`; "" and NaN where nothing is known.

    confidence: how probable it is that the line is right. number: of the line in its program, -1 = unknown. passes: the
    stretches of learned programs that it was put together from; spelled: the lines are the decoder's own.
    """

    run: str
    line: tuple[str, ...]
    operation: tuple[str, ...]
    number: NDArray[np.int64]
    position_mm: NDArray[np.float64]
    confidence: NDArray[np.float64]
    phase: NDArray[np.float64]
    passes: tuple[Pass, ...]
    programs: Programs
    spelled: bool = False

    def __len__(self) -> int:
        return len(self.line)

    @property
    def lag(self) -> float:
        """Rows that the sensors are late, most probably; NaN where no learned program was walked through."""
        return self.passes[0].lag.median if self.passes else float("nan")

    @property
    def fit(self) -> float:
        """Mean probability that the windows give to the passes; NaN without windows."""
        rows = np.array([one.last - one.first + 1 for one in self.passes])
        fits = np.array([one.fit for one in self.passes])
        known = np.isfinite(fits)
        return float(np.average(fits[known], weights=rows[known])) if known.any() else float("nan")

    @property
    def stretches(self) -> list[tuple[str, int, int]]:
        """The distinct lines in their order, each with its first and last row."""
        found, row = [], 0
        for line, group in groupby(self.line):
            size = len(list(group))
            if line:
                found.append((line, row, row + size - 1))
            row += size
        return found


def track(
    bundle: Bundle,
    recording: Recording,
    options: TrackOptions | None = None,
    told: Callable[[int, int], None] | None = None,
) -> Track:
    """Read a whole run back, or a part of one.

    The target and controller columns of the recording are never looked at. `told` is called with what is done and of
    how much, in windows: each is read once and walked over once.

    Raises:
        TrackingError: the bundle has learned no programs, or not those of the library; or the run is too long.
        RecordingError: the recording is shorter than a window.
    """
    options = options or TrackOptions()
    known = Known.of(bundle, options.library)
    _refuse_too_long(recording, known.programs)
    windows = cut_windows(recording, bundle.inputs, stride=options.stride)
    total = 2 * len(windows)
    heard = (lambda done: told(done, total)) if told else None
    words = listen(bundle, windows, recording.n_rows, options.stride, heard)
    went = (lambda share: told(len(windows) + int(share * len(windows)), total)) if told else None
    found = walked(recording.name, words, known, options.walk, went)
    strange = found.fit < bundle.calibration.least_fit and recording.n_rows >= TELLING_ROWS
    strange = strange and not options.library
    if options.mode == "open" or (options.mode == "auto" and strange):
        return _spelled(found, spelled_rows(bundle, windows, recording.n_rows), words, bundle)
    return found


def _refuse_too_long(recording: Recording, programs: Programs) -> None:
    """A walk holds a belief over all places at every row; refuse one that would not fit into memory."""
    cells = len(programs.timelines) * max(map(len, programs.timelines))
    most = MOST_BELIEFS // cells
    if recording.n_rows > most:
        raise TrackingError(
            f"{recording.name} has {recording.n_rows:,} rows, and at most {most:,} can be read back at once: follow it "
            "with `python -m core track --online`, or cut it into parts."
        )


def walked(
    run: str,
    words: Words,
    known: Known,
    options: WalkOptions | None = None,
    told: Callable[[float], None] | None = None,
) -> Track:
    """The track of a run through learned programs from what its windows say; `told` hears what share is walked."""
    walk = Walk(known.programs, options or WalkOptions(), known.allowed)
    centred: list[NDArray[np.float32] | None] = [None] * words.n_rows
    for first, word in zip(words.first.tolist(), words.places, strict=True):
        centred[first + WINDOW_ROWS // 2] = walk.grid(word)
    beliefs = smooth(walk, centred, words.stride, told)
    temper = walk.options.temper * words.stride
    passes = find_passes(beliefs, words.places, words.centres, known.programs, temper)
    named = [known.operation(one.program, _said(words, one.first, one.last)) for one in passes]
    timelines = [known.programs.timelines[one.program] for one in passes]
    passes = anchored(passes, timelines, named, known.programs.lags, words.n_rows)
    rows = [read_rows(one, timeline) for one, timeline in zip(passes, timelines, strict=True)]
    shares = [_share(beliefs, one) for one in passes]
    return joined(run, rows, named, shares, passes, known.programs)


def joined(
    run: str,
    rows: list[RowsRead],
    named: list[str],
    shares: list[NDArray[np.float64]],
    passes: list[Pass],
    programs: Programs,
) -> Track:
    """The track that passes make up; `shares`: how much is believed in the pass at each of its rows."""
    return Track(
        run=run,
        line=tuple(line for part in rows for line in part.lines),
        operation=tuple(name for name, part in zip(named, rows, strict=True) for _ in part.lines),
        number=np.concatenate([part.number for part in rows]),
        position_mm=np.concatenate([part.position_mm for part in rows]),
        confidence=np.concatenate(
            [part.confidence * share for part, share in zip(rows, shares, strict=True)]
        ),
        phase=np.concatenate([part.phase for part in rows]),
        passes=tuple(passes),
        programs=programs,
    )


def _said(words: Words, first: int, last: int) -> NDArray[np.float32]:
    """What the windows of a stretch of rows say of the operation together `[O]`."""
    inside = (words.centres >= first) & (words.centres <= last)
    return np.asarray(words.operations[inside].sum(axis=0))


def _share(beliefs: NDArray[np.float32], one: Pass) -> NDArray[np.float64]:
    """How much the walk believes in the pass at each of its rows."""
    rows = np.arange(one.first, one.last + 1)
    middle = np.rint(rows + one.felt.median).astype(np.int64)
    near = np.clip(middle[:, None] + np.arange(-SAME_ROWS, SAME_ROWS + 1), 0, beliefs.shape[2] - 1)
    # cells behind either end are counted once
    once = np.diff(near, axis=1, prepend=-1) > 0
    return np.asarray((beliefs[rows[:, None], one.program, near] * once).sum(axis=1), dtype=np.float64)


def _spelled(walk: Track, rows: RowsRead, words: Words, bundle: Bundle) -> Track:
    """The track of a run whose program was never learned: its lines spelled, its operation the most probable one."""
    best = bundle.operations[int(words.operations.sum(axis=0).argmax())]
    return replace(
        walk,
        line=rows.lines,
        operation=(best,) * len(walk),
        number=rows.number,
        position_mm=rows.position_mm,
        confidence=rows.confidence,
        phase=rows.phase,
        spelled=True,
    )
