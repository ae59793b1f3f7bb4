"""Tests of `core.evidence.ablation.techniques`: really trained, shared stage 1, taken up again."""

from pathlib import Path

import pytest

from core.evidence.ablation import techniques as module
from core.evidence.ablation.technique_table import frame, to_markdown
from core.evidence.ablation.techniques import EVALUATION, Trial, run_trials, techniques, trials
from core.evidence.truth import EvidenceError
from tests.pipeline import SMALL, Pipeline

CHANGES = (*SMALL, "stage1.loop.epochs=2", "stage2.loop.epochs=2")


def test_a_seed_is_finished_before_the_next_begins() -> None:
    assert trials((3, 4), ("A1", "A5")) == (Trial("A1", 3), Trial("A5", 3), Trial("A1", 4), Trial("A5", 4))


def test_no_trial_yet_is_said(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="no finished trial"):
        techniques(tmp_path)


def test_trained_once_scored_and_compared(seed_pipeline: Pipeline, tmp_path: Path, monkeypatch) -> None:
    trained: list[tuple[str, tuple[int, ...]]] = []
    real = module.train

    def counting(splits, out, preset, seed, stages, threads, listener):
        trained.append((out.name, stages))
        return real(splits, out, preset, seed, stages, threads, listener)

    monkeypatch.setattr(module, "train", counting)
    wanted = trials((0,), ("A1", "A5"))
    told: list[float] = []
    for _ in range(2):  # the second time everything is there
        run_trials(
            seed_pipeline.splits, tmp_path, wanted, 1, lambda done, of, text: told.append(done), CHANGES
        )
    assert trained == [("stage1-s0", (1,)), ("A1-s0", (2,)), ("A5-s0", (2,))]
    assert told == sorted(told) and told[-2:] == [2, 2]

    found = techniques(tmp_path)
    assert [each.name for each in found] == ["A1", "A5"]
    baseline, focal = found
    assert baseline.difference("token") is None
    difference, row = focal.difference("token"), focal.pooled.row("token")
    assert difference is not None and row is not None and baseline.pooled.row("token") is not None
    assert difference.points == pytest.approx(row.value - baseline.pooled.row("token").value)
    table = frame(found)
    assert set(table["technique"]) == {"A1", "A5"} and (table["n"] > 0).all()
    assert "90.26" in to_markdown(found)


def test_a_difference_is_over_the_seeds_of_both(seed_pipeline: Pipeline, tmp_path: Path) -> None:
    run_trials(seed_pipeline.splits, tmp_path, trials((0,), ("A1", "A2")), 1, None, CHANGES)
    copy = tmp_path / "A2-s1"
    copy.mkdir()
    (copy / EVALUATION).write_bytes((tmp_path / "A2-s0" / EVALUATION).read_bytes())
    second = techniques(tmp_path)[1]
    assert second.seeds == (0, 1)
    difference, row = second.difference("token"), second.single[0].row("token")
    assert difference is not None and row is not None
    # seed 1 has no A1 to be compared with
    assert difference.second == pytest.approx(row.value, abs=1e-5)


def test_a_folder_of_other_trials_is_refused(
    seed_pipeline: Pipeline, pipeline: Pipeline, tmp_path: Path
) -> None:
    run_trials(seed_pipeline.splits, tmp_path, (), 1, None, CHANGES)
    for splits, changes in ((pipeline.splits, CHANGES), (seed_pipeline.splits, ())):
        with pytest.raises(EvidenceError, match="other windows or with other changes"):
            run_trials(splits, tmp_path, trials((0,)), 1, None, changes)
