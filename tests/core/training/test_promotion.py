from pathlib import Path

import pytest

from core.model.bundle import load_bundle
from core.model.bundle_files import BundleError
from core.training.promotion import PromotionError, first_choice, promote, promoted, undo
from tests.pipeline import Pipeline


def test_a_promoted_bundle_reads_as_its_training_does_and_is_the_first_choice(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    folder = tmp_path / "bundles"
    promote(pipeline.bundle, folder, "first", "store")
    promote(pipeline.bundle, folder, "second", "store")
    assert load_bundle(folder / "second").digest == load_bundle(pipeline.bundle).digest
    assert (folder / "second" / "training" / "experiment.json").is_file()
    assert first_choice(folder, "store") == "second"
    assert first_choice(folder, "demo") is None
    undo(folder, "second")
    assert first_choice(folder, "store") == "first"
    assert [path.name for path in folder.iterdir() if path.is_dir()] == ["first"]
    assert promoted(folder)[0].training == str(pipeline.bundle)


def test_nothing_is_written_over(pipeline: Pipeline, tmp_path: Path) -> None:
    folder = tmp_path / "bundles"
    promote(pipeline.bundle, folder, "mine", "store")
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(PromotionError, match="already"):
        promote(pipeline.bundle, folder, "mine", "store")
    with pytest.raises(PromotionError, match="cannot be the name"):
        promote(pipeline.bundle, folder, "../mine", "store")
    with pytest.raises(PromotionError, match="was not promoted"):
        undo(folder, "other")
    assert before == {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_does_not_open_is_not_promoted(tmp_path: Path) -> None:
    (tmp_path / "half").mkdir()
    with pytest.raises(BundleError):
        promote(tmp_path / "half", tmp_path / "bundles", "half", "store")
    assert not (tmp_path / "bundles").exists()
    assert promoted(tmp_path / "bundles") == ()
