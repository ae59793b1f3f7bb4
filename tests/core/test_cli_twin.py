"""The verbs of the twin, and the whole way from its recordings to a scored bundle."""

from pathlib import Path

from core.recordings.store import Store
from tests.core.cli_runner import Toolmark
from tests.pipeline import SMALL, Pipeline


def test_from_the_twin_to_a_scored_bundle(tmp_path: Path, toolmark: Toolmark) -> None:
    runs, store = tmp_path / "runs", tmp_path / "store"
    status, out, _ = toolmark(
        "twin", "--out", runs, "--runs", 5, "--operation", "pocket", "--operation", "adaptive"
    )
    assert (status, "10 runs of the simulated mill" in out) == (0, True)
    status, out, _ = toolmark("import", runs, "--out", store, "--machine", runs / "machine.toml")
    assert (status, "10 runs" in out) == (0, True)
    status, _, _ = toolmark("windows", store, "--out", tmp_path / "splits", "--protocol", "run")
    assert status == 0
    changes = [part for change in SMALL for part in ("--set", change)]
    bundle = tmp_path / "bundle"
    status, _, _ = toolmark("train", tmp_path / "splits", "--out", bundle, "--threads", 1, *changes)
    assert status == 0
    status, out, _ = toolmark("evaluate", bundle, tmp_path / "splits", "--quick")
    assert status == 0
    assert "Operation of a window" in out


def test_a_wrong_fault_ends_with_one_sentence(tmp_path: Path, toolmark: Toolmark) -> None:
    status, _, err = toolmark("twin", "--out", tmp_path / "runs", "--fault", "melted=0.1")
    assert status == 1
    assert "melted" in err and "frozen" in err
    assert not (tmp_path / "runs").exists()


def test_the_demo_and_how_like_it_is(pipeline: Pipeline, tmp_path: Path, toolmark: Toolmark) -> None:
    (tmp_path / "demo.toml").write_text(
        'runs = 1\nseed = 1\nfaults = []\nonly = ["pocket_001", "face_001"]\n'
    )
    status, _, _ = toolmark("demo", "--out", tmp_path / "demo", "--described", tmp_path / "demo.toml")
    assert status == 0
    assert Store.open(tmp_path / "demo").machine.simulated
    status, out, _ = toolmark("likeness", tmp_path / "demo", pipeline.store, "--out", tmp_path / "like.csv")
    assert status == 0
    assert "Simulated mill" in out and "channels that differ most" in out
    assert len((tmp_path / "like.csv").read_text().splitlines()) > 200


def test_a_bundle_is_scored_on_another_machine_and_not_on_its_own(
    pipeline: Pipeline, tmp_path: Path, toolmark: Toolmark
) -> None:
    (tmp_path / "demo.toml").write_text(
        'runs = 1\nseed = 1\nfaults = []\nonly = ["pocket_001", "face_001"]\n'
    )
    toolmark("demo", "--out", tmp_path / "demo", "--described", tmp_path / "demo.toml")
    status, out, _ = toolmark("transfer", pipeline.bundle, tmp_path / "demo")
    assert status == 0
    assert "Structure" in out and "of 2 runs" in out
    status, _, err = toolmark("transfer", pipeline.bundle, pipeline.store)
    assert status == 1
    assert "was trained on runs of" in err
