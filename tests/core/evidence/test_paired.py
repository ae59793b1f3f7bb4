"""Tests of `core.evidence.paired`: the same runs are drawn on both sides."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evidence.paired import difference, differences, unlike
from core.evidence.tally import Tally, Unit, by_run
from core.evidence.truth import EvidenceError

COUNTS = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=2, max_size=12)


def tally(right: list[int], asked: list[int]) -> Tally:
    return Tally("exact_line", "model", "share", np.array([right, asked], np.float64).T)


@given(COUNTS)
def test_a_side_does_not_differ_from_itself(counts: list[tuple[int, int]]) -> None:
    one = tally([min(pair) for pair in counts], [max(*pair, 1) for pair in counts])
    found = difference("exact_line", one, one)
    assert (found.points, found.low, found.high) == (0, 0, 0) and not found.real


def test_a_drop_in_every_run_is_real_though_runs_vary_more() -> None:
    asked = [100] * 10
    first = tally([10, 90, 20, 80, 30, 70, 40, 60, 50, 55], asked)
    second = tally([8, 87, 17, 79, 28, 68, 37, 58, 48, 52], asked)
    found = difference("exact_line", first, second)
    assert found.real and found.high is not None and found.high < 0
    assert found.points == pytest.approx(-0.023)
    assert found.relative == pytest.approx(-0.023 / 0.505)
    assert found.n == 1000


def test_one_run_has_no_interval() -> None:
    found = difference("exact_line", tally([5], [10]), tally([6], [10]))
    assert found.low is None and not found.real


def test_other_runs_cannot_be_paired(evaluated) -> None:
    with pytest.raises(EvidenceError, match="different runs"):
        differences(evaluated(["a", "b"]), evaluated(["a", "c"]))


def test_of_one_operation(evaluated) -> None:
    one, other = evaluated(["a", "b"]), evaluated(["a", "b"], seed=1)
    for operation in (None, one.operations[0]):
        found = {each.metric: each for each in differences(one, other, operation)}
        group = "all" if operation is None else operation
        row = other.row("exact_line", group)
        if row is not None:
            assert found["exact_line"].second == pytest.approx(row.value)


def test_the_same_test_windows_are_told_from_others(evaluated) -> None:
    one = evaluated(["a", "b"])
    assert unlike(one, evaluated(["a", "b"], seed=1)) is None
    assert "other runs: 1 of 2 are not among the other's 2" in str(unlike(one, evaluated(["a", "c"])))
    fewer = [
        replace(each, sums=each.sums * [1, 0.5]) if each.kind == "share" else each for each in one.tallies
    ]
    assert unlike(one, replace(one, tallies=tuple(fewer))) == "other windows of the same runs"
    pooled = replace(one, counts=replace(one.counts, models=3))
    assert unlike(one, pooled) == "figures of 1 and of 3 models pooled"


def test_parts_of_one_run_are_no_runs() -> None:
    one, other = (
        Tally("exact_line", "model", "share", np.array([[right, 10]] * 6, np.float64)) for right in (5, 1)
    )
    units = [Unit("a", operation) for operation in range(6)]
    runs, (first, second) = by_run(units, [one, other])
    assert runs == (Unit("a", -1),) and first.sums.tolist() == [[30, 60]]
    assert difference("exact_line", one, other).real and not difference("exact_line", first, second).real
    apart = [Unit(name, 0) for name in "abcdef"]
    assert by_run(apart, [one]) == (tuple(apart), (one,))
