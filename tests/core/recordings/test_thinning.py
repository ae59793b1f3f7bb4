import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.recordings.thinning import (
    EXACT_ROWS,
    STUCK_ROWS,
    bucketed,
    envelope,
    longest,
    merged,
    stretches,
    stuck,
    thin,
)


@st.composite
def long_values(draw: st.DrawFn) -> np.ndarray:
    """More values than are sent as they are: noise, spikes of one row, holes."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    size = draw(st.integers(EXACT_ROWS + 1, 4 * EXACT_ROWS))
    values = np.cumsum(rng.normal(0, 1, size)).astype(np.float32)
    values[rng.integers(0, size, draw(st.integers(0, 30)))] += 1000 * rng.choice([-1, 1])
    for _ in range(draw(st.integers(0, 3))):
        begin = int(rng.integers(0, size))
        values[begin : begin + int(rng.integers(1, size // 2))] = np.nan
    return values


@settings(max_examples=60, deadline=None)
@given(values=long_values(), width=st.integers(50, 1200))
def test_no_extreme_of_a_part_is_lost(values: np.ndarray, width: int) -> None:
    points = thin(values, width, first=7)
    assert (np.diff(points.rows) > 0).all()
    np.testing.assert_array_equal(points.values, values[points.rows - 7])
    if np.isfinite(values).any():
        assert np.nanmin(points.values) == np.nanmin(values)
        assert np.nanmax(points.values) == np.nanmax(values)
    assert len(points.rows) <= 2 * width + 2 + len(stretches(np.isnan(values)))


def test_a_spike_of_one_row_survives_in_each_part() -> None:
    values = np.zeros(120_000, dtype=np.float32)
    spikes = np.arange(50, 120_000, 2_000)
    values[spikes] = np.arange(1, len(spikes) + 1)
    points = thin(values, 240)
    assert set(spikes.tolist()) <= set(points.rows.tolist())


def test_few_rows_are_sent_as_they_are_and_nothing_is_nothing() -> None:
    values = np.arange(EXACT_ROWS, dtype=np.float32)
    assert thin(values, 100).values is values
    empty = thin(np.full(EXACT_ROWS + 1, np.nan, dtype=np.float32), 100, first=3)
    assert empty.rows.tolist() == [3]
    assert np.isnan(empty.values).all()


def test_a_hole_breaks_the_line() -> None:
    values = np.sin(np.arange(20_000)).astype(np.float32)
    values[5_000:9_000] = np.nan
    points = thin(values, 400)
    assert 5_000 in points.rows[np.isnan(points.values)]


@settings(max_examples=60, deadline=None)
@given(values=long_values(), factor=st.integers(2, 9), size=st.integers(2, 40))
def test_buckets_of_buckets_are_buckets(values: np.ndarray, factor: int, size: int) -> None:
    finer, coarser = merged(bucketed(values, size), factor), bucketed(values, size * factor)
    for one, other in zip(finer, coarser, strict=True):
        np.testing.assert_array_equal(one, other)
    points = envelope(coarser, size * factor, 0, len(values))
    assert np.nanmax(points.values, initial=-np.inf) == np.nanmax(values, initial=-np.inf)
    assert (np.diff(points.rows) >= 0).all()


@given(mask=st.lists(st.booleans(), max_size=60))
def test_stretches_are_the_mask(mask: list[bool]) -> None:
    again = np.zeros(len(mask), dtype=bool)
    for first, last in stretches(np.array(mask, dtype=bool)):
        assert not again[first : last + 1].any()
        again[first : last + 1] = True
    assert again.tolist() == mask


def test_the_longest_stretches_stay_in_order() -> None:
    found = np.array([[0, 1], [5, 25], [30, 30], [40, 60]])
    assert longest(found, 2).tolist() == [[5, 25], [40, 60]]


@pytest.mark.parametrize(
    ("repeated", "step", "found"), [(STUCK_ROWS, 0.0, 1), (STUCK_ROWS - 1, 0.0, 0), (60, 8.0, 0)]
)
def test_stuck_is_what_repeats_itself_in_a_channel_that_moves(repeated: int, step: float, found: int) -> None:
    values = np.random.default_rng(0).normal(0, 3, 400).astype(np.float32)
    if step:
        values = (np.round(values / step) * step).astype(np.float32)
    values[100 : 100 + repeated] = 1.25
    own = stuck(values)
    assert len(own) == found
    if found:
        assert own.tolist() == [[100, 100 + repeated - 1]]
    assert not len(stuck(np.ones(400, dtype=np.float32)))
