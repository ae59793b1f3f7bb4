"""What a new training is to be: its windows, presets, changes and seeds, checked, and the commands that do it."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import ToolmarkError
from core.recordings.sequences import MANIFEST, SplitsManifest
from core.recordings.splits import SMALLEST_SPLIT, read_folds
from core.recordings.store import Store
from core.training.ledger import Training
from core.training.pace import epoch_s
from core.training.preset_fields import changes_of, checked, written
from core.training.presets import Preset, preset_named, with_changes
from dashboard import data, jobs, places, trainings

# small enough for a look at how it all works: no figure of it is worth anything
QUICK = (
    "stage1.hidden_dim=64",
    "stage1.loop.epochs=3",
    "stage2.d_model=64",
    "stage2.n_heads=4",
    "stage2.n_layers=2",
    "stage2.memory_views=1",
    "stage2.loop.epochs=3",
)
MOST_SEEDS, HIGHEST_SEED = 20, 2**31 - 1
DEALT = 5
FOLDS_FILE, DEAL, AT_RANDOM = "file", "deal", "random"
# protocol -> rows between training windows, as the shipped bundles had them
TRAIN_STRIDE = {"seed": 16}
DENSE = 4
# the pages want to be used meanwhile, and threads that wait for one another on a busy machine cost more than they bring
THREADS = max(1, min(4, (os.cpu_count() or 1) // 2))


@dataclass(frozen=True)
class Split:
    """How windows are cut: `windows` is a folder of them that is there, and nothing else counts then.

    how: by the file of folds, by folds that are dealt, or 70/15/15 at random; train_stride: rows between training
    windows.
    """

    windows: Path | None = None
    protocol: str = "run"
    how: str = AT_RANDOM
    folds: Path | None = None
    fold: int = 0
    program: str | None = None
    split_seed: int = 0
    train_stride: int = DENSE

    def options(self) -> list[str]:
        """The options of `python -m core experiment` that cut so."""
        if self.windows is not None:
            return []
        said = ["--protocol", self.protocol]
        by_run = self.protocol in ("run", "blind")
        if by_run and self.how == FOLDS_FILE and self.folds is not None:
            said += ["--folds", named(self.folds), "--fold", str(self.fold)]
        elif by_run and self.how == DEAL:
            said += ["--deal", str(DEALT), "--fold", str(self.fold)]
        else:
            said += ["--split-seed", str(self.split_seed)]
        if self.protocol == "program" and self.program:
            said += ["--program", self.program]
        if self.protocol != "seed":
            said += ["--train-stride", str(self.train_stride)]
        return said


@dataclass(frozen=True)
class Plan:
    """One training: its name, the preset with its changes, the seed."""

    name: str
    preset: Preset
    seed: int

    @property
    def out(self) -> Path:
        """The folder of the bundle."""
        return places.trainings_folder() / self.name

    def arguments(self, source: Path, split: Split) -> list[str]:
        """The arguments of `python -m core`."""
        changes = changes_of(self.preset.to_json()) or {}
        return [
            "experiment",
            named(split.windows or source),
            "--out",
            named(self.out),
            "--kept",
            named(places.experiments_folder()),
            *split.options(),
            "--preset",
            self.preset.name.partition(",")[0],
            *(part for path, (value, _) in changes.items() for part in ("--set", f"{path}={written(value)}")),
            "--seed",
            str(self.seed),
            "--threads",
            str(THREADS),
        ]


def named(path: Path) -> str:
    """A path as a command from the project's folder names it."""
    path = path.absolute()
    return str(path.relative_to(places.ROOT)) if path.is_relative_to(places.ROOT) else str(path)


def plans(
    name: str, presets: Sequence[str], changes: Sequence[str], seeds: Sequence[int]
) -> tuple[Plan, ...]:
    """A training for every preset and seed, all with the same changes; several are told apart by their names.

    Raises:
        ToolmarkError: a change cannot be made, or what comes of it cannot be trained.
    """
    found = []
    for preset in presets:
        changed = checked(with_changes(preset_named(preset), list(changes)))
        for seed in seeds:
            parts = [name, *([preset] if len(presets) > 1 else []), *([f"s{seed}"] if len(seeds) > 1 else [])]
            found.append(Plan("-".join(parts), changed, seed))
    return tuple(found)


def start(plan: Plan, source: Path, split: Split) -> None:
    """Begin a training in the background; it waits while another job works."""
    jobs.start(trainings.job_key(plan.out), f"Training {plan.name}", plan.arguments(source, split))


def seeds_of(text: str) -> tuple[int, ...]:
    """The seeds of a text such as "0, 1, 2".

    Raises:
        ToolmarkError: it names none, too many, or something else.
    """
    parts = text.replace(",", " ").split()
    if not parts or not all(
        part.isascii() and part.isdecimal() and int(part) <= HIGHEST_SEED for part in parts
    ):
        raise ToolmarkError(f"“{text}” names no seeds: write whole numbers, as 0 or 0, 1, 2.")
    if len(parts) > MOST_SEEDS:
        raise ToolmarkError(f"{len(parts)} seeds are too many at once: give {MOST_SEEDS} at most.")
    return tuple(dict.fromkeys(int(part) for part in parts))


def name_problem(name: str, planned: Sequence[str]) -> str | None:
    """What is wrong with the name of a training, in a sentence; None = nothing."""
    if not name or name != places.plain(name, ""):
        return f"“{name}” cannot be the name of a folder: use letters, digits, - and _, {places.LONGEST_NAME} at most."
    taken = [each for each in planned if (places.trainings_folder() / each).exists() or _asked(each)]
    if taken:
        return f"There is a training {taken[0]} already: choose another name, or delete it."
    return None


def _asked(name: str) -> bool:
    return jobs.look(trainings.job_key(places.trainings_folder() / name)).busy


def free_name(base: str) -> str:
    """A name that no training has yet."""
    tries = (base, *(f"{base}-{number}" for number in range(2, 1000)))
    return next(each for each in tries if name_problem(each, [each]) is None)


def folds_beside(store: Store) -> Path | None:
    """The file of folds that lies beside the recordings and names all of them."""
    candidates = (
        store.path / "folds.csv",
        store.path.parent / "folds.csv",
        data.SHARED_RUNS.parent / "folds.csv",
    )
    return next((file for file in candidates if _names_all(file, store.names)), None)


def _names_all(file: Path, runs: Sequence[str]) -> bool:
    try:
        return set(runs) <= read_folds(file).keys()
    except (ToolmarkError, OSError, ValueError):
        return False


def splits_of(store: Store) -> tuple[str, ...]:
    """The ways to split whole runs that this store allows, the best first."""
    counts: dict[str | None, int] = {}
    for entry in store.entries:
        counts[entry.operation] = counts.get(entry.operation, 0) + 1
    many = min(counts.values(), default=0) >= SMALLEST_SPLIT
    ways = [FOLDS_FILE] if folds_beside(store) else []
    return (*ways, *((AT_RANDOM, DEAL) if many else (DEAL, AT_RANDOM)))


def windows_there(machine: str) -> dict[Path, SplitsManifest]:
    """The folders of windows of a machine that are there already."""
    build = places.build_folder()
    folders = [
        *sorted(build.glob(f"*/{MANIFEST}")),
        *sorted(places.experiments_folder().glob(f"windows/*/{MANIFEST}")),
    ]
    found = {}
    for file in folders:
        try:
            manifest = SplitsManifest.model_validate_json(file.read_bytes())
        except (OSError, ValueError):
            continue
        if manifest.machine == machine:
            found[file.parent] = manifest
    return found


def expected_s(
    preset: Preset, machine: str, protocol: str, windows: int | None, others: Sequence[Training]
) -> tuple[float, Training] | None:
    """Seconds that a training will take at most, and the one that tells so; None where none does."""
    said = preset.to_json()
    for other in sorted(others, key=lambda each: each.started or each.finished, reverse=True):
        if other.machine != machine or other.protocol != protocol or len(other.stages) < 2:
            continue
        paces = [epoch_s(stage, said, windows, [other]) for stage in ("stage1", "stage2")]
        if paces[0] is not None and paces[1] is not None:
            epochs = preset.stage1.loop.epochs, preset.stage2.loop.epochs
            return paces[0] * epochs[0] + paces[1] * epochs[1], other
    return None
