import pytest

from core.recordings.recording import Recording
from core.recordings.traces import Traces
from dashboard.shown_channels import MOST, liveliest, main_channels, note, shown, state


@pytest.fixture
def traces(recording: Recording) -> Traces:
    return Traces.of(recording)


def test_names_stand_for_channels(traces: Traces) -> None:
    assert shown(traces, ("x_motor_A", "spindle")).channels == ("x_motor", "spindle")
    assert len(shown(traces, ("frame_l2",)).channels) == 17
    proximity = shown(traces, ("proximity",)).channels
    assert proximity == tuple(liveliest(traces, "proximity")[:3])
    assert "spindle1.Proximity" not in proximity[:1], "a frozen board comes last"
    assert shown(traces, (" rms( spindle , 8 )",)).channels == ("rms(spindle,8)",)


def test_nothing_chosen_shows_the_main_channels_and_pinned_ones_come_first(traces: Traces) -> None:
    main = tuple(main_channels(traces))
    assert shown(traces, ()).channels == main
    assert len({traces.machine.modality(name) for name in main}) == len(main)
    assert not {"pressure", "temperature"} & {traces.machine.modality(name) for name in main}
    assert shown(traces, ("x_motor",), pinned=("spindle", "gone")).channels == ("spindle", "x_motor")


def test_what_is_not_there_is_told(traces: Traces) -> None:
    found = shown(traces, ("nonsense", "rms(spindle)", "minus(spindle,frame_l2.Ax)"))
    assert found.unknown == ("nonsense",)
    assert len(found.problems) == 2
    assert found.channels == tuple(main_channels(traces)), "a dead link still shows something"
    many = shown(traces, tuple(traces.machine.board_channels))
    assert (len(many.channels), many.left_out > 0) == (MOST, True)


def test_states(traces: Traces) -> None:
    assert state(traces, "spindle") == "live"
    assert state(traces, "spindle1.Ax") == "frozen"
    assert state(traces, "xa_motor.Ax") == "missing"
    assert state(traces, "diff(xa_motor.Ax)") == "missing"
    assert note(traces, "spindle1.Ax") == f"g · frozen at {traces.frozen['spindle1']}"
