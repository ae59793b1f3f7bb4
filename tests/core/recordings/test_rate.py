"""The rate of rows and the jumps of the clock."""

import numpy as np
import pytest

from core.recordings.rate import jumps, row_rate_hz, stretches, uneven


def test_the_rate_is_that_of_most_rows() -> None:
    time_s = np.cumsum([0, 0.25, 0.25, 0.25, 5, 0.25, 0.5])
    assert row_rate_hz(time_s, 1.0) == pytest.approx(4)
    assert row_rate_hz(np.zeros(5), 0.2) == pytest.approx(5), "a clock that stands tells nothing"


def test_a_gap_and_a_clock_that_goes_back_are_jumps_and_idle_rows_are_only_uneven() -> None:
    time_s = np.array([0, 0.25, 0.5, 1.0, 1.25, 4.0, 4.25, 3.0])
    assert np.flatnonzero(jumps(time_s, 4.0)).tolist() == [5, 7]
    assert np.flatnonzero(uneven(time_s, 4.0)).tolist() == [3, 5, 7]


def test_stretches_hold_every_row_once() -> None:
    broken = np.array([True, False, False, True, False, True])
    assert stretches(broken) == [slice(0, 3), slice(3, 5), slice(5, 6)]
    assert stretches(broken[:0]) == []
