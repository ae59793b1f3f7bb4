from collections.abc import Callable

import numpy as np
import pytest

from core.evidence.answers import Answers, line_answers
from core.evidence.evaluation import Evaluation, evaluate
from core.evidence.truth import EvidenceError
from core.gcode.tokens import SpelledScheme
from core.model.prediction import BatchPrediction, TeacherForced
from core.recordings.windows import Windows

Make = Callable[..., Windows]
MakeFree = Callable[..., BatchPrediction]
MakeForced = Callable[..., TeacherForced]
OPERATIONS = ("pocket", "face")


def test_figures_of_a_case_worked_out_by_hand(
    scheme: SpelledScheme, make_windows: Make, make_free: MakeFree, make_forced: MakeForced
) -> None:
    windows = make_windows(
        ["G1 X1.575 Y0.25", "G0 Z0.5", "M30", ""],
        runs=["p_1", "p_1", "f_1", "f_1"],
        operations=[0, 0, 1, 1],
        near=["G1 X1.575 Y0.25", "G0 Z0.5\nG0 Z0.25", "M30", ""],
    )
    lines = ["G1 X1.575 Y0.26", "G0 Z0.25", "M30", "M30"]
    free = make_free(lines, np.eye(2)[[0, 1, 1, 0]])
    evaluation = evaluate(windows, scheme, free, make_forced(windows, lines), OPERATIONS, fold=3)

    assert vars(evaluation.counts) == {
        "windows": 4,
        "scored": 3,
        "without_label": 1,
        "tied": 0,
        "runs": 2,
        "models": 1,
    }
    assert evaluation.folds == (3,)
    wanted = {
        ("operation", "all"): (2 / 3, 3),
        ("operation", "pocket"): (1 / 2, 2),
        ("operation", "face"): (1, 1),
        ("token", "all"): (10 / 12, 12),
        ("token_free", "pocket"): (8 / 10, 10),
        ("digit5", "all"): (1, 3),
        ("digit3", "all"): (2 / 3, 3),
        ("digit4", "all"): (1 / 3, 3),
        ("value_exact", "all"): (1 / 3, 3),
        ("value_1mm", "all"): (2 / 3, 3),
        ("structure", "all"): (1, 3),
        ("exact_line", "all"): (1 / 3, 3),
        ("line_within_row", "all"): (2 / 3, 3),
    }
    for (metric, group), (value, n) in wanted.items():
        row = evaluation.row(metric, group)
        assert row is not None, metric
        assert (pytest.approx(value), n) == (row.value, row.n), metric
    assert evaluation.row("operation_run", "face").low is None  # type: ignore[union-attr]
    assert evaluation.row("sign", "face") is None  # M30 has no number


def test_metrics_come_in_the_order_of_the_tables(evaluated: Callable[..., Evaluation]) -> None:
    metrics = [row.metric for row in evaluated(["pocket_1", "face_1"]).table()]
    heads = [
        "operation",
        "operation_run",
        "token",
        "token_free",
        "type",
        "command",
        "param_type",
        "number_letter",
    ]
    assert metrics[:14] == [*heads, "sign", *(f"digit{place}" for place in range(1, 6))]
    assert metrics[14:19] == ["value_exact", "value_1mm", "structure", "exact_line", "line_within_row"]
    assert {"ece_operation", "ece_line", "ece_type", "ece_digit5"} <= set(metrics)


def test_intervals_hold_the_value_and_lie_in_range(evaluated: Callable[..., Evaluation]) -> None:
    evaluation = evaluated([f"pocket_{i}" for i in range(6)] + [f"face_{i}" for i in range(6)])
    for row in evaluation.rows:
        assert row.low is not None
        assert row.high is not None
        assert 0 <= row.low <= row.high <= 1
        if not row.metric.startswith("ece"):
            assert row.low <= row.value <= row.high


def test_runs_without_a_name_have_no_interval(
    scheme: SpelledScheme, make_windows: Make, make_free: MakeFree
) -> None:
    windows = make_windows(["M30", "M30"], runs=["", ""], operations=[0, 1])
    evaluation = evaluate(windows, scheme, make_free(["M30"] * 2, np.eye(2)), None, OPERATIONS)
    row = evaluation.row("exact_line")
    assert row is not None
    assert (row.value, row.low, row.n) == (1.0, None, 2)
    assert "without a name" in row.note


def test_an_interval_without_width_says_why(evaluated: Callable[..., Evaluation]) -> None:
    row = evaluated(["pocket_1", "pocket_2"]).row("unk_tokens", method="truth")
    assert row is not None
    assert (row.low, row.high) == (0, 0)
    assert "every run alike" in row.note


def test_baselines_stand_in_the_same_table(
    scheme: SpelledScheme, make_windows: Make, make_free: MakeFree, make_forced: MakeForced
) -> None:
    windows = make_windows(["M30", "G1 X1", ""], runs=["a", "b", "b"])
    lines = ["M30", "M30", "M30"]
    baselines = [
        line_answers("clock", ["M30", "G1 X1", ""], scheme),
        Answers("weather", operation=np.array([[1, 0], [0, 1], [1, 0]])),
    ]
    free = make_free(lines, np.eye(2)[[0, 0, 0]])
    forced = make_forced(windows, lines)
    evaluation = evaluate(windows, scheme, free, forced, OPERATIONS, baselines=baselines)
    assert evaluation.methods == ("model", "truth", "clock", "weather")
    assert evaluation.row("exact_line", method="clock").value == 1.0  # type: ignore[union-attr]
    assert evaluation.row("operation", method="weather").value == 0.5  # type: ignore[union-attr]
    assert evaluation.row("exact_line", method="weather") is None
    assert evaluation.row("token", method="clock") is None


def test_answers_for_other_windows_are_refused(
    scheme: SpelledScheme, make_windows: Make, make_free: MakeFree
) -> None:
    with pytest.raises(EvidenceError, match="answers of model are for 2 windows, not for the 1"):
        evaluate(make_windows(["M30"]), scheme, make_free(["M30"] * 2, np.eye(2)), None, OPERATIONS)


def test_parts_of_different_length_are_refused() -> None:
    with pytest.raises(EvidenceError, match="parts of model's answers have different lengths"):
        Answers("model", operation=np.eye(2), lines=("M30",))


def test_nothing_to_score_is_said(scheme: SpelledScheme, make_windows: Make, make_free: MakeFree) -> None:
    with pytest.raises(EvidenceError, match="None of the windows has a label"):
        evaluate(make_windows([""]), scheme, make_free(["M30"], np.eye(2)[:1]), None, OPERATIONS)
