"""Tests of `core.evidence.ablation.tested`: which windows a bundle is scored on, and what is said of them."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from core.evidence.ablation.scored import Ablation, held_out_windows
from core.evidence.ablation.tested import MOST_RUNS, part_to_score
from core.evidence.readings.source import RunSource
from core.evidence.truth import EvidenceError
from core.model.bundle import Bundle, load_bundle
from tests.pipeline import Pipeline
from tests.synthetic import write_run


@pytest.fixture(scope="module")
def bundle(pipeline: Pipeline) -> Bundle:
    return load_bundle(pipeline.bundle)


def test_held_out_runs_come_first(bundle: Bundle, pipeline: Pipeline) -> None:
    found = part_to_score(bundle, RunSource.open(pipeline.store))
    assert found.part == "held out" and set(found.runs) == set(bundle.manifest.runs["test"])
    heard: list[tuple[int, int]] = []
    windows = found.windows(lambda done, total: heard.append((done, total)))
    assert set(windows.run.tolist()) <= set(found.runs) and len(heard) == len(found.runs)
    # a folder of the same recordings gives the same windows
    of_files = part_to_score(bundle, RunSource.open(pipeline.runs)).windows()
    assert Ablation(bundle, of_files).digest == Ablation(bundle, windows).digest


def test_the_windows_of_the_published_split_are_drawn_again(seed_pipeline: Pipeline) -> None:
    bundle = load_bundle(seed_pipeline.bundle)
    found = part_to_score(bundle, RunSource.open(seed_pipeline.store))
    assert found.part == "held out" and found.masks
    ours, theirs = found.windows(), held_out_windows(bundle, seed_pipeline.splits)
    windows = [
        sorted(zip(each.run.tolist(), each.start_row.tolist(), strict=True)) for each in (ours, theirs)
    ]
    assert windows[0] == windows[1]


def test_recordings_without_held_out_runs_are_scored_only_when_asked(bundle: Bundle, tmp_path: Path) -> None:
    write_run(tmp_path / "face_901_aligned.csv.gz", "face", seed=901)
    (tmp_path / "face_902_aligned.csv.gz").write_bytes(b"nothing")
    found = part_to_score(bundle, RunSource.open(tmp_path))
    assert found.part == "new"
    assert set(found.windows().run.tolist()) == {"face_901"}
    with pytest.raises(EvidenceError, match="never saw"):
        held_out_windows(bundle, tmp_path)
    assert len(held_out_windows(bundle, tmp_path, anything=True)) == len(found.windows())


def test_of_many_runs_some_are_taken_at_even_distances(bundle: Bundle, tmp_path: Path) -> None:
    file = write_run(tmp_path / "face_900_aligned.csv.gz", "face", seed=900)
    for number in range(901, 900 + 2 * MOST_RUNS):
        shutil.copyfile(file, tmp_path / f"face_{number}_aligned.csv.gz")
    found = part_to_score(bundle, RunSource.open(tmp_path))
    assert len(found.runs) == MOST_RUNS and found.left_out == MOST_RUNS
    assert (found.runs[0], found.runs[-1]) == ("face_1000", "face_999")


def test_no_labels_and_short_runs_are_said(bundle: Bundle, tmp_path: Path) -> None:
    write_run(tmp_path / "face_903_aligned.csv.gz", "face", rows=40, seed=1)
    source = RunSource.open(tmp_path)
    with pytest.raises(EvidenceError, match="as long as a window"):
        part_to_score(bundle, source).windows()
    with pytest.raises(EvidenceError, match="holds no run"):
        part_to_score(bundle, replace(source, digests={}))
