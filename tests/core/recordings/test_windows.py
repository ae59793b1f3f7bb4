from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.recordings.inputs import InputSpec, inputs_for, prepare
from core.recordings.machine import Machine
from core.recordings.recording import Recording, RecordingError, labels
from core.recordings.windows import Windows, concat, cut_runs, cut_windows, window_label
from tests.synthetic import run_frame

Make = Callable[..., Recording]
SPEC = InputSpec(("frame_l2.Ax", "spindle1.Ax", "frame_b1.Ax", "spindle"))


class Lengths:
    """A token scheme for tests: a line's length, then 2."""

    def encode_batch(self, lines: Sequence[str]) -> NDArray[np.int64]:
        return np.array([[len(line), 2, 0] for line in lines], dtype=np.int64).reshape(-1, 3)


@pytest.fixture(scope="module")
def windows(recording: Recording) -> Windows:
    return cut_windows(recording, SPEC)


@pytest.mark.parametrize(
    ("lines", "label", "rows", "tied", "near"),
    [
        (["a", "b", "b"], "b", 2, False, ("b", "a")),
        (["a", "b"], "a", 1, True, ("a", "b")),
        (["b", "a", "a", "b", "c"], "b", 2, True, ("b", "a", "c")),
        (["a", "a", "a", "b"], "a", 3, False, ("a",)),
        ([None, None, "z"], "z", 1, False, ("z",)),
        ([None, None], None, 0, False, ()),
        ([], None, 0, False, ()),
    ],
)
def test_the_label_of_a_window(
    lines: list[str | None], label: str | None, rows: int, tied: bool, near: tuple[str, ...]
) -> None:
    assert window_label(lines) == (label, rows, tied, near)


@settings(deadline=None, max_examples=200)
@given(st.lists(st.sampled_from(["a", "b", "c", "d", None]), max_size=12))
def test_the_label_is_the_first_of_the_most_frequent(lines: list[str | None]) -> None:
    label, rows, tied, near = window_label(lines)
    known = [line for line in lines if line is not None]
    counts = {line: known.count(line) for line in known}
    top = max(counts.values(), default=0)
    assert rows == top
    assert label == next((line for line in known if counts[line] == top), None)
    assert tied == (list(counts.values()).count(top) > 1)
    assert set(near) == {line for line in counts if counts[line] >= top - 1}


def test_the_published_shapes(recording: Recording, machine: Machine) -> None:
    windows = cut_windows(recording, inputs_for("seed", machine))
    assert windows.continuous.shape == (9, 64, 279)
    assert windows.continuous.dtype == np.float32
    assert (windows.categorical.shape, windows.categorical.dtype) == ((9, 64, 4), np.int64)
    assert (windows.tokens.shape, windows.tokens.dtype) == ((9, 7), np.int64)
    assert (windows.operation_type == machine.operations.index("face")).all()
    assert windows.present.shape == (9, 279)
    assert set(windows.run) == {"face_003"}
    assert len(windows) == 9


def test_a_window_is_its_rows(recording: Recording, windows: Windows) -> None:
    prepared = prepare(recording, SPEC)
    lines = labels(recording)
    for place, start in enumerate(range(0, 200 - 63, 16)):
        assert windows.start_row[place] == start
        np.testing.assert_array_equal(windows.continuous[place], prepared.values[start : start + 64])
        expected = window_label(lines[start : start + 64])
        assert windows.gcode[place] == expected.line
        assert windows.near[place] == "\n".join(expected.near)
        assert (windows.top_rows[place], windows.tied[place]) == (expected.rows, expected.tied)


def test_presence_is_of_the_whole_window(windows: Windows) -> None:
    # recorded; frozen after a few rows; not recorded; electrical
    np.testing.assert_array_equal(windows.present[0], [True, False, False, True])


def test_buffering_rows_are_in_the_window_but_not_in_its_label(make_recording: Make) -> None:
    frame = run_frame("pocket", rows=64, buffering=30)
    wrong = frame["gcode_string"].iloc[29]
    assert frame["gcode_string"].value_counts().index[0] == wrong
    windows = cut_windows(make_recording(frame), SPEC)
    assert windows.gcode[0] != wrong
    assert windows.continuous[0, :30, 0].any()


def test_a_window_without_labels(make_recording: Make) -> None:
    windows = cut_windows(make_recording(run_frame().drop(columns="gcode_string")), SPEC)
    assert set(windows.gcode) == {""}
    assert not windows.labelled.any()
    assert windows.with_tokens(Lengths()).tokens.shape[0] == 9


def test_an_unknown_operation_is_minus_one(make_recording: Make) -> None:
    assert (cut_windows(make_recording(run_frame(), name="drill_001"), SPEC).operation_type == -1).all()


def test_tokens_come_from_the_labels(windows: Windows) -> None:
    tokens = windows.with_tokens(Lengths()).tokens
    np.testing.assert_array_equal(tokens[:, 0], [len(line) for line in windows.gcode])
    assert not windows.tokens.any()


def test_a_short_run_gives_no_window(make_recording: Make) -> None:
    short, long = make_recording(run_frame(rows=63)), make_recording(run_frame(rows=64), name="face_002")
    with pytest.raises(RecordingError, match="face_001 has 63 rows; record at least 64"):
        cut_windows(short, SPEC)
    assert set(cut_runs([short, long], SPEC).run) == {"face_002"}
    with pytest.raises(RecordingError, match="there is no run"):
        cut_runs([], SPEC)


def test_stride_and_length(recording: Recording) -> None:
    windows = cut_windows(recording, SPEC, length=32, stride=4)
    assert windows.continuous.shape[:2] == ((200 - 32) // 4 + 1, 32)


def test_take_and_concat(windows: Windows) -> None:
    again = concat([windows.take(np.array([0, 1])), windows.take(windows.start_row >= 32)])
    np.testing.assert_array_equal(again.continuous, windows.continuous)
    np.testing.assert_array_equal(again.gcode, windows.gcode)
    assert np.shares_memory(windows.take(slice(2, 4)).continuous, windows.continuous)


def test_windows_of_other_channels_do_not_mix(recording: Recording, windows: Windows) -> None:
    with pytest.raises(RecordingError, match="different channels"):
        concat([windows, cut_windows(recording, InputSpec(("spindle",)))])


def test_each_run_is_told(recording: Recording) -> None:
    told: list[str] = []
    cut_runs([recording], SPEC, progress=told.append)
    assert told == ["face_003"]


@pytest.fixture(scope="module")
def real_windows(real_runs: dict[str, Recording]) -> Windows:
    return cut_runs(real_runs.values(), InputSpec(("spindle",)))


def test_the_real_windows(real_windows: Windows, machine: Machine) -> None:
    assert len(real_windows) == 3396
    assert real_windows.labelled.all()
    assert real_windows.tied.mean() == pytest.approx(0.307, abs=0.001)
    tied = {
        operation: real_windows.tied[real_windows.operation_type == number].mean()
        for number, operation in enumerate(machine.operations)
    }
    assert tied["adaptive"] == pytest.approx(0.817, abs=0.001)
    assert tied["pocket"] == pytest.approx(0.804, abs=0.001)
    assert real_windows.top_rows.mean() / 64 == pytest.approx(0.315, abs=0.001)
    near = np.array([line.count("\n") > 0 for line in real_windows.near])
    assert near.mean() == pytest.approx(0.481, abs=0.001)
