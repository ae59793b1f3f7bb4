"""Derived channels: what they are called, what they are worth, and that a part is as in the whole."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.errors import ToolmarkError
from core.recordings.derived import (
    Derived,
    DerivedError,
    compute,
    is_derived,
    of_rows,
    parse,
    split_names,
)
from core.recordings.machine import Machine
from core.recordings.moving import BandError, band_taps
from core.recordings.recording import Recording
from core.recordings.traces import OpenColumns

MILL = Machine.bantam()
AX = "frame_l2.Ax"
RATE = 4.0
TEXTS = (
    f"diff({AX})",
    f"rms({AX},7)",
    f"mean({AX},12)",
    f"std({AX},6)",
    f"band({AX},0.4,1.2)",
    f"band({AX},0,1)",
    "minus(x_motor,y_motor)",
    f"rms(diff({AX}),5)",
    f"minus(mean({AX},8),mean({AX},3))",
)


def recording_of(values: NDArray[np.float32], time_s: NDArray[np.float64]) -> Recording:
    return Recording("made", None, MILL, time_s, (AX, "x_motor", "y_motor"), values, None, None, {})


def part_of(derived: Derived, run: Recording, first: int, last: int) -> NDArray[np.float32]:
    return of_rows(derived, OpenColumns(run), run.time_s, RATE, (first, last))


def whole_of(derived: Derived, run: Recording) -> NDArray[np.float32]:
    return part_of(derived, run, 0, run.n_rows - 1)


@st.composite
def runs(draw: st.DrawFn) -> Recording:
    """Runs with holes and gaps of the clock, of a large level or of none."""
    rows = draw(st.integers(2, 160))
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    values = rng.normal(draw(st.sampled_from([0.0, 1000.0])), 1, (rows, 3)).astype(np.float32)
    values[rng.random((rows, 3)) < draw(st.sampled_from([0.0, 0.02, 0.3]))] = np.nan
    steps = np.where(rng.random(rows) < draw(st.sampled_from([0.0, 0.02])), 5.0, 0.25)
    return recording_of(values, np.cumsum(steps))


@settings(max_examples=150, deadline=None)
@given(runs(), st.sampled_from(TEXTS), st.data())
def test_a_range_is_as_in_the_whole_run(run: Recording, text: str, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, run.n_rows - 1))
    last = data.draw(st.integers(first, run.n_rows - 1))
    derived = parse(text, MILL)
    whole = whole_of(derived, run)
    part = part_of(derived, run, first, last)
    assert part.dtype == np.float32
    np.testing.assert_allclose(part, whole[first : last + 1], rtol=1e-5, atol=1e-5 if "band" in text else 0)


@settings(max_examples=60, deadline=None)
@given(runs(), st.sampled_from(TEXTS))
def test_a_row_without_a_value_has_none_afterwards(run: Recording, text: str) -> None:
    derived = parse(text, MILL)
    holes = np.isnan(run.matrix(derived.channels)).any(axis=1)
    assert np.isnan(whole_of(derived, run)[holes]).all()


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_read_back(text: str) -> None:
    derived = parse(text, MILL)
    assert is_derived(text)
    assert derived.text == text
    assert parse(derived.text, MILL) == derived
    assert set(derived.channels) <= {AX, "x_motor", "y_motor"}
    assert all(channel in derived.label for channel in derived.channels)


def test_units_and_labels_are_those_of_the_result() -> None:
    assert parse(f"rms({AX},16)", MILL).unit == "g"
    assert parse(f"band({AX},0.5,1.5)", MILL).unit == "g²"
    assert parse("band(frame_l2.Gx,0.5,1.5)", MILL).unit == "(deg/s)²"
    assert parse(f"rms({AX},16)", MILL).label == f"RMS of {AX} over 16 rows"
    assert parse(" RMS( frame_l2.Ax , 16 )", MILL).text == f"rms({AX},16)"


def test_values_are_what_the_names_say(make_run: Callable[..., Recording]) -> None:
    run = make_run([1, 3, np.nan, 7, 9, 9])
    of = lambda text: whole_of(parse(text, MILL), run)  # noqa: E731
    np.testing.assert_allclose(of(f"diff({AX})"), [np.nan, 2, np.nan, np.nan, 2, 0])
    np.testing.assert_allclose(of(f"mean({AX},3)"), [2, 2, np.nan, 8, 25 / 3, 9], rtol=1e-6)
    np.testing.assert_allclose(of(f"rms({AX},2)")[:2], [1, np.sqrt(5)], rtol=1e-6)
    np.testing.assert_allclose(of(f"std({AX},3)"), [1, 1, np.nan, 1, np.sqrt(8 / 9), 0], rtol=1e-6)


@pytest.fixture
def make_run() -> Callable[..., Recording]:
    def make(values: list[float]) -> Recording:
        columns = np.repeat(np.array(values, dtype=np.float32)[:, None], 3, axis=1)
        return recording_of(columns, np.arange(len(values)) / RATE)

    return make


def test_a_band_holds_the_power_of_its_sine_and_nothing_of_the_level() -> None:
    time_s = np.arange(600) / RATE
    inside, outside = 3 * np.sin(2 * np.pi * 0.8 * time_s), 5 * np.sin(2 * np.pi * 0.1 * time_s)
    values = {AX: (inside + outside + 1013.0).astype(np.float32)}
    power = compute(parse(f"band({AX},0.5,1.2)", MILL), values, time_s, RATE)
    assert np.nanmedian(power) == pytest.approx(4.5, rel=0.05)
    reach = parse(f"band({AX},0.5,1.2)", MILL).reach(RATE)
    assert np.isfinite(power[reach.before : -reach.after]).all()


def test_nothing_is_reckoned_across_a_gap_of_the_clock() -> None:
    time_s = np.concatenate([np.arange(50), np.arange(50) + 500]) / RATE
    values = {AX: np.concatenate([np.zeros(50), np.ones(50)]).astype(np.float32)}
    found = compute(parse(f"mean({AX},9)", MILL), values, time_s, RATE)
    assert set(found.tolist()) == {0.0, 1.0}
    assert np.isnan(compute(parse(f"diff({AX})", MILL), values, time_s, RATE)[50])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("loud(frame_l2.Ax)", "is no derived channel: write diff(CHANNEL), mean(CHANNEL,ROWS)"),
        ("diff(frame_l2.Ax", "is no derived channel"),
        ("rms(frame_l2.Ax)", "write rms(CHANNEL,ROWS)"),
        ("rms(frame_l2.Ax,many)", "“many” in “rms(frame_l2.Ax,many)” is no number"),
        ("rms(frame_l2.Ax,2.5)", "a whole number of rows, from 2 to 4096"),
        ("band(frame_l2.Ax,2,1)", "the first frequency has to be lower"),
        ("minus(frame_l2.Ax,x_motor)", "takes V from g: both channels need the same unit"),
        ("diff(frame_l9.Ax)", "has no channel 'frame_l9.Ax'"),
    ],
)
def test_what_is_wrong_is_said(text: str, says: str) -> None:
    with pytest.raises(ToolmarkError) as caught:
        parse(text, MILL)
    assert says in str(caught.value)


def test_a_band_over_half_the_rate_is_refused_with_the_limit() -> None:
    with pytest.raises(BandError, match="nothing above 2 Hz, half that rate, is in them"):
        band_taps(0.5, 2.5, RATE)
    with pytest.raises(BandError, match="choose a broader one"):
        band_taps(0.1, 0.101, RATE)


def test_a_channel_that_the_run_does_not_have_is_named(make_run: Callable[..., Recording]) -> None:
    with pytest.raises(DerivedError, match=r"needs frame_l2\.Ay, which this run"):
        whole_of(parse("diff(frame_l2.Ay)", MILL), make_run([1, 2]))


def test_names_are_split_outside_brackets() -> None:
    text = "gyro, rms(frame_l2.Ax,16),minus(mean(x_motor,3),y_motor),gyro,"
    assert split_names(text) == ("gyro", "rms(frame_l2.Ax,16)", "minus(mean(x_motor,3),y_motor)")
