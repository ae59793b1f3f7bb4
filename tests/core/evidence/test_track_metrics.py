"""Tracks scored against the rows of made-up runs."""

import numpy as np

from core.evidence.tally import Unit
from core.evidence.track_metrics import Tracked, track_tallies
from core.evidence.track_truth import RowTruth

LINES = tuple(f"G1 X{number / 10:g}" for number in range(1, 33) for _ in range(5))
NUMBERS = np.repeat(np.arange(1.0, 33.0), 5)
PATH = np.column_stack([np.arange(160.0), np.zeros(160), np.zeros(160)])
TRUTH = RowTruth("face", LINES, NUMBERS, PATH)
UNIT = Unit("face_001", 2)


def figures(read: Tracked, program: list[str] | None = None) -> dict[str, float]:
    programs = None if program is None else {"face_001": program}
    found = track_tallies("track", [(UNIT, read)], [UNIT], programs)
    return {tally.metric: float(tally.statistic(tally.sums)[0]) for tally in found}


def shifted(rows: int) -> Tracked:
    at = np.clip(np.arange(160) + rows, 0, 159)
    return Tracked(TRUTH, [LINES[i] for i in at], NUMBERS[at].astype(np.int64), PATH[at], ["face"] * 160)


def test_the_truth_scores_one_and_no_error() -> None:
    found = figures(shifted(0))
    assert {found[name] for name in ("row_line", "exact_line", "line_within_row", "value_1mm")} == {1.0}
    assert found["position"] == 0
    assert found["operation_run"] == found["run_position"] == 1


def test_a_row_late_costs_lines_but_is_within_a_row() -> None:
    found = figures(shifted(1))
    assert found["row_line"] < 0.85
    assert found["row_line_within_row"] == 1
    assert abs(found["position"] - 1) < 0.02
    assert figures(shifted(8))["run_position"] == 0


def test_the_program_read_back_is_compared_line_by_line() -> None:
    distinct = list(dict.fromkeys(LINES))
    read = shifted(0)
    whole = Tracked(read.truth, read.line, read.number, read.position_mm, program=distinct)
    assert figures(whole, distinct)["program"] == 1
    half = Tracked(read.truth, read.line, read.number, read.position_mm, program=distinct[::2])
    found = figures(half, distinct)
    assert found["lines_in_order"] == 0.5
    assert 0.6 < found["program"] < 0.7


def test_rows_without_a_label_are_not_scored() -> None:
    truth = RowTruth("face", (None,) * 10 + LINES[10:], np.r_[[np.nan] * 10, NUMBERS[10:]], PATH)
    wrong = Tracked(truth, ["M30"] * 10 + list(LINES[10:]), NUMBERS.astype(np.int64), PATH)
    assert figures(wrong)["row_line"] == 1
