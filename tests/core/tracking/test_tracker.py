"""Runs read back from what their windows say: whole, late, from the middle, twice, and with dead sensors."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.tracking.readback import program_lines, program_text
from core.tracking.tracker import walked
from tests.core.tracking.made_programs import KNOWN, PROGRAMS, SPEED_MM, words


def run_through(program: int, rows: np.ndarray, lag: int = 0) -> np.ndarray:
    """The places that sensors show which are `lag` rows late, where the controller is at `rows` of the program."""
    first, last = PROGRAMS.offsets[program], PROGRAMS.offsets[program + 1] - 1
    return np.clip(first + rows - lag, first, last).astype(float)


@settings(max_examples=12, deadline=None)
@given(st.sampled_from([0, 1]), st.integers(-6, 6))
def test_a_whole_run_is_laid_on_the_controllers_rows_whatever_its_lag(program: int, lag: int) -> None:
    timeline = PROGRAMS.timelines[program]
    rows = np.arange(len(timeline))
    found = walked("run", words(run_through(program, rows, lag)), KNOWN)
    assert set(found.operation) == {KNOWN.operations[program]}
    errors = np.abs(found.position_mm[:, 0] - timeline.position_mm[:, 0])
    assert np.median(errors) < SPEED_MM
    assert np.mean([a == b for a, b in zip(found.line, timeline.lines, strict=True)]) > 0.9
    assert abs(found.lag - lag) < 1.5
    assert program_lines(found) == list(timeline.listing.values())


def test_a_run_is_tracked_from_any_row() -> None:
    rows = np.arange(60, 220)
    found = walked("part", words(run_through(0, rows)), KNOWN)
    # how late the sensors are is not told there: the lags of the training runs differ by three rows
    assert np.median(np.abs(found.position_mm[:, 0] - SPEED_MM * rows)) <= 3 * SPEED_MM
    assert found.number[0] == pytest.approx(10 + 30, abs=2)


@pytest.mark.parametrize("dead", [None, slice(300, 600)])
def test_a_program_that_is_run_twice_has_two_passes(dead: slice | None) -> None:
    rows = np.tile(np.arange(300), 2)
    found = walked("twice", words(run_through(0, rows), dead=dead), KNOWN)
    assert [PROGRAMS.timelines[one.program].program for one in found.passes] == ["A", "A"]
    assert abs(found.passes[1].first - 300) <= 3
    assert np.median(np.abs(found.position_mm[:, 0] - SPEED_MM * rows)) < SPEED_MM
    assert len(program_lines(found)) == pytest.approx(2 * len(PROGRAMS.timelines[0].listing), abs=6)


def test_another_program_may_follow() -> None:
    places = np.concatenate([run_through(1, np.arange(240)), run_through(0, np.arange(300))])
    found = walked("both", words(places), KNOWN)
    assert [one.program for one in found.passes] == [1, 0]
    assert abs(found.passes[1].first - 240) <= 3
    assert "program B" in program_text(found)


def test_a_part_is_less_sure_than_a_whole_run_and_fits_less_where_windows_are_unsure() -> None:
    rows = np.arange(300)
    whole = walked("run", words(run_through(0, rows)), KNOWN)
    part = walked("part", words(run_through(0, rows[90:290])), KNOWN)
    unsure = walked("run", words(run_through(0, rows), sure=0.05), KNOWN)
    assert whole.confidence.mean() > part.confidence.mean()
    assert whole.fit > unsure.fit


def test_every_row_has_a_line_and_the_stretches_cover_them() -> None:
    found = walked("run", words(run_through(0, np.arange(300))), KNOWN)
    assert all(found.line)
    stretches = found.stretches
    assert stretches[0][1] == 0
    assert stretches[-1][2] == len(found) - 1
    assert all(a[2] + 1 == b[1] for a, b in pairwise(stretches))
