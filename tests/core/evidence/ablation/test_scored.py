"""Tests of `core.evidence.ablation.scored` and what it reads with: progress, cancelling, keys, the same figures."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from core.evidence.ablation.removal import Removal
from core.evidence.ablation.scored import NOTHING, Ablation, held_out_windows
from core.evidence.truth import EvidenceError
from core.model.bundle import Bundle, load_bundle
from core.model.many_windows import read_both
from tests.pipeline import Pipeline


class StoppedError(Exception):
    """Somebody does not want it any more."""


@pytest.fixture(scope="module")
def bundle(pipeline: Pipeline) -> Bundle:
    return load_bundle(pipeline.bundle)


@pytest.fixture
def ablation(bundle: Bundle, pipeline: Pipeline, tmp_path: Path) -> Ablation:
    return Ablation(bundle, held_out_windows(bundle, pipeline.splits), tmp_path / "kept")


def test_stage_1_run_once_gives_the_same_answers(bundle: Bundle, ablation: Ablation) -> None:
    free, forced = read_both(bundle, ablation.windows)
    alone, given = bundle.predict_windows(ablation.windows), bundle.teacher_forced(ablation.windows)
    assert np.array_equal(free.tokens, alone.tokens) and free.line == alone.line
    assert np.array_equal(free.confidence, alone.confidence)
    assert np.array_equal(free.operation_probabilities, alone.operation_probabilities)
    assert forced is not None and np.array_equal(forced.predicted, given.predicted)
    for head, shares in given.probabilities.items():
        assert np.array_equal(forced.probabilities[head], shares)


def test_the_scoring_tells_how_far_it_is(ablation: Ablation) -> None:
    heard: list[tuple[int, int]] = []
    ablation.evaluation(Removal(("pressure",)), lambda done, total: heard.append((done, total)))
    n = len(ablation.windows)
    assert heard[0] == (0, n) and heard[-1] == (n, n)
    assert heard == sorted(heard)


def test_a_scoring_that_is_ended_keeps_nothing_and_can_be_taken_up(ablation: Ablation) -> None:
    removal = Removal(("pressure",))

    def stop(done: int, total: int) -> None:
        raise StoppedError

    with pytest.raises(StoppedError):
        ablation.evaluation(removal, stop)
    assert ablation.known(removal) is None
    assert ablation.folder is not None and not list(ablation.folder.glob("*"))
    ablation.evaluation(removal)
    assert ablation.known(removal) is not None


def test_the_key_is_of_what_makes_a_difference(ablation: Ablation) -> None:
    sound = ("sound",)
    assert ablation.key(Removal(sound, "hold", 1)) == ablation.key(Removal(sound, "hold", 2))
    assert ablation.key(Removal(sound, "noise", 1)) != ablation.key(Removal(sound, "noise", 2))
    assert len({ablation.key(Removal(sound, way)) for way in ("missing", "mean", "shuffle", "noise")}) == 4
    assert ablation.key(Removal((), "noise", 3)) == ablation.key(NOTHING)


def test_windows_of_runs_that_were_learned_from_are_refused(pipeline: Pipeline, tmp_path: Path) -> None:
    bundle = load_bundle(pipeline.bundle)
    shutil.copytree(pipeline.splits, tmp_path / "other")
    file = tmp_path / "other" / "splits.json"
    told = json.loads(file.read_text())
    file.write_text(json.dumps(told | {"runs": told["runs"] | {"test": told["runs"]["train"]}}))
    with pytest.raises(EvidenceError, match="was trained on"):
        held_out_windows(bundle, tmp_path / "other")
    file.write_text(json.dumps(told | {"protocol": "program"}))
    with pytest.raises(EvidenceError, match="under the protocol `program`"):
        held_out_windows(bundle, tmp_path / "other")
