"""Tests of `core.evidence.ablation.shapley`, on games whose values are known."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.evidence.ablation.removal import Removal
from core.evidence.ablation.scored import Ablation, held_out_windows
from core.evidence.ablation.shapley import frame, sampled, shapley, to_markdown
from core.evidence.evaluation import Evaluation
from core.evidence.truth import EvidenceError
from core.model.bundle import load_bundle
from tests.pipeline import Pipeline

PLAYERS = ("first", "second", "idle", "noise")
RUNS = 12


def play(present: tuple[str, ...]) -> np.ndarray:
    """Right answers of 100 in each run: 40 by the first alone, 20 by first and second together, noise by chance."""
    generator = np.random.default_rng(len(present) * 7 + sum(map(len, present)))
    right = np.zeros(RUNS)
    right += 40.0 * ("first" in present) + 20.0 * ("first" in present and "second" in present)
    right += generator.normal(0, 2, RUNS) * ("noise" in present)
    return right[:, None]


def test_known_values_are_found() -> None:
    asked = np.full((RUNS, 1), 100.0)
    found = sampled(play, PLAYERS, ["exact_line"], asked, tolerance=0.02, most=100)
    value = {each.player: each for each in found.of("exact_line")}
    assert found.of("exact_line")[0].player == "first"
    # 40 alone and half of what needs both
    assert value["first"].interval.value == pytest.approx(0.5, abs=0.03)
    assert value["second"].interval.value == pytest.approx(0.1, abs=0.03)
    assert value["idle"].interval.value == pytest.approx(0, abs=0.02)
    low, high = value["noise"].interval.low, value["noise"].interval.high
    assert low is not None and high is not None and low <= 0 <= high
    assert found.orders < 100 and max(each.sampling for each in found.values) <= 0.02
    assert set(frame(found)["modality"]) == set(PLAYERS) and "first" in to_markdown(found)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=3, max_size=3), st.integers(0, 5))
def test_values_add_up_to_all_less_none(worth: list[int], seed: int) -> None:
    players = ("a", "b", "c")

    def game(present: tuple[str, ...]) -> np.ndarray:
        right = float(sum(worth[players.index(name)] for name in present) + 5 * (len(present) == 3))
        return np.array([[right], [right / 2]])

    asked = np.full((2, 1), 100.0)
    found = sampled(game, players, ["operation"], asked, most=9, seed=seed)
    assert sum(each.interval.value for each in found.values) == pytest.approx(found.total["operation"])


def test_of_a_bundle(pipeline: Pipeline) -> None:
    bundle = load_bundle(pipeline.bundle)
    ablation = Ablation(bundle, held_out_windows(bundle, pipeline.splits))
    found = shapley(ablation, metrics=("operation",), most=2)
    whole = ablation.evaluation().row("operation")
    assert whole is not None
    assert sum(each.interval.value for each in found.values) == pytest.approx(found.total["operation"])
    with pytest.raises(EvidenceError, match="choose other metrics"):
        shapley(ablation, metrics=("beauty",))


def test_of_one_run_there_is_no_interval() -> None:
    found = sampled(
        lambda present: play(present)[:1], PLAYERS, ["exact_line"], np.full((1, 1), 100.0), most=9
    )
    assert all(each.interval.low is None for each in found.values)
    assert frame(found)["low"].isna().all() and "(" not in to_markdown(found).partition("in all: ")[2]


def test_a_metric_that_nothing_is_asked_of_is_left_out(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = load_bundle(pipeline.bundle)
    ablation = Ablation(bundle, held_out_windows(bundle, pipeline.splits))
    real = Ablation.evaluation

    def without_operations(self: Ablation, *given: Removal) -> Evaluation:
        found = real(self, *given)
        none = {t: replace(t, sums=t.sums * (t.metric != "operation")) for t in found.tallies}
        return replace(found, tallies=tuple(none.values()))

    monkeypatch.setattr(Ablation, "evaluation", without_operations)
    found = shapley(ablation, metrics=("operation", "token"), most=2)
    assert set(found.total) == {"token"}
