from collections.abc import Callable

import numpy as np
import pytest

from core.evidence.answers import Answers, line_answers
from core.evidence.line_metrics import exact_lines, line_tallies, same_structure, value_counts
from core.evidence.truth import truth_of
from core.gcode.tokens import LegacyScheme, SpelledScheme
from core.recordings.windows import Windows


@pytest.mark.parametrize(
    ("true", "given", "exact", "close", "asked"),
    [
        ("G1 X1.575 Y0.25", "G1 X1.575 Y0.25", 2, 2, 2),
        ("G1 X1.575 Y0.25", "G1 Y0.25", 1, 1, 2),
        ("G1 X1.575", "G0 Z1 X1.575", 1, 1, 1),
        ("G1 X1", "G1 X1.039", 0, 1, 1),  # 0.99 mm
        ("G1 X1", "G1 X1.04", 0, 0, 1),  # 1.02 mm
        ("G1 X-1", "G1 X1", 0, 0, 1),
        ("G3 R0.06251 F22", "G3 R0.0625 F9", 1, 1, 1),
        ("G1 F22", "G1 F22", 0, 0, 0),
        ("G1 X1.575", "G1 X?", 0, 0, 1),
        ("G1 X1.575", "", 0, 0, 1),
        ("G1 X0", "G1 X-0", 1, 1, 1),
    ],
)
def test_values_of_a_line(true: str, given: str, exact: int, close: int, asked: int) -> None:
    assert [counts.tolist() for counts in value_counts([true], [given])] == [[exact], [close], [asked]]


def test_a_millimetre_is_measured_in_the_unit_of_the_machine() -> None:
    assert value_counts(["G1 X1"], ["G1 X1.5"], "mm")[1].tolist() == [1]
    assert value_counts(["G1 X1"], ["G1 X1.5"], "inch")[1].tolist() == [0]


@pytest.mark.parametrize(
    ("true", "given", "same"),
    [
        ("G1 X1 Y2", "G1 X5 Y-7", True),
        ("G1 X1 Y2", "G1 Y2 X1", False),
        ("G1 X1", "G0 X1", False),
        ("G1 X1", "G1 X?", True),
        ("G1 X1", "G1 ? ?", False),
        ("G1 X1", "G1 X1 0.5", False),
        ("X1", "X2", True),
        ("M30", "", False),
    ],
)
def test_structure(true: str, given: str, same: bool) -> None:
    assert same_structure([true], [given]).tolist() == [same]


def test_lines_exact_and_within_a_row(scheme: SpelledScheme, make_windows: Callable[..., Windows]) -> None:
    near = ["G1 X1\nG1 X2"] * 4
    truth = truth_of(make_windows(["G1 X1"] * 4, near=near), scheme)
    answers = line_answers("model", ["G1 X1.0004", "G1 X2", "G1 X3", "G1 X1 Y1"], scheme)
    found = {tally.metric: tally.sums.sum(axis=0).tolist() for tally in line_tallies(truth, answers)}
    assert found["exact_line"] == [1, 4]
    assert found["line_within_row"] == [2, 4]
    assert found["structure"] == [3, 4]
    assert found["value_1mm"] == [2, 4]


def test_an_exact_line_has_exact_values(scheme: SpelledScheme, make_windows: Callable[..., Windows]) -> None:
    lines = ["G1 X1.57549 Y-0.25", "G3 R0.06255", "M30"]
    truth = truth_of(make_windows(lines), scheme)
    answers = line_answers("model", [scheme.decode(scheme.encode(line)) for line in lines], scheme)
    found = {tally.metric: tally.sums.sum(axis=0).tolist() for tally in line_tallies(truth, answers)}
    assert found["exact_line"] == [3, 3]
    assert found["value_exact"] == [3, 3]


def test_unknown_for_unknown_is_an_exact_line_but_no_value(make_windows: Callable[..., Windows]) -> None:
    legacy = LegacyScheme({"PAD": 0, "BOS": 1, "EOS": 2, "UNK": 3, "MASK": 4, "G1": 5, "X": 6})
    truth = truth_of(make_windows(["G1 X9"]).with_tokens(legacy), legacy)
    tokens = np.array([[5, 6, 3, 2]])
    answers = Answers("model", tokens=tokens, lines=(legacy.decode(tokens[0].tolist()),))
    assert exact_lines(truth, tokens).tolist() == [True]
    found = {tally.metric: tally.sums.sum(axis=0).tolist() for tally in line_tallies(truth, answers)}
    assert found["value_exact"] == [0, 1]


def test_line_confidence_is_scored_against_the_exact_line(
    scheme: SpelledScheme, make_windows: Callable[..., Windows]
) -> None:
    truth = truth_of(make_windows(["G1 X1", "G1 X2"]), scheme)
    lines = line_answers("model", ["G1 X1", "G1 X1"], scheme)
    answers = Answers("model", tokens=lines.tokens, lines=lines.lines, confidence=np.array([0.9, 0.9]))
    found = {tally.metric: tally for tally in line_tallies(truth, answers)}["ece_line"]
    assert found.statistic(found.sums.sum(axis=0, keepdims=True))[0] == pytest.approx(0.4)
