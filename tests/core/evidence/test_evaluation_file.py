import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.evidence import evaluation_file
from core.evidence.evaluation import Evaluation
from core.evidence.evaluation_file import (
    evaluation_from_json,
    evaluation_json,
    read_evaluation,
    read_headline,
    write_evaluation,
)
from core.evidence.pooling import pool
from core.evidence.truth import EvidenceError

SHIPPED = Path(__file__).parents[3] / "assets" / "models" / "bantam" / "metrics.json"
RUNS = ["pocket_1", "pocket_2", "face_1", "face_2"]
Make = Callable[..., Evaluation]


def test_written_and_read_again(evaluated: Make, tmp_path: Path) -> None:
    evaluation = evaluated(RUNS, fold="A1")
    path = tmp_path / "deep" / "evaluation.json"
    write_evaluation(evaluation, path)
    again = read_evaluation(path)
    assert [entry.name for entry in path.parent.iterdir()] == ["evaluation.json"]
    assert (again.protocol, again.folds, again.counts) == ("run", ("A1",), evaluation.counts)
    assert again.units == evaluation.units
    for ours, theirs in zip(again.rows, evaluation.rows, strict=True):
        assert (ours.metric, ours.group, ours.n, ours.note) == (
            theirs.metric,
            theirs.group,
            theirs.n,
            theirs.note,
        )
        assert ours.value == pytest.approx(theirs.value, abs=1e-5)
    for ours, theirs in zip(again.tallies, evaluation.tallies, strict=True):
        assert np.abs(ours.sums - theirs.sums).max() <= 1e-3


def test_folds_pool_from_their_files_as_from_memory(evaluated: Make) -> None:
    parts = [evaluated(RUNS[:2]), evaluated(RUNS[2:])]
    read = [evaluation_from_json(json.loads(json.dumps(evaluation_json(part)))) for part in parts]
    for ours, theirs in zip(pool(read).rows, pool(parts).rows, strict=True):
        assert ours.value == pytest.approx(theirs.value, abs=1e-4)


def test_a_person_can_read_a_figure_a_line(evaluated: Make, tmp_path: Path) -> None:
    write_evaluation(evaluated(RUNS), tmp_path / "e.json")
    lines = [line for line in (tmp_path / "e.json").read_text().splitlines() if '"exact_line"' in line]
    assert any('"group": "all"' in line and '"value": 0.' in line and '"n": 48' in line for line in lines)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "other"}', "\x00"])
def test_what_is_no_evaluation_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "e.json"
    path.write_text(text)
    with pytest.raises(EvidenceError, match=r"e\.json"):
        read_evaluation(path)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="cannot be read"):
        read_evaluation(tmp_path / "none.json")


@pytest.mark.parametrize("key", ["rows", "units", "tallies", "counts", "folds"])
def test_a_damaged_evaluation_is_refused(evaluated: Make, key: str) -> None:
    content = evaluation_json(evaluated(RUNS))
    with pytest.raises(EvidenceError, match="damaged"):
        evaluation_from_json({name: value for name, value in content.items() if name != key})


def test_tallies_of_other_runs_are_refused(evaluated: Make) -> None:
    content = evaluation_json(evaluated(RUNS))
    with pytest.raises(EvidenceError, match="damaged"):
        evaluation_from_json({**content, "units": content["units"][:-1]})


def test_the_headline_is_what_the_whole_evaluation_says(
    evaluated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluation = evaluated(["a", "b"])
    write_evaluation(evaluation, tmp_path / "e.json")
    (tmp_path / "kept.json").write_text(json.dumps(evaluation_json(evaluation)))
    whole = read_evaluation(tmp_path / "e.json")
    for name in ("e.json", "kept.json"):
        for enough in (evaluation_file.ENOUGH, 500):
            monkeypatch.setattr(evaluation_file, "ENOUGH", enough)
            head = read_headline(tmp_path / name)
            assert head.rows == {row.metric: row for row in whole.table()}
            assert (head.folds, head.models, head.pooled) == (1, 1, False)
    assert read_headline(SHIPPED).pooled
    (tmp_path / "half.json").write_text((tmp_path / "e.json").read_text()[:900])
    with pytest.raises(EvidenceError):
        read_headline(tmp_path / "half.json")
