"""Tests of what a difference may claim, by how many runs stand behind each side."""

import numpy as np
import pytest

from core.evidence.bootstrap import BootstrapConfig
from core.evidence.comparison.differences import _of_group
from core.evidence.comparison.figures import Group
from core.evidence.tally import Tally, Unit


def side(runs: range, share: float) -> Group:
    sums = np.stack([np.full(len(runs), 100 * share), np.full(len(runs), 100.0)], axis=1)
    sums[::2, 0] += 3
    return Group(
        "all", tuple(Unit(f"r{run:04d}", 0) for run in runs), (Tally("exact_line", "model", "share", sums),)
    )


@pytest.mark.parametrize("many", [20, 400])
@pytest.mark.parametrize("few", [2, 4])
def test_of_a_few_runs_nothing_is_concluded_against_however_many(many: int, few: int) -> None:
    (found,) = _of_group(side(range(many), 0.5), side(range(1000, 1000 + few), 0.9), BootstrapConfig())
    assert found.delta == pytest.approx(0.4, abs=0.02)
    assert found.low is not None and found.p is None and not found.real


@pytest.mark.parametrize("many", [20, 400])
def test_of_enough_runs_it_is(many: int) -> None:
    (found,) = _of_group(side(range(many), 0.5), side(range(1000, 1006), 0.9), BootstrapConfig())
    assert found.real and found.p is not None and found.p < 0.001
