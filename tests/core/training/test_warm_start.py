from pathlib import Path

import pytest
import torch

from core.errors import ToolmarkError
from core.model.bundle import load_bundle
from core.recordings.protocols import WindowOptions, cut_store
from core.recordings.sequences import read_splits
from core.recordings.store import Store
from core.training.presets import BEST, with_changes
from core.training.train import train
from core.training.warm_start import begin_with, load_initial
from tests.pipeline import SMALL, Pipeline


def test_weights_of_the_same_name_and_shape_are_taken_over() -> None:
    source = torch.nn.ModuleDict({"a": torch.nn.Linear(3, 3), "b": torch.nn.Linear(3, 2)})
    target = torch.nn.ModuleDict({"a": torch.nn.Linear(3, 3), "b": torch.nn.Linear(3, 4)})
    before = target["b"].weight.clone()
    begin_with(target, source)
    assert torch.equal(target["a"].weight, source["a"].weight)
    assert torch.equal(target["b"].weight, before)


def test_a_training_that_begins_with_a_bundle_says_so_and_is_ahead(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    brief = with_changes(BEST, (*SMALL, "stage1.loop.epochs=1", "stage2.loop.epochs=1"))
    train(pipeline.splits, tmp_path / "cold", brief, threads=1)
    train(pipeline.splits, tmp_path / "warm", brief, threads=1, initial=pipeline.bundle)
    warm = load_bundle(tmp_path / "warm")
    assert warm.manifest.training["begun_from"] == load_bundle(pipeline.bundle).digest
    losses = [
        float((tmp_path / name / "training" / "stage1.csv").read_text().splitlines()[1].split(",")[1])
        for name in ("warm", "cold")
    ]
    assert losses[0] < losses[1]


def test_a_bundle_of_other_channels_is_refused(pipeline: Pipeline, tmp_path: Path) -> None:
    store = Store.open(pipeline.store)
    cut_store(store, tmp_path / "splits", WindowOptions(protocol="run", channels=("spindle", "frame_l2.Ax")))
    with pytest.raises(ToolmarkError, match="other channels"):
        load_initial(pipeline.bundle, read_splits(tmp_path / "splits").manifest.spec)
