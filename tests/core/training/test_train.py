import shutil
from pathlib import Path

import pandas as pd
import pytest

from core.training.loop import Progress
from core.training.presets import BEST
from core.training.train import TrainingError, train
from tests.pipeline import Pipeline, small


class _KilledError(Exception):
    pass


def test_both_stages_learn(pipeline: Pipeline) -> None:
    for stage in ("stage1", "stage2"):
        losses = pd.read_csv(pipeline.bundle / "training" / f"{stage}.csv").loss
        assert losses.iloc[-1] < 0.97 * losses.iloc[0]


def test_a_killed_training_ends_with_the_same_bundle(pipeline: Pipeline, tmp_path: Path) -> None:
    def kill(progress: Progress) -> None:
        if progress.epoch == 3:
            raise _KilledError

    for _ in range(2):
        with pytest.raises(_KilledError):
            train(pipeline.splits, tmp_path / "bundle", small(BEST), threads=1, listener=kill)
    train(pipeline.splits, tmp_path / "bundle", small(BEST), threads=1)
    again = (tmp_path / "bundle" / "weights.safetensors").read_bytes()
    assert again == (pipeline.bundle / "weights.safetensors").read_bytes()


def test_the_stages_can_be_trained_one_by_one(pipeline: Pipeline, tmp_path: Path) -> None:
    out = tmp_path / "bundle"
    with pytest.raises(TrainingError, match="stage 1"):
        train(pipeline.splits, out, small(BEST), stages=(2,), threads=1)
    train(pipeline.splits, out, small(BEST), stages=(1,), threads=1)
    train(pipeline.splits, out, small(BEST), stages=(2,), threads=1)
    again = (out / "weights.safetensors").read_bytes()
    assert again == (pipeline.bundle / "weights.safetensors").read_bytes()


def test_scaling_and_tokens_are_learned_from_the_training_part_alone(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    splits = shutil.copytree(pipeline.splits, tmp_path / "splits")
    test = splits / "test_sequences.npz"
    test.unlink()
    shutil.copyfile(splits / "val_sequences.npz", test)
    train(splits, tmp_path / "bundle", small(BEST), threads=1)
    again = (tmp_path / "bundle" / "weights.safetensors").read_bytes()
    assert again == (pipeline.bundle / "weights.safetensors").read_bytes()
