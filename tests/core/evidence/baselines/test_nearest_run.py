from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.evidence.baselines.nearest_run import NearestRuns, RunSeries, nearest_run_answers, run_series
from core.evidence.truth import EvidenceError
from core.gcode.tokens import SpelledScheme
from core.recordings.inputs import inputs_for
from core.recordings.machine import Machine
from core.recordings.reader import read_recording
from core.recordings.windows import Windows

Make = Callable[..., Windows]


def _run(name: str, operation: int, seed: int, rows: int = 128, live: int = 8) -> RunSeries:
    """Each operation has its own eight signals; a run adds noise; the line changes every 32 rows."""
    signals = np.random.default_rng(operation).normal(size=(200, 8)).cumsum(axis=0)[:rows]
    noise = np.random.default_rng([seed, 99]).normal(size=signals.shape)
    mask = np.broadcast_to(np.arange(8) < live, signals.shape)
    lines = tuple(f"G1 X{operation}.{row // 32}" for row in range(rows))
    return RunSeries(name, operation, (signals + 0.3 * noise).astype(np.float32) * mask, mask, lines)


@pytest.fixture
def nearest() -> NearestRuns:
    return NearestRuns([_run(f"t{o}{i}", o, 10 * o + i) for o in range(3) for i in range(5)], 4)


def test_a_run_is_read_by_its_likes(nearest: NearestRuns) -> None:
    run = _run("new", 1, 77)
    reading = nearest.read(replace(run, operation=-1, lines=(None,) * 128))
    assert reading.operation.argmax() == 1
    assert reading.operation.sum() == pytest.approx(1.0)
    assert reading.lines == run.lines


def test_windows_get_the_line_that_fills_most_of_them(
    nearest: NearestRuns, scheme: SpelledScheme, make_windows: Make
) -> None:
    windows = make_windows(["M30"] * 2, runs=["new", "new"], start_rows=[0, 48])
    told: list[str] = []
    series = {"new": _run("new", 2, 5)}
    answers = nearest_run_answers(nearest, windows, series, scheme, told.append)
    assert answers.lines == ("G1 X2", "G1 X2.2")
    assert told == ["new"]


def test_too_few_shared_channels_give_no_opinion(nearest: NearestRuns) -> None:
    reading = nearest.read(_run("new", 1, 77, live=4))
    assert reading.operation == pytest.approx(np.full(4, 0.25))
    assert set(reading.lines) == {None}


def test_a_longer_run_is_read_as_far_as_its_likes_reach(nearest: NearestRuns) -> None:
    reading = nearest.read(_run("new", 1, 77, rows=160))
    assert reading.lines[:120] == _run("new", 1, 77).lines[:120]
    assert set(reading.lines[140:]) == {None}


def test_a_run_that_is_not_there_is_named(
    nearest: NearestRuns, scheme: SpelledScheme, make_windows: Make
) -> None:
    with pytest.raises(EvidenceError, match="'a_001'"):
        nearest_run_answers(nearest, make_windows(["M30"]), {}, scheme)


def test_no_training_run_is_said() -> None:
    with pytest.raises(EvidenceError, match="no training run"):
        NearestRuns([], 3)


def test_real_runs_are_read(recordings_dir: Path) -> None:
    machine = Machine.bantam()
    spec = inputs_for("run", machine)

    def series(name: str) -> RunSeries:
        return run_series(read_recording(recordings_dir / f"{name}_aligned.csv.gz", machine), spec)

    train = [series(f"{kind}_{number:03d}") for kind in ("face", "pocket") for number in (3, 7, 9)]
    run = series("face_006")
    reading = NearestRuns(train, len(machine.operations)).read(run)
    assert machine.operations[int(reading.operation.argmax())] == "face"
    known = [(ours, true) for ours, true in zip(reading.lines, run.lines, strict=True) if true is not None]
    assert np.mean([ours == true for ours, true in known]) > 0.5
