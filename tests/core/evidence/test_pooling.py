from collections.abc import Callable
from dataclasses import replace

import pytest

from core.evidence.evaluation import Evaluation
from core.evidence.pooling import pool
from core.evidence.truth import EvidenceError

RUNS = [f"pocket_{i}" for i in range(5)] + [f"face_{i}" for i in range(5)]
Make = Callable[..., Evaluation]


def test_pooled_folds_equal_one_evaluation_of_all_runs(evaluated: Make) -> None:
    whole = evaluated(RUNS, fold=0)
    pooled = pool([evaluated(RUNS[i::3], fold=i) for i in range(3)])
    assert pooled.folds == (0, 1, 2)
    assert pooled.counts == whole.counts
    assert pooled.units == whole.units
    for ours, theirs in zip(pooled.rows, whole.rows, strict=True):
        assert replace(ours, value=0, low=None, high=None) == replace(theirs, value=0, low=None, high=None)
        assert [ours.value, ours.low, ours.high] == pytest.approx([theirs.value, theirs.low, theirs.high])


def test_a_run_scored_twice_stays_one_unit(evaluated: Make) -> None:
    once = evaluated(RUNS[:2])
    twice = pool([once, once])
    assert (twice.counts.runs, twice.counts.models) == (2, 2)
    row, double = once.row("exact_line"), twice.row("exact_line")
    assert row is not None
    assert double is not None
    assert (double.n, double.value, double.low) == (2 * row.n, row.value, row.low)


def test_pooling_keeps_what_it_was_given(evaluated: Make) -> None:
    part = evaluated(RUNS[:2])
    before = [tally.sums.copy() for tally in part.tallies]
    pool([part, part])
    assert all((now.sums == then).all() for now, then in zip(part.tallies, before, strict=True))


@pytest.mark.parametrize("name", ["protocol", "scheme", "operations"])
def test_what_does_not_belong_together_is_refused(evaluated: Make, name: str) -> None:
    part = evaluated(RUNS[:2])
    other = replace(part, **{name: ("other",) if name == "operations" else "other"})  # type: ignore[arg-type]
    with pytest.raises(EvidenceError, match=f"differ in their {name}"):
        pool([part, other])


def test_nothing_to_pool_is_said() -> None:
    with pytest.raises(EvidenceError, match="no evaluation to pool"):
        pool([])
