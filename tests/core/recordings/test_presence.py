from collections import Counter
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from core.recordings.machine import Machine
from core.recordings.presence import frozen_boards, live_rows
from core.recordings.recording import Recording
from tests.synthetic import FROZEN_FROM, run_frame

Make = Callable[..., Recording]


def test_a_frozen_board_is_absent_from_its_first_repeated_row(recording: Recording) -> None:
    first = FROZEN_FROM + 1
    assert frozen_boards(recording) == {"spindle1": first}
    live = live_rows(recording, ["spindle1.Ax", "spindle2.Ax", "spindle", "mpox"])
    np.testing.assert_array_equal(live[:, 0], np.arange(200) < first)
    assert live[:, 1:].all()


def test_frozen_boards_may_be_kept(recording: Recording) -> None:
    assert live_rows(recording, ["spindle1.Ax"], frozen=False).all()


def test_what_was_not_recorded_is_not_live(recording: Recording) -> None:
    assert not live_rows(recording, ["frame_b1.Ax"]).any()


def test_nan_is_not_live(make_recording: Make) -> None:
    frame = run_frame()
    frame.loc[20:22, "frame_l2.Gx"] = np.nan
    live = live_rows(make_recording(frame), ["frame_l2.Gx"])[:, 0]
    np.testing.assert_array_equal(np.flatnonzero(~live), [20, 21, 22])


def test_one_quantity_that_still_moves_keeps_a_board_alive(make_recording: Make) -> None:
    frame = run_frame()
    frame["spindle1.Temperature"] = np.linspace(30, 31, len(frame))
    assert not frozen_boards(make_recording(frame))


def test_a_board_that_never_moves_is_frozen_from_the_start(make_recording: Make) -> None:
    frame = run_frame()
    board = [name for name in frame if name.startswith("spindle1.")]
    frame[board] = frame[board].iloc[0].to_numpy()
    assert frozen_boards(make_recording(frame)) == {"spindle1": 0}


@pytest.mark.parametrize(("still", "frozen"), [(3, False), (9, False), (10, True)])
def test_a_short_pause_at_the_end_is_not_freezing(make_recording: Make, still: int, frozen: bool) -> None:
    frame = run_frame(frozen=())
    board = [name for name in frame if name.startswith("frame_l2.")]
    frame.loc[200 - still :, board] = frame.loc[200 - still - 1, board].to_numpy()
    assert bool(frozen_boards(make_recording(frame))) == frozen


def test_a_board_that_wakes_up_is_not_frozen(make_recording: Make) -> None:
    frame = run_frame(frozen=())
    board = [name for name in frame if name.startswith("frame_l2.")]
    frame.loc[50:180, board] = frame.loc[50, board].to_numpy()
    assert not frozen_boards(make_recording(frame))


def test_lone_pressure_that_stands_still_is_no_frozen_board(make_recording: Make) -> None:
    frame = run_frame(boards=("frame_l2",), frozen=())
    others = [name for name in frame if name.startswith("frame_l2.") and not name.endswith("Pressure")]
    assert live_rows(make_recording(frame.drop(columns=others)), ["frame_l2.Pressure"]).all()


def test_a_board_of_nan_at_the_end_is_frozen(make_recording: Make) -> None:
    frame = run_frame(frozen=())
    frame.loc[100:, [name for name in frame if name.startswith("frame_l2.")]] = np.nan
    assert not live_rows(make_recording(frame), ["frame_l2.Ax"])[100:].any()


def test_the_real_frozen_boards(real_runs: dict[str, Recording], machine: Machine) -> None:
    boards = pd.DataFrame(
        {"board": board, "share": 1 - frozen_boards(run).get(board, run.n_rows) / run.n_rows}
        for run in real_runs.values()
        for board in {machine.board(channel) for channel in run.channels} - {None}
    )
    assert len(boards) == 1297
    # 21 % and 26 % of the board-recordings of all published runs, of which these are most
    assert (boards["share"] > 0.9).mean() == pytest.approx(0.204, abs=0.002)
    assert (boards["share"] > 0.5).mean() == pytest.approx(0.247, abs=0.002)
    worst = Counter(boards["board"][boards["share"] > 0.9])
    assert [name for name, _ in worst.most_common(3)] == ["spindle1", "z_gant_2", "y_bed__2"]
