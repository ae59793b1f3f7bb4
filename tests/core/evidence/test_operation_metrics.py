from collections.abc import Callable

import numpy as np
import pytest

from core.evidence.answers import Answers
from core.evidence.operation_metrics import operation_tallies
from core.evidence.truth import truth_of
from core.gcode.tokens import SpelledScheme
from core.recordings.windows import Windows


def test_a_run_is_read_by_the_mean_of_its_windows(
    scheme: SpelledScheme, make_windows: Callable[..., Windows]
) -> None:
    # run a: two of three windows are wrong, but the right one is surer; run b: unknown operation
    windows = make_windows(["M30"] * 4, runs=["a", "a", "a", "b"], operations=[0, 0, 0, -1])
    probabilities = np.array([[0.45, 0.55], [0.45, 0.55], [0.9, 0.1], [1.0, 0.0]])
    answers = Answers("model", operation=probabilities, confidence=np.ones(4))
    found = {tally.metric: tally.sums for tally in operation_tallies(truth_of(windows, scheme), answers)}
    assert found["operation"].tolist() == [[1, 3], [0, 0]]
    assert found["operation_run"].tolist() == [[1, 1], [0, 0]]
    asked, right, confidence = found["ece_operation"].reshape(2, -1, 3).sum(axis=1)[0]
    assert (asked, right) == (3, 1)
    assert confidence == pytest.approx(2.0)


def test_methods_without_confidence_have_no_calibration(
    scheme: SpelledScheme, make_windows: Callable[..., Windows]
) -> None:
    truth = truth_of(make_windows(["M30"]), scheme)
    answers = Answers("clock", operation=np.array([[1.0, 0.0]]))
    assert [tally.metric for tally in operation_tallies(truth, answers)] == ["operation", "operation_run"]
    assert list(operation_tallies(truth, Answers("clock"))) == []
