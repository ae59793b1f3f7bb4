"""Baseline without learning: the runs nearest by time warping vote on operation and lines."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.evidence.answers import Answers, line_answers
from core.evidence.baselines.warping import Warping, warp_to_many
from core.evidence.bootstrap import Floats
from core.evidence.tally import Bools
from core.evidence.truth import EvidenceError
from core.gcode.tokens import Scheme
from core.recordings.inputs import InputSpec, prepare
from core.recordings.recording import Recording, labels
from core.recordings.windows import WINDOW_ROWS, Windows, window_label

Values = NDArray[np.float32]


@dataclass(frozen=True)
class WarpingConfig:
    """How runs are compared.

    The `neighbours` nearest runs vote; a path strays at most `band` rows from equal rows; standardised values
    are clipped at `clip`; a channel takes part with `live_share` of its rows live, and two runs need
    `min_shared` such channels; a row without a partner costs `unmatched`, as unrelated values would.
    """

    neighbours: int = 7
    band: int = 4
    clip: float = 5.0
    live_share: float = 0.95
    min_shared: int = 5
    unmatched: float = 2.0


@dataclass(frozen=True, eq=False)
class RunSeries:
    """One whole run: `values` and `live` `[T, C]`, the line of each row, the operation (-1 = unknown)."""

    name: str
    operation: int
    values: Values
    live: Bools
    lines: tuple[str | None, ...]


@dataclass(frozen=True, eq=False)
class RunReading:
    """What the nearest runs say of a run: operation votes `[O]` that sum to 1, and a line a row."""

    operation: Floats
    lines: tuple[str | None, ...]


def run_series(recording: Recording, spec: InputSpec) -> RunSeries:
    """A recording as this baseline wants it, its channels prepared as `spec` says."""
    prepared = prepare(recording, spec)
    operation = recording.machine.operation_id(recording.operation)
    return RunSeries(recording.name, operation, prepared.values, prepared.live, tuple(labels(recording)))


class NearestRuns:
    """Training runs, standardised, to which other runs are compared."""

    def __init__(
        self, train: Sequence[RunSeries], n_operations: int, config: WarpingConfig | None = None
    ) -> None:
        self.train = tuple(run for run in train if run.operation >= 0)
        if not self.train:
            raise EvidenceError(
                "There is no training run of a known operation to compare with; name at least one."
            )
        self.config = config or WarpingConfig()
        self.n_operations = n_operations
        self._live = np.stack([self._taking_part(run) for run in self.train])
        self._mean, self._scale = _moments([run.values for run in self.train], self._live)
        self._values = [self._standardised(run) for run in self.train]

    def read(self, run: RunSeries) -> RunReading:
        """Let the nearest runs vote, first on the operation, then those of it on each row's line."""
        nearest = self._nearest(run)
        if not nearest:
            return RunReading(np.full(self.n_operations, 1 / self.n_operations), (None,) * len(run.lines))
        votes = np.zeros(self.n_operations)
        for neighbour, warping in nearest:
            votes[neighbour.operation] += _weight(warping)
        chosen = int(votes.argmax())
        ballots: list[dict[str, float]] = [defaultdict(float) for _ in range(len(run.values))]
        for neighbour, warping in nearest:
            if neighbour.operation == chosen:
                _cast(ballots, neighbour, warping)
        lines = tuple(max(ballot, key=ballot.__getitem__) if ballot else None for ballot in ballots)
        return RunReading(votes / votes.sum(), lines)

    def _nearest(self, run: RunSeries) -> list[tuple[RunSeries, Warping]]:
        """The neighbours that have a path, nearest first."""
        shared = self._live & self._taking_part(run)
        usable = np.flatnonzero(shared.sum(axis=1) >= self.config.min_shared)
        if not len(usable):
            return []
        others = [self._values[index] for index in usable]
        found = warp_to_many(
            self._standardised(run), others, shared[usable], self.config.band, self.config.unmatched
        )
        pairs = [(self.train[index], path) for index, path in zip(usable, found, strict=True) if path]
        return sorted(pairs, key=lambda pair: pair[1].score)[: self.config.neighbours]

    def _taking_part(self, run: RunSeries) -> Bools:
        part: Bools = run.live.mean(axis=0) >= self.config.live_share
        return part

    def _standardised(self, run: RunSeries) -> Values:
        clip = self.config.clip
        return ((run.values - self._mean) / self._scale).clip(-clip, clip).astype(np.float32)


def nearest_run_answers(
    nearest: NearestRuns,
    windows: Windows,
    series: Mapping[str, RunSeries],
    scheme: Scheme,
    progress: Callable[[str], None] | None = None,
) -> Answers:
    """Read each window's whole run, then answer with the votes and the line that fills most of the window.

    `series` holds the windows' runs by name; `progress` is told each run that has been read.

    Raises:
        EvidenceError: a window's run is not among them.
    """
    readings: dict[str, RunReading] = {}
    for name in dict.fromkeys(windows.run.tolist()):
        if name not in series:
            raise EvidenceError(
                f"The run {name!r} of the windows is not among the recordings; import it first."
            )
        readings[name] = nearest.read(series[name])
        if progress is not None:
            progress(name)
    lines = []
    for name, start in zip(windows.run.tolist(), windows.start_row.tolist(), strict=True):
        lines.append(window_label(readings[name].lines[start : start + WINDOW_ROWS]).line or "")
    operation = np.array([readings[name].operation for name in windows.run.tolist()])
    answers = line_answers("nearest run", lines, scheme)
    return Answers(answers.method, operation=operation, tokens=answers.tokens, lines=answers.lines)


def _moments(values: Sequence[Values], live: Bools) -> tuple[Values, Values]:
    """Mean and standard deviation `[C]` of each channel over the runs it takes part in, `live` `[R, C]`."""
    rows = np.array([len(part) for part in values], np.float64)
    count = np.maximum((live * rows[:, None]).sum(axis=0), 1)
    mean = (
        sum((part.sum(axis=0, dtype=np.float64) * mask for part, mask in zip(values, live, strict=True)))
        / count
    )
    squares = sum(
        (((part - mean) ** 2).sum(axis=0) * mask for part, mask in zip(values, live, strict=True)),
    )
    scale = np.sqrt(squares / count)
    return mean.astype(np.float32), np.where(scale > 0, scale, 1).astype(np.float32)


def _weight(warping: Warping) -> float:
    return 1.0 / max(warping.score, 1e-9)


def _cast(ballots: list[dict[str, float]], neighbour: RunSeries, warping: Warping) -> None:
    for ballot, row in zip(ballots, warping.partner.tolist(), strict=True):
        line = neighbour.lines[row] if row >= 0 else None
        if line is not None:
            ballot[line] += _weight(warping)
