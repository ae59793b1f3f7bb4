from dataclasses import replace

from core.evidence.readings.source import RunSource
from core.evidence.readings.table import reading_order
from core.evidence.readings.window_parts import WORDS, windows_drawn_again
from core.model.bundle import load_bundle
from core.recordings.sequences import read_splits
from core.recordings.windows import STRIDE
from tests.pipeline import Pipeline


def test_a_split_by_windows_is_drawn_again_window_by_window(seed_pipeline: Pipeline) -> None:
    bundle, source = load_bundle(seed_pipeline.bundle), RunSource.open(seed_pipeline.store)
    found = windows_drawn_again(bundle, source, STRIDE)
    splits = read_splits(seed_pipeline.splits)
    for part, word in WORDS.items():
        windows = getattr(splits, part)
        drawn = {(run, row) for run, own in found.items() for row, said in enumerate(own) if said == word}
        assert drawn == set(zip(windows.run.tolist(), (windows.start_row // STRIDE).tolist(), strict=True))


def test_where_runs_or_counts_are_others_nothing_is_believed(
    seed_pipeline: Pipeline, pipeline: Pipeline
) -> None:
    bundle, source = load_bundle(seed_pipeline.bundle), RunSource.open(seed_pipeline.store)
    less = replace(source, digests={run: source.digests[run] for run in source.runs[:-1]})
    assert windows_drawn_again(bundle, less, STRIDE) == {}
    held = load_bundle(pipeline.bundle)
    assert windows_drawn_again(held, RunSource.open(pipeline.store), STRIDE) == {}, "whole runs are held out"


def test_runs_that_are_held_out_are_read_first(pipeline: Pipeline) -> None:
    bundle, source = load_bundle(pipeline.bundle), RunSource.open(pipeline.store)
    order = reading_order(bundle, source)
    test = bundle.manifest.runs["test"]
    assert sorted(order[: len(test)]) == sorted(test)
    assert sorted(order) == list(source.runs)
