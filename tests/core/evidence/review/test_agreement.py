import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import cohen_kappa_score

from core.evidence.review.agreement import (
    agreement,
    cohen_kappa,
    coincidences,
    krippendorff_alpha,
    observed,
)
from core.evidence.review.verdicts import VERDICTS


def ratings(answers: dict[str, list[int | None]]) -> pd.DataFrame:
    """Reviewer -> the code of what he says of each target, from 1; None = nothing."""
    rows = [
        {"target": f"t{place}", "run": f"r{place}", "reviewer": name, "verdict": VERDICTS[said - 1]}
        for name, all_said in answers.items()
        for place, said in enumerate(all_said)
        if said is not None
    ]
    return pd.DataFrame(rows, columns=["target", "run", "reviewer", "verdict"])


def table(*cells: int) -> np.ndarray:
    """A table of two answers among the four there are."""
    whole = np.zeros((4, 4))
    whole[:2, :2] = np.array(cells).reshape(2, 2)
    return whole.reshape(1, 16)


def test_kappa_is_that_of_a_published_example() -> None:
    # 50 grants read by two people: yes/yes 20, yes/no 5, no/yes 10, no/no 15 (Wikipedia, Cohen's kappa)
    assert cohen_kappa(table(20, 5, 10, 15))[0] == pytest.approx(0.4)
    # the two examples there of one agreement and two kappas
    assert cohen_kappa(table(45, 15, 25, 15))[0] == pytest.approx(0.1304, abs=1e-4)
    assert cohen_kappa(table(25, 35, 5, 35))[0] == pytest.approx(0.2593, abs=1e-4)
    assert observed(table(45, 15, 25, 15))[0] == observed(table(25, 35, 5, 35))[0] == 0.6


def test_kappa_is_that_of_another_library() -> None:
    chance = np.random.default_rng(3)
    one, other = chance.integers(1, 5, 200), chance.integers(1, 5, 200)
    found = agreement(ratings({"a": one.tolist(), "b": other.tolist()}))
    assert found.pairs[0].kappa.value == pytest.approx(cohen_kappa_score(one, other))
    assert found.pairs[0].agreement.value == pytest.approx((one == other).mean())
    assert found.pairs[0].n == found.n == 200


def test_alpha_is_that_of_the_published_examples() -> None:
    # Krippendorff 2011, Computing Krippendorff's alpha-reliability, section C: 4 observers, 12 units, 5 values
    units = ["111", "2223", "3333", "3333", "2222", "1234", "4444", "1112", "2222", "555", "11", "3"]
    counts = np.array([[unit.count(value) for value in "12345"] for unit in units], float)
    assert krippendorff_alpha(coincidences(counts).sum(axis=0, keepdims=True))[0] == pytest.approx(
        0.743, abs=5e-4
    )
    # section A: two observers, ten units, yes or no
    two = agreement(ratings({"A": [1, 2, 1, 1, 1, 1, 1, 1, 2, 1], "B": [2, 2, 2, 1, 1, 2, 1, 1, 1, 1]}))
    assert two.alpha.value == pytest.approx(0.095, abs=5e-4)


def test_one_voice_and_no_variation_have_no_value() -> None:
    alone = agreement(ratings({"a": [1, 2, 3]}))
    assert (alone.n, alone.pairs) == (0, ())
    assert np.isnan(alone.alpha.value)
    same = agreement(ratings({"a": [1, 1, 1], "b": [1, 1, 1]}))
    assert same.pairs[0].agreement.value == 1
    assert np.isnan(same.pairs[0].kappa.value)
    assert np.isnan(same.alpha.value)
    assert agreement(ratings({})).n == 0


def test_the_interval_draws_runs() -> None:
    chance = np.random.default_rng(1)
    one = chance.integers(1, 3, 60).tolist()
    other = [said if place % 3 else 3 - said for place, said in enumerate(one)]
    spread = ratings({"a": one, "b": other})
    figure = agreement(spread).pairs[0].kappa
    assert figure.low is not None
    assert figure.high is not None
    assert figure.low < figure.value < figure.high
    assert agreement(spread.assign(run="one")).pairs[0].kappa.low is None


def test_what_reviewers_differ_on_is_counted() -> None:
    said = ratings({"a": [1, 2, 3], "b": [1, 3, None]})
    assert agreement(said).disputed == 1
