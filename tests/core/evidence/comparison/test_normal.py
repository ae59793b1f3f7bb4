import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.evidence.bootstrap import interval, intervals
from core.evidence.comparison.normal import influence, normal_interval
from core.evidence.tally import Tally, TallyKind


def made(kind: TallyKind, runs: int, seed: int) -> Tally:
    r = np.random.default_rng(seed)
    if kind == "share":
        asked = r.integers(1, 40, runs)
        return Tally("token", "model", kind, np.stack([r.binomial(asked, 0.8), asked], axis=1).astype(float))
    items = r.integers(0, 9, (runs, 15))
    right = r.binomial(items, 0.7)
    sums = np.stack([items, right, items * np.linspace(0.05, 0.95, 15)], axis=2)
    return Tally("ece_line", "model", kind, sums.reshape(runs, -1).astype(float))


@pytest.mark.parametrize("kind", ["share", "ece"])
def test_of_many_runs_it_is_the_bootstraps(kind: TallyKind) -> None:
    tally = made(kind, 400, 1)
    drawn, quick = interval(tally.sums, tally.statistic), normal_interval(tally)
    assert drawn.low is not None
    assert drawn.high is not None
    assert quick.low is not None
    assert quick.value == drawn.value
    assert quick.high == pytest.approx(drawn.high, abs=0.25 * (drawn.high - drawn.low))
    assert quick.low == pytest.approx(drawn.low, abs=0.25 * (drawn.high - drawn.low))


@given(st.integers(2, 60), st.integers(0, 1000))
@settings(max_examples=40, deadline=None)
def test_influences_of_all_runs_cancel(runs: int, seed: int) -> None:
    tally = made("share", runs, seed)
    assert influence(tally, tally.sums).sum() == pytest.approx(0, abs=1e-9)
    assert not influence(tally, np.zeros((3, 2))).any()


@given(st.lists(st.tuples(st.sampled_from(["share", "ece"]), st.integers(0, 99)), min_size=1, max_size=6))
@settings(max_examples=30, deadline=None)
def test_many_intervals_at_once_are_the_single_ones(asked: list[tuple[TallyKind, int]]) -> None:
    tallies = [made(kind, 12, seed) for kind, seed in asked]
    # some runs say nothing of some figures
    for place, tally in enumerate(tallies):
        tally.sums[: place * 3 % 12] = 0
    found = intervals([(tally.sums, tally.statistic) for tally in tallies])
    for tally, each in zip(tallies, found, strict=True):
        alone = interval(tally.sums, tally.statistic)
        assert each.value == alone.value
        assert (each.low, each.high) == (pytest.approx(alone.low), pytest.approx(alone.high))
