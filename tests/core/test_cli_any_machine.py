"""A machine that was never seen, without G-code, the whole way on the command line."""

from pathlib import Path

import pandas as pd
import pytest

from core.model.bundle import load_bundle
from core.recordings.store import Store
from core.training.presets import BEST
from core.training.train import train
from tests.core.cli_runner import Toolmark
from tests.pipeline import small
from tests.strange import dynamometer, german, tool_wear, vibration


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return vibration(tmp_path_factory.mktemp("bosch"), rows=400)


def test_describe_says_why_and_writes_a_file_that_imports(tmp_path: Path, toolmark: Toolmark) -> None:
    folder, machine = tool_wear(tmp_path / "runs"), tmp_path / "m.toml"
    status, out, said = toolmark("describe", folder, "--out", machine, "--name", "Mill 7")
    assert status == 0
    assert "X1_ActualPosition" in out
    assert "name contains 'position'" in out
    assert "rows are counted" in said
    assert 'name = "Mill 7"' in machine.read_text()
    assert "# name contains 'power'" in machine.read_text()
    status, out, _ = toolmark("import", folder, "--machine", machine, "--out", tmp_path / "store")
    assert status == 0
    assert out.startswith("6 runs, 1440 rows")
    status, out, _ = toolmark("health", tmp_path / "store", "--all")
    assert status == 0
    assert "findings about" in out


def test_a_corrected_file_is_not_overwritten(tmp_path: Path, toolmark: Toolmark) -> None:
    folder, machine = dynamometer(tmp_path / "runs"), tmp_path / "m.toml"
    machine.write_text("mine")
    status, _, said = toolmark("describe", folder, "--out", machine)
    assert status == 1
    assert "is there already" in said
    assert machine.read_text() == "mine"
    assert toolmark("describe", folder, "--out", machine, "--overwrite")[0] == 0


def test_every_bad_file_is_said(tmp_path: Path, toolmark: Toolmark) -> None:
    folder, machine = german(tmp_path / "runs"), tmp_path / "m.toml"
    assert toolmark("describe", folder, "--out", machine)[0] == 0
    (folder / "fraesen_1.csv").write_text("u;v\n1;2\n")
    (folder / "fraesen_2.csv").write_text("")
    status, out, said = toolmark("import", folder, "--machine", machine, "--out", tmp_path / "store")
    assert status == 1
    assert "fraesen_1.csv has no time column 'Zeit [ms]'" in said
    assert "fraesen_2.csv is empty" in said
    assert "2 of 6 files" in said
    assert out.startswith("4 runs")
    assert len(Store.open(tmp_path / "store").names) == 4


def test_without_gcode_the_operation_is_learned_scored_and_predicted(
    tmp_path: Path, recordings: Path, toolmark: Toolmark
) -> None:
    machine, store, splits, bundle = (tmp_path / name for name in ("m.toml", "store", "splits", "bundle"))
    assert toolmark("describe", recordings, "--out", machine)[0] == 0
    assert toolmark("import", recordings, "--machine", machine, "--out", store)[0] == 0
    status, out, _ = toolmark("windows", store, "--out", splits)
    assert status == 0
    assert "left out: 0 without label" in out
    train(splits, bundle, small(BEST), threads=1)
    model = load_bundle(bundle)
    assert not model.reads_lines
    status, out, _ = toolmark("evaluate", bundle, splits, "--json", tmp_path / "e.json", "--keep")
    assert status == 0
    assert "Operation of a run" in out
    assert "| majority |" in out
    assert "Exact line |" not in out.split("| method")[0]
    file = recordings / "M01_Aug_2019_OP00_001.csv"
    assert toolmark("predict", bundle, file, "--out", tmp_path / "p.csv")[0] == 0
    read = pd.read_csv(tmp_path / "p.csv")
    assert set(read["operation"]) <= {"OP00", "OP02"}
    assert read["gcode"].isna().all()
    assert toolmark("calibrate", bundle, splits)[0] == 0
    status, _, said = toolmark("track", bundle, file, "--out", tmp_path / "t.csv")
    assert status == 1
    assert "cannot read a run back" in said


def test_one_window_has_an_operation_and_no_line(
    tmp_path: Path, recordings: Path, toolmark: Toolmark
) -> None:
    machine, store, splits = (tmp_path / name for name in ("m.toml", "store", "splits"))
    assert toolmark("describe", recordings, "--out", machine)[0] == 0
    assert toolmark("import", recordings, "--machine", machine, "--out", store)[0] == 0
    assert toolmark("windows", store, "--out", splits)[0] == 0
    train(splits, tmp_path / "bundle", small(BEST), threads=1)
    model = load_bundle(tmp_path / "bundle")
    window = Store.open(store).recording("M01_Aug_2019_OP00_001").window(start_row=10)
    read = model.predict(window)
    assert (read.line, read.tokens, read.sure) == ("", (), False)
    assert sum(read.operations.values()) == pytest.approx(1, abs=1e-5)


def test_without_operations_nothing_can_be_learned(tmp_path: Path, toolmark: Toolmark) -> None:
    folder, machine = dynamometer(tmp_path / "runs"), tmp_path / "m.toml"
    assert toolmark("describe", folder, "--out", machine)[0] == 0
    assert toolmark("import", folder, "--machine", machine, "--out", tmp_path / "store")[0] == 0
    status, _, said = toolmark("windows", tmp_path / "store", "--out", tmp_path / "splits")
    assert status == 1
    assert "No run in" in said
    assert "operation_column" in said
