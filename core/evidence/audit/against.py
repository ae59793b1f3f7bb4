"""What a model adds to methods that see less than it, and what each step of the ladder of protocols costs."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from core.evidence.evaluation import Evaluation
from core.evidence.methods import describe_method, method_order
from core.evidence.metrics import MODEL, TRUTH
from core.evidence.paired import Difference, aligned, difference
from core.evidence.tally import Tally

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
    model = _tallies(evaluation, MODEL)
    found = []
    for method in sorted(evaluation.methods, key=method_order):
        if method in (MODEL, TRUTH) or describe_method(method).kind == "whole":
            continue
        theirs = _tallies(evaluation, method)
        own = {name: difference(name, theirs[name], model[name]) for name in METRICS if name in theirs}
        if own:
            found.append(Gain(method, own))
    return found


def steps(ladder: Sequence[Evaluation]) -> list[Step]:
    """Each protocol less the one before it. A run that only one of them has is drawn all the same."""
    return [_step(before, after) for before, after in itertools.pairwise(ladder)]


def _step(before: Evaluation, after: Evaluation) -> Step:
    units = sorted({*before.units, *after.units}, key=lambda unit: (unit.run, unit.operation))
    place = {unit: index for index, unit in enumerate(units)}
    one, other = _tallies(before, MODEL), _tallies(after, MODEL)
    own = {
        name: difference(
            name, aligned(one[name], before.units, place), aligned(other[name], after.units, place)
        )
        for name in METRICS
        if name in one and name in other
    }
    shared = {unit.run for unit in before.units} & {unit.run for unit in after.units}
    return Step(before, after, own, len(shared))


def _tallies(evaluation: Evaluation, method: str) -> dict[str, Tally]:
    """Metric -> tally of a method, of those that were asked of it and of the model."""
    own = [tally for tally in evaluation.tallies if tally.method == method and tally.metric in METRICS]
    asked = {tally.metric for tally in evaluation.tallies if tally.method == MODEL}
    return {tally.metric: tally for tally in own if tally.asked.sum() and tally.metric in asked}
