import json
from pathlib import Path

import pytest

from core.model.bundle import load_bundle
from core.training.ledger import open_training
from tests.pipeline import SMALL, Pipeline

CHANGES = [part for change in SMALL for part in ("--set", change)]


def test_one_command_from_recordings_to_figures_which_goes_on_where_it_was(
    pipeline: Pipeline, tmp_path: Path, toolmark
) -> None:
    out, kept = tmp_path / "trainings" / "mine", tmp_path / "kept"
    command = (
        "experiment",
        pipeline.runs,
        "--out",
        out,
        "--kept",
        kept,
        "--train-stride",
        8,
        "--threads",
        1,
        *CHANGES,
    )
    assert toolmark(*command)[0] == 0
    found = open_training(out)
    assert found.state == "done"
    assert found.record is not None
    assert list(found.record.command) == [str(part) for part in command]
    assert load_bundle(out).metrics["protocol"] == "run"
    weights, cut = (
        (out / "weights.safetensors").stat().st_mtime_ns,
        list((kept / "windows").glob("*/splits.json")),
    )
    assert len(cut) == 1
    # all is there: nothing is done again
    times = cut[0].stat().st_mtime_ns
    assert toolmark(*command)[0] == 0
    assert (out / "weights.safetensors").stat().st_mtime_ns == weights
    assert cut[0].stat().st_mtime_ns == times
    # without its figures only those are made again
    (out / "metrics.json").unlink()
    sums = (out / "SHA256SUMS").read_text().splitlines()
    (out / "SHA256SUMS").write_text("".join(f"{row}\n" for row in sums if "metrics" not in row))
    assert toolmark(*command)[0] == 0
    assert json.loads((out / "metrics.json").read_text())["counts"]["scored"]
    assert (out / "weights.safetensors").stat().st_mtime_ns == weights


def test_windows_that_are_there_are_used_and_other_trainings_are_not_written_over(
    pipeline: Pipeline, tmp_path: Path, toolmark
) -> None:
    out = tmp_path / "mine"
    command = (
        "experiment",
        pipeline.splits,
        "--out",
        out,
        "--kept",
        tmp_path / "kept",
        "--threads",
        1,
        *CHANGES,
    )
    assert toolmark(*command)[0] == 0
    assert not (tmp_path / "kept").exists()
    weights = (out / "weights.safetensors").read_bytes()
    assert weights == (pipeline.bundle / "weights.safetensors").read_bytes()
    status, _, said = toolmark(*command, "--seed", 5)
    assert (status, "another training" in said) == (1, True)
    assert (out / "weights.safetensors").read_bytes() == weights


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--set", "stage1.loop.epochs=0"), "from 1 to 10000"),
        (("--deal", 2), "folds are too few"),
        (("--deal", 5, "--fold", 7), "no fold 7"),
        (("--protocol", "none"), "none"),
    ],
)
def test_bad_input_is_one_sentence(
    pipeline: Pipeline, tmp_path: Path, toolmark, options: tuple[object, ...], words: str
) -> None:
    status, _, said = toolmark(
        "experiment", pipeline.store, "--out", tmp_path / "o", "--kept", tmp_path, *options
    )
    assert status == 1
    assert words in said
