from collections.abc import Callable

import numpy as np

from core.evidence.answers import Answers
from core.evidence.evaluation import Evaluation
from core.evidence.report import to_markdown

RUNS = ["pocket_1", "pocket_2", "face_1", "face_2"]
Make = Callable[..., Evaluation]


def test_tables_are_whole_and_name_what_was_left_out(evaluated: Make) -> None:
    text = to_markdown(evaluated(RUNS, fold=2))
    assert text.startswith("48 windows of 4 runs, protocol `run`, fold 2")
    assert "0 windows without a label are left out" in text
    assert "published" not in text
    for block in text.split("\n\n")[1:]:
        widths = {line.count("|") for line in block.strip().splitlines()}
        assert len(widths) == 1


def test_published_figures_stand_beside(evaluated: Make) -> None:
    random = Answers("random", forced=np.full((48, 8), 2))
    text = to_markdown(evaluated(RUNS, protocol="seed", baselines=[random]), published=True)
    row = next(line for line in text.splitlines() if line.startswith("| Token, teacher-forced"))
    assert row.endswith("| 90.23 |")
    assert "(published 0.15)" in text


def test_one_run_shows_a_dash_for_its_interval(evaluated: Make) -> None:
    text = to_markdown(evaluated(["face_1"]))
    row = next(line for line in text.splitlines() if line.startswith("| Exact line"))
    assert "| - |" in row
    assert "| pocket |" not in text
