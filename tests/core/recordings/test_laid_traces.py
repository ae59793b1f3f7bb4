"""Another run on the rows of this one."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.recordings.laid_traces import laid_by_line
from core.recordings.machine import Machine
from core.recordings.overlay import OverlayError
from core.recordings.reader import recording_from_frame
from core.recordings.traces import Traces
from tests.synthetic import run_frame

FRAME = run_frame("face", 240, 3)


def traces(frame: pd.DataFrame, name: str) -> Traces:
    return Traces.of(recording_from_frame(frame.reset_index(drop=True), name, Machine.bantam()))


def test_where_one_run_waited_its_traces_and_lines_are_laid_on_the_others() -> None:
    waited = pd.concat([FRAME.iloc[:120], *[FRAME.iloc[[120]]] * 20, FRAME.iloc[120:]])
    here, other = traces(FRAME, "face_001"), traces(waited, "face_002")
    laid, found = laid_by_line(here, other)
    assert laid.n_rows == here.n_rows
    assert laid.name == "face_002"
    assert found.by_line is not None
    own = here.columns.values(("mpox",), 180, 220)[0]
    shown = laid.view(("mpox",), 180, 220, 400).traces[0].points.values
    assert np.nanmedian(np.abs(shown - own)) < 3, "mm"
    shifted = other.columns.values(("mpox",), 180, 220)[0]
    assert np.nanmedian(np.abs(shown - own)) < np.nanmedian(np.abs(shifted - own))
    line, line_laid = (next(lane for lane in one.lanes if lane.name == "line") for one in (here, laid))
    same = [line.at(row) == line_laid.at(row) for row in range(150, 230)]
    assert np.mean(same) > 0.6


def test_a_frozen_board_is_frozen_where_it_is_laid() -> None:
    here = traces(FRAME, "face_001")
    laid, _ = laid_by_line(here, traces(FRAME, "face_002"))
    assert abs(laid.frozen["spindle1"] - here.frozen["spindle1"]) <= 10


def test_runs_that_are_not_open_are_refused() -> None:
    here = traces(FRAME, "face_001")
    stored = replace(here, columns=laid_by_line(here, here)[0].columns)
    with pytest.raises(OverlayError, match="shift the other run by hand"):
        laid_by_line(here, stored)
