"""What can be had without the model: each baseline learns from the training part alone."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from core.evidence.answers import Answers
from core.evidence.baselines.confounds import RecordingOf, ambient_answers, presence_answers
from core.evidence.baselines.frequency import (
    majority_answers,
    most_frequent,
    one_hot,
    operation_line_answers,
    random_answers,
)
from core.evidence.baselines.lookup import PrefixLookup, clock_answers
from core.evidence.baselines.nearest_run import NearestRuns, nearest_run_answers, run_series
from core.gcode.tokens import Scheme
from core.recordings.inputs import inputs_for
from core.recordings.machine import Machine
from core.recordings.windows import Windows

__all__ = ["operation_baselines", "recording_baselines", "window_baselines"]


def window_baselines(
    train: Windows,
    test: Windows,
    scheme: Scheme,
    n_operations: int,
    operation_probabilities: NDArray[np.floating] | None = None,
    seed: int = 0,
) -> list[Answers]:
    """Every baseline that the windows suffice for, fitted on `train`, answering `test`.

    `operation_probabilities` `[N, O]` are the model's, for the line of the predicted operation.
    """
    predicted = []
    if operation_probabilities is not None:
        guess = operation_probabilities.argmax(axis=1)
        predicted.append(operation_line_answers(train, guess, scheme, "line of the predicted operation"))
    return [
        random_answers(train, test, scheme, n_operations, seed),
        majority_answers(train, test, scheme, n_operations),
        *predicted,
        operation_line_answers(train, test.operation_type, scheme),
        PrefixLookup.fit(train, with_position=False).answers(test, scheme),
        PrefixLookup.fit(train, with_position=True).answers(test, scheme),
        clock_answers(train, test, scheme),
        presence_answers(train, test, n_operations, seed),
    ]


def operation_baselines(train: Windows, test: Windows, n_operations: int, seed: int = 0) -> list[Answers]:
    """The baselines for the operation alone, fitted on `train` windows of a known operation."""
    usual = most_frequent(train.operation_type, default=0)
    guessed = np.random.default_rng(seed).integers(n_operations, size=len(test))
    return [
        Answers("random", operation=one_hot(guessed, n_operations)),
        Answers("majority", operation=one_hot(np.full(len(test), usual), n_operations)),
        presence_answers(train, test, n_operations, seed),
    ]


def recording_baselines(
    train: Windows,
    test: Windows,
    scheme: Scheme,
    machine: Machine,
    recordings: RecordingOf,
    progress: Callable[[str], None] | None = None,
    seed: int = 0,
) -> list[Answers]:
    """The baselines that need whole recordings (name -> run): ambient, and the nearest runs.

    The nearest runs are left out where windows of one run lie in both parts: a run would be its own
    neighbour. `progress` is told each test run that has been read.
    """
    n_operations = len(machine.operations)
    answers = [ambient_answers(train, test, machine, recordings, n_operations, seed)]
    if set(train.run.tolist()) & set(test.run.tolist()):
        return answers
    spec = inputs_for("run", machine)
    runs = [run_series(recordings(name), spec) for name in dict.fromkeys(train.run.tolist())]
    series = {name: run_series(recordings(name), spec) for name in dict.fromkeys(test.run.tolist())}
    nearest = NearestRuns(runs, n_operations)
    return [*answers, nearest_run_answers(nearest, test, series, scheme, progress)]
