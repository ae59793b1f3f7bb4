"""What finished trials say: figures over their seeds, and differences paired by run and seed.

Intervals are drawn over runs and seeds together: three trainings of one design differ, and what another would have
reached is part of what is not known.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from core.evidence.ablation.trials import BUNDLE, EVALUATION, REMOVED, TRIALS, Trial
from core.evidence.bootstrap import BootstrapConfig, Floats, Interval, Statistic, percentiles, run_weights
from core.evidence.evaluation import ALL, Evaluation, Fold
from core.evidence.evaluation_file import read_evaluation
from core.evidence.metrics import MODEL
from core.evidence.paired import Difference
from core.evidence.pooling import summed
from core.evidence.published import MACHINE
from core.evidence.sums_file import slim
from core.evidence.tally import Bools, Tally, Unit, by_run
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
    def folds(self) -> tuple[Fold, ...]:
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
    def as_published(self) -> bool:
        """Whether these are of the published machine and of presets as they are."""
        return self.machine == MACHINE and not self.changes

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
    """A metric over all seeds with its 95 % interval over runs and seeds; `single`: each seed's own value."""

    interval: Interval
    n: int
    runs: int
    seeds: tuple[int, ...]
    single: tuple[float, ...]


def figure(found: Seeds, metric: str, group: str = ALL) -> Figure | None:
    """A metric of the trials of one name, all seeds pooled; None where it was not scored."""
    side = _side(found, metric, group)
    if side is None:
        return None
    low, high = _bounds([(1, side)])
    return Figure(
        Interval(side.value, low, high),
        side.n,
        int(side.speaking.sum()),
        tuple(found),
        side.single,
    )


def against(first: Seeds, second: Seeds, metric: str, group: str = ALL) -> Difference | None:
    """How a metric of the second trials differs from the first ones', over the seeds of both; None without any."""
    seeds = sorted(set(first) & set(second))
    sides = [_side({seed: own[seed] for seed in seeds}, metric, group) for own in (first, second)]
    one, other = sides
    if one is None or other is None:
        return None
    if one.units != other.units:
        raise EvidenceError(
            "Trials of one folder were scored on different runs: take the folder away and run them again."
        )
    low, high = _bounds([(1, other), (-1, one)])
    runs = int((one.speaking | other.speaking).sum())
    return Difference(metric, one.value, other.value, low, high, other.n, runs)


@dataclass(frozen=True, eq=False)
class _Side:
    """What each of R runs adds to a metric in each of S seeds, `sums` `[S, R, K]`."""

    units: tuple[Unit, ...]
    sums: Floats
    statistic: Statistic
    n: int

    @property
    def value(self) -> float:
        """The metric over all seeds and runs."""
        return float(self.statistic(self.sums.sum(axis=(0, 1))[None])[0])

    @property
    def single(self) -> tuple[float, ...]:
        """Each seed's own value, of those that were asked."""
        values = self.statistic(self.sums.sum(axis=1))
        return tuple(values[~np.isnan(values)].tolist())

    @property
    def speaking(self) -> Bools:
        """Which runs add to it, `[R]`."""
        return np.asarray((self.sums != 0).any(axis=(0, 2)), np.bool_)


def _side(found: Seeds, metric: str, group: str) -> _Side | None:
    """The trials of one name; None where the metric was not scored, or asked of nothing."""
    tallies = []
    units: tuple[Unit, ...] = ()
    for each in found.values():
        tally = _tally(each, metric)
        if tally is None:
            return None
        mask = _mask(each, group)
        chosen = tuple(unit for unit, own in zip(each.units, mask, strict=True) if own)
        units, (own,) = by_run(chosen, [replace(tally, sums=tally.sums[mask])])
        tallies.append((units, own))
    if not tallies:
        return None
    if any(each != units for each, _ in tallies):
        raise EvidenceError("Seeds of one trial were scored on different runs: run them again.")
    n = sum(int(own.asked.sum()) for _, own in tallies)
    if not n:
        return None
    return _Side(units, np.stack([own.sums for _, own in tallies]), tallies[0][1].statistic, n)


def _bounds(terms: Sequence[tuple[int, _Side]]) -> tuple[float | None, float | None]:
    """The 95 % bounds of a signed sum: runs and seeds are drawn again together, the same ones on every side."""
    config = BootstrapConfig()
    speaking = np.any([side.speaking for _, side in terms], axis=0)
    units = terms[0][1].units
    if speaking.sum() < 2 or not all(unit.run for unit in units):
        return None, None
    seeds = run_weights(len(terms[0][1].sums), replace(config, seed=config.seed + 1))
    runs = run_weights(int(speaking.sum()), config)
    total = np.zeros(config.draws)
    for sign, side in terms:
        # [D, S] of seeds and [D, R] of runs: what each draw adds up to
        total += sign * side.statistic(
            np.einsum("ds,srk,dr->dk", seeds, side.sums[:, speaking], runs, optimize=True)
        )
    return percentiles(total, config) if not np.isnan(total).all() else (None, None)


def _tally(evaluation: Evaluation, metric: str) -> Tally | None:
    return next((t for t in evaluation.tallies if (t.method, t.metric) == (MODEL, metric)), None)


def _mask(evaluation: Evaluation, group: str) -> Bools:
    if group == ALL:
        return np.ones(len(evaluation.units), np.bool_)
    place = evaluation.operations.index(group)
    return np.array([unit.operation == place for unit in evaluation.units], np.bool_)


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
