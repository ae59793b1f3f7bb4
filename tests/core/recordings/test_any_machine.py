"""Machine files of columns of any name, and what is read with them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.recordings.describe import guess, proposal_with
from core.recordings.inputs import inputs_for
from core.recordings.machine import Machine, MachineError
from core.recordings.reader import read_recording
from core.recordings.recording import RecordingError
from core.recordings.store import ImportFailedError, Store, import_runs
from core.recordings.windows import cut_runs
from tests.strange import PROCESSES, tool_wear

OWN = """
name = "Mill"
length_unit = "mm"
row_period_s = 0.5
operations = ["rough", "fine"]
operation_column = "stage"
ignored = ["Unnamed: 0"]
[categorical]
"state|1" = [0, 1]
[target]
line_text = "block"
line_number = "n"
[columns]
"CURRENT|1" = { board = "x", quantity = "current", unit = "A", modality = "motor_current", scale = 0.001 }
"Temp. (°F)" = { unit = "degC", modality = "temperature", role = "ambient", scale = 0.5556, offset = -17.78 }
"DES_POS|1" = { unit = "mm", modality = "position", role = "controller" }
"""


def frame(rows: int = 20) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "": np.arange(rows),
            "CURRENT|1": np.arange(rows) * 1000.0,
            "Temp. (°F)": 32.0,
            "DES_POS|1": np.arange(rows) / 10,
            "state|1": 1,
            "stage": ["fine"] * (rows - 5) + ["rough"] * 5,
            "n": np.arange(rows) // 5 + 1,
            "block": [f"G1 X{row // 5}" for row in range(rows)],
        }
    )


@pytest.fixture
def mill() -> Machine:
    return Machine.from_toml(OWN)


def write(file: Path, table: pd.DataFrame | None = None) -> Path:
    (frame() if table is None else table).to_csv(file, index=False)
    return file


def test_columns_of_any_name_are_channels(mill: Machine) -> None:
    assert mill.side_channels == ("x.current", "Temp")
    assert mill.channels == ("x.current", "Temp", "DES_POS_1")
    assert (mill.board("x.current"), mill.board("Temp"), mill.modality("DES_POS_1")) == (
        "x",
        None,
        "position",
    )
    assert mill.resolve(["x"]) == {"x.current"}
    assert mill.role("CURRENT|1") == mill.role("x.current") == "side"
    assert mill.role("Temp. (°F)") == "ambient"
    assert Machine.from_toml(mill.to_toml()) == mill


def test_values_come_in_the_machines_units(tmp_path: Path, mill: Machine) -> None:
    run = read_recording(write(tmp_path / "a.csv"), mill)
    np.testing.assert_allclose(run.channel("x.current")[:3], [0, 1, 2])
    np.testing.assert_allclose(run.channel("Temp"), 0, atol=0.01)
    np.testing.assert_allclose(run.time_s[:3], [0, 0.5, 1])
    assert run.time_format == "row number"
    assert run.operation == "fine"
    assert run.lines is not None
    assert run.lines[5] == "G1 X1"
    np.testing.assert_array_equal(run.codes["state|1"], 1)


def test_a_stored_run_is_the_run(tmp_path: Path, mill: Machine) -> None:
    file = write(tmp_path / "a.csv")
    read, stored = read_recording(file, mill), import_runs([file], tmp_path / "s", mill).recording("a")
    np.testing.assert_array_equal(stored.values, read.values)
    np.testing.assert_array_equal(stored.time_s, read.time_s)
    assert (stored.channels, stored.lines, stored.operation) == (read.channels, read.lines, read.operation)
    assert stored.line_numbers is not None
    np.testing.assert_array_equal(stored.line_numbers, read.line_numbers)
    np.testing.assert_array_equal(stored.codes["state|1"], read.codes["state|1"])


def test_an_unknown_column_is_told_of_a_stored_run_too(tmp_path: Path, mill: Machine) -> None:
    file = write(tmp_path / "a.csv", frame().assign(more=1.0))
    assert import_runs([file], tmp_path / "s", mill).recording("a").unknown_columns == ("more",)


def test_rows_are_brought_to_a_period(tmp_path: Path) -> None:
    text = OWN.replace("row_period_s = 0.5", "row_period_s = 0.5\nresample_s = 2.0")
    slow = Machine.from_toml(text)
    file = write(tmp_path / "a.csv")
    run = read_recording(file, slow)
    np.testing.assert_allclose(run.time_s, np.arange(5) * 2)
    np.testing.assert_allclose(run.channel("x.current"), [1.5, 5.5, 9.5, 13.5, 17.5])
    # rows 4 to 7 show line 0 once and line 1 three times
    assert run.lines == ("G1 X0", "G1 X1", "G1 X1", "G1 X2", "G1 X3")
    assert run.line_numbers is not None
    assert run.line_numbers.tolist() == [1, 2, 2, 3, 4]
    stored = import_runs([file], tmp_path / "s", slow).recording("a")
    np.testing.assert_array_equal(stored.values, run.values)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('board = "x"', 'board = "x.y"', "no plain name"),
        ('quantity = "current"', 'quantity = "Strom°"', "no plain name"),
        ('modality = "motor_current"', 'modality = ""', "modality"),
        ("[target]", '[time]\ncolumn = "CURRENT|1"\nformats = ["seconds"]\n[target]', "described twice"),
        ('board = "x", quantity = "current"', 'quantity = "DES_POS_1"', "both called 'DES_POS_1'"),
        ('quantity = "current"', 'quantity = "current", bin = "median"', "bin"),
        ("row_period_s = 0.5", "row_period_s = 0.5\nresample_s = 0", "resample_s"),
        ("[target]", '[format]\nencoding = "latin-99"\n[target]', "latin-99"),
        ("[target]", '[format]\ndelimiter = ",,"\n[target]', "delimiter"),
    ],
)
def test_a_bad_machine_file_is_refused_in_one_sentence(old: str, new: str, message: str) -> None:
    with pytest.raises(MachineError, match=message) as caught:
        Machine.from_toml(OWN.replace(old, new), name="mill.toml")
    assert "\n" not in str(caught.value)


def test_a_file_of_another_machine_is_named_with_what_it_lacks(tmp_path: Path, mill: Machine) -> None:
    other = tmp_path / "b.csv"
    pd.DataFrame({"u": [1.0, 2.0], "v": [1.0, 2.0]}).to_csv(other, index=False)
    with pytest.raises(RecordingError, match=r"b.csv has no sensor channel of Mill .* it lacks CURRENT\|1"):
        read_recording(other, mill)


def test_each_bad_file_is_listed_and_the_good_ones_are_in(tmp_path: Path, mill: Machine) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    write(folder / "a.csv")
    write(folder / "b.csv", frame().astype({"CURRENT|1": object}).replace({"CURRENT|1": {3000.0: "high"}}))
    (folder / "c.csv").write_text("u,v\n1,2\n")
    write(folder / "d.csv")
    with pytest.raises(ImportFailedError, match="2 of 4 files") as caught:
        import_runs([folder], tmp_path / "s", mill)
    assert [file.name for file in caught.value.failures] == ["b.csv", "c.csv"]
    assert "'high' in the number column 'CURRENT|1', row 4" in caught.value.failures[folder / "b.csv"]
    assert Store.open(tmp_path / "s").names == ("a", "d")


def test_progress_is_told_within_a_file(tmp_path: Path, mill: Machine) -> None:
    told: list[tuple[str, int, float]] = []
    import_runs([write(tmp_path / "a.csv")], tmp_path / "s", mill, rows=lambda *said: told.append(said))
    assert told[-1] == ("a", 20, 1.0)


@pytest.mark.parametrize("resample_s", [None, 0.2])
def test_where_the_operation_changes_within_a_run_each_window_has_its_own(
    tmp_path: Path, resample_s: float | None
) -> None:
    proposal = guess([tool_wear(tmp_path / "runs", runs=2, rows=1200)])
    if resample_s:
        proposal = proposal_with(proposal, settings={"resample_s": resample_s})
    machine = proposal.machine
    assert machine is not None
    store = import_runs([tmp_path / "runs"], tmp_path / "store", machine)
    run = store.recording(store.names[0])
    assert run.row_operations is not None
    windows = cut_runs([run], inputs_for("run", machine), stride=16)
    kinds = {machine.operations[kind] for kind in windows.operation_type.tolist()}
    assert kinds == set(PROCESSES)
    first = run.window(0)
    assert first.operation == PROCESSES[0] == machine.operations[int(windows.operation_type[0])]
    # what a store holds is what the file says
    read = read_recording(next((tmp_path / "runs").glob("*.csv")), machine)
    np.testing.assert_array_equal(read.row_operations, run.row_operations)
