import numpy as np
import pytest

from core.evidence.bootstrap import BootstrapConfig, interval, ratio, run_weights


def test_value_is_the_pooled_share_not_the_mean_of_runs() -> None:
    found = interval(np.array([[1.0, 1.0], [0.0, 9.0]]))
    assert found.value == pytest.approx(0.1)


def test_one_run_has_no_interval() -> None:
    found = interval(np.array([[3.0, 4.0], [0.0, 0.0]]))
    assert (found.value, found.low, found.high) == (0.75, None, None)


def test_runs_that_were_not_asked_change_nothing() -> None:
    sums = np.array([[3.0, 4.0], [1.0, 4.0], [4.0, 4.0]])
    padded = np.vstack([sums, np.zeros((5, 2))])
    assert interval(sums) == interval(padded)


def test_equal_runs_have_an_interval_without_width() -> None:
    found = interval(np.tile([3.0, 4.0], (6, 1)))
    assert (found.low, found.high) == (0.75, 0.75)


def test_same_seed_same_interval_other_seed_another() -> None:
    sums = np.column_stack([np.arange(20.0), np.full(20, 20.0)])
    assert interval(sums) == interval(sums)
    assert interval(sums) != interval(sums, config=BootstrapConfig(seed=1))


def test_weights_draw_as_many_runs_as_there_are() -> None:
    weights = run_weights(7, BootstrapConfig(draws=50))
    assert weights.shape == (50, 7)
    assert (weights.sum(axis=1) == 7).all()


def test_ratio_of_nothing_is_nan() -> None:
    assert np.isnan(ratio(np.array([[0.0, 0.0]]))[0])


def test_interval_over_runs_covers_the_truth_and_one_over_windows_would_not() -> None:
    # windows of a run share its fate: 20 windows a run, a run's share is drawn around 0.7
    generator = np.random.default_rng(3)
    config = BootstrapConfig(draws=400)
    by_run = by_window = 0
    trials = 200
    for _ in range(trials):
        share = generator.beta(7, 3, size=40)
        hits = generator.binomial(20, share).astype(np.float64)
        over_runs = interval(np.column_stack([hits, np.full(40, 20.0)]), config=config)
        windows = np.repeat([[1.0, 1.0], [0.0, 1.0]], [int(hits.sum()), int(800 - hits.sum())], axis=0)
        over_windows = interval(windows, config=config)
        by_run += over_runs.low <= 0.7 <= over_runs.high  # type: ignore[operator]
        by_window += over_windows.low <= 0.7 <= over_windows.high  # type: ignore[operator]
    assert 0.88 <= by_run / trials <= 0.99
    assert by_window < by_run - 20
