"""The lag follows from how runs begin and end; where neither is seen it stays unknown."""

import numpy as np
import pytest

from core.tracking.anchor import anchored, lag_density
from core.tracking.passes import IN_STEP, REACH, STEP, Offsets, Pass
from tests.core.tracking.made_programs import PROGRAMS

LAGS = PROGRAMS.lags
TIMELINE = PROGRAMS.timelines[0]


def felt_at(offset: float, rows: int = 300) -> Pass:
    at = offset + np.arange(-REACH, REACH + STEP / 2, STEP)
    p = np.exp(-0.5 * ((at - offset) / 0.4) ** 2)
    felt = Offsets(at, p / p.sum())
    return Pass(0, rows - 1, 0, felt, felt, IN_STEP)


@pytest.mark.parametrize("lag", [-12, 0, 5, 25])
def test_a_run_that_begins_and_ends_with_its_program_tells_its_lag(lag: int) -> None:
    found = anchored([felt_at(-lag)], [TIMELINE], ["turning"], LAGS, 300)[0]
    assert abs(found.lag.median - lag) < 0.5
    assert abs(found.offset.median) < 0.5


def test_a_run_that_lacks_its_first_rows_is_laid_by_its_end() -> None:
    # 8 rows are missing at the beginning: the first row shows phase 8, and the sensors are 2 rows late
    found = anchored([felt_at(8 - 2, 292)], [TIMELINE], ["turning"], LAGS, 292)[0]
    assert abs(found.offset.median - 8) < 1


def test_in_the_middle_of_a_program_the_lag_is_as_unknown_as_before() -> None:
    found = anchored([felt_at(60, 200)], [TIMELINE], ["turning"], LAGS, 200)[0]
    spread = np.sqrt(found.lag.p @ (found.lag.at - found.lag.p @ found.lag.at) ** 2)
    prior = lag_density(found.lag.at, LAGS)
    prior /= prior.sum()
    known = np.sqrt(prior @ (found.lag.at - prior @ found.lag.at) ** 2)
    assert spread > 0.8 * known


def test_while_the_run_goes_on_only_its_beginning_counts() -> None:
    found = anchored([felt_at(-4, 150)], [TIMELINE], ["turning"], LAGS, None)[0]
    assert abs(found.lag.median - 4) < 0.6
