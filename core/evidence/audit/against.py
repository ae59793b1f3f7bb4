"""What a model adds to methods that see less than it, and what each step of the ladder of protocols costs."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from core.evidence.evaluation import Evaluation
from core.evidence.methods import describe_method, method_order
from core.evidence.metrics import MODEL, TRUTH
from core.evidence.paired import Difference, aligned, difference
from core.evidence.tally import Tally, Unit, by_run

METRICS = ("operation", "token", "exact_line", "line_within_row", "value_1mm")


@dataclass(frozen=True)
class Gain:
    """What the model adds to a method: `by_metric` metric -> the model less the method, the same runs on both sides."""

    method: str
    by_metric: dict[str, Difference]


@dataclass(frozen=True)
class Step:
    """What changes from one protocol to the next: `by_metric` metric -> `after` less `before`, paired by run.

    shared: runs that both were scored on.
    """

    before: Evaluation
    after: Evaluation
    by_metric: dict[str, Difference]
    shared: int


def gains(evaluation: Evaluation) -> list[Gain]:
    """What the model adds to every method that reads windows, in the order of the tables."""
    model = _of_runs(evaluation, MODEL)[1]
    found = []
    for method in sorted(evaluation.methods, key=method_order):
        if method in (MODEL, TRUTH) or describe_method(method).kind == "whole":
            continue
        theirs = _of_runs(evaluation, method)[1]
        own = {name: difference(name, theirs[name], model[name]) for name in METRICS if name in theirs}
        if own:
            found.append(Gain(method, own))
    return found


def steps(ladder: Sequence[Evaluation]) -> list[Step]:
    """Each protocol less the one before it. A run that only one of them has is drawn all the same."""
    return [_step(before, after) for before, after in itertools.pairwise(ladder)]


def _step(before: Evaluation, after: Evaluation) -> Step:
    (units, one), (others, other) = _of_runs(before, MODEL), _of_runs(after, MODEL)
    runs = sorted({unit.run for unit in (*units, *others)})
    place = {Unit(run, -1): index for index, run in enumerate(runs)}
    own = {
        name: difference(name, aligned(one[name], units, place), aligned(other[name], others, place))
        for name in METRICS
        if name in one and name in other
    }
    return Step(before, after, own, len(units) + len(others) - len(runs))


def _of_runs(evaluation: Evaluation, method: str) -> tuple[list[Unit], dict[str, Tally]]:
    """Metric -> tally of a method, of those that were asked of it and of the model, a unit a run."""
    asked = {tally.metric for tally in evaluation.tallies if tally.method == MODEL} & set(METRICS)
    own = [t for t in evaluation.tallies if t.method == method and t.metric in asked and t.asked.sum()]
    units, tallies = by_run(evaluation.units, own)
    return [Unit(unit.run, -1) for unit in units], {tally.metric: tally for tally in tallies}
