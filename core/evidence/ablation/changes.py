"""What a removal changes: every metric of two evaluations of the same windows, paired by run, judged together."""

from dataclasses import replace

import numpy as np

from core.evidence.comparison.differences import Difference, between
from core.evidence.comparison.figures import Group
from core.evidence.evaluation import ALL, Evaluation
from core.evidence.metrics import MODEL
from core.evidence.tally import by_run
from core.evidence.truth import EvidenceError


def changes(first: Evaluation, second: Evaluation, *, by_operation: bool = False) -> list[Difference]:
    """Second less first of every metric of the model, over all runs or operation by operation.

    Raises:
        EvidenceError: the evaluations are of other windows, so that nothing can be paired.
    """
    if first.units != second.units:
        raise EvidenceError(
            "The two evaluations are of different runs: score both on the same windows to compare them."
        )
    return between(list(zip(_groups(first, by_operation), _groups(second, by_operation), strict=True)))


def _groups(evaluation: Evaluation, by_operation: bool) -> list[Group]:
    own = tuple(tally for tally in evaluation.tallies if tally.method == MODEL)
    if not by_operation:
        return [Group(ALL, *by_run(evaluation.units, own))]
    operation = np.array([unit.operation for unit in evaluation.units], np.int64)
    found = []
    for index, name in enumerate(evaluation.operations):
        rows = np.flatnonzero(operation == index)
        if len(rows):
            units = tuple(evaluation.units[row] for row in rows)
            found.append(Group(name, units, tuple(replace(tally, sums=tally.sums[rows]) for tally in own)))
    return found
