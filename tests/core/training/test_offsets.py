"""Offsets of parts of runs: what a shorter recording would have had subtracted."""

from dataclasses import replace

import numpy as np
import torch

from core.recordings.inputs import inputs_for
from core.recordings.machine import Machine
from core.recordings.reader import read_recording
from core.recordings.windows import Windows, cut_runs
from core.training.offsets import PARTS, part_offsets
from tests.synthetic import write_run


def windows(folder) -> Windows:  # type: ignore[no-untyped-def]
    runs = [write_run(folder / f"face_{seed:03d}_aligned.csv", "face", 240, seed) for seed in (1, 2)]
    return cut_runs([read_recording(run) for run in runs], inputs_for("run", Machine.bantam()), stride=8)


def test_a_part_holds_the_window_and_its_median_is_that_of_its_rows(tmp_path) -> None:  # type: ignore[no-untyped-def]
    cut = windows(tmp_path)
    scale = np.ones(len(cut.channels), np.float32)
    found = part_offsets(cut, scale, 0)
    assert found.held.shape == (len(cut), PARTS)
    assert found.medians[0].abs().max() == 0
    constant = replace(cut, continuous=np.full_like(cut.continuous, 3.0), present=np.ones_like(cut.present))
    drawn = part_offsets(constant, scale, 0).draw(torch.arange(len(cut)), 1.0)
    assert set(drawn.unique().tolist()) <= {0.0, 3.0}
    assert (drawn == 3.0).any()


def test_a_share_of_nothing_changes_nothing(tmp_path) -> None:  # type: ignore[no-untyped-def]
    cut = windows(tmp_path)
    found = part_offsets(cut, np.ones(len(cut.channels), np.float32), 0)
    assert not found.draw(torch.arange(len(cut)), 0.0).any()
