"""Small windows and answers made by hand."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from core.evidence.evaluation import Evaluation, evaluate
from core.evidence.truth import encode_lines
from core.gcode.tokens import Scheme, SpelledScheme
from core.model.prediction import BatchPrediction, TeacherForced
from core.model.targets import with_end
from core.recordings.windows import Windows

LINES = ["G1 X1.575 Y0.25", "G1 Y-0.125", "G0 Z0.5", "G3 X1 Y2 R0.0625", "M30"]
OPERATIONS = ("pocket", "face")
Make = Callable[..., Windows]


def _windows(
    lines: Sequence[str],
    scheme: Scheme,
    runs: Sequence[str] | None = None,
    operations: Sequence[int] | None = None,
    start_rows: Sequence[int] | None = None,
    near: Sequence[str] | None = None,
    present: np.ndarray | None = None,
) -> Windows:
    n = len(lines)
    windows = Windows(
        continuous=np.zeros((n, 64, 3), np.float32),
        categorical=np.zeros((n, 64, 4), np.int64),
        tokens=np.zeros((n, 7), np.int64),
        operation_type=np.array(operations if operations is not None else [0] * n, np.int64),
        run=np.array(runs if runs is not None else ["a_001"] * n, np.str_),
        start_row=np.array(start_rows if start_rows is not None else np.arange(n) * 16, np.int64),
        gcode=np.array(lines, np.str_),
        present=np.ones((n, 3), np.bool_) if present is None else present,
        near=np.array(near if near is not None else lines, np.str_),
        top_rows=np.full(n, 20, np.int64),
        tied=np.zeros(n, np.bool_),
        place=np.full(n, np.nan, np.float32),
        lag=np.full(n, np.nan, np.float32),
        synced=np.full(n, "", np.str_),
        synced_near=np.full(n, "", np.str_),
        channels=("b.x", "b.y", "b.z"),
    )
    return windows.with_tokens(scheme)


def _free(
    lines: Sequence[str], scheme: Scheme, probabilities: np.ndarray, confidence: float
) -> BatchPrediction:
    tokens = encode_lines(lines, scheme)
    return BatchPrediction(
        operation_probabilities=probabilities.astype(np.float32),
        tokens=tokens,
        line=tuple(lines),
        confidence=np.full(len(lines), confidence, np.float32),
        token_confidence=np.full(tokens.shape, confidence, np.float32),
    )


def _forced(targets: np.ndarray, predicted: np.ndarray, scheme: Scheme, confidence: float) -> TeacherForced:
    names = ["type", "command", "param_type", "sign", *(f"digit{i + 1}" for i in range(scheme.sizes.digits))]
    level = np.full(targets.shape, confidence, np.float32)
    return TeacherForced(targets, predicted, scheme.heads(predicted), dict.fromkeys(names, level))


@pytest.fixture
def scheme() -> SpelledScheme:
    return SpelledScheme.fit(LINES)


@pytest.fixture
def make_windows(scheme: Scheme) -> Make:
    """make_windows(lines, runs=..., operations=..., start_rows=..., near=..., present=...)."""

    def make(lines: Sequence[str], **given: object) -> Windows:
        return _windows(lines, scheme, **given)  # type: ignore[arg-type]

    return make


@pytest.fixture
def make_free(scheme: Scheme) -> Callable[..., BatchPrediction]:
    """make_free(lines, operation probabilities [N, O], confidence)."""

    def make(lines: Sequence[str], probabilities: np.ndarray, confidence: float = 0.5) -> BatchPrediction:
        return _free(lines, scheme, probabilities, confidence)

    return make


@pytest.fixture
def make_forced(scheme: Scheme) -> Callable[..., TeacherForced]:
    """make_forced(windows, the lines that are answered token by token, confidence)."""

    def make(windows: Windows, lines: Sequence[str], confidence: float = 0.5) -> TeacherForced:
        targets = with_end(windows.tokens)
        predicted = encode_lines(lines, scheme, targets.shape[1])
        return _forced(targets, predicted, scheme, confidence)

    return make


@pytest.fixture
def evaluated(
    scheme: Scheme,
    make_windows: Make,
    make_free: Callable[..., BatchPrediction],
    make_forced: Callable[..., TeacherForced],
) -> Callable[..., Evaluation]:
    """evaluated(runs, seed, **evaluate's options): twelve windows a run, about a third of the lines read wrong."""

    def make(runs: Sequence[str], seed: int = 0, **options: object) -> Evaluation:
        windowed = [window for run in runs for window in _run_answers(run, seed)]
        true, given, operation = zip(*windowed, strict=True)
        windows = make_windows(true, runs=np.repeat(runs, 12), operations=operation)
        free = make_free(given, np.eye(2)[[int(line == "M30") for line in given]], 0.8)
        forced = make_forced(windows, given, 0.8)
        return evaluate(windows, scheme, free, forced, OPERATIONS, **options)  # type: ignore[arg-type]

    return make


def _run_answers(run: str, seed: int) -> list[tuple[str, str, int]]:
    """True line, answered line and operation of a run's windows; they depend on its name alone."""
    generator = np.random.default_rng([seed, *run.encode()])
    true = [str(line) for line in generator.choice(LINES, 12)]
    given = [line if generator.random() < 0.7 else str(generator.choice(LINES)) for line in true]
    return [(ours, theirs, int(run.startswith("face"))) for ours, theirs in zip(true, given, strict=True)]
