"""The whole way from made-up recordings to a bundle, small enough for tests."""

from dataclasses import dataclass
from pathlib import Path

from core.recordings.protocols import WindowOptions, cut_store
from core.recordings.store import import_runs
from core.training.presets import BEST, SEED, Preset, with_changes
from core.training.train import train
from tests.synthetic import write_runs

SMALL = (
    "stage1.hidden_dim=32",
    "stage1.loop.epochs=6",
    "stage1.loop.learning_rate=0.005",
    "stage2.d_model=32",
    "stage2.n_heads=2",
    "stage2.n_layers=1",
    "stage2.loop.epochs=8",
    "stage2.loop.learning_rate=0.005",
)


@dataclass(frozen=True)
class Pipeline:
    """Where everything lies."""

    runs: Path
    store: Path
    splits: Path
    bundle: Path


def small(preset: Preset) -> Preset:
    """The preset at a size that trains in seconds."""
    return with_changes(preset, SMALL)


def build_pipeline(folder: Path, protocol: str) -> Pipeline:
    """Write runs, import them, cut windows and train a small bundle."""
    made = Pipeline(folder / "runs", folder / "store", folder / "splits", folder / "bundle")
    write_runs(made.runs)
    store = import_runs([made.runs], made.store)
    cut_store(store, made.splits, WindowOptions(protocol=protocol, train_stride=8))
    train(made.splits, made.bundle, small(SEED if protocol == "seed" else BEST), threads=1)
    return made
