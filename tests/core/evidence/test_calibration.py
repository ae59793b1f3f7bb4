import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evidence.calibration import BINS, bin_sums, expected_calibration_error, reliability


def _sums(
    confidence: list[float], right: list[bool], unit: list[int] | None = None, n_units: int = 1
) -> np.ndarray:
    return bin_sums(np.array(confidence), np.array(right, bool), np.array(unit or [0] * len(right)), n_units)


def test_known_error() -> None:
    # one bin of two at 0.9 with one right, one bin of two at 0.2 with none right
    sums = _sums([0.9, 0.9, 0.2, 0.2], [True, False, False, False])
    assert expected_calibration_error(sums)[0] == pytest.approx((2 * 0.4 + 2 * 0.2) / 4)


def test_sure_and_right_is_calibrated() -> None:
    assert expected_calibration_error(_sums([1.0] * 5, [True] * 5))[0] == 0.0


def test_edges_belong_to_the_bin_below() -> None:
    sums = _sums([0.0, 1 / BINS, 1.0], [True] * 3).reshape(BINS, 3)
    assert sums[0, 0] == 2
    assert sums[-1, 0] == 1


def test_opposite_errors_in_one_bin_cancel_only_over_all_runs() -> None:
    sums = _sums([0.5, 0.5], [True, False], [0, 1], 2)
    assert expected_calibration_error(sums) == pytest.approx([0.5, 0.5])
    assert expected_calibration_error(sums.sum(axis=0, keepdims=True))[0] == 0.0


def test_nothing_asked_is_nan() -> None:
    assert np.isnan(expected_calibration_error(np.zeros((1, BINS * 3)))[0])


def test_reliability_shows_accuracy_and_confidence() -> None:
    table = reliability(_sums([0.9, 0.9], [True, False])[0])
    filled = table[table[:, 0] > 0]
    assert filled == pytest.approx(np.array([[2, 0.5, 0.9]]))
    assert np.isnan(table[0, 1])


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=50))
def test_error_lies_between_zero_and_one_and_no_item_is_lost(items: list[tuple[float, bool]]) -> None:
    sums = _sums([level for level, _ in items], [right for _, right in items])
    assert sums.reshape(BINS, 3)[:, 0].sum() == len(items)
    assert 0 <= expected_calibration_error(sums)[0] <= 1 + 1e-9
