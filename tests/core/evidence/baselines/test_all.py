from collections.abc import Callable

import numpy as np

from core.evidence.baselines import recording_baselines, window_baselines
from core.evidence.evaluation import evaluate
from core.gcode.tokens import SpelledScheme
from core.model.prediction import BatchPrediction
from core.recordings.machine import Machine
from core.recordings.recording import Recording
from core.recordings.windows import Windows

LINES = ["G1 X1.575 Y0.25", "G1 Y-0.125", "G0 Z0.5", "M30"]


def _recording(name: str, machine: Machine) -> Recording:
    rows = 128
    channels = tuple(c for c in machine.side_channels if c.startswith("frame_l1."))
    values = np.random.default_rng(list(name.encode())).normal(size=(rows, len(channels))).astype(np.float32)
    lines = tuple(LINES[row // 32] for row in range(rows))
    return Recording(
        name, machine.operation_of(name), machine, np.arange(rows) * 0.257, channels, values, lines, None, {}
    )


def test_every_baseline_is_scored_beside_the_model(
    scheme: SpelledScheme,
    make_windows: Callable[..., Windows],
    make_free: Callable[..., BatchPrediction],
) -> None:
    machine = Machine.bantam()
    recordings = {
        name: _recording(name, machine) for name in ("face_001", "face_002", "pocket_001", "pocket_002")
    }

    def windows(*runs: str) -> Windows:
        operations = [machine.operation_id(machine.operation_of(run)) for run in runs for _ in range(4)]
        return make_windows(
            [*LINES[:3], ""] * len(runs),
            runs=np.repeat(runs, 4),
            operations=operations,
            start_rows=[0, 16, 32, 48] * len(runs),
        )

    train, test = windows("face_001", "pocket_001"), windows("face_002", "pocket_002")
    free = make_free(["M30"] * 8, np.eye(9)[test.operation_type])
    baselines = window_baselines(train, test, scheme, 9, free.operation_probabilities)
    baselines += recording_baselines(train, test, scheme, machine, recordings.__getitem__)
    evaluation = evaluate(test, scheme, free, None, machine.operations, baselines=baselines)
    assert evaluation.methods == (
        "model",
        "truth",
        "random",
        "majority",
        "line of the predicted operation",
        "line of the true operation",
        "prefix lookup",
        "prefix lookup with position",
        "clock",
        "board presence",
        "ambient",
        "nearest run",
    )
    assert evaluation.row("exact_line", method="clock").value == 1.0  # type: ignore[union-attr]
    # a run in both parts would be its own neighbour
    shared = recording_baselines(train, train, scheme, machine, recordings.__getitem__)
    assert [answers.method for answers in shared] == ["ambient"]
