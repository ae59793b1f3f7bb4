"""The published technique ablation run again: A1 to A5 really trained, every seed, scored on the test windows.

The techniques differ in the loss of stage 2 alone, so a seed's stage 1 is trained once and shared by all five.
"""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.evidence.evaluation import Evaluation
from core.evidence.evaluation_file import read_evaluation, write_evaluation
from core.evidence.paired import Difference, differences
from core.evidence.pooling import pool
from core.evidence.published import TECHNIQUES as PUBLISHED
from core.evidence.scoring import score_bundle
from core.evidence.truth import EvidenceError
from core.model.bundle import load_bundle
from core.recordings.atomic import write_text
from core.recordings.sequences import read_splits
from core.training.loop import Listener, Progress
from core.training.presets import TECHNIQUES, Preset, with_changes
from core.training.train import ENCODER, train

EVALUATION = "evaluation.json"
TRIALS = "trials.json"
BASELINE = "A1"
WORDS = {
    "A1": "cross-entropy alone",
    "A2": "+ label smoothing 0.1",
    "A3": "+ focal loss, γ = 1",
    "A4": "+ focal loss, γ = 2",
    "A5": "+ focal loss, γ = 3",
}
# the trials that are done, with the part of the one under way; all; what is being done
Told = Callable[[float, int, str], None]


@dataclass(frozen=True)
class Trial:
    """One training: a technique and a seed."""

    technique: str
    seed: int

    def folder(self, out: Path) -> Path:
        """Where its bundle and its evaluation are."""
        return out / f"{self.technique}-s{self.seed}"


def trials(seeds: Sequence[int], techniques: Sequence[str] = tuple(TECHNIQUES)) -> tuple[Trial, ...]:
    """All trainings, a whole seed before the next one begins."""
    return tuple(Trial(technique, seed) for seed in seeds for technique in techniques)


def run_trials(
    splits: Path,
    out: Path,
    wanted: Sequence[Trial],
    threads: int = 2,
    told: Told | None = None,
    changes: Sequence[str] = (),
) -> None:
    """Train and score what has not been scored yet; killed and called again, it goes on with the last whole epoch.

    `changes` such as `stage2.loop.epochs=5` are made to every technique alike.

    Raises:
        EvidenceError: the folder holds trials on other windows, or with other changes.
    """
    _claim(splits, out, changes)
    for done, trial in enumerate(wanted):
        folder, presets = trial.folder(out), {n: with_changes(p, changes) for n, p in TECHNIQUES.items()}
        if (folder / EVALUATION).exists():
            continue
        if not (folder / "bundle.json").exists():
            _train(splits, out, trial, presets, threads, _listener(told, trial, done, len(wanted)))
        evaluation = score_bundle(load_bundle(folder), read_splits(splits), quick=True)
        write_evaluation(evaluation, folder / EVALUATION)
    if told:
        told(len(wanted), len(wanted), "")


def _claim(splits: Path, out: Path, changes: Sequence[str]) -> None:
    """Write down what the trials of a folder are of; refuse a folder that is of something else."""
    told = json.dumps(
        {"windows": read_splits(splits).manifest.digests, "changes": sorted(changes)}, sort_keys=True
    )
    file = out / TRIALS
    if file.exists() and file.read_text(encoding="utf-8") != told:
        raise EvidenceError(
            f"{out} holds trials on other windows or with other changes: give another folder, or take that one away."
        )
    write_text(file, told)


def _listener(told: Told | None, trial: Trial, done: int, of: int) -> Listener:
    def listen(epoch: Progress) -> None:
        shared = epoch.stage == "stage1"
        name = f"stage 1 of seed {trial.seed}" if shared else f"{trial.technique}, seed {trial.seed}"
        if told:
            # both stages are taken for half of a trial
            part = epoch.epoch / epoch.epochs / 2
            told(
                done + part + (0 if shared else 0.5),
                of,
                f"{name}: epoch {epoch.epoch}, validation {epoch.score:.4f}",
            )

    return listen


def _train(
    splits: Path,
    out: Path,
    trial: Trial,
    presets: Mapping[str, Preset],
    threads: int,
    listener: Listener,
) -> None:
    """The seed's shared stage 1, if it is not there yet, and the trial's own stage 2."""
    shared, folder = out / f"stage1-s{trial.seed}", trial.folder(out)
    if not (shared / "training" / ENCODER).exists():
        train(splits, shared, presets[BASELINE], trial.seed, (1,), threads, listener)
    (folder / "training").mkdir(parents=True, exist_ok=True)
    for name in (ENCODER, "stage1.csv"):
        shutil.copyfile(shared / "training" / name, folder / "training" / name)
    train(splits, folder, presets[trial.technique], trial.seed, (2,), threads, listener)


@dataclass(frozen=True, eq=False)
class Technique:
    """A technique over its seeds: figures pooled over them, each seed's own, and the differences to A1 in points."""

    name: str
    words: str
    published: float
    seeds: tuple[int, ...]
    pooled: Evaluation
    single: tuple[Evaluation, ...]
    against: tuple[Difference, ...]

    def spread(self, metric: str) -> tuple[float, float]:
        """The lowest and the highest seed's value of a metric."""
        values = [row.value for each in self.single if (row := each.row(metric)) is not None]
        return min(values), max(values)

    def difference(self, metric: str) -> Difference | None:
        """How a metric differs from A1's, paired by run; None for A1 itself, and where the seeds are others."""
        return next((each for each in self.against if each.metric == metric), None)


def techniques(out: Path) -> tuple[Technique, ...]:
    """What the finished trials in a folder say, technique by technique; a difference is over the seeds of both.

    Raises:
        EvidenceError: no trial is finished.
    """
    found = {name: _of(out, name) for name in TECHNIQUES}
    if not any(found.values()):
        raise EvidenceError(f"{out} holds no finished trial of a technique: run them with --out {out} first.")
    return tuple(_technique(name, found) for name in TECHNIQUES if found[name])


def _of(out: Path, technique: str) -> dict[int, Evaluation]:
    files = sorted(out.glob(f"{technique}-s*/{EVALUATION}"))
    return {int(file.parent.name.rpartition("-s")[2]): read_evaluation(file) for file in files}


def _technique(name: str, found: dict[str, dict[int, Evaluation]]) -> Technique:
    own, base = found[name], found[BASELINE]
    both = sorted(set(own) & set(base)) if name != BASELINE else []
    against = differences(pool([base[s] for s in both]), pool([own[s] for s in both])) if both else []
    return Technique(
        name,
        WORDS[name],
        PUBLISHED[name],
        tuple(own),
        pool(list(own.values())),
        tuple(own.values()),
        tuple(against),
    )
