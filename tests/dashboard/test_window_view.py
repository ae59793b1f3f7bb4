from dataclasses import replace
from itertools import pairwise

import numpy as np

from core.recordings.machine import Machine
from core.recordings.reader import recording_from_frame
from core.recordings.recording import Recording
from dashboard import window_view
from tests.synthetic import FROZEN_FROM, run_frame


def test_the_lane_covers_every_row_once(recording: Recording) -> None:
    window = recording.window(0)
    segments = window_view.lane(window, window_view.true_label(window))
    assert segments[0].first == 0
    assert segments[-1].last == 63
    assert all(one.last + 1 == other.first for one, other in pairwise(segments))
    assert segments[0].kind == "buffering", "buffering rows are not shown as if they were executed"
    assert window_view.first_row(recording, 1000) == segments[0].last + 1


def test_the_label_is_marked_in_the_lane(recording: Recording) -> None:
    window = recording.window(64)
    label = window_view.true_label(window)
    marked = [s for s in window_view.lane(window, label) if s.kind == "label"]
    assert {segment.text for segment in marked} == {label.line}
    assert sum(segment.last - segment.first + 1 for segment in marked) == label.rows


def test_a_run_without_labels_has_an_empty_lane(recording: Recording) -> None:
    window = replace(recording, lines=None, line_numbers=None).window(0)
    label = window_view.true_label(window)
    assert label.line is None
    assert [segment.kind for segment in window_view.lane(window, label)] == ["none"]


def test_the_first_window_of_a_run_that_only_buffers_still_exists(recording: Recording) -> None:
    assert window_view.first_row(recording, 3) == 3


def test_panels_show_the_liveliest_live_channels(recording: Recording) -> None:
    spread = window_view.liveliness(recording)
    assert spread["spindle1.Ax"] < spread["spindle2.Ax"], "a frozen board does not count as lively"
    panel = window_view.panels(recording.window(64), spread, ["accelerometer_x"])[0]
    assert panel.unit == "g"
    assert "spindle1.Ax" not in panel.channels
    assert spread[panel.channels[0]] == max(spread[name] for name in panel.channels)
    values = recording.matrix(panel.channels)[64:128]
    step = float(np.ptp(values)) / 500
    assert panel.low - step <= values.min() and values.max() <= panel.high + step


def test_small_signals_keep_their_shape(recording: Recording) -> None:
    window = recording.window(64)
    panel = window_view.panels(window, window_view.liveliness(recording), ["motor_current"])[0]
    frame = window_view.trace_frame(window, [panel], window_view.lane(window, window_view.true_label(window)))
    exact = recording.channel(panel.channels[0])[64:128]
    assert np.abs(frame[panel.channels[0]] - exact).max() < np.ptp(exact) / 500


def test_a_modality_that_is_silent_here_keeps_an_empty_panel() -> None:
    frame = run_frame("face", 120, boards=("frame_l2",), frozen=())
    frame.loc[40:, "frame_l2.RMS"] = np.nan
    recording = recording_from_frame(frame, "face_001", Machine.bantam())
    window = recording.window(50)
    panel = window_view.panels(window, window_view.liveliness(recording), ["sound"])[0]
    assert (panel.channels, panel.unit) == ((), "level")


def test_frozen_values_are_not_drawn(recording: Recording) -> None:
    window = recording.window(0)
    label = window_view.true_label(window)
    panel = window_view.Panel("accelerometer_x", "g", ("spindle1.Ax",), ("spindle1",), 0, 0, 1)
    frame = window_view.trace_frame(window, [panel], window_view.lane(window, label))
    assert frame["spindle1 Ax"].notna().sum() == FROZEN_FROM + 1
    assert frame["row"].tolist() == list(range(64))
    assert frame["line"].notna().all()


def test_main_modalities_leave_the_weather_out(recording: Recording) -> None:
    felt = window_view.felt_modalities(recording, window_view.liveliness(recording))
    assert "temperature" in felt
    main = window_view.main_modalities(recording, felt)
    assert "proximity" in main
    assert not {"pressure", "temperature", "position"} & set(main)


def test_what_is_absent_is_told_by_board(recording: Recording) -> None:
    wanted = recording.machine.side_channels
    found = window_view.absent(recording.window(64), wanted)
    assert found.frozen == ("spindle1",)
    assert "frame_r1" in found.missing
    assert not set(found.missing) & {"frame_l2", "spindle2", "spindle1"}
    assert 0 < found.live < found.wanted == len(wanted)


def test_nothing_is_absent_where_all_is_live(recording: Recording) -> None:
    found = window_view.absent(recording.window(64), ("spindle2.Ax", "spindle"))
    assert (found.missing, found.frozen, found.other_channels, found.live) == ((), (), (), 2)
