"""An evaluation: every metric of the model and the baselines, with intervals, and the sums they came from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from core.evidence.answers import Answers, model_answers, operation_answers
from core.evidence.bootstrap import BootstrapConfig, interval
from core.evidence.metrics import MODEL, describe, order, tallies, truth_tallies
from core.evidence.tally import Bools, Tally, Unit, by_run
from core.evidence.truth import EvidenceError, Truth, truth_of
from core.gcode.tokens import Scheme
from core.model.prediction import BatchPrediction, TeacherForced
from core.recordings.windows import Windows

ALL = "all"
# the number of a fold, or the name of the program that was left out
Fold = int | str


@dataclass(frozen=True)
class MetricRow:
    """One figure: `value` with its 95 % interval over runs (None under two runs), scored on `n` items."""

    metric: str
    group: str
    value: float
    low: float | None
    high: float | None
    n: int
    unit: str = "share"
    note: str = ""
    method: str = MODEL


@dataclass(frozen=True)
class Counts:
    """What was scored and what was left out; models: how many read each run, on the mean, where several are pooled."""

    windows: int
    scored: int
    without_label: int
    tied: int
    runs: int
    models: float = 1


@dataclass(frozen=True, eq=False)
class Evaluation:
    """All figures of one bundle under one protocol; `tallies` and `units` keep what pooling needs."""

    protocol: str
    folds: tuple[Fold, ...]
    scheme: str
    operations: tuple[str, ...]
    counts: Counts
    rows: tuple[MetricRow, ...]
    units: tuple[Unit, ...]
    tallies: tuple[Tally, ...]

    @property
    def methods(self) -> tuple[str, ...]:
        """The model, then what was known of the truth, then the baselines in the order they were given."""
        return tuple(dict.fromkeys(row.method for row in self.rows))

    def row(self, metric: str, group: str = ALL, method: str = MODEL) -> MetricRow | None:
        """The figure of that metric, or None where it was not scored."""
        wanted = (metric, group, method)
        return next((row for row in self.rows if (row.metric, row.group, row.method) == wanted), None)

    def table(self, group: str = ALL, method: str = MODEL) -> list[MetricRow]:
        """Every figure of a method for a group, in the order of the tables."""
        return [row for row in self.rows if row.group == group and row.method == method]


def evaluate(
    targets: Windows,
    scheme: Scheme,
    free: BatchPrediction,
    forced: TeacherForced | None,
    operations: Sequence[str],
    *,
    protocol: str = "run",
    fold: Fold | None = 0,
    baselines: Sequence[Answers] = (),
    of_runs: Callable[[Truth], list[Tally]] | None = None,
    length_unit: str = "inch",
    threshold: float | None = None,
    reads_lines: bool = True,
    bootstrap: BootstrapConfig | None = None,
) -> Evaluation:
    """Score the model's and the baselines' answers for `targets`, leaving out windows without a label.

    `free`, `forced` and each of `baselines` hold an answer a window; `of_runs` adds what is scored on whole runs;
    `length_unit` is the machine's; lines less sure than `threshold` are not to be believed. Without `reads_lines` the
    operation alone is scored, of all windows whose operation is known.

    Raises:
        EvidenceError: answers for another number of windows, or no window with a label.
    """
    model = model_answers(free, forced, threshold=threshold) if reads_lines else operation_answers(free)
    methods = [model, *baselines]
    _refuse_other_windows(methods, len(targets))
    truth = truth_of(targets, scheme, None if forced is None else forced.targets, reads_lines=reads_lines)
    if not len(truth):
        raise EvidenceError(
            "None of the windows has a label, so nothing can be scored; choose other windows."
        )
    scored = [tallies(truth, answers.take(truth.window), length_unit) for answers in methods]
    counts = Counts(
        windows=len(targets),
        scored=len(truth),
        without_label=len(targets) - len(truth),
        tied=int(targets.tied[truth.window].sum()),
        runs=len({unit.run for unit in truth.units}),
    )
    of_truth = truth_tallies(truth) if reads_lines else []
    everything = [*scored[0], *of_truth, *(tally for part in scored[1:] for tally in part)]
    everything += of_runs(truth) if of_runs else []
    folds = () if fold is None else (fold,)
    return from_tallies(
        protocol, folds, scheme.name, tuple(operations), counts, truth.units, everything, bootstrap
    )


def _refuse_other_windows(methods: Sequence[Answers], n_windows: int) -> None:
    for answers in methods:
        if len(answers) != n_windows:
            raise EvidenceError(
                f"The answers of {answers.method} are for {len(answers)} windows, not for the {n_windows} "
                "that are to be scored; predict these."
            )


def from_tallies(
    protocol: str,
    folds: tuple[Fold, ...],
    scheme: str,
    operations: tuple[str, ...],
    counts: Counts,
    units: tuple[Unit, ...],
    everything: Sequence[Tally],
    bootstrap: BootstrapConfig | None = None,
) -> Evaluation:
    """Work out every row, for all runs together and for each operation, from what each run adds."""
    methods = list(dict.fromkeys(tally.method for tally in everything))
    ordered = sorted(everything, key=lambda tally: (methods.index(tally.method), order(tally.metric)))
    operation = np.array([unit.operation for unit in units], np.int64)
    groups = {ALL: np.ones(len(units), np.bool_)}
    groups |= {name: operation == index for index, name in enumerate(operations)}
    parts = {group: _part(ordered, mask, units) for group, mask in groups.items() if mask.any()}
    rows = (
        _row(part.tallies[place], group, bootstrap, named=part.named)
        for place in range(len(ordered))
        for group, part in parts.items()
    )
    return Evaluation(
        protocol=protocol,
        folds=folds,
        scheme=scheme,
        operations=operations,
        counts=counts,
        rows=tuple(row for row in rows if row is not None),
        units=units,
        tallies=tuple(ordered),
    )


class _Part(NamedTuple):
    """What the runs of a group add to every metric; named: all of them have a name."""

    tallies: tuple[Tally, ...]
    named: bool


def _part(tallies: Sequence[Tally], mask: Bools, units: tuple[Unit, ...]) -> _Part:
    chosen = [unit for unit, own in zip(units, mask, strict=True) if own]
    own = by_run(chosen, [replace(tally, sums=tally.sums[mask]) for tally in tallies])[1]
    return _Part(own, all(unit.run for unit in chosen))


def _row(tally: Tally, group: str, bootstrap: BootstrapConfig | None, *, named: bool) -> MetricRow | None:
    """The figure of a group of runs; None where the group was not asked."""
    n = int(tally.asked.sum())
    if n == 0:
        return None
    found = interval(tally.sums, tally.statistic, bootstrap)
    low, high = (found.low, found.high) if named else (None, None)
    note = describe(tally.metric).note
    if not named:
        note = f"{note}; runs without a name, so no interval"
    elif low is not None and low == high:
        note = f"{note}; every run alike, so the interval has no width"
    return MetricRow(tally.metric, group, found.value, low, high, n, tally.unit, note, tally.method)
