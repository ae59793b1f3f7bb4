"""Tests of what a model adds to other methods, and of what a step of the ladder costs."""

from dataclasses import replace

import numpy as np

from core.evidence.audit.against import gains, steps
from core.evidence.evaluation import Counts, Evaluation, from_tallies
from core.evidence.metrics import MODEL
from core.evidence.tally import Tally, Unit

RUNS = 20
ASKED = 10


def evaluation(protocol: str, runs: range, **right: int) -> Evaluation:
    """Runs of which each method (the model is `model`) reads so many of ten lines."""
    units = tuple(Unit(f"run_{number:02d}", 0) for number in runs)
    sums = {name: np.tile([float(hits), ASKED], (len(units), 1)) for name, hits in right.items()}
    tallies = [
        Tally("exact_line", MODEL if name == "model" else name, "share", own) for name, own in sums.items()
    ]
    counts = Counts(ASKED * len(units), ASKED * len(units), 0, 0, len(units))
    return from_tallies(protocol, (0,), "spelled", ("face",), counts, units, tallies)


def test_the_model_less_each_method_paired_by_run() -> None:
    found = {
        gain.method: gain.by_metric["exact_line"]
        for gain in gains(evaluation("run", range(RUNS), model=6, clock=8, majority=2))
    }
    assert set(found) == {"clock", "majority"}
    assert round(found["clock"].points, 6) == -0.2 and found["clock"].real
    assert found["majority"].points > 0 and found["majority"].n == RUNS * ASKED


def test_a_step_says_what_it_costs_and_which_runs_both_sides_have() -> None:
    before = evaluation("run", range(RUNS), model=8)
    after = evaluation("blind", range(5, RUNS + 5), model=6)
    (step,) = steps([before, after])
    cost = step.by_metric["exact_line"]
    assert round(cost.points, 6) == -0.2 and step.shared == RUNS - 5
    assert cost.low is not None and cost.low <= cost.points


def test_what_only_one_of_two_protocols_was_scored_on_is_no_step() -> None:
    before, after = (evaluation(name, range(RUNS), model=8) for name in ("seed", "run"))
    other = tuple(replace(tally, metric="operation") for tally in after.tallies)
    (step,) = steps([before, replace(after, tallies=other)])
    assert step.by_metric == {}
    assert steps([before]) == []
