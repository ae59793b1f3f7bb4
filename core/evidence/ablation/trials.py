"""Trainings that answer one question together: each is trained, scored on the test windows and kept.

Techniques (A1 to A5) differ in the loss of stage 2 alone, so a seed's stage 1 is trained once and shared by them. A
trial without modalities is trained from the start on windows that these were cut out of.
"""

import json
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.evidence.ablation.removal import Removal, RemovalError
from core.evidence.ablation.scored import Ablation
from core.evidence.evaluation_file import write_evaluation
from core.evidence.published import MODALITIES
from core.evidence.scoring import score_bundle
from core.evidence.truth import EvidenceError
from core.model.bundle import load_bundle
from core.model.bundle_files import SUMS
from core.recordings.atomic import write_text
from core.recordings.left_out import leave_out
from core.recordings.machine import Machine
from core.recordings.sequences import Splits, read_splits
from core.training.loop import Listener, Progress
from core.training.presets import SEED, TECHNIQUES, preset_named, with_changes
from core.training.train import ENCODER, train

EVALUATION = "evaluation.json"
TRIALS = "trials.json"
# evaluations of a whole model from which a modality was removed, a file a modality
REMOVED = "removed"
BUNDLE = "bundle.json"
WITHOUT = "-without-"
# whose stage 1 all techniques share
BASELINE = "A1"
# the published configuration is the last of the techniques
FULL = {SEED.name: "A5"}
# the trials that are done, with the part of the one under way; all; what is being done
Told = Callable[[float, int, str], None]


@dataclass(frozen=True)
class Trial:
    """One training: a technique or another preset, a seed, and a modality that the model never sees."""

    technique: str
    seed: int
    without: str = ""

    @property
    def name(self) -> str:
        """What is trained, whatever the seed."""
        return f"{self.technique}{WITHOUT}{self.without}" if self.without else self.technique

    def folder(self, out: Path) -> Path:
        """Where its bundle and its evaluation are."""
        return out / f"{self.name}-s{self.seed}"

    def beside(self, other: "Trial") -> bool:
        """Whether both are of one technique and seed."""
        return (self.technique, self.seed) == (other.technique, other.seed)

    @classmethod
    def of(cls, folder: Path) -> "Trial":
        """The trial that a folder is of."""
        name, _, seed = folder.name.rpartition("-s")
        technique, _, without = name.partition(WITHOUT)
        return cls(technique, int(seed), without)


def full(preset: str) -> str:
    """The name of the trials of a preset with everything in it: `seed` is the technique A5."""
    preset_named(preset)
    return FULL.get(preset, preset)


def technique_trials(
    seeds: Sequence[int], techniques: Sequence[str] = tuple(TECHNIQUES)
) -> tuple[Trial, ...]:
    """All trainings of techniques, a whole seed before the next one begins."""
    return tuple(Trial(technique, seed) for seed in seeds for technique in techniques)


def trials_without(seeds: Sequence[int], preset: str, modalities: Sequence[str]) -> tuple[Trial, ...]:
    """The full model and one without each modality, a whole seed before the next one begins."""
    name = full(preset)
    return tuple(Trial(name, seed, without) for seed in seeds for without in ("", *modalities))


def published_trials(seeds: Sequence[int]) -> tuple[Trial, ...]:
    """All trainings of both published tables, a whole seed before the next one begins."""
    return tuple(
        trial
        for seed in seeds
        for trial in dict.fromkeys(
            (*technique_trials((seed,)), *trials_without((seed,), SEED.name, tuple(MODALITIES)))
        )
    )


def run_trials(
    splits: Path,
    out: Path,
    wanted: Sequence[Trial],
    threads: int = 2,
    told: Told | None = None,
    changes: Sequence[str] = (),
    removed: Sequence[str] = (),
) -> None:
    """Train and score what has not been scored yet; killed and called again, it goes on with the last whole epoch.

    From a full model each modality is also removed at inference that is among the wanted trials without one, or
    among `removed`. `changes` such as `stage2.loop.epochs=5` are made to every preset alike.

    Raises:
        EvidenceError: the folder holds trials on other windows, or with other changes.
        RemovalError: a modality that the windows do not hold.
    """
    _claim(splits, out, changes)
    opened = read_splits(splits)
    for trial in wanted:
        # what cannot be done is said before hours of training
        windows_of(opened, trial.without), preset_named(trial.technique)
    for name in removed:
        windows_of(opened, name)
    for done, trial in enumerate(wanted):
        folder = trial.folder(out)
        if not (folder / EVALUATION).exists():
            # the last that is written of a bundle
            if not (folder / SUMS).exists():
                own = windows_of(opened, trial.without)
                _train(own, out, trial, changes, threads, _listener(told, trial, done, len(wanted)))
            evaluation = score_bundle(load_bundle(folder), windows_of(opened, trial.without), quick=True)
            write_evaluation(evaluation, folder / EVALUATION)
        if not trial.without:
            beside = [each.without for each in wanted if each.without and each.beside(trial)]
            _remove(opened, folder, dict.fromkeys((*beside, *removed)), _telling(told, done, len(wanted)))
    if told:
        told(len(wanted), len(wanted), "")


def modalities_of(splits: Path) -> tuple[str, ...]:
    """The modalities that windows hold, in the machine's order."""
    manifest = read_splits(splits).manifest
    machine = manifest.load_machine()
    held = {machine.modality(channel) for channel in manifest.spec.channels}
    return tuple(name for name in machine.modalities if name in held)


def windows_of(splits: Splits, without: str) -> Splits:
    """The windows that a trial is trained and scored on; a new object, so that only one trial's are in memory."""
    if not without:
        return Splits(splits.path, splits.manifest)
    machine = splits.manifest.load_machine()
    names = _names(machine, without)
    if not machine.resolve(names) & set(splits.manifest.spec.channels):
        raise RemovalError(
            f"The windows in {splits.path} hold nothing of {without}: leave out something else."
        )
    return leave_out(splits, machine.resolve(names))


def _names(machine: Machine, name: str) -> tuple[str, ...]:
    """What stands for a modality, or else for a board or a channel."""
    return machine.names_of("modality", name) if name in machine.modalities else (name,)


def _remove(splits: Splits, folder: Path, modalities: Iterable[str], told: Callable[[str], None]) -> None:
    """Score a full model without each modality at inference, where that was not done."""
    missing = [name for name in modalities if not (folder / REMOVED / f"{name}.json").exists()]
    if not missing:
        return
    ablation = Ablation(load_bundle(folder), Splits(splits.path, splits.manifest).test)
    for name in missing:
        told(f"{folder.name}: {name} removed at inference")
        removal = Removal(_names(ablation.bundle.machine, name))
        write_evaluation(ablation.evaluation(removal), folder / REMOVED / f"{name}.json")


def _telling(told: Told | None, done: int, of: int) -> Callable[[str], None]:
    return lambda text: told(done + 0.99, of, text) if told else None


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
        first = epoch.stage == "stage1"
        shared = first and trial.technique in TECHNIQUES and not trial.without
        name = (
            f"stage 1 of seed {trial.seed}" if shared else f"{trial.name}, seed {trial.seed}, {epoch.stage}"
        )
        if told:
            # both stages are taken for half of a trial
            part = epoch.epoch / epoch.epochs / 2
            told(
                done + part + (0 if first else 0.5),
                of,
                f"{name}: epoch {epoch.epoch}, validation {epoch.score:.4f}",
            )

    return listen


def _train(
    splits: Splits, out: Path, trial: Trial, changes: Sequence[str], threads: int, listener: Listener
) -> None:
    """Both stages of a trial; of a technique with every modality only stage 2, after the seed's shared stage 1."""
    folder, preset = trial.folder(out), with_changes(preset_named(trial.technique), changes)
    again = _command(splits.path, out, trial, changes)
    if trial.without or trial.technique not in TECHNIQUES:
        train(splits, folder, preset, trial.seed, (1, 2), threads, listener, command=again)
        return
    if not splits.train.labelled.any():
        raise EvidenceError(
            f"No training window in {splits.path} has a line, and techniques differ in how lines are learned: "
            "bring in recordings with their program."
        )
    shared, first = out / f"stage1-s{trial.seed}", with_changes(TECHNIQUES[BASELINE], changes)
    if not (shared / "training" / ENCODER).exists():
        train(splits, shared, first, trial.seed, (1,), threads, listener, command=again)
    (folder / "training").mkdir(parents=True, exist_ok=True)
    for name in (ENCODER, "stage1.csv"):
        shutil.copyfile(shared / "training" / name, folder / "training" / name)
    train(splits, folder, preset, trial.seed, (2,), threads, listener, command=again)


def _command(splits: Path, out: Path, trial: Trial, changes: Sequence[str]) -> tuple[str, ...]:
    """The arguments of `python -m core` that go on with a trial; none where those of its training do."""
    own = next((name for name, technique in FULL.items() if technique == trial.technique), trial.technique)
    if trial.without:
        what: tuple[str, ...] = ("retrain", str(splits), "--preset", own, "--without", trial.without)
    elif trial.technique in TECHNIQUES:
        what = ("techniques", str(splits), "--only", trial.technique)
    else:
        return ()
    changed = [part for change in changes for part in ("--set", change)]
    return (*what, "--out", str(out), "--seed", str(trial.seed), *changed)
