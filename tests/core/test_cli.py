import csv
import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from tests.pipeline import SMALL, Pipeline


def test_from_recordings_to_predictions(pipeline: Pipeline, tmp_path: Path, toolmark) -> None:
    store, splits, bundle = tmp_path / "store", tmp_path / "splits", tmp_path / "bundle"
    status, out, _ = toolmark("import", pipeline.runs, "--out", store)
    assert (status, "9 runs" in out) == (0, True)
    status, out, _ = toolmark("windows", store, "--out", splits, "--protocol", "run")
    assert (status, "test" in out) == (0, True)
    changes = [part for change in SMALL for part in ("--set", change)]
    assert toolmark("train", splits, "--out", bundle, "--threads", 1, *changes)[0] == 0
    status, out, _ = toolmark(
        "evaluate", bundle, splits, "--json", tmp_path / "e.json", "--store", store, "--keep"
    )
    assert status == 0
    assert "Exact line" in out
    kept = json.loads((bundle / "metrics.json").read_text())
    assert kept == json.loads((tmp_path / "e.json").read_text())
    assert kept["protocol"] == "run"
    run_file = next(pipeline.runs.glob("face_001*"))
    assert toolmark("predict", bundle, run_file, "--out", tmp_path / "p.csv")[0] == 0
    rows = list(csv.DictReader((tmp_path / "p.csv").open()))
    header = ["run", "start_row", "end_row", "operation", "operation_confidence", "gcode", "confidence"]
    assert list(rows[0]) == header
    assert [int(row["start_row"]) for row in rows[:3]] == [0, 16, 32]
    assert all(int(row["end_row"]) - int(row["start_row"]) == 63 for row in rows)


def test_evaluations_of_folds_are_pooled(pipeline: Pipeline, tmp_path: Path, toolmark) -> None:
    one = tmp_path / "one.json"
    assert toolmark("evaluate", pipeline.bundle, pipeline.splits, "--json", one)[0] == 0
    other = tmp_path / "other.json"
    other.write_text(one.read_text().replace('"folds": []', '"folds": [1]'))
    status, _, _ = toolmark("pool", one, other, "--json", tmp_path / "both.json")
    assert status == 0
    status, _, said = toolmark("pool", one, one, "--json", tmp_path / "twice.json")
    assert (status, "twice" in said) == (1, True)
    assert not (tmp_path / "twice.json").exists()
    a, b = (json.loads((tmp_path / name).read_text()) for name in ("one.json", "both.json"))
    assert b["counts"]["scored"] == 2 * a["counts"]["scored"]


def test_the_same_file_without_target_and_controller_columns(
    pipeline: Pipeline, tmp_path: Path, toolmark
) -> None:
    whole = pipeline.runs / "pocket_002_aligned.csv.gz"
    frame = pd.read_csv(whole)
    felt = [c for c in frame if "." in c or c in ("t_console", "spindle", "x_motor", "y_motor", "z_motor")]
    (tmp_path / "bare").mkdir()
    bare = tmp_path / "bare" / "pocket_002_aligned.csv"
    frame[felt].to_csv(bare, index=False)
    assert toolmark("predict", pipeline.bundle, whole, "--out", tmp_path / "a.csv")[0] == 0
    assert toolmark("predict", pipeline.bundle, bare, "--out", tmp_path / "b.csv")[0] == 0
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def _one_sentence(text: str) -> bool:
    _, error, sentence = text.partition("Error: ")
    return bool(error) and "Traceback" not in text and len(sentence) < 600 and sentence.strip()[-1] in ".)"


@pytest.mark.parametrize(
    "arguments",
    [
        ("import", "nowhere", "--out", "store"),
        ("windows", "nowhere", "--out", "splits"),
        ("train", "nowhere", "--out", "bundle"),
        ("train", "SPLITS", "--out", "bundle", "--preset", "bst"),
        ("train", "SPLITS", "--out", "bundle", "--set", "stage1.epochs=3"),
        ("evaluate", "nowhere", "SPLITS"),
        ("evaluate", "BUNDLE", "nowhere"),
        ("predict", "BUNDLE", "nowhere.csv", "--out", "p.csv"),
        ("predict", "BUNDLE", "RUN", "--out", "p.csv", "--without", "proxymity"),
        ("export", "nowhere", "--out", "onnx"),
        ("windows", "STORE", "--out", "splits", "--protocol", "random"),
        ("windows", "STORE", "--out", "splits", "--protocol", "program"),
        ("windows", "STORE", "--out", "splits", "--folds", "nowhere.csv"),
        ("windows", "STORE", "--out", "splits", "--protocol", "seed", "--vocabulary", "CSV"),
        ("predict", "BUNDLE", "RUN", "--out", "p.csv", "--without", "[/x]"),
        ("predict", "BUNDLE", "RUN", "--out", "p.csv", "--without", "posx"),
        ("predict", "BUNDLE", "RUN", "--out", "."),
        ("predict", "BUNDLE", "CSV", "--out", "CSV"),
        ("export", "BUNDLE", "--out", "CSV"),
        ("export", "BUNDLE", "--out", "STORE"),
    ],
)
def test_bad_input_gets_one_sentence_and_leaves_nothing(
    arguments: tuple[str, ...], pipeline: Pipeline, tmp_path: Path, toolmark, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_file = pipeline.runs / "face_001_aligned.csv.gz"
    table = pipeline.runs.parent / "face_001.csv"
    if not table.exists():
        pd.read_csv(run_file).to_csv(table, index=False)
    before = table.read_bytes()
    places = {
        "CSV": table,
        "SPLITS": pipeline.splits,
        "BUNDLE": pipeline.bundle,
        "STORE": pipeline.store,
        "RUN": run_file,
    }
    monkeypatch.chdir(tmp_path)
    status, _, said = toolmark(*(str(places.get(word, word)) for word in arguments))
    assert status == 1
    assert _one_sentence(said), said
    left = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not left
    assert table.read_bytes() == before
    assert (pipeline.store / "index.json").exists()


def test_a_short_or_damaged_recording_is_named(pipeline: Pipeline, tmp_path: Path, toolmark) -> None:
    frame = pd.read_csv(pipeline.runs / "face_001_aligned.csv.gz")
    short, cut = tmp_path / "face_001.csv", tmp_path / "face_002.csv.gz"
    frame.head(40).to_csv(short, index=False)
    data = (pipeline.runs / "face_001_aligned.csv.gz").read_bytes()
    cut.write_bytes(data[: len(data) // 2])
    for file in (short, cut):
        status, _, said = toolmark("predict", pipeline.bundle, file, "--out", tmp_path / "p.csv")
        assert status == 1
        assert _one_sentence(said)
        assert file.name in said or file.stem in said
        assert not (tmp_path / "p.csv").exists()


def test_windows_of_other_inputs_are_refused(pipeline: Pipeline, seed_pipeline: Pipeline, toolmark) -> None:
    status, _, said = toolmark("evaluate", pipeline.bundle, seed_pipeline.splits)
    assert status == 1
    assert _one_sentence(said)


def test_a_bundle_is_not_scored_on_runs_that_it_was_trained_on(
    pipeline: Pipeline, tmp_path: Path, toolmark
) -> None:
    splits = shutil.copytree(pipeline.splits, tmp_path / "splits")
    manifest = json.loads((splits / "splits.json").read_text())
    manifest["runs"]["test"] = manifest["runs"]["train"]
    (splits / "splits.json").write_text(json.dumps(manifest))
    status, _, said = toolmark("evaluate", pipeline.bundle, splits)
    assert status == 1
    assert "trained on" in said


def test_an_interruption_says_that_the_command_can_go_on(
    pipeline: Pipeline, tmp_path: Path, toolmark, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("core.recordings.store.import_runs", interrupted)
    status, _, said = toolmark("import", pipeline.runs, "--out", tmp_path / "store")
    assert status == 130
    assert "Interrupted" in said


def test_a_renamed_board_is_not_passed_over(pipeline: Pipeline, tmp_path: Path, toolmark) -> None:
    frame = pd.read_csv(pipeline.runs / "face_001_aligned.csv.gz")
    renamed = tmp_path / "face_001.csv"
    frame.rename(columns=lambda name: name.replace("frame_l2.", "frame_L2x.")).to_csv(renamed, index=False)
    status, _, said = toolmark("predict", pipeline.bundle, renamed, "--out", tmp_path / "p.csv")
    assert status == 1
    assert "frame_L2x" in said
    assert not (tmp_path / "p.csv").exists()
    status, _, said = toolmark("import", renamed, "--out", tmp_path / "store")
    assert status == 1
    assert "frame_L2x" in said


def test_a_run_without_any_live_board_is_not_read(pipeline: Pipeline, tmp_path: Path, toolmark) -> None:
    frame = pd.read_csv(pipeline.runs / "face_001_aligned.csv.gz")
    dead = tmp_path / "face_001.csv"
    frame[["t_console", "gcode_line", "gcode_string"]].to_csv(dead, index=False)
    status, _, said = toolmark("predict", pipeline.bundle, dead, "--out", tmp_path / "p.csv")
    assert status == 1
    assert "live" in said


def test_a_stride_of_nothing_is_refused(pipeline: Pipeline, tmp_path: Path, toolmark) -> None:
    run_file = pipeline.runs / "face_001_aligned.csv.gz"
    status, _, said = toolmark(
        "predict", pipeline.bundle, run_file, "--out", tmp_path / "p.csv", "--stride", 0
    )
    assert status == 2
    assert "Traceback" not in said
