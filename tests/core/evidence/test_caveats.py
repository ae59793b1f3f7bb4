"""Reasons for doubt: each is raised where it is so, and none where it is not."""

from dataclasses import replace

import pytest

from core.evidence.caveats import caveats
from core.evidence.evaluation import Counts, Evaluation, MetricRow

CLEAN = {
    ("operation", "model"): (0.97, 0.95, 0.99),
    ("operation", "majority"): (0.2, 0.1, 0.3),
    ("operation", "ambient"): (0.25, 0.1, 0.4),
    ("exact_line", "model"): (0.9, 0.88, 0.92),
    ("exact_line", "clock"): (0.5, 0.4, 0.6),
    ("token", "model"): (0.95, 0.94, 0.96),
    ("token_free", "model"): (0.94, 0.93, 0.95),
    ("ece_line", "model"): (0.02, 0.01, 0.03),
    ("unk_windows", "truth"): (0.0, 0.0, 0.0),
}
Figures = dict[tuple[str, str], tuple[float, float, float]]


def scored(figures: Figures, *, tied: int = 0, models: float = 3) -> Evaluation:
    rows = tuple(
        MetricRow(metric, "all", value, low, high, 500, method=method)
        for (metric, method), (value, low, high) in figures.items()
    )
    return Evaluation("run", (0,), "spelled", ("face",), Counts(500, 500, 0, tied, 40, models), rows, (), ())


def test_clean_figures_raise_no_doubt() -> None:
    assert caveats(scored(CLEAN)) == []


@pytest.mark.parametrize(
    ("changed", "weight", "said"),
    [
        ({("operation", "ambient"): (0.95, 0.9, 0.99)}, "grave", "95.0 % (90.0 to 99.0)"),
        ({("operation", "board presence"): (0.7, 0.6, 0.8)}, "warning", "which channels are live"),
        ({("exact_line", "nearest run"): (0.95, 0.9, 0.99)}, "warning", "Nearest run reads 95.0 %"),
        ({("exact_line", "clock"): (0.95, 0.9, 0.99)}, "note", "Without any sensor, clock reads 95.0 %"),
        ({("unk_windows", "truth"): (0.5, 0.4, 0.6)}, "grave", "50.0 % (40.0 to 60.0) of windows"),
        ({("token_free", "model"): (0.7, 0.6, 0.8)}, "note", "70.0 % (60.0 to 80.0)"),
        ({("ece_line", "model"): (0.2, 0.1, 0.3)}, "warning", "Calibration error of the line: 20.0 %"),
        ({("exact_line", "model"): (0.9, 0.7, 0.98)}, "note", "28 points wide"),
    ],
)
def test_a_doubt_is_told_with_its_figures(changed: Figures, weight: str, said: str) -> None:
    (found,) = caveats(scored({**CLEAN, **changed}))
    assert (found.weight, said in found.sentence) == (weight, True), found


def test_ties_and_single_trainings_are_told_after_what_is_graver() -> None:
    grave: Figures = {("unk_windows", "truth"): (0.5, 0.4, 0.6)}
    found = caveats(scored({**CLEAN, **grave}, tied=200, models=1))
    assert [caveat.weight for caveat in found] == ["grave", "note", "note"]
    assert "40 % of windows show two lines" in found[1].sentence


def test_a_program_left_out_explains_why_its_operation_is_not_named() -> None:
    found = caveats(replace(scored(CLEAN), protocol="program"))
    assert any("has no training run" in caveat.because for caveat in found)
