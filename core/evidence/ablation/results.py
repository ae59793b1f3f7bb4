"""What finished trials say: figures over their seeds, and differences paired by run over the seeds of both sides."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from core.evidence.ablation.trials import BUNDLE, EVALUATION, REMOVED, TRIALS, Trial
from core.evidence.bootstrap import Interval, interval
from core.evidence.evaluation import ALL, Evaluation
from core.evidence.evaluation_file import read_evaluation
from core.evidence.metrics import MODEL
from core.evidence.paired import Difference, difference
from core.evidence.pooling import summed
from core.evidence.sums_file import slim
from core.evidence.tally import Bools, Tally
from core.evidence.truth import EvidenceError

# a seed -> what the trial of that seed reached
Seeds = Mapping[int, Evaluation]


@dataclass(frozen=True, eq=False)
class Result:
    """What one trial reached on the test windows; `removed`: with this modality taken away at inference."""

    trial: Trial
    evaluation: Evaluation
    removed: str = ""


@dataclass(frozen=True, eq=False)
class Results:
    """Finished trials on the same windows, or on the same folds; `changes` were made to every preset alike."""

    machine: str
    every: tuple[Result, ...]
    changes: tuple[str, ...] = ()

    @property
    def protocol(self) -> str:
        """The protocol of all of them."""
        return self.every[0].evaluation.protocol

    @property
    def folds(self) -> tuple[int | str, ...]:
        """The folds whose test runs were scored."""
        return self.every[0].evaluation.folds

    @property
    def operations(self) -> tuple[str, ...]:
        """The operations of the machine."""
        return self.every[0].evaluation.operations

    @property
    def metrics(self) -> tuple[str, ...]:
        """What was scored."""
        return tuple(tally.metric for tally in self.every[0].evaluation.tallies)

    def of(self, technique: str, without: str = "", removed: str = "") -> dict[int, Evaluation]:
        """The trials of one name, seed by seed."""
        return {
            each.trial.seed: each.evaluation
            for each in self.every
            if (each.trial.technique, each.trial.without, each.removed) == (technique, without, removed)
        }

    @property
    def bases(self) -> tuple[str, ...]:
        """The full models from which modalities were taken away, at inference or by training without."""
        return tuple(dict.fromkeys(e.trial.technique for e in self.every if e.trial.without or e.removed))

    def modalities(self, base: str) -> tuple[str, ...]:
        """The modalities that were taken away from a full model, either way."""
        own = (each for each in self.every if each.trial.technique == base)
        return tuple(sorted({each.trial.without or each.removed for each in own} - {""}))


@dataclass(frozen=True)
class Figure:
    """A metric over all seeds with its 95 % interval over runs; `single`: each seed's own value."""

    interval: Interval
    n: int
    runs: int
    seeds: tuple[int, ...]
    single: tuple[float, ...]


def figure(found: Seeds, metric: str, group: str = ALL) -> Figure | None:
    """A metric of the trials of one name, all seeds pooled; None where it was not scored."""
    if not found:
        return None
    pooled = summed([_alone(each, metric) for each in found.values()])
    tally, mask = _tally(pooled, metric), _mask(pooled, group)
    if tally is None or not tally.asked[mask].sum():
        return None
    sums = tally.sums[mask]
    single = [_value(each, metric, group) for each in found.values()]
    named = all(unit.run for unit in pooled.units)
    reached = interval(sums, tally.statistic)
    return Figure(
        reached if named else Interval(reached.value, None, None),
        int(tally.asked[mask].sum()),
        int((sums != 0).any(axis=1).sum()),
        tuple(found),
        tuple(value for value in single if value is not None),
    )


def against(first: Seeds, second: Seeds, metric: str, group: str = ALL) -> Difference | None:
    """How a metric of the second trials differs from the first ones', over the seeds of both; None without any."""
    seeds = sorted(set(first) & set(second))
    if not seeds:
        return None
    sides = [summed([_alone(side[seed], metric) for seed in seeds]) for side in (first, second)]
    tallies = [_tally(side, metric) for side in sides]
    if sides[0].units != sides[1].units:
        raise EvidenceError(
            "Trials of one folder were scored on different runs: take the folder away and run them again."
        )
    mask = _mask(sides[0], group)
    if tallies[0] is None or tallies[1] is None or not tallies[0].asked[mask].sum():
        return None
    return difference(metric, tallies[0], tallies[1], mask)


def _alone(evaluation: Evaluation, metric: str) -> Evaluation:
    """An evaluation of this metric and nothing else."""
    tally = _tally(evaluation, metric)
    return replace(evaluation, tallies=() if tally is None else (tally,))


def _tally(evaluation: Evaluation, metric: str) -> Tally | None:
    return next((t for t in evaluation.tallies if (t.method, t.metric) == (MODEL, metric)), None)


def _mask(evaluation: Evaluation, group: str) -> Bools:
    if group == ALL:
        return np.ones(len(evaluation.units), np.bool_)
    place = evaluation.operations.index(group)
    return np.array([unit.operation == place for unit in evaluation.units], np.bool_)


def _value(evaluation: Evaluation, metric: str, group: str) -> float | None:
    tally, mask = _tally(evaluation, metric), _mask(evaluation, group)
    if tally is None or not tally.asked[mask].sum():
        return None
    return float(tally.statistic(tally.sums[mask].sum(axis=0, keepdims=True))[0])


def pooled(parts: Sequence[Results]) -> Results:
    """Trials of several folds as one: those that are finished in every fold, with the runs of all.

    Raises:
        EvidenceError: no trial is finished in all, two parts hold the same run, or they differ in machine, protocol or
            changes.
    """
    first, *others = parts
    if not others:
        return first
    for name in ("machine", "changes", "protocol", "operations"):
        if any(getattr(each, name) != getattr(first, name) for each in others):
            raise EvidenceError(f"The trials differ in their {name}; pool only those of one {name}.")
    seen = [run for each in parts for run in {unit.run for unit in each.every[0].evaluation.units}]
    twice = next((run for run, often in Counter(seen).items() if often > 1), None)
    if twice is not None:
        raise EvidenceError(f"The run {twice} is in the test part of two of them; pool folds of one split.")
    found = [{(each.trial, each.removed): each.evaluation for each in part.every} for part in parts]
    every = tuple(
        Result(trial, summed([own[trial, removed] for own in found]), removed)
        for trial, removed in found[0]
        if all((trial, removed) in own for own in found)
    )
    if not every:
        raise EvidenceError("No trial is finished in all of them; run the same trials on every fold.")
    return replace(first, every=every)


def collect(out: Path) -> Results:
    """The finished trials in a folder.

    Raises:
        EvidenceError: there is none.
    """
    files = sorted(out.glob(f"*-s*/{EVALUATION}"))
    found = [Result(Trial.of(file.parent), slim(read_evaluation(file))) for file in files]
    if not found:
        raise EvidenceError(
            f"{out} holds no finished trial: run `techniques` or `retrain` with --out {out} first."
        )
    for file in sorted(out.glob(f"*-s*/{REMOVED}/*.json")):
        found.append(Result(Trial.of(file.parent.parent), slim(read_evaluation(file)), file.stem))
    changes = json.loads((out / TRIALS).read_text(encoding="utf-8")).get("changes", ())
    return Results(_machine(files), tuple(found), tuple(changes))


def _machine(evaluations: Sequence[Path]) -> str:
    told = json.loads((evaluations[0].parent / BUNDLE).read_text(encoding="utf-8"))
    return str(told["machine"])
