from pathlib import Path

import pandas as pd

from tests.synthetic import program, run_frame, write_run


def test_the_made_up_runs_have_the_published_columns(recordings_dir: Path) -> None:
    real = list(pd.read_csv(recordings_dir / "face_003_aligned.csv.gz", nrows=1).columns)
    made = list(run_frame(boards=("frame_l2",), frozen=()).columns)
    assert set(made) <= set(real)
    assert made[:25] == real[:25]
    assert made[-2:] == real[-2:]


def test_the_made_up_runs_are_the_same_every_time(tmp_path: Path) -> None:
    assert (
        write_run(tmp_path / "a.csv", seed=3).read_bytes()
        == write_run(tmp_path / "b.csv", seed=3).read_bytes()
    )
    assert not run_frame(seed=3).equals(run_frame(seed=4))
    assert program("face") != program("pocket")
