from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.recordings.inputs import InputSpec, inputs_for, prepare, read_channels
from core.recordings.machine import Machine, MachineError
from core.recordings.recording import Recording, RecordingError
from tests.synthetic import run_frame

Make = Callable[..., Recording]
ANSWERS = [
    "gcode_line",
    "gcode_string",
    "line",
    "posx",
    "posy",
    "posz",
    "mpox",
    "mpoy",
    "mpoz",
    "vel",
    "feed",
]
STATUS = ["stat", "unit", "dist", "coor", "momo", "plane", "raw_json"]


@pytest.mark.parametrize(
    ("protocol", "count"), [("seed", 279), ("run", 276), ("blind", 244), ("program", 244)]
)
def test_the_protocols_channels(machine: Machine, protocol: str, count: int) -> None:
    assert len(inputs_for(protocol, machine).channels) == count


@pytest.mark.parametrize("protocol", ["run", "blind", "program"])
def test_the_answer_is_no_input(machine: Machine, protocol: str) -> None:
    spec = inputs_for(protocol, machine)
    assert not {"mpox", "mpoy", "mpoz"} & set(spec.channels)
    assert spec.categorical == ()
    assert spec.mask_frozen
    assert spec.remove_run_offset


def test_blind_does_not_see_the_weather_or_the_boards(machine: Machine) -> None:
    spec = inputs_for("blind", machine)
    assert not machine.resolve(["pressure", "temperature"]) & set(spec.channels)
    assert spec.hide_presence
    assert not inputs_for("run", machine).hide_presence


def test_the_seed_sees_what_the_publication_saw(machine: Machine, reference_dir: Path) -> None:
    spec = inputs_for("seed", machine, read_channels(reference_dir / "channels_155.txt", machine))
    assert len(spec.channels) == 155
    assert {"mpox", "mpoy", "mpoz", "spindle_A"} <= set(spec.channels)
    assert spec.categorical == ("stat", "unit", "dist", "coor")
    assert not spec.mask_frozen
    assert not spec.remove_run_offset


def test_an_unknown_protocol_or_channel(machine: Machine) -> None:
    with pytest.raises(
        RecordingError, match="'sead' is no protocol: choose one of seed, run, blind, program"
    ):
        inputs_for("sead", machine)
    with pytest.raises(MachineError, match="frame_l9"):
        inputs_for("run", machine, ["frame_l9.Ax"])


def test_a_spec_survives_json(machine: Machine) -> None:
    for protocol in ("seed", "run", "blind"):
        spec = inputs_for(protocol, machine)
        assert InputSpec.from_json(spec.to_json()) == spec
    with pytest.raises(RecordingError):
        InputSpec.from_json({"channels": ["a"]})


def test_a_channel_list_names_the_bad_line(tmp_path: Path, machine: Machine) -> None:
    (tmp_path / "list.txt").write_text("\ufeffspindle\n\nframe_l2.Ax\r\nspindle\nbogus\n", encoding="utf-8")
    with pytest.raises(RecordingError, match=r"list.txt, line 5: .*'bogus'"):
        read_channels(tmp_path / "list.txt", machine)
    (tmp_path / "list.txt").write_text("spindle\nframe_l2.Ax\nspindle\n")
    assert read_channels(tmp_path / "list.txt", machine) == ("spindle", "frame_l2.Ax")
    (tmp_path / "list.txt").write_text("\n")
    with pytest.raises(RecordingError, match="empty"):
        read_channels(tmp_path / "list.txt", machine)
    with pytest.raises(RecordingError, match="cannot be read"):
        read_channels(tmp_path / "none.txt", machine)


@pytest.mark.parametrize("protocol", ["run", "blind"])
def test_target_and_controller_columns_change_nothing(
    make_recording: Make, machine: Machine, protocol: str
) -> None:
    frame = run_frame()
    whole = prepare(make_recording(frame), inputs_for(protocol, machine))
    bare = prepare(make_recording(frame.drop(columns=[*ANSWERS, *STATUS])), inputs_for(protocol, machine))
    for one, other in zip(whole, bare, strict=True):
        np.testing.assert_array_equal(one, other)


def test_absent_values_are_exactly_zero(recording: Recording, machine: Machine) -> None:
    prepared = prepare(recording, inputs_for("run", machine))
    assert np.isfinite(prepared.values).all()
    assert (prepared.values[~prepared.live] == 0).all()
    assert prepared.values.dtype == np.float32


def test_a_frozen_board_gives_no_constant(recording: Recording) -> None:
    channels = ("spindle1.Ax",)
    assert (prepare(recording, InputSpec(channels)).values[6:] == 0).all()
    kept = prepare(recording, InputSpec(channels, mask_frozen=False, remove_run_offset=False))
    assert kept.live.all()
    assert (kept.values[6:] == recording.channel("spindle1.Ax")[6]).all()


def test_the_offset_of_the_run_is_gone(make_recording: Make) -> None:
    spec = InputSpec(("frame_l2.Pressure", "frame_l2.Mx", "spindle"))
    frame = run_frame()
    before = prepare(make_recording(frame), spec).values
    np.testing.assert_allclose(np.median(before, axis=0), 0, atol=1e-5)
    after = prepare(make_recording(frame.assign(**{"frame_l2.Mx": frame["frame_l2.Mx"] + 500})), spec).values
    np.testing.assert_allclose(before, after, atol=1e-3)


def test_the_offset_is_that_of_the_live_rows(make_recording: Make) -> None:
    frame = run_frame(rows=101)
    frame.loc[:, "spindle1.Mx"] = [100.0, 200.0, 300.0, *([300.0] * 98)]
    frame.loc[:, "spindle"] = [*([np.nan] * 60), *([1.0] * 20), *([3.0] * 21)]
    values = prepare(make_recording(frame), InputSpec(("spindle1.Mx", "spindle"))).values
    np.testing.assert_array_equal(values[:4, 0], [-200, -100, 0, 0])
    np.testing.assert_array_equal(values[[0, 59, 60, 100], 1], [0, 0, -2, 0])


def test_a_short_hole_is_filled_and_a_long_one_is_absent(make_recording: Make) -> None:
    frame = run_frame()
    frame["spindle"] = np.arange(200.0)
    for first, last in ((0, 2), (50, 57), (100, 108), (198, 199)):
        frame.loc[first:last, "spindle"] = np.nan
    spec = InputSpec(("spindle",), remove_run_offset=False)
    values, live, _ = prepare(make_recording(frame), spec)
    np.testing.assert_allclose(values[50:58, 0], np.arange(50, 58))
    np.testing.assert_array_equal(values[:3, 0], [3, 3, 3])
    np.testing.assert_array_equal(values[198:, 0], [197, 197])
    np.testing.assert_array_equal(np.flatnonzero(~live), range(100, 109))
    assert (values[100:109] == 0).all()


def test_a_hole_in_a_frozen_board_stays_absent(make_recording: Make) -> None:
    frame = run_frame()
    frame.loc[4:8, "spindle1.Ax"] = np.nan
    live = prepare(make_recording(frame), InputSpec(("spindle1.Ax",))).live[:, 0]
    # row 9, where the value comes back, is the board's last change
    np.testing.assert_array_equal(live, np.arange(200) <= 9)


def test_status_codes_become_indices(make_recording: Make, machine: Machine) -> None:
    frame = run_frame()
    frame.loc[0, "stat"] = 4
    frame.loc[1, "stat"] = 99
    codes = prepare(make_recording(frame), inputs_for("seed", machine)).categorical
    assert codes.shape == (200, 4)
    np.testing.assert_array_equal(codes[:3, 0], [1, 0, 2])
    np.testing.assert_array_equal(codes[0, 1:], [0, 0, 0])
    np.testing.assert_array_equal(codes[-1, 1:], [1, 0, 0])
    assert not prepare(make_recording(frame), inputs_for("run", machine)).categorical.any()
