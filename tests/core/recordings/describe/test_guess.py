"""What is guessed of recordings in the formats of other machines, and that they can be imported with it."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.recordings.describe import Proposal, commented_toml, guess, proposal_with
from core.recordings.machine import Machine
from core.recordings.recording import RecordingError
from core.recordings.store import Store, import_runs
from tests.strange import FORMATS, drives, dynamometer, german, logger, tool_wear, vibration
from tests.synthetic import write_runs


def roles(proposal: Proposal, role: str) -> list[str]:
    return [column.name for column in proposal.columns if column.role == role]


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_described_and_imported_without_a_line_of_code(tmp_path: Path, name: str) -> None:
    folder = FORMATS[name](tmp_path / name)
    proposal = guess([folder])
    assert proposal.wrong == ()
    file = tmp_path / "machine.toml"
    file.write_text(commented_toml(proposal), encoding="utf-8")
    machine = Machine.load(file)
    assert machine == proposal.machine
    store = import_runs([folder], tmp_path / "store", machine)
    assert len(store.names) == len(proposal.files)
    assert all(column.evidence for column in proposal.columns)
    run = Store.open(tmp_path / "store").recording(store.names[0])
    assert np.isfinite(run.values).all()
    assert run.unknown_columns == ()


def test_the_answer_among_the_drives_of_a_mill(tmp_path: Path) -> None:
    proposal = guess([tool_wear(tmp_path / "tool_wear")])
    machine = proposal.machine
    assert machine is not None
    for axis in ("X1", "Y1", "Z1", "S1"):
        for word in ("Position", "Velocity", "Acceleration"):
            assert proposal.column(f"{axis}_Actual{word}").role == "controller"
            assert proposal.column(f"{axis}_Command{word}").role == "controller"
    for name in ("M1_CURRENT_PROGRAM_NUMBER", "M1_sequence_number", "M1_CURRENT_FEEDRATE"):
        assert proposal.column(name).role == "controller"
    assert set(machine.board_channels) == {"X1", "Y1", "Z1", "S1"}
    assert machine.modality("X1.OutputCurrent") == "motor_current"
    assert machine.modality("S1.DCBusVoltage") == "voltage"
    assert machine.unit("Z1.OutputPower") == "W"
    assert machine.time is None
    assert (machine.operation_column, machine.operations[0]) == ("Machining_Process", "Prep")
    assert any("rows are counted" in sentence for sentence in proposal.problems)
    assert any("changes within a run" in sentence for sentence in proposal.problems)


def test_bars_in_names_and_an_index_without_one(tmp_path: Path) -> None:
    proposal = guess([drives(tmp_path / "drives")])
    machine = proposal.machine
    assert machine is not None
    assert roles(proposal, "index") == ["Unnamed: 0", "CYCLE"]
    for name in ("DES_POS", "ENC1_POS", "CTRL_DIFF", "VEL_FFW", "TORQUE_FFW", "CONT_DEV", "CMD_SPEED"):
        assert {proposal.column(f"{name}|{axis}").role for axis in (1, 2, 3, 6)} == {"controller"}
    assert set(machine.board_channels) == {"1", "2", "3", "6"}
    assert machine.board("6.CURRENT") == "6"
    assert machine.column_of("6.CURRENT") == "CURRENT|6"
    assert machine.role("6.TEMPERATURE") == "ambient"
    assert machine.time is not None
    assert (machine.time.column, machine.row_period_s) == ("TIME", 0.002)
    assert machine.operations == ("Gear", "Notch", "Plate")
    assert "CR line ends" in proposal.seen[0]


def test_fast_rows_are_brought_to_a_slower_period(tmp_path: Path) -> None:
    proposal = guess([drives(tmp_path / "drives", rows=20_000, each=1)])
    assert proposal.machine is not None
    assert proposal.machine.resample_s == 0.1
    store = import_runs([tmp_path / "drives"], tmp_path / "store", proposal.machine)
    run = store.recording("Gear_1")
    assert run.n_rows == 400
    np.testing.assert_allclose(run.time_s[:3], [0, 0.1, 0.2])


def test_without_a_header_columns_are_numbered(tmp_path: Path) -> None:
    proposal = guess([dynamometer(tmp_path / "phm")])
    assert [column.name for column in proposal.columns] == [f"column_{number}" for number in range(1, 8)]
    assert not proposal.format.header
    assert {column.role for column in proposal.columns} == {"side"}
    assert any("Nothing tells what 'column_1'" in sentence for sentence in proposal.problems)


def test_the_operation_is_a_code_in_the_name(tmp_path: Path) -> None:
    proposal = guess([vibration(tmp_path / "bosch")])
    assert proposal.settings.operations == ("OP00", "OP02")
    store = import_runs([tmp_path / "bosch"], tmp_path / "store", proposal.machine)
    assert store.entry("M01_Aug_2019_OP02_001").operation == "OP02"


def test_folders_may_tell_the_operation(tmp_path: Path) -> None:
    for kind in ("good", "bad"):
        dynamometer(tmp_path / "data" / kind)
    proposal = guess([tmp_path / "data"])
    assert proposal.settings.operations == ("bad", "good")
    store = import_runs([tmp_path / "data"], tmp_path / "store", proposal.machine)
    assert store.entry("good_c_1_001").operation == "good"
    assert len(store.names) == 6


def test_german_tables(tmp_path: Path) -> None:
    proposal = guess([german(tmp_path / "de")])
    machine = proposal.machine
    assert machine is not None
    assert (proposal.format.delimiter, proposal.format.decimal, proposal.format.encoding) == (
        ";",
        ",",
        "latin-1",
    )
    assert machine.time is not None
    assert machine.time.formats == ("milliseconds",)
    assert set(machine.side_channels) == {"X.Strom", "Y.Strom", "Koerperschall", "Temperatur_Kuehlmittel"}
    assert machine.role("Temperatur_Kuehlmittel") == "ambient"
    assert machine.role("Lage_X") == machine.role("Sollwert_Vorschub") == "controller"
    assert machine.unit("Koerperschall") == "g"


def test_a_preamble_and_a_row_of_units(tmp_path: Path) -> None:
    proposal = guess([logger(tmp_path / "logger")])
    assert (proposal.format.skip_lines, proposal.format.skip_after_header) == (3, 1)
    assert proposal.settings.time_formats == ("DD.MM.YYYY HH:MM:SS",)
    assert proposal.settings.row_period_s == pytest.approx(0.2)
    assert proposal.column("Spindle_Current").unit == "A"
    assert proposal.column("Table_Vib_y").board == "Table"


def test_the_bantam_format_is_guessed_as_it_is_described(tmp_path: Path, machine: Machine) -> None:
    folder = write_runs(tmp_path / "runs")
    found = guess([folder]).machine
    assert found is not None
    named = {name for name in machine.side_channels if name in found.columns}
    assert set(found.side_channels) == named
    for name in named:
        assert (found.modality(name), found.board(name), found.role(name)) == (
            *(machine.modality(name), machine.board(name)),
            machine.role(name),
        )
    assert found.target == machine.target
    assert found.time is not None
    assert found.time.column == "t_console"
    assert found.length_unit == "inch"
    answer = {
        "posx",
        "posy",
        "posz",
        "mpox",
        "mpoy",
        "mpoz",
        "line",
        "feed",
        "stat",
        "unit",
        "dist",
        "coor",
        "momo",
    }
    assert {found.role(name) for name in answer} == {"controller"}
    assert {found.role(f"{name}_A") for name in ("spindle", "x_motor")} == {"ignored"}


def test_the_real_runs_are_guessed_as_they_are_described(recordings_dir: Path, machine: Machine) -> None:
    found = guess([recordings_dir]).machine
    assert found is not None
    assert set(found.side_channels) == set(machine.side_channels)
    assert set(found.operations) == set(machine.operations)
    assert found.program_position == machine.program_position
    differs = [
        name
        for name in machine.side_channels
        if machine.board(name)
        and (found.modality(name), found.unit(name), found.board(name), found.role(name))
        != (machine.modality(name), machine.unit(name), machine.board(name), machine.role(name))
    ]
    assert differs == []
    assert {found.role(name) for name in (*machine.controller, *machine.categorical)} == {"controller"}


def test_a_position_under_another_name_is_found_by_its_values(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    path = np.cumsum(rng.normal(0, 1, 400))
    frame = pd.DataFrame({"time": np.arange(400) / 10, "x_pos": path, "foo": 25.4 * path + 3})
    frame["current"] = rng.normal(0, 1, 400)
    frame.to_csv(tmp_path / "a_1.csv", index=False)
    column = guess([tmp_path / "a_1.csv"]).column("foo")
    assert column.role == "controller"
    assert "moves as 'x_pos' does, times 25.4" in column.evidence


def test_corrections_and_what_is_wrong_with_them(tmp_path: Path) -> None:
    proposal = guess([dynamometer(tmp_path / "phm")])
    changes = {
        "column_1": {"modality": "force", "unit": "N", "board": "table", "quantity": "Fx", "scale": 1000.0}
    }
    better = proposal_with(proposal, changes, {"row_period_s": 2e-5, "name": "Lab"})
    assert better.machine is not None
    assert better.machine.unit("table.Fx") == "N"
    assert better.machine.name == "Lab"
    assert better.column("column_1").evidence == "as corrected"
    assert Machine.from_toml(commented_toml(better)) == better.machine
    for change, place in (
        ({"column_1": {"role": "captain"}}, "role"),
        ({"column_1": {"board": "a b"}}, "board"),
        ({"column_1": {"modality": ""}}, "modality"),
        ({"column_2": {"quantity": "column_1"}}, "quantity"),
        ({"column_1": {"role": "time"}, "column_2": {"role": "time"}}, "role"),
        ({"column_1": {"colour": "red"}}, "colour"),
        ({"column_99": {"role": "side"}}, ""),
    ):
        bad = proposal_with(proposal, change)
        assert bad.machine is None
        assert bad.wrong[0].field == place
        assert bad.wrong[0].sentence.endswith(".")
    nothing = proposal_with(proposal, {column.name: {"role": "ignored"} for column in proposal.columns})
    assert "no other side channel" in nothing.wrong[0].sentence
    assert proposal_with(proposal, settings={"row_period_s": -1.0}).wrong[0].field == "row_period_s"


def test_files_of_two_kinds(tmp_path: Path) -> None:
    folder = german(tmp_path / "mixed")
    (dynamometer(tmp_path / "other") / "c_1_001.csv").rename(folder / "z_1.csv")
    problems = guess([folder]).problems
    assert any(
        "of another kind, the first z_1.csv" in sentence and "lacks" in sentence for sentence in problems
    )


def test_nothing_to_describe(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="does not exist"):
        guess([tmp_path / "nowhere"])
    with pytest.raises(RecordingError, match="no table"):
        guess([tmp_path])
    (tmp_path / "a.csv").write_bytes(b"\x89HDF\r\n\x1a\n\x00\x00")
    with pytest.raises(RecordingError, match="HDF5"):
        guess([tmp_path])
    (tmp_path / "a.csv").write_text("")
    with pytest.raises(RecordingError, match="is empty"):
        guess([tmp_path])


def written(folder: Path, columns: dict[str, object], name: str = "a_1.csv") -> Proposal:
    folder.mkdir(exist_ok=True)
    pd.DataFrame(columns).to_csv(folder / name, index=False)
    return guess([folder])


ROWS = 400
NOISE = np.random.default_rng(1).normal(0, 1, ROWS)


def test_the_target_is_what_parses_as_gcode_with_the_number_beside_it(tmp_path: Path) -> None:
    lines = np.arange(ROWS) // 10
    proposal = written(
        tmp_path / "runs",
        {
            "timestamp": 1_700_000_000_000 + np.arange(ROWS) * 100,
            "serial": [f"M{number}" for number in range(ROWS)],
            "activeLine": lines,
            "block": [f"N{10 * line} G1 X{line}" for line in lines],
            "mode": "AUTO",
            "spindleLoad": NOISE,
            "machineX": np.cumsum(NOISE),
        },
    )
    found = {column.name: column.role for column in proposal.columns}
    assert found == {
        "timestamp": "time",
        "serial": "ignored",
        "activeLine": "line number",
        "block": "line text",
        "mode": "ignored",
        "spindleLoad": "side",
        "machineX": "controller",
    }
    assert proposal.settings.time_formats == ("epoch milliseconds",)


def test_a_label_that_stays_the_same_in_a_run_is_no_doubt(tmp_path: Path) -> None:
    for place, label in enumerate(("face", "pocket")):
        proposal = written(
            tmp_path / "runs",
            {"t": np.arange(ROWS) / 4, "current": NOISE + place, "label": label},
            f"r{place}.csv",
        )
    assert proposal.settings.operations == ("face", "pocket")
    assert not any("changes within a run" in sentence for sentence in proposal.problems)
    store = import_runs([tmp_path / "runs"], tmp_path / "store", proposal.machine)
    assert [entry.operation for entry in store.entries] == ["face", "pocket"]


def test_a_place_may_have_two_parts(tmp_path: Path) -> None:
    columns = {"t": np.arange(ROWS) / 4, "axis/X/current": NOISE, "axis/Y/current": -NOISE}
    machine = written(tmp_path / "runs", columns).machine
    assert machine is not None
    assert machine.side_channels == ("axis_X.current", "axis_Y.current")


def test_a_header_behind_the_sign_of_a_comment(tmp_path: Path) -> None:
    table = np.column_stack([np.arange(ROWS) / 100, NOISE, -NOISE])
    np.savetxt(tmp_path / "drill_1.dat", table, fmt="%.4f", header="made by nobody\ntime Fx Fy")
    proposal = guess([tmp_path])
    assert [column.name for column in proposal.columns] == ["time", "Fx", "Fy"]
    run = import_runs([tmp_path], tmp_path / "store", proposal.machine).recording("drill_1")
    np.testing.assert_allclose(run.channel("Fx"), NOISE, atol=1e-4)


def test_a_column_twice_is_said(tmp_path: Path) -> None:
    (tmp_path / "a_1.csv").write_text("time,a,a\n" + "".join(f"{n},{n},{n}\n" for n in range(50)))
    with pytest.raises(RecordingError, match="has the column 'a' twice"):
        guess([tmp_path])


def test_a_corrected_role_brings_what_it_needs(tmp_path: Path) -> None:
    proposal = written(
        tmp_path / "runs",
        {
            "when": pd.date_range("2024-05-01", periods=ROWS, freq="1s").strftime("%d.%m.%Y %H:%M:%S"),
            "current": NOISE,
            "tool": np.arange(ROWS) // 200 + 3,
            "note": [f"n{number % 90}" for number in range(ROWS)],
        },
    )
    assert proposal.column("tool").role == "controller"
    better = proposal_with(proposal, {"tool": {"role": "operation"}})
    assert better.settings.operations == ("3", "4")
    store = import_runs([tmp_path / "runs"], tmp_path / "store", better.machine)
    assert store.entries[0].operation == "3"
    without = proposal_with(proposal, {"when": {"role": "ignored"}})
    assert without.machine is not None
    again = proposal_with(without, {"when": {"role": "time"}})
    assert again.settings.time_formats == ("DD.MM.YYYY HH:MM:SS",)
