from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.errors import ToolmarkError
from core.recordings.inputs import inputs_for
from core.recordings.machine import Machine
from core.recordings.reader import read_recording
from core.recordings.store import Store
from core.twin.demo import demo_fleet, make_demo
from core.twin.fleet import Fleet, frames, recordings, twin_machine, windows, write
from core.twin.session import RECORDED, FaultRates

TWO = ("pocket", "damagepocket")
DEMO = Path(__file__).parents[3] / "assets" / "demo.toml"


def test_a_fleet_is_written_in_the_published_format_with_its_machine_file(tmp_path: Path) -> None:
    paths = list(write(Fleet(1, operations=TWO), tmp_path / "runs"))
    assert [path.name for path in paths] == [
        "pocket_001_aligned.csv.gz",
        "damagepocket_001_aligned.csv.gz",
    ]
    machine = Machine.load(tmp_path / "runs" / "machine.toml")
    assert machine.simulated and machine.side_channels == Machine.bantam().side_channels
    run = read_recording(paths[1], machine)
    assert (run.operation, run.unknown_columns) == ("damagepocket", ())


def test_the_same_seed_writes_the_same_bytes_and_another_seed_does_not(tmp_path: Path) -> None:
    first, again, other = (
        [path.read_bytes() for path in write(Fleet(1, seed, ("pocket",)), tmp_path / folder)]
        for folder, seed in (("a", 5), ("b", 5), ("c", 6))
    )
    assert first == again != other


def test_a_run_is_the_same_whichever_others_are_made() -> None:
    alone = dict(frames(Fleet(2, operations=TWO, only=("pocket_002",))))
    among = dict(frames(Fleet(2, operations=TWO)))
    assert list(alone) == ["pocket_002"]
    pd.testing.assert_frame_equal(alone["pocket_002"], among["pocket_002"])


def test_other_files_are_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ToolmarkError, match="is not empty"):
        list(write(Fleet(1, operations=("pocket",)), tmp_path))


def test_a_writing_goes_on_and_can_be_added_to_with_the_same_settings_alone(tmp_path: Path) -> None:
    folder = tmp_path / "runs"
    (first,) = write(Fleet(1, operations=("pocket",)), folder)
    stamp = first.stat().st_mtime_ns
    assert len(list(write(Fleet(2, operations=("pocket",)), folder))) == 2
    assert first.stat().st_mtime_ns == stamp
    with pytest.raises(ToolmarkError, match="other settings"):
        list(write(Fleet(2, seed=1, operations=("pocket",)), folder))


def test_shared_days_tell_nothing_and_days_by_operation_tell_the_operation() -> None:
    def pressures(days: str) -> dict[str, float]:
        made = Fleet(2, operations=("pocket", "adaptive"), days=days)  # type: ignore[arg-type]
        return {name: frame["frame_r2.Pressure"].median() for name, frame in frames(made)}

    shared, apart = pressures("shared"), pressures("by-operation")
    assert shared["pocket_001"] == pytest.approx(shared["adaptive_001"], abs=0.11)
    assert shared["pocket_001"] != pytest.approx(shared["pocket_002"], abs=0.11)
    assert apart["pocket_001"] == pytest.approx(apart["pocket_002"], abs=0.11)
    assert apart["pocket_001"] != pytest.approx(apart["adaptive_001"], abs=0.11)


def test_varied_runs_execute_programs_of_their_own() -> None:
    made = dict(frames(Fleet(2, operations=("pocket",), varied=True)))
    assert set(made["pocket_001"].gcode_string) != set(made["pocket_002"].gcode_string)


def test_faults_occur_as_often_as_they_are_asked_for() -> None:
    fleet = Fleet(40, rates=FaultRates(unplugged=0.25, frozen=0.1))
    faults = [options.faults for _, _, options in fleet.plan()]
    n = 16 * len(faults)
    assert sum(len(each.unplugged) for each in faults) / n == pytest.approx(0.25, abs=0.02)
    assert sum(len(each.frozen) for each in faults) / n == pytest.approx(0.1, abs=0.02)
    assert {each.worn for each in faults} == {False, True}


@pytest.mark.parametrize("wrong", ["frozen", "frozen=2", "melted=0.1", "frozen=often"])
def test_a_wrong_fault_is_named_with_the_right_ones(wrong: str) -> None:
    with pytest.raises(ToolmarkError, match="unplugged, frozen, stuck"):
        FaultRates.parse([wrong])


def test_the_recorded_rates_can_be_asked_for_and_changed() -> None:
    assert FaultRates.parse(["recorded"]) == RECORDED
    assert FaultRates.parse(["recorded", "lag=0"]).lag == 0.0


def test_windows_are_streamed_run_by_run() -> None:
    spec = inputs_for("run", twin_machine())
    parts = windows(Fleet(1000, operations=("pocket",)), spec)
    first, second = next(parts), next(parts)
    assert len(set(first.run.tolist())) == 1
    assert first.run[0] != second.run[0]
    assert first.continuous.shape[1:] == (64, len(spec.channels))


def test_a_recording_needs_no_file(tmp_path: Path) -> None:
    fleet = Fleet(1, operations=("pocket",))
    made = next(recordings(fleet))
    read = read_recording(next(write(fleet, tmp_path / "runs")), twin_machine())
    np.testing.assert_array_equal(made.values, read.values)
    assert made.lines == read.lines


def test_the_demo_is_made_once_and_holds_what_its_file_says(tmp_path: Path) -> None:
    described = tmp_path / "demo.toml"
    described.write_text('runs = 3\nseed = 1\nfaults = ["frozen=0.1"]\nonly = ["pocket_002", "pocket_003"]\n')
    store = make_demo(described, tmp_path / "demo")
    assert store.names == ("pocket_002", "pocket_003")
    stamps = {file: file.stat().st_mtime_ns for file in (tmp_path / "demo").rglob("*.*")}
    assert make_demo(described, tmp_path / "demo").digest == store.digest
    assert stamps == {file: file.stat().st_mtime_ns for file in (tmp_path / "demo").rglob("*.*")}
    assert Store.open(tmp_path / "demo").machine.simulated


def test_the_demo_that_is_shipped_can_be_made() -> None:
    fleet = demo_fleet(DEMO)
    assert len(fleet) == 18
    assert {name.rsplit("_", 1)[0] for name in fleet.only} == set(Machine.bantam().operations)


def test_a_demo_of_runs_that_there_are_not_is_refused(tmp_path: Path) -> None:
    described = tmp_path / "demo.toml"
    described.write_text('runs = 3\nseed = 1\nfaults = []\nonly = ["pocket_009"]\n')
    with pytest.raises(ToolmarkError, match="no run 'pocket_009'"):
        demo_fleet(described)
