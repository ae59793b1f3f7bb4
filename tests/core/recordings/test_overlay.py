"""Another run laid over this one: a shift that was put in is found again, and rows are laid by their lines."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.recordings.machine import Machine
from core.recordings.overlay import OverlayError, lay_over, on_rows_of
from core.recordings.reader import recording_from_frame
from core.recordings.recording import Recording
from tests.synthetic import run_frame

FRAME = run_frame("face", 240, 3)


def run(frame: pd.DataFrame, name: str = "face_001") -> Recording:
    return recording_from_frame(frame.reset_index(drop=True), name, Machine.bantam())


def delayed(frame: pd.DataFrame, rows: int) -> pd.DataFrame:
    """The same run, begun so many rows earlier: its first executed row is repeated."""
    return pd.concat([frame.iloc[:9], *[frame.iloc[[9]]] * rows, frame.iloc[9:]])


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 30))
def test_a_shift_is_found_again(rows: int) -> None:
    found = lay_over(run(FRAME), run(delayed(FRAME, rows), "face_002"))
    assert found.shift == -rows
    assert found.by_shift.same > 0.99
    assert found.by_line is not None
    assert found.by_line.same > 0.9
    back = lay_over(run(delayed(FRAME, rows)), run(FRAME))
    assert back.shift == rows


def test_where_the_machine_waited_the_lines_are_laid_and_a_shift_cannot() -> None:
    waited = pd.concat([FRAME.iloc[:120], *[FRAME.iloc[[120]]] * 20, FRAME.iloc[120:]])
    found = lay_over(run(FRAME), run(waited, "face_002"))
    assert found.by_line is not None
    assert found.by_shift.near < 0.75
    assert found.by_line.near > 0.85
    assert np.nanmax(np.abs(found.row_here[200:250] + 20 - np.arange(200, 250))) < 1
    assert "Laid line by line: " in found.words


def test_two_programs_are_not_laid_on_each_other() -> None:
    other = run(run_frame("pocket", 200, 1), "pocket_001")
    with pytest.raises(OverlayError, match="face_001 and pocket_001 execute different programs"):
        lay_over(run(FRAME), other)


def test_lines_without_numbers_are_enough() -> None:
    one, two = run(FRAME), run(delayed(FRAME, 7), "face_002")
    found = lay_over(replace(one, line_numbers=None), replace(two, line_numbers=None))
    assert found.shift == -7


def test_without_lines_it_is_said() -> None:
    bare = run(FRAME.drop(columns=["gcode_line", "gcode_string"]), "bare")
    with pytest.raises(
        OverlayError, match="bare has no program lines to align by: shift the other run by hand"
    ):
        lay_over(run(FRAME), bare)


def test_values_are_laid_on_the_rows_of_this_run() -> None:
    row_here = np.array([np.nan, 2.0, 3.0, 5.0, 2.0, np.nan])
    found = on_rows_of(row_here, np.array([0, 20, 30, 50, 99, 0.0]), 8)
    np.testing.assert_array_equal(found, [np.nan, np.nan, 20, 30, 40, 50, np.nan, np.nan])
    assert np.isnan(on_rows_of(np.full(3, np.nan), np.zeros(3), 4)).all()
