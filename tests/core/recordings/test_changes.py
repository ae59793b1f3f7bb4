from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.recordings.changes import MOST, Addition, Change, ChangeError, parse
from core.recordings.inputs import Prepared, inputs_for, prepare
from core.recordings.recording import Recording, RecordingError
from tests.core.recordings.made_runs import CHANNELS, MILL

NAMES = st.text(min_size=1, max_size=20)
AMOUNTS = st.floats(min_value=0, max_value=MOST, allow_nan=False)
SEEDS = st.integers(0, 10**6)
ADDITIONS = st.one_of(
    st.builds(Addition, st.just("noise"), NAMES, AMOUNTS, st.booleans(), SEEDS),
    st.builds(Addition, st.just("offset"), NAMES, st.floats(-MOST, MOST), st.booleans()),
)


@given(st.builds(Change, st.integers(-(10**6), 10**6), st.lists(ADDITIONS, max_size=4).map(tuple)))
def test_a_written_change_is_read_back(change: Change) -> None:
    assert parse(change.text) == change
    assert bool(change) == bool(change.text)


@pytest.mark.parametrize(
    "text",
    ["noise", "noise(a,-1,0)", "offset(a,nan)", "offset(a,inf)", "shift(x)", "what(a,1)", "offset(a,1e99)"],
)
def test_what_is_no_change_is_named(text: str) -> None:
    with pytest.raises(ChangeError, match="“"):
        parse(f"shift(1);{text}")


@given(st.text(max_size=40))
def test_any_text_is_a_change_or_a_sentence(text: str) -> None:
    try:
        parse(text)
    except ChangeError as error:
        assert str(error).endswith(".")


def test_one_addition_of_a_kind_to_a_name() -> None:
    change = Change().having(Addition("noise", "a", 1.0)).having(Addition("offset", "a", 2.0))
    change = change.having(Addition("noise", "a", 3.0))
    assert [(each.kind, each.amount) for each in change.additions] == [("offset", 2.0), ("noise", 3.0)]
    assert not change.having(Addition("noise", "a", 0.0)).having(Addition("offset", "a", 0.0))


@pytest.fixture(scope="module")
def made() -> Recording:
    values = np.random.default_rng(3).normal(size=(120, 4)).astype(np.float32)
    return Recording("face_001", "face", MILL, np.arange(120) / 4, CHANNELS, values, None, None, {})


def added(recording: Recording, text: str) -> tuple[Prepared, np.ndarray, tuple[str, ...]]:
    spec = inputs_for("run", MILL)
    prepared = prepare(recording, spec)
    return (
        prepared,
        parse(text).added(prepared, slice(10, 74), spec.channels, recording.machine),
        spec.channels,
    )


def test_an_offset_lies_on_live_values_of_its_channels_alone(made: Recording) -> None:
    prepared, values, channels = added(made, "offset(motor_current,2.5)")
    touched = [made.machine.modality(name) == "motor_current" for name in channels]
    live = prepared.live[10:74]
    assert (values[:, touched] == 2.5 * live[:, touched]).all()
    assert not values[:, ~np.array(touched)].any()


def test_noise_is_seeded_and_of_the_size_asked_for(made: Recording) -> None:
    prepared, first, channels = added(made, "noise(x_motor,2sd,5)")
    column = channels.index("x_motor")
    assert (first == added(made, "noise(x_motor,2sd,5)")[1]).all()
    assert (first != added(made, "noise(x_motor,2sd,6)")[1]).any()
    beside = added(made, "noise(motor_current,2sd,5)")[1]
    assert (first[:, column] == beside[:, column]).all(), "whatever else is changed"
    spread = prepared.values[:, column][prepared.live[:, column]].std()
    assert first[:, column].std() == pytest.approx(2 * spread, rel=0.4)


def test_a_name_that_means_nothing_here_is_told(made: Recording) -> None:
    with pytest.raises(ChangeError, match="does not read"):
        added(made, "offset(position,1)")


def test_units_are_not_mixed(made: Recording) -> None:
    with pytest.raises(ChangeError, match="different units"):
        added(made, "offset(frame_l2,1)")
    assert added(made, "offset(frame_l2,1sd)")[1].any()


def test_a_window_is_moved_within_its_run(made: Recording) -> None:
    window = made.window(10)
    assert Change(shift=-3).moved(window).start_row == 7
    with pytest.raises(RecordingError, match="cannot start"):
        replace(Change(), shift=-11).moved(window)
