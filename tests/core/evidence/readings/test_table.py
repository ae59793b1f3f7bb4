import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from core.evidence.evaluation import evaluate
from core.evidence.metrics import MODEL
from core.evidence.readings import columns, table
from core.evidence.readings.source import RunSource, SourceError
from core.evidence.readings.table import (
    ReadingsError,
    described,
    finished_parts,
    made_from,
    parts_folder,
    read_runs,
    reading_order,
)
from core.evidence.readings.windows import run_tables
from core.model.bundle import Bundle, load_bundle
from core.progress import VARIABLE
from core.recordings.sequences import read_splits
from core.recordings.store import Store
from tests.core.cli_runner import Toolmark
from tests.pipeline import Pipeline
from tests.synthetic import run_frame


@pytest.fixture(scope="module")
def bundle(pipeline: Pipeline) -> Bundle:
    return load_bundle(pipeline.bundle)


@pytest.fixture(scope="module")
def readings(pipeline: Pipeline, bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    out = tmp_path_factory.mktemp("readings") / "r.parquet"
    read_runs(bundle, RunSource.open(pipeline.store), out)
    return pq.read_table(out).to_pandas()


def test_the_means_over_the_test_part_are_the_evaluations_figures(
    pipeline: Pipeline, bundle: Bundle, readings: pd.DataFrame
) -> None:
    splits = read_splits(pipeline.splits)
    free, forced = bundle.predict_windows(splits.test), bundle.teacher_forced(splits.test)
    found = evaluate(splits.test, bundle.scheme, free, forced, bundle.operations)
    ours = readings[(readings.part == "held out") & readings.labelled]
    figures = {
        "exact_line": ours.exact,
        "line_within_row": ours.within_row,
        "structure": ours.structure,
        "operation": ours.operation_right,
    }
    for name, right in figures.items():
        row = found.row(name)
        assert row
        assert (right.mean(), len(right)) == (pytest.approx(row.value), row.n), name
    counted = {
        "token": "token",
        "type": "type",
        "command": "command",
        "param_type": "param_type",
        "sign": "sign",
    }
    for name, head in counted.items():
        row = found.row(name)
        assert row
        right, asked = ours[f"{head}_right"].sum(), ours[f"{head}_asked"].sum()
        assert (right / asked, asked) == (pytest.approx(row.value), row.n), name
    digits = [t for t in found.tallies if t.method == MODEL and t.metric.startswith("digit")]
    assert ours.digits_right.sum() == sum(tally.sums[:, 0].sum() for tally in digits)
    assert ours.digits_asked.sum() == sum(tally.sums[:, 1].sum() for tally in digits)
    close = found.row("value_1mm")
    assert close
    assert ours.values_close.sum() / ours.values_asked.sum() == pytest.approx(close.value)


def test_what_is_told_of_a_window_agrees_with_itself(readings: pd.DataFrame) -> None:
    labelled = readings[readings.labelled]
    assert (labelled.result == columns.EXACT).equals(labelled.exact.astype(bool))
    assert (labelled.first_wrong.isna() == labelled.exact).all(), "a line is wrong from somewhere on"
    assert (labelled.top2 >= labelled.exact).all()
    assert (labelled.within_row >= labelled.exact).all()
    tagged = readings.tags.str.contains(columns.TOP_2, regex=False)
    assert (tagged == (readings.top2.eq(True) & ~readings.exact.eq(True))).all()
    assert (readings.tags.str.contains(columns.BUFFERING) == (readings.buffering_rows > 0)).all()
    assert (readings.tags.str.contains(columns.AMBIGUOUS) == (readings.near_lines > 1)).all()
    assert np.allclose(readings.purity * 64, readings.label_rows)
    assert readings.frozen_boards.eq("spindle1").all()
    assert (readings.absent == [len(columns.parted(text)) for text in readings.absent_boards]).all()
    assert (
        readings.operation_right == (readings.operation.astype(str) == readings.read_operation.astype(str))
    ).all()


def test_the_second_line_differs_in_one_word(readings: pd.DataFrame) -> None:
    pairs = readings.dropna(subset=["second_line", "read_line"])
    assert len(pairs)
    for first, second in zip(pairs.read_line, pairs.second_line, strict=True):
        words = list(zip(first.split(), second.split(), strict=True))
        assert sum(one != other for one, other in words) == 1


def test_an_interrupted_reading_is_taken_up_again(
    pipeline: Pipeline, bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, source = tmp_path / "r.parquet", RunSource.open(pipeline.store)

    def stop(done: int, total: int, run: str) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_runs(bundle, source, out, advance=stop)
    assert not out.exists()
    assert len(finished_parts(out, made_from(bundle))) == 3
    read: list[str] = []
    real = table.run_tables
    monkeypatch.setattr(table, "run_tables", lambda b, r, **o: read.append(r.name) or real(b, r, **o))
    found = read_runs(bundle, source, out)
    assert read == reading_order(bundle, source)[3:]
    assert not parts_folder(out).exists()
    assert found.misses(source) == ()
    read.clear()
    read_runs(bundle, source, out)
    assert read == [], "what was read is not read again"
    whole = pq.read_table(out)
    # one run has changed: it alone is read, and nothing else differs
    changed = RunSource(source.path, source.machine, {**source.digests, source.runs[2]: "new"}, source.store)
    assert found.misses(changed) == (source.runs[2],)
    read_runs(bundle, changed, out)
    assert read == [source.runs[2]]
    assert pq.read_table(out).equals(whole)


def test_another_muting_is_another_table(pipeline: Pipeline, bundle: Bundle, tmp_path: Path) -> None:
    assert made_from(bundle) != made_from(bundle, without=("proximity",))
    recording = Store.open(pipeline.store).recording("face_001")
    plain, muted = (
        run_tables(bundle, recording).readings,
        run_tables(bundle, recording, without=("proximity", "gyro")).readings,
    )
    assert plain["line"].equals(muted["line"])
    assert not plain["confidence"].equals(muted["confidence"])


def test_runs_without_labels_too_short_or_unreadable(
    bundle: Bundle, odd_folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "r.parquet"
    found = read_runs(bundle, RunSource.open(odd_folder), out)
    assert list(found.failures) == ["face_text"]
    assert "loud" in found.failures["face_text"]
    rows = pq.read_table(out).to_pandas()
    assert set(rows.run) == {"face_unlabelled"}
    assert rows.result.eq(columns.NO_LABEL).all()
    assert rows.exact.isna().all()
    assert rows.read_line.notna().all()
    assert described(out) == found


@pytest.fixture
def odd_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "odd"
    folder.mkdir()
    bare = run_frame("face", 120, 5).drop(columns=["gcode_line", "gcode_string"])
    bare.to_csv(folder / "face_unlabelled.csv", index=False)
    run_frame("face", 40, 5).to_csv(folder / "face_short.csv", index=False)
    (folder / "face_text.csv").write_text("t_console,spindle\n14:00:00.000,loud\n")
    return folder


def test_nothing_that_can_be_read_is_an_error(bundle: Bundle, tmp_path: Path) -> None:
    (tmp_path / "face_text.csv").write_text("t_console,spindle\n14:00:00.000,loud\n")
    with pytest.raises(ReadingsError, match="loud"):
        read_runs(bundle, RunSource.open(tmp_path), tmp_path / "out" / "r.parquet")
    (tmp_path / "empty").mkdir()
    for place in (tmp_path / "nowhere", tmp_path / "empty"):
        with pytest.raises(SourceError, match="give a store"):
            RunSource.open(place)


def test_the_verb_reads_and_tells_how_far_it_is(
    pipeline: Pipeline, tmp_path: Path, toolmark: Toolmark, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "progress.json"))
    runs = shutil.copytree(pipeline.runs, tmp_path / "runs")
    (runs / "face_text.csv").write_text("t_console,spindle\n14:00:00.000,loud\n")
    out = tmp_path / "r.parquet"
    status, said, err = toolmark("read", pipeline.bundle, runs, "--out", out, "--without", "proximity")
    assert (status, "9 runs; 1 could not be read" in said) == (0, True)
    assert "loud" in err
    told = json.loads((tmp_path / "progress.json").read_text())
    assert (told["what"], told["done"], told["total"]) == ("read", 10, 10)
    assert pq.read_table(out).num_rows > 50
    status, _, err = toolmark("read", pipeline.bundle, tmp_path / "nowhere", "--out", out)
    assert (status, "give a store" in err) == (1, True)
