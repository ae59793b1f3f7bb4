"""Baselines that may see only what names the session: which boards are there, the weather."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier

from core.evidence.answers import Answers
from core.evidence.truth import labelled
from core.recordings.machine import Machine
from core.recordings.presence import live_rows
from core.recordings.recording import Recording
from core.recordings.windows import WINDOW_ROWS, Windows

RecordingOf = Callable[[str], Recording]
Features = NDArray[np.float32]

TREES = 100


def presence_answers(train: Windows, test: Windows, n_operations: int, seed: int = 0) -> Answers:
    """Tell the operation from which channels are live in the window, nothing else."""
    probabilities = classify(
        train.present.astype(np.float32), train, test.present.astype(np.float32), n_operations, seed
    )
    return Answers("board presence", operation=probabilities)


def ambient_answers(
    train: Windows,
    test: Windows,
    machine: Machine,
    recordings: RecordingOf,
    n_operations: int,
    seed: int = 0,
) -> Answers:
    """Tell the operation from the window's mean pressures and temperatures, nothing else.

    The windows' own values may be free of the run's offset; the means come from `recordings` (name -> run).
    """
    channels = tuple(name for name in machine.side_channels if machine.role(name) == "ambient")
    features = [window_means(part, recordings, channels) for part in (train, test)]
    return Answers("ambient", operation=classify(features[0], train, features[1], n_operations, seed))


def window_means(windows: Windows, recordings: RecordingOf, channels: Sequence[str]) -> Features:
    """Mean of each channel over each window, `[N, len(channels)]`; NaN where it is not live throughout."""
    means = np.full((len(windows), len(channels)), np.nan, np.float32)
    for name in np.unique(windows.run):
        recording = recordings(str(name))
        values = np.where(live_rows(recording, channels), recording.matrix(channels), np.nan)
        for index in np.flatnonzero(windows.run == name):
            start = int(windows.start_row[index])
            means[index] = values[start : start + WINDOW_ROWS].mean(axis=0)
    return means


def classify(
    features: Features, train: Windows, test_features: Features, n_operations: int, seed: int
) -> NDArray[np.float32]:
    """Operation probabilities `[N, n_operations]` of a random forest; features may hold NaN."""
    known = train.operation_type >= 0
    # where there are lines, only windows that have one are learned from
    known &= labelled(train) if labelled(train).any() else known
    forest = RandomForestClassifier(TREES, random_state=seed, n_jobs=1, min_samples_leaf=2)
    forest.fit(features[known], train.operation_type[known])
    probabilities = np.zeros((len(test_features), n_operations), np.float32)
    probabilities[:, forest.classes_] = forest.predict_proba(test_features)
    return probabilities
