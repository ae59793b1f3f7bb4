from collections import Counter
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from core.recordings.machine import MachineError
from core.recordings.recording import Recording, RecordingError, buffering_mask, buffering_rows, labels
from tests.synthetic import program, run_frame

Make = Callable[..., Recording]


def numbered(make: Make, numbers: list[float]) -> Recording:
    frame = run_frame(rows=len(numbers), buffering=0)
    return make(frame.assign(gcode_line=numbers, gcode_string=[f"X{n}" for n in numbers]))


def test_a_channel_is_found_by_its_name_and_its_copy(recording: Recording) -> None:
    np.testing.assert_array_equal(recording.channel("spindle"), recording.channel("spindle_A"))
    assert recording.channel("frame_l2.Ax").dtype == np.float32


def test_a_channel_that_was_not_recorded_has_no_values(recording: Recording) -> None:
    assert np.isnan(recording.channel("frame_b1.Ax")).all()
    with pytest.raises(MachineError, match="frame_b9"):
        recording.channel("frame_b9.Ax")


def test_windows_end_with_the_run(recording: Recording) -> None:
    assert recording.window(start_row=136).rows == slice(136, 200)
    for start in (-1, 137):
        with pytest.raises(RecordingError, match=rf"face_003 has 200 rows.*{start}"):
            recording.window(start_row=start)


def test_buffering_rows_have_no_label_but_stay_data(recording: Recording) -> None:
    found = labels(recording)
    assert buffering_rows(recording) == 8
    assert found[:8] == [None] * 8
    assert found[8] == program("face")[0]
    assert np.isfinite(recording.channel("frame_l2.Ax")[:8]).all()


def test_the_idle_end_keeps_its_label(recording: Recording) -> None:
    assert labels(recording)[-6:] == ["M30"] * 6


def test_a_run_that_starts_at_once_has_no_buffering(make_recording: Make) -> None:
    assert buffering_rows(numbered(make_recording, [16] * 10 + [17] * 60)) == 0


def test_rows_left_over_from_a_former_run_count_as_buffering(make_recording: Make) -> None:
    numbers = [111] * 14 + [21, 35, 41, *[42] * 6] + list(np.repeat(np.arange(16, 112), 2))
    assert buffering_rows(numbered(make_recording, numbers)) == 23


def test_the_second_run_of_a_program_is_not_buffering_but_its_start_is(make_recording: Make) -> None:
    once = [27, 36, *[42] * 6, *np.repeat(np.arange(16, 112), 2)]
    recording = numbered(make_recording, once * 2)
    assert buffering_rows(recording) == 8
    np.testing.assert_array_equal(np.flatnonzero(buffering_mask(recording)), [*range(8), *range(200, 208)])


def test_a_loop_in_the_program_is_not_buffering(make_recording: Make) -> None:
    assert not buffering_mask(numbered(make_recording, list(range(16, 80)) + list(range(40, 60)) * 3)).any()


def test_without_line_numbers_nothing_is_called_buffering(make_recording: Make) -> None:
    recording = make_recording(run_frame().drop(columns="gcode_line"))
    assert not buffering_mask(recording).any()
    assert None not in labels(recording)


def test_without_labels_no_row_has_one(make_recording: Make) -> None:
    recording = make_recording(run_frame().drop(columns=["gcode_line", "gcode_string"]))
    assert recording.lines is None
    assert set(labels(recording)) == {None}


def test_an_empty_label_is_none(make_recording: Make) -> None:
    frame = run_frame()
    frame.loc[50:52, "gcode_string"] = [np.nan, "", "  "]
    frame.loc[53, "gcode_string"] = "  G1 X1 "
    assert labels(make_recording(frame))[50:54] == [None, None, None, "G1 X1"]


def test_all_missing_line_numbers_are_no_buffering(make_recording: Make) -> None:
    assert not buffering_mask(make_recording(run_frame().assign(gcode_line=np.nan))).any()


def test_buffering_rows_of_the_real_runs(real_runs: dict[str, Recording]) -> None:
    counts = {name: buffering_rows(run) for name, run in real_runs.items()}
    usual = Counter(counts.values())
    assert usual[8] + usual[9] == 111
    unusual = {name: count for name, count in counts.items() if count not in (8, 9)}
    assert unusual == {"adaptive150025_015": 10, "face150025_002": 23, "face_008": 0}
    twice = {name for name, run in real_runs.items() if buffering_mask(run).sum() != counts[name]}
    assert twice == {"face150025_009", "pocket150025_006"}


def test_within_a_program_a_line_number_is_one_line(real_runs: dict[str, Recording]) -> None:
    rows = pd.concat(
        pd.DataFrame(
            {"program": run.machine.programs[run.operation or ""], "n": run.line_numbers, "line": run.lines}
        )
        for run in real_runs.values()
    )
    assert (rows.groupby(["program", "n"])["line"].nunique() == 1).all()
