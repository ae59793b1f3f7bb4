"""What little a probe may see, and how much that tells of the operation and of the line: cross-validated by run."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from sklearn import config_context
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.tree import DecisionTreeClassifier

from core.evidence.audit.data import AuditData
from core.evidence.audit.features import Reals, between_runs
from core.evidence.audit.leakage import share_of_runs
from core.evidence.audit.sights import Kind, Sight, sights
from core.evidence.bootstrap import Interval
from core.evidence.paired import FEWEST_RUNS
from core.evidence.tally import Bools, Ints
from core.recordings.windows import STRIDE

Mechanism = Literal["nothing", "session", "cut"]
# the most folds, and the fewest
FOLDS, FEWEST_FOLDS = 5, 2
# of a tree over one channel, and of a forest over several
DEPTH, LEAF = 10, 3
TREES, FOREST_DEPTH, FOREST_LEAF, TRIED = 12, 14, 2, 0.3
# from this share of its variance on, a feature is about the run and not about what goes on in it
SESSION = 0.9
Told = Callable[[int, int, str], None]
# what tells a probe from the others: a channel may have the name of its modality
Sighted = tuple[Kind, str]
# hears every probe as it is done
Found = Callable[["Probe"], None]


@dataclass(frozen=True)
class Probe:
    """What one sight tells: accuracy of the operation and of the line (None where there is none), over all windows.

    `usual_*`: the most frequent operation or line, said always. `between`: the share of the variance of what
    it sees that lies between runs, 0 to 1, NaN = it never changes. `still`: how well each run's mean level alone tells
    the operation, `moving`: what is left without it; None where it tells no more than chance, or sees no values.
    `windows`: those in which it sees anything; `channels`: those that it sees.
    """

    name: str
    kind: Kind
    operation: Interval
    usual_operation: Interval
    line: Interval | None
    usual_line: Interval | None
    between: float
    windows: int
    still: Interval | None = None
    moving: Interval | None = None
    channels: tuple[str, ...] = ()

    @property
    def mechanism(self) -> Mechanism:
        """Whether the operation is told by what names the run, by what happens in it, or not at all."""
        if not above(self.operation, self.usual_operation):
            return "nothing"
        # which boards are there and what the weather is cannot come from the cut
        if self.kind in ("presence", "ambient"):
            return "session"
        still, moving = self.still, self.moving
        if not self.between >= SESSION or still is None or moving is None:
            return "cut"
        return "session" if above(still, self.usual_operation) and still.value >= moving.value else "cut"

    @property
    def tells_line(self) -> bool:
        """Whether it tells the line better than always saying the most frequent one."""
        return self.line is not None and self.usual_line is not None and above(self.line, self.usual_line)


def above(one: Interval, usual: Interval) -> bool:
    """Whether an accuracy is more than chance: its interval lies above that of what is usual."""
    return one.low is not None and usual.high is not None and one.low > usual.high


def probes(
    data: AuditData,
    told: Told | None = None,
    known: Mapping[Sighted, Probe] | None = None,
    found: Found | None = None,
) -> tuple[Probe, ...]:
    """Every probe, the best first within its kind; single channels come last.

    Trees are trained on four fifths of the runs (half of them where operations have two each) and asked about the
    others; what has several channels gets a forest.
    `known`: probes that were done before, by kind and name.
    """
    # training windows may lie closer together, which tells a probe nothing more
    data = data.take((data.part != "train") | (data.windows.start_row % STRIDE == 0))
    folds = _folds(data)
    if not folds:
        return ()
    every, task = sights(data), _Task(data, folds)
    done = dict(known or {})
    for place, sight in enumerate(every):
        if told:
            told(place, len(every), sight.name)
        key = (sight.kind, sight.name)
        if key not in done:
            done[key] = task.probe(sight)
            if found:
                found(done[key])
    if told:
        told(len(every), len(every), "")
    own = [done[sight.kind, sight.name] for sight in every]
    return tuple(sorted(own, key=lambda probe: (probe.kind == "channel", -probe.operation.value)))


def _folds(data: AuditData) -> list[tuple[Ints, Ints]]:
    """Training and held-out windows of each fold: whole runs, every operation in every fold where it has the runs.

    No more folds than most operations have runs: of two runs one would be held out of four folds in five, and what is
    learned from would lack half of the very operation that is asked about and nothing of the others.
    """
    known = np.flatnonzero(data.asked)
    operation, run = data.windows.operation_type[known], data.windows.run[known]
    runs = [len(np.unique(run[operation == each])) for each in np.unique(operation)]
    if len(np.unique(run)) < FEWEST_RUNS or len(runs) < 2:
        return []
    folds = min(FOLDS, max(FEWEST_FOLDS, int(np.median(runs))))
    split = StratifiedGroupKFold(folds, shuffle=True, random_state=0)
    return [(known[one], known[other]) for one, other in split.split(known, operation, run)]


class _Task:
    """The windows that probes are asked about, and how right they are."""

    def __init__(self, data: AuditData, folds: Sequence[tuple[Ints, Ints]]) -> None:
        self.run = data.windows.run
        self.folds = folds
        self.operations, self.of_operation = data.windows.operation_type, data.asked
        self.of_line = np.asarray(data.windows.labelled & data.asked, np.bool_)
        self.lines = np.unique(data.windows.gcode, return_inverse=True)[1].astype(np.int64)
        self.usual_operation = self._usual(self.operations, self.of_operation)
        self.usual_line = self._usual(self.lines, self.of_line) if self.of_line.any() else None

    def probe(self, sight: Sight) -> Probe:
        """Ask about the operation and the line, then about the operation with and without each run's level."""
        shares = [between_runs(column, self.run) for column in sight.levels.T]
        known = [share for share in shares if np.isfinite(share)]
        operation = self.operation(sight.features)
        still = moving = None
        # by what it tells is only asked of what tells something
        if sight.channels and known and above(operation, self.usual_operation):
            level = _run_means(sight.levels, self.run)
            still = self.operation(level)
            moving = self.operation(_without(sight, level))
        return Probe(
            name=sight.name,
            kind=sight.kind,
            operation=operation,
            usual_operation=self.usual_operation,
            line=self.line(sight.features),
            usual_line=self.usual_line,
            between=float(np.mean(known)) if known else float("nan"),
            windows=int(np.isfinite(sight.features).any(axis=1).sum()),
            still=still,
            moving=moving,
            channels=sight.channels,
        )

    def operation(self, features: Reals) -> Interval:
        """How often what is seen tells the operation of a run that was not learned from."""
        return self._accuracy(features, self.operations, self.of_operation)

    def line(self, features: Reals) -> Interval | None:
        """The same of the line; None where no window has one."""
        return self._accuracy(features, self.lines, self.of_line) if self.of_line.any() else None

    def _usual(self, target: Ints, asked: Bools) -> Interval:
        """How often the most frequent of all is right."""
        right = target == np.bincount(target[asked]).argmax()
        return share_of_runs(right[asked], np.ones(int(asked.sum()), np.bool_), self.run[asked])

    def _accuracy(self, features: Reals, target: Ints, asked: Bools) -> Interval:
        right = np.zeros(len(target), np.bool_)
        for train, test in self.folds:
            learned, held = train[asked[train]], test[asked[test]]
            if len(learned) and len(held):
                right[held] = _said(features[learned], target[learned], features[held]) == target[held]
        return share_of_runs(right[asked], np.ones(int(asked.sum()), np.bool_), self.run[asked])


def _said(learned: Reals, target: Ints, held: Reals) -> Ints:
    """What a classifier says of held-out windows."""
    with warnings.catch_warnings(), config_context(skip_parameter_validation=True):
        # of few windows nearly each may have a line of its own
        warnings.filterwarnings("ignore", message="The number of unique classes")
        return np.asarray(_classifier(learned).fit(learned, target).predict(held), np.int64)


def _classifier(features: Reals) -> DecisionTreeClassifier | ExtraTreesClassifier:
    if features.shape[1] <= 3:
        return DecisionTreeClassifier(max_depth=DEPTH, min_samples_leaf=LEAF, random_state=0)
    return ExtraTreesClassifier(
        TREES,
        max_depth=FOREST_DEPTH,
        min_samples_leaf=FOREST_LEAF,
        max_features=TRIED,
        random_state=0,
        n_jobs=1,
    )


def _run_means(levels: Reals, run: NDArray[np.str_]) -> Reals:
    """Every window with the mean level of its run, `[N, C]`; NaN where the run has none."""
    _, unit = np.unique(run, return_inverse=True)
    known = np.isfinite(levels)
    count = np.stack([np.bincount(unit, weights=column) for column in known.T], axis=1)
    filled = np.where(known, levels, 0)
    total = np.stack([np.bincount(unit, weights=column) for column in filled.T], axis=1)
    means = np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)
    return np.asarray(means[unit], np.float32)


def _without(sight: Sight, level: Reals) -> Reals:
    """What is seen once each run's level is taken away."""
    per = sight.features.shape[1] // level.shape[1]
    shifted = sight.features.reshape(len(level), level.shape[1], per).copy()
    shifted[:, :, 0] -= level
    return shifted.reshape(sight.features.shape)
