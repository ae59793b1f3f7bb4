"""The lag between the sensors and the rows: found again where it was put in."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.recordings.synchrony import Traces, common_lags, lag_against, lag_curve, traces

ROWS, CHANNELS = 320, 24


def motion() -> NDArray[np.float64]:
    """What every run of the program feels, longer than a run on both sides."""
    rng = np.random.default_rng(0)
    steps = rng.normal(size=(ROWS + 200, CHANNELS))
    kernel = np.ones(6) / 6
    return np.stack([np.convolve(steps[:, c], kernel, mode="same") for c in range(CHANNELS)], axis=1)


def run_with(lag: int, seed: int, dead: int = 0) -> Traces:
    """A run that felt the motion `lag` rows late, with noise, its first `dead` channels dead."""
    rng = np.random.default_rng(seed)
    values = motion()[100 - lag : 100 - lag + ROWS] + 0.3 * rng.normal(size=(ROWS, CHANNELS))
    live = np.ones(values.shape, dtype=bool)
    live[:, :dead] = False
    found = traces(values.astype(np.float32), live, np.arange(ROWS, dtype=float), ROWS)
    assert found is not None
    return found


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(-25, 25), min_size=3, max_size=5))
def test_lags_are_found_up_to_what_all_runs_share(lags: list[int]) -> None:
    found = common_lags([run_with(lag, seed) for seed, lag in enumerate(lags)])
    apart = found - np.array(lags)
    assert np.ptp(apart) == 0
    assert abs(np.median(found)) < 1


def test_a_new_run_is_laid_against_those_whose_lags_are_known() -> None:
    known = [run_with(lag, seed) for seed, lag in enumerate((0, 4, -7))]
    assert lag_against(run_with(11, 9), known, np.array([0, 4, -7])) == 11


def test_runs_that_share_too_few_live_channels_are_not_compared() -> None:
    assert not lag_curve(run_with(0, 0), run_with(3, 1, dead=CHANNELS - 3)).any()


def test_a_run_of_a_few_rows_has_no_lag() -> None:
    values = np.zeros((40, CHANNELS), dtype=np.float32)
    assert traces(values, np.ones(values.shape, dtype=bool), np.arange(40.0), ROWS) is None


def test_the_second_pass_of_a_program_is_left_out() -> None:
    once, twice = motion()[:ROWS], np.concatenate([motion()[:ROWS]] * 2)
    phase = np.concatenate([np.arange(ROWS, dtype=float)] * 2)
    live = np.ones(twice.shape, dtype=bool)
    one = traces(once.astype(np.float32), live[:ROWS], phase[:ROWS], ROWS)
    both = traces(twice.astype(np.float32), live, phase, ROWS)
    assert one is not None
    assert both is not None
    assert np.abs(one.spectra - both.spectra).max() == pytest.approx(0, abs=1e-5)


def test_one_run_alone_has_no_lag() -> None:
    assert common_lags([run_with(5, 0)]).tolist() == [0]
