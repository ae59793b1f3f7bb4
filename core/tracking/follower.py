"""A run followed while it is made: row by row, in bounded memory, with the walk that reads whole runs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.model.bundle import Bundle
from core.recordings.recording import Recording
from core.recordings.windows import WINDOW_ROWS, Windows, cut_windows
from core.tracking.anchor import anchored
from core.tracking.known import Known
from core.tracking.passes import IN_STEP, REACH, SAME_ROWS, STEP, Offsets, Pass
from core.tracking.rows import RowsRead, read_rows
from core.tracking.tracker import Track
from core.tracking.walk import Walk, WalkOptions
from core.tracking.words import listen

# rows that are kept: what a channel's offset is taken from
MEMORY_ROWS = 1024
# the belief is that of the row in the middle of the newest window
BEHIND = WINDOW_ROWS // 2
STARTED = WalkOptions(begins=0.999)


@dataclass(frozen=True, eq=False)
class RowRead:
    """The newest row: its operation, line, number, position `[3]` in mm and how probable the line is."""

    row: int
    operation: str
    line: str
    number: int
    position_mm: NDArray[np.float64]
    confidence: float


class Follower:
    """Follows one run. Every `stride` rows the newest window is read; in between the program goes on.

    It is started with the machine, so that a run begins with a program. Whatever the run's length, it holds the last
    1,024 rows and one belief over the places. A row is said when it is there, 32 rows ahead of what the newest window
    is centred on, so it is less sure than the same row of `track`, which hears what follows too.
    """

    def __init__(
        self,
        bundle: Bundle,
        channels: Sequence[str],
        *,
        stride: int = 4,
        library: Sequence[str] = (),
        options: WalkOptions = STARTED,
    ) -> None:
        self.bundle, self.channels, self.stride = bundle, tuple(channels), stride
        self.known = Known.of(bundle, library)
        self.walk = Walk(self.known.programs, options, self.known.allowed)
        self.rows: list[NDArray[np.float32]] = []
        self.seen = 0
        self.belief: NDArray[np.float32] | None = None
        self.before: Pass | None = None
        self.now: Pass | None = None
        self.said = np.zeros(len(bundle.operations))

    def push(self, values: NDArray[np.float32]) -> RowRead | None:
        """Take the values `[C]` of the channels at the next row, NaN where there is none.

        None until the first window is full.
        """
        self.rows.append(np.asarray(values, dtype=np.float32))
        del self.rows[:-MEMORY_ROWS]
        self.seen += 1
        if self.seen >= BEHIND:
            self._step()
        return self._newest() if self.now is not None else None

    def _step(self) -> None:
        ones = self.walk.inside.astype(np.float32)
        weight = ones
        begin = self.seen - WINDOW_ROWS
        if begin >= 0 and begin % self.stride == 0:
            words = listen(self.bundle, self._window(), WINDOW_ROWS, self.stride)
            weight = self.walk.heard(self.walk.grid(words.places[0]), self.stride)
            self.said += words.operations[0]
        self.belief = self.walk.step(self.belief, weight)
        if begin >= 0:
            self._follow(self.belief)

    def _window(self) -> Windows:
        """The newest window, its channels prepared by the rows that are kept."""
        held = np.stack(self.rows)
        recording = Recording(
            name="",
            operation=None,
            machine=self.bundle.machine,
            time_s=np.arange(len(held), dtype=np.float64),
            channels=self.channels,
            values=held,
            lines=None,
            line_numbers=None,
            codes={},
        )
        windows = cut_windows(recording, self.bundle.inputs, stride=1)
        return windows.take(slice(len(windows) - 1, len(windows)))

    def _follow(self, belief: NDArray[np.float32]) -> None:
        """The pass that the belief is in; a new one where the program or the offset is another."""
        program, place = np.unravel_index(int(belief.argmax()), belief.shape)
        row = self.seen - BEHIND
        felt = _felt(belief[program], int(place), row)
        if self.now is not None and self._ended(row) and felt.median < self.now.felt.median - SAME_ROWS:
            self.before, self.said = self.before or self.now, np.zeros_like(self.said)
            self.now = None
        first = row if self.now is None and self.before else self.now.first if self.now else 0
        self.now = Pass(first, row, int(program), felt, felt, IN_STEP)

    def _ended(self, row: int) -> bool:
        """Whether the pass had come to the end of its program; else another offset only corrects it."""
        assert self.now is not None
        last = int(self.walk.last[self.now.program])
        return row + self.now.felt.median >= last - self.walk.options.end_rows

    def _newest(self) -> RowRead:
        assert self.now is not None
        assert self.belief is not None
        passes = [self.now] if self.before is None else [self.before, self.now]
        timelines = [self.known.programs.timelines[one.program] for one in passes]
        operation = self.known.operation(self.now.program, self.said)
        lags = self.known.programs.lags
        laid = anchored(passes, timelines, [operation] * len(passes), lags, None)[-1]
        row = self.seen - 1
        read: RowsRead = read_rows(replace(laid, first=row, last=row), timelines[-1])
        share = float(self.belief[self.now.program].sum()) * float(read.confidence[0])
        return RowRead(row, operation, read.lines[0], int(read.number[0]), read.position_mm[0], share)


def follow(
    bundle: Bundle, recording: Recording, *, stride: int = 4, library: Sequence[str] = ()
) -> Iterator[RowRead | None]:
    """Every row of a recording as it would have been said while the run was made."""
    follower = Follower(bundle, recording.channels, stride=stride, library=library)
    for values in recording.values:
        yield follower.push(values)


def followed(bundle: Bundle, recording: Recording, *, stride: int = 4, library: Sequence[str] = ()) -> Track:
    """The rows of `follow` as one track; nothing is known of the rows before the first window is full."""
    rows = list(follow(bundle, recording, stride=stride, library=library))
    nowhere = np.full(3, np.nan)
    return Track(
        run=recording.name,
        line=tuple(row.line if row else "" for row in rows),
        operation=tuple(row.operation if row else "" for row in rows),
        number=np.array([row.number if row else -1 for row in rows]),
        position_mm=np.stack([row.position_mm if row else nowhere for row in rows]),
        confidence=np.array([row.confidence if row else 0.0 for row in rows]),
        phase=np.full(len(rows), np.nan),
        passes=(),
        programs=bundle.programs,
    )


def _felt(belief: NDArray[np.float32], place: int, row: int) -> Offsets:
    """The offset that the belief `[L]` in a program speaks for, around its most probable place."""
    # a window is centred half a row before the row that its word is laid on
    row_of_centre = row - 0.5
    at = np.round((place - row_of_centre) / STEP) * STEP + np.arange(-REACH, REACH + STEP / 2, STEP)
    p = np.interp(row_of_centre + at, np.arange(len(belief)), belief, left=0.0, right=0.0)
    return Offsets(at, p / max(float(p.sum()), 1e-30))
