import numpy as np
import pytest

from core.recordings.statistics import channel_statistics
from tests.synthetic import run_frame


def test_a_channel_is_described_over_the_runs_in_which_it_lives(make_recording) -> None:
    rows = 200
    wave = np.sin(np.arange(rows) / 3)
    runs = [
        make_recording(run_frame().assign(**{"frame_l2.Ax": wave + level}), name=f"face_00{n}")
        for n, level in ((1, 0.0), (2, 1.0))
    ]
    runs.append(make_recording(run_frame().drop(columns="frame_l2.Ax"), name="face_003"))
    table = channel_statistics(runs).set_index("channel")
    found = table.loc["frame_l2.Ax"]
    assert found.runs == 2
    assert found.dead == pytest.approx(1 / 3)
    assert found.spread == pytest.approx(wave.std(), abs=1e-3)
    assert found.range == pytest.approx(2.0, abs=0.02)
    assert found.between_runs == pytest.approx(np.std([0.0, 1.0], ddof=1), abs=1e-3)
    assert found.autocorrelation == pytest.approx(np.cos(1 / 3), abs=0.02)
    assert found.step == pytest.approx(np.abs(np.diff(wave)).mean(), abs=1e-3)
    # frozen after a few rows in every run
    assert table.loc["spindle1.Ax"].dead == 1.0
