"""The open mode: which spelled line a row belongs to, and the path that the lines make."""

import numpy as np

from core.tracking.spelling import integrated, walk_lines


def test_rows_follow_the_windows_and_single_slips_are_passed_over() -> None:
    code = np.array([0] * 10 + [2] + [0] * 4 + [1] * 15)
    centre = 32 + 4 * np.arange(30)
    confidence = np.where(code == 2, 0.4, 0.9)
    path, share = walk_lines(code, confidence, centre, 3, 200)
    assert set(path[:88].tolist()) == {0}
    assert set(path[100:].tolist()) == {1}
    assert share.min() >= 0


def test_positions_reach_each_lines_end_at_its_last_row() -> None:
    lines = ["G0 X1 Y0"] * 4 + ["G1 X2"] * 5 + ["Y1"] * 5
    path = integrated(lines, "inch")
    assert np.isnan(path[:3, 0]).all()
    np.testing.assert_allclose(path[3, :2], [25.4, 0])
    np.testing.assert_allclose(path[8, :2], [50.8, 0])
    np.testing.assert_allclose(path[-1, :2], [50.8, 25.4])
    assert np.isnan(path[:, 2]).all()


def test_a_line_that_is_no_move_moves_nothing() -> None:
    path = integrated(["G0 X1 Y1"] * 2 + ["G81 X5"] * 2 + ["X2"] * 2, "mm")
    np.testing.assert_allclose(path[-1, :2], [2, 1])
