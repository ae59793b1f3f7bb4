import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evidence.quantiles import BINS, error_bins, median


@given(st.lists(st.floats(0.002, 900), min_size=1, max_size=60))
def test_the_median_of_bins_is_the_median_to_two_per_cent(errors: list[float]) -> None:
    sums = error_bins(np.array(errors), np.zeros(len(errors), np.int64), 1)
    true = np.sort(errors)[(len(errors) - 1) // 2]
    assert median(sums)[0] == pytest.approx(true, rel=0.021)


def test_units_add_up_and_unknown_errors_are_left_out() -> None:
    errors, unit = np.array([1.0, np.nan, 4.0, 4.0]), np.array([0, 0, 1, 1])
    sums = error_bins(errors, unit, 2)
    assert sums.sum(axis=1).tolist() == [1, 2]
    np.testing.assert_array_equal(sums.sum(axis=0), error_bins(errors, np.zeros(4, np.int64), 1)[0])
    assert np.isnan(median(np.zeros((1, BINS)))[0])
