"""How often the operation is right: of a window, and of a run as a whole."""

from collections.abc import Iterator

import numpy as np

from core.evidence.answers import Answers, Reals
from core.evidence.calibration import bin_sums
from core.evidence.tally import Tally, counted, share
from core.evidence.truth import Truth


def operation_tallies(truth: Truth, answers: Answers) -> Iterator[Tally]:
    """Operation accuracy of windows and of runs, and its calibration, where the operation is known."""
    if answers.operation is None:
        return
    n_units = len(truth.units)
    asked = truth.operation >= 0
    right = answers.operation.argmax(axis=1) == truth.operation
    yield share("operation", answers.method, right, asked, truth.unit, n_units)
    yield _of_runs(truth, answers.method, answers.operation)
    if answers.confidence is None:
        return  # a method that is never less than sure has no calibration
    confidence = answers.operation.max(axis=1)
    sums = bin_sums(confidence[asked], right[asked], truth.unit[asked], n_units)
    yield Tally("ece_operation", answers.method, "ece", sums)


def _of_runs(truth: Truth, method: str, probabilities: Reals) -> Tally:
    """A run's operation is the argmax of its windows' mean probabilities."""
    n_units = len(truth.units)
    columns = [np.bincount(truth.unit, weights=column, minlength=n_units) for column in probabilities.T]
    summed = np.stack(columns, axis=1)
    operation = np.array([unit.operation for unit in truth.units], np.int64)
    asked = (operation >= 0).astype(np.int64)
    right = ((summed.argmax(axis=1) == operation) & (operation >= 0)).astype(np.int64)
    return counted("operation_run", method, right, asked, np.arange(n_units), n_units)
