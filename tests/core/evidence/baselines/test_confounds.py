from collections.abc import Callable

import numpy as np

from core.evidence.baselines.confounds import ambient_answers, presence_answers, window_means
from core.recordings.machine import Machine
from core.recordings.recording import Recording
from core.recordings.windows import Windows

Make = Callable[..., Windows]


def _recording(name: str, pressure: float) -> Recording:
    machine = Machine.bantam()
    rows = np.arange(160)
    values = np.column_stack([pressure + rows * 1e-3, 20 + rows * 1e-3, rows]).astype(np.float32)
    return Recording(
        name=name,
        operation=None,
        machine=machine,
        time_s=rows * 0.257,
        channels=("frame_l1.Pressure", "frame_l1.Temperature", "frame_l1.Proximity"),
        values=values,
        lines=None,
        line_numbers=None,
        codes={},
    )


def test_presence_alone_tells_operations_that_differ_in_their_boards(make_windows: Make) -> None:
    present = np.array([[1, 1, 0], [0, 1, 1]], bool)
    operations = [0, 1] * 20
    train = make_windows(["M30"] * 40, operations=operations, present=present[operations])
    test = make_windows(["M30"] * 2, operations=[0, 1], present=present)
    answers = presence_answers(train, test, 5)
    assert answers.operation is not None
    assert answers.operation.shape == (2, 5)
    assert answers.operation.argmax(axis=1).tolist() == [0, 1]


def test_presence_learns_from_labelled_windows_alone(make_windows: Make) -> None:
    present = np.array([[1, 0, 0]] * 30, bool)
    train = make_windows(["M30"] * 10 + [""] * 20, operations=[0] * 10 + [1] * 20, present=present)
    answers = presence_answers(train, train, 2)
    assert answers.operation is not None
    assert answers.operation.argmax(axis=1).tolist() == [0] * 30


def test_ambient_sees_the_weather_of_the_recording(make_windows: Make) -> None:
    recordings = {f"r{i}": _recording(f"r{i}", 100.0 + i % 2) for i in range(6)}
    names = np.repeat(list(recordings), 4)
    operations = [int(name[1:]) % 2 for name in names]
    windows = make_windows(["M30"] * 24, runs=names, operations=operations, start_rows=[0, 16, 32, 48] * 6)
    machine = Machine.bantam()
    answers = ambient_answers(windows.take(slice(16)), windows, machine, recordings.__getitem__, 2)
    assert answers.operation is not None
    assert answers.operation.argmax(axis=1).tolist() == operations


def test_window_means_are_of_the_window_and_missing_where_not_live(make_windows: Make) -> None:
    windows = make_windows(["M30", "M30"], runs=["r", "r"], start_rows=[0, 96])
    means = window_means(
        windows, lambda name: _recording(name, 100.0), ("frame_l1.Proximity", "frame_l2.Pressure")
    )
    assert means[:, 0].tolist() == [31.5, 127.5]
    assert np.isnan(means[:, 1]).all()
