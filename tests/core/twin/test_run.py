"""A run as a whole: rows as the controller reports them, sensors that know what they should, faults by switch."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.recordings.health import report
from core.recordings.machine import Machine
from core.recordings.reader import recording_from_frame
from core.recordings.recording import buffering_rows
from core.twin.constants import constants
from core.twin.programs import program_for
from core.twin.run import RunOptions, simulate
from core.twin.session import Faults

PARK = constants().controller.park


def run(operation: str = "pocket", **options: object) -> pd.DataFrame:
    chosen = {"seed": 3, "start": PARK} | options
    return simulate(program_for(operation), RunOptions(**chosen))  # type: ignore[arg-type]


def test_a_run_has_the_published_columns_and_no_other(pocket_run: pd.DataFrame) -> None:
    machine = Machine.bantam()
    assert set(pocket_run.columns) == machine.columns
    assert list(pocket_run.columns[:4]) == ["t_console", "stat", "line", "posx"]
    assert list(pocket_run.columns[-2:]) == ["gcode_line", "gcode_string"]


def test_a_run_has_the_published_columns_in_the_published_order(
    pocket_run: pd.DataFrame, recordings_dir: Path
) -> None:
    real = pd.read_csv(recordings_dir / "face_003_aligned.csv.gz", nrows=2)
    head = list(real.columns[:25])
    assert list(pocket_run.columns[:25]) == head
    assert list(real.columns[25:42]) == [f"y_bed__4.{quantity}" for quantity in Machine.bantam().quantities]


def test_the_reader_finds_buffering_rows_and_nothing_wrong(pocket_run: pd.DataFrame) -> None:
    recording = recording_from_frame(pocket_run, "pocket_001", Machine.bantam())
    assert 7 <= buffering_rows(recording) <= 10
    kinds = {finding.kind for finding in report(recording)}
    assert kinds <= {"buffering", "dead", "clipped"}


def test_rows_come_a_period_apart_and_idle_ones_twice_as_slowly(pocket_run: pd.DataFrame) -> None:
    recording = recording_from_frame(pocket_run, "pocket_001", Machine.bantam())
    steps = np.diff(recording.time_s)
    moving = steps[12:-20]
    assert np.median(moving) == pytest.approx(0.257, abs=0.001)
    assert 0.001 < moving.std() < 0.02
    assert np.median(steps[-8:]) == pytest.approx(0.515, abs=0.003)


def test_the_controller_tells_position_feed_and_end_as_recorded(pocket_run: pd.DataFrame) -> None:
    moving = pocket_run[(pocket_run.gcode_line < pocket_run.gcode_line.max() - 1)].iloc[12:]
    gap = moving[["mpox", "mpoy", "mpoz"]].to_numpy() - 25.4 * moving[["posx", "posy", "posz"]].to_numpy()
    assert np.allclose(gap, constants().controller.work_offset, atol=1e-3)
    last = pocket_run.iloc[-1]
    assert (last.stat, last.unit, last.momo, last.coor, last.feed) == (3, 1, 4, 1, 0)
    assert last.posx == last.mpox
    assert last.gcode_string == "M30"


def test_the_proximity_sensor_that_faces_z_follows_z() -> None:
    for operation in ("adaptive", "pocket", "face"):
        frame = run(operation)
        executed = frame.iloc[12:]
        assert abs(executed["z_gant_1.Proximity"].corr(executed.mpoz)) > 0.9


def test_a_channel_that_knows_nothing_follows_nothing() -> None:
    executed = run("face").iloc[12:-20]
    for axis in ("mpox", "mpoy"):
        assert abs(executed["frame_r1.Az"].corr(executed[axis])) < 0.1
        assert abs(executed["xa_motor.Proximity"].corr(executed[axis])) < 0.1


def test_the_same_seed_makes_the_same_run_and_another_seed_another() -> None:
    pd.testing.assert_frame_equal(run(), run())
    assert not run()["frame_l2.Ax"].equals(run(seed=4)["frame_l2.Ax"])


def test_an_unplugged_board_has_no_columns_and_no_other_channel_changes(pocket_run: pd.DataFrame) -> None:
    frame = run(faults=Faults(unplugged=("frame_b1",)))
    assert not any(column.startswith("frame_b1.") for column in frame)
    pd.testing.assert_frame_equal(frame, pocket_run[list(frame.columns)])


def test_a_frozen_board_stands_still_and_a_stuck_channel_alone() -> None:
    frame = run(faults=Faults(frozen=(("spindle1", 5.0),), stuck=(("frame_l2.RMS", 10.0),)))
    still = frame.iloc[40:].nunique()
    assert (still[[f"spindle1.{quantity}" for quantity in Machine.bantam().quantities]] == 1).all()
    assert still["frame_l2.RMS"] == 1 and still["frame_l2.Ax"] > 20


def test_late_sensors_are_shifted_and_the_controller_is_not(pocket_run: pd.DataFrame) -> None:
    late = run(faults=Faults(lag_s=2.0))
    assert late.mpox.equals(pocket_run.mpox)
    rows = round(2.0 / 0.257)
    name = "z_gant_1.Proximity"
    together = np.corrcoef(late[name].to_numpy()[40:-20], pocket_run[name].to_numpy()[40 - rows : -20 - rows])
    assert together[0, 1] > 0.98


def test_a_second_pass_runs_the_program_again_and_cuts_air() -> None:
    frame = run("face", faults=Faults(passes=2))
    numbers = frame.gcode_line.to_numpy()
    assert (np.diff(numbers) < -20).sum() >= 3
    again = int(np.flatnonzero(np.diff((frame.gcode_string == "M30").astype(int)) == -1)[0])
    middle = again // 2
    assert (
        frame["frame_l2.RMS"][middle : middle + 60].mean()
        > 1.2 * frame["frame_l2.RMS"][again + middle : again + middle + 60].mean()
    )


def test_dropped_rows_are_gone_and_jitter_shakes_the_clock(pocket_run: pd.DataFrame) -> None:
    assert 0.9 < len(run(faults=Faults(dropped=0.05))) / len(pocket_run) < 0.99
    shaken = recording_from_frame(run(faults=Faults(clock_jitter=0.03)), "pocket_001", Machine.bantam())
    assert np.diff(shaken.time_s)[12:-20].std() > 0.015


def test_a_worn_spindle_shakes_and_is_louder() -> None:
    sound, worn = run("face150025"), run("face150025", faults=Faults(worn=True))
    cut = slice(60, 300)
    assert worn["spindle2.Ay"][cut].std() > 1.3 * sound["spindle2.Ay"][cut].std()
    assert worn["frame_l2.RMS"][cut].mean() > 1.1 * sound["frame_l2.RMS"][cut].mean()
    assert worn.mpox.equals(sound.mpox)


def test_an_edited_line_is_what_the_labels_say() -> None:
    edited = run("adaptive", faults=Faults(edited=5))
    changed = set(program_for("adaptive").edited(5).lines) - set(program_for("adaptive").lines)
    assert changed <= set(edited.gcode_string)
