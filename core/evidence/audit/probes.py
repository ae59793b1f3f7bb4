"""What little a probe may see, and how much that tells of the operation and of the line: cross-validated by run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.tree import DecisionTreeClassifier

from core.evidence.audit.data import AuditData
from core.evidence.audit.features import Reals, between_runs, window_features
from core.evidence.audit.leakage import share_of_runs
from core.evidence.bootstrap import Interval
from core.evidence.tally import Bools, Ints
from core.recordings.presence import boards_of
from core.recordings.windows import STRIDE

Kind = Literal["presence", "ambient", "elapsed", "controller", "modality", "board", "channel"]
Mechanism = Literal["nothing", "session", "cut"]
FOLDS = 5
DEPTH = 10
TREES = 30
# from this share of its variance on, a feature is about the run and not about what goes on in it
SESSION = 0.9
Told = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Probe:
    """What one sight tells: accuracy of the operation and of the line (None where there is none), over all windows.

    `usual_*`: the most frequent operation or line of the training folds. `between`: the share of the variance of what
    it sees that lies between runs, 0 to 1, NaN = it never changes. `still`: how well each run's mean level alone tells
    the operation, `moving`: what is left without it; both only where most of the variance lies between runs.
    `windows`: those in which it sees anything.
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

    @property
    def mechanism(self) -> Mechanism:
        """Whether the operation is told by what names the run, by what happens in it, or not at all."""
        low, usual = self.operation.low, self.usual_operation.high
        if low is None or usual is None or low <= usual:
            return "nothing"
        # which boards are there and what the weather is cannot come from the cut
        if self.kind in ("presence", "ambient"):
            return "session"
        still, moving = self.still, self.moving
        if still is None or moving is None or still.low is None or still.low <= usual:
            return "cut"
        return "session" if still.value >= moving.value else "cut"


@dataclass(frozen=True, eq=False)
class _Sight:
    """What a probe sees: features `[N, F]`, NaN = nothing; `levels`: those whose variance says what they are about."""

    name: str
    kind: Kind
    features: Reals
    levels: Reals


def probes(data: AuditData, told: Told | None = None) -> tuple[Probe, ...]:
    """Every probe, the best first within its kind.

    Trees are trained on four fifths of the runs and asked about the others; what has several channels gets a forest.
    """
    # training windows may lie closer together, which tells a probe nothing more
    data = data.take((data.part != "train") | (data.windows.start_row % STRIDE == 0))
    folds = _folds(data)
    if not folds:
        return ()
    sights = _sights(data)
    usual = _usual(data, folds)
    found = []
    for done, sight in enumerate(sights):
        if told:
            told(done, len(sights), sight.name)
        found.append(_probe(data, sight, folds, usual))
    return tuple(sorted(found, key=lambda probe: (probe.kind == "channel", -probe.operation.value)))


def _folds(data: AuditData) -> list[tuple[Ints, Ints]]:
    """Training and held-out windows of each fold: whole runs, every operation in every fold where it has the runs."""
    known = np.flatnonzero(data.asked)
    runs = len(np.unique(data.windows.run[known]))
    if runs < 2:
        return []
    split = StratifiedGroupKFold(min(FOLDS, runs), shuffle=True, random_state=0)
    operation, run = data.windows.operation_type[known], data.windows.run[known]
    return [(known[one], known[other]) for one, other in split.split(known, operation, run)]


def _sights(data: AuditData) -> list[_Sight]:
    """Everything that a probe may see, each as small as it can be."""
    features = window_features(data.windows)
    names, machine = data.windows.channels, data.machine
    place = {name: index for index, name in enumerate(names)}
    found = [
        _presence(data),
        _Sight("elapsed time", "elapsed", *_elapsed(data)),
        *(_of_channels(name, kind, features, [place[c] for c in own]) for name, kind, own in _groups(data)),
    ]
    if data.controller:
        columns = np.stack(list(data.controller.values()), axis=1)
        found.append(_Sight("controller's own columns", "controller", columns, columns))
    for name in names:
        if machine.is_side(name) and np.isfinite(features[:, place[name], 0]).any():
            own = features[:, place[name]]
            found.append(_Sight(name, "channel", own, own[:, :1]))
    return found


def _presence(data: AuditData) -> _Sight:
    present = data.windows.present.astype(np.float32)
    return _Sight("board presence", "presence", present, present)


def _elapsed(data: AuditData) -> tuple[Reals, Reals]:
    rows = data.windows.start_row.astype(np.float32)[:, None]
    return rows, rows


def _groups(data: AuditData) -> list[tuple[str, Kind, list[str]]]:
    """Channels that are looked at together: the ambient ones, each modality, each board."""
    machine, names = data.machine, data.windows.channels
    side = [name for name in names if machine.is_side(name)]
    ambient = [name for name in side if machine.role(name) == "ambient"]
    found: list[tuple[str, Kind, list[str]]] = [("ambient channels", "ambient", ambient)] if ambient else []
    for modality in dict.fromkeys(machine.modality(name) for name in side):
        found.append((modality, "modality", [name for name in side if machine.modality(name) == modality]))
    found += [(board, "board", own) for board, own in boards_of(machine, side).items()]
    return [(name, kind, own) for name, kind, own in found if len(own) > 1]


def _of_channels(name: str, kind: Kind, features: Reals, columns: Sequence[int]) -> _Sight:
    own = features[:, columns]
    return _Sight(name, kind, own.reshape(len(own), -1), own[:, :, 0])


def _probe(
    data: AuditData,
    sight: _Sight,
    folds: Sequence[tuple[Ints, Ints]],
    usual: tuple[Interval, Interval | None],
) -> Probe:
    run = data.windows.run
    operation = _operation(data, sight, folds)
    labelled = data.windows.labelled & data.asked
    line = None
    if labelled.any():
        _, codes = np.unique(data.windows.gcode, return_inverse=True)
        line = _accuracy(data, sight, folds, codes.astype(np.int64), labelled)
    levels = [between_runs(column, run) for column in sight.levels.T]
    known = [share for share in levels if np.isfinite(share)]
    seen = int(np.isfinite(sight.features).any(axis=1).sum())
    between = float(np.mean(known)) if known else float("nan")
    still = moving = None
    if between >= SESSION:
        level = _run_means(sight.levels, run)
        still = _operation(data, replace(sight, features=level), folds)
        per = sight.features.shape[1] // max(level.shape[1], 1)
        # of each channel's features the first is its level
        shifted = sight.features.reshape(len(level), level.shape[1], per).copy()
        shifted[:, :, 0] -= level
        moving = _operation(data, replace(sight, features=shifted.reshape(sight.features.shape)), folds)
    return Probe(sight.name, sight.kind, operation, usual[0], line, usual[1], between, seen, still, moving)


def _operation(data: AuditData, sight: _Sight, folds: Sequence[tuple[Ints, Ints]]) -> Interval:
    return _accuracy(data, sight, folds, data.windows.operation_type, data.asked)


def _run_means(levels: Reals, run: NDArray[np.str_]) -> Reals:
    """Every window with the mean level of its run, `[N, C]`; NaN where the run has none."""
    _, unit = np.unique(run, return_inverse=True)
    known = np.isfinite(levels)
    count = np.stack([np.bincount(unit, weights=column) for column in known.T], axis=1)
    filled = np.where(known, levels, 0)
    total = np.stack([np.bincount(unit, weights=column) for column in filled.T], axis=1)
    means = np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)
    return np.asarray(means[unit], np.float32)


def _accuracy(
    data: AuditData, sight: _Sight, folds: Sequence[tuple[Ints, Ints]], target: Ints, asked: Bools
) -> Interval:
    """How often what is seen tells the target of a run that was not learned from."""
    right = np.zeros(len(target), np.bool_)
    for train, test in folds:
        learned, held = train[asked[train]], test[asked[test]]
        if not len(learned) or not len(held):
            continue
        said = _classifier(sight).fit(sight.features[learned], target[learned]).predict(sight.features[held])
        right[held] = said == target[held]
    return share_of_runs(right[asked], np.ones(int(asked.sum()), np.bool_), data.windows.run[asked])


def _classifier(sight: _Sight) -> DecisionTreeClassifier | RandomForestClassifier:
    if sight.features.shape[1] <= 3:
        return DecisionTreeClassifier(max_depth=DEPTH, min_samples_leaf=3, random_state=0)
    return RandomForestClassifier(TREES, max_depth=DEPTH, min_samples_leaf=3, random_state=0, n_jobs=1)


def _usual(data: AuditData, folds: Sequence[tuple[Ints, Ints]]) -> tuple[Interval, Interval | None]:
    """How often the most frequent operation and line of the training folds are right."""
    nothing = _Sight(
        "", "elapsed", np.zeros((len(data.windows), 1), np.float32), np.zeros((0, 0), np.float32)
    )
    operation = _operation(data, nothing, folds)
    labelled = data.windows.labelled & data.asked
    if not labelled.any():
        return operation, None
    _, codes = np.unique(data.windows.gcode, return_inverse=True)
    return operation, _accuracy(data, nothing, folds, codes.astype(np.int64), labelled)
