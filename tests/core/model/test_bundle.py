import json
import os
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from core import load_bundle
from core.model.bundle import write_metrics
from core.model.bundle_files import BundleError
from core.recordings.sequences import read_splits
from tests.pipeline import Pipeline


@pytest.fixture
def copy(pipeline: Pipeline, tmp_path: Path) -> Path:
    return shutil.copytree(pipeline.bundle, tmp_path / "copy")


def test_it_says_where_it_came_from(pipeline: Pipeline) -> None:
    manifest = load_bundle(pipeline.bundle).manifest
    splits = read_splits(pipeline.splits).manifest
    assert manifest.protocol == "run"
    assert manifest.data_digest == splits.data_digest
    assert manifest.preset["name"].startswith("best")
    assert set(manifest.runs) == {"train", "val", "test"}
    assert not set(manifest.runs["train"]) & set(manifest.runs["test"])
    assert manifest.training["seconds"]["stage1"] > 0
    assert json.loads((pipeline.bundle / "bundle.json").read_text())["code_version"]


def test_no_checkpoint_is_left_beside_it(pipeline: Pipeline) -> None:
    assert not list(pipeline.bundle.rglob("*.pt"))
    assert (pipeline.bundle / "training" / "stage2.csv").read_text().startswith("epoch,loss,score")


def test_metrics_are_kept_in_it(copy: Path) -> None:
    before = load_bundle(copy)
    write_metrics(copy, {"protocol": "run", "rows": []})
    after = load_bundle(copy)
    assert after.metrics == {"protocol": "run", "rows": []}
    # it reads as before, so what was read with it still holds
    assert after.digest == before.digest


@pytest.mark.parametrize("name", ["bundle.json", "machine.toml", "weights.safetensors", "calibration.json"])
@pytest.mark.parametrize("harm", ["missing", "truncated", "changed"])
def test_a_harmed_file_is_named(copy: Path, name: str, harm: str) -> None:
    file = copy / name
    data = file.read_bytes()
    if harm == "missing":
        file.unlink()
    elif harm == "truncated":
        file.write_bytes(data[: len(data) // 2])
    else:
        file.write_bytes(data[:-9] + b"\0" + data[-8:])
    with pytest.raises(BundleError, match=name):
        load_bundle(copy)


def test_a_file_left_out_of_the_sums_is_missed(copy: Path) -> None:
    sums = (copy / "SHA256SUMS").read_text().splitlines(keepends=True)
    (copy / "SHA256SUMS").write_text("".join(row for row in sums if "calibration" not in row))
    with pytest.raises(BundleError, match="calibration"):
        load_bundle(copy)


def test_what_is_no_bundle_is_told_so(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nothing"):
        with pytest.raises(BundleError, match="bundle"):
            load_bundle(path)


class _Bomb:
    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {self.mark}",)


def test_code_in_a_file_is_never_run(copy: Path, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    bomb = tmp_path / "model.pt"
    torch.save({"model": _Bomb(mark)}, bomb)
    with pytest.raises(BundleError):
        load_bundle(bomb)
    (copy / "weights.safetensors").write_bytes(pickle.dumps(_Bomb(mark)))
    with pytest.raises(BundleError):
        load_bundle(copy)
    assert not mark.exists()


def test_weights_survive_the_way_to_disk_and_back(pipeline: Pipeline) -> None:
    bundle, again = load_bundle(pipeline.bundle), load_bundle(pipeline.bundle)
    windows = read_splits(pipeline.splits).test
    a, b = bundle.predict_windows(windows), again.predict_windows(windows)
    assert a.line == b.line
    assert np.array_equal(a.confidence, b.confidence)
