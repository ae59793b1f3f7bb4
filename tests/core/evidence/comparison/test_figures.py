from pathlib import Path

import pytest

from core.evidence.comparison.figures import figures
from core.evidence.comparison.table import ComparisonTable
from core.evidence.evaluation import Evaluation
from core.evidence.metrics import MODEL
from core.evidence.readings.filters import parse
from core.evidence.readings.source import RunSource
from core.evidence.readings.table import read_runs
from core.evidence.scoring import score_bundle
from core.model.bundle import load_bundle
from core.recordings.sequences import read_splits
from tests.pipeline import Pipeline

HELD_OUT = parse('part:"held out"').filter


def _tables(made: Pipeline, folder: Path) -> ComparisonTable:
    out = folder / "r.parquet"
    read_runs(load_bundle(made.bundle), RunSource.open(made.store), out)
    return ComparisonTable.open([out])


def _evaluation(made: Pipeline) -> Evaluation:
    return score_bundle(load_bundle(made.bundle), read_splits(made.splits))


@pytest.fixture(scope="module")
def table(pipeline: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> ComparisonTable:
    return _tables(pipeline, tmp_path_factory.mktemp("run"))


@pytest.mark.parametrize("protocol", ["run", "seed"])
def test_every_figure_is_the_evaluations(
    protocol: str,
    pipeline: Pipeline,
    seed_pipeline: Pipeline,
    table: ComparisonTable,
    tmp_path: Path,
) -> None:
    made = pipeline if protocol == "run" else seed_pipeline
    found = table if protocol == "run" else _tables(made, tmp_path)
    scored, evaluation = found.scored(HELD_OUT), _evaluation(made)
    assert (len(scored), scored.runs) == (evaluation.counts.scored, evaluation.counts.runs)
    compared = 0
    for by in ("all", "operation"):
        for row in figures(scored, by):
            theirs = evaluation.row(row.metric, row.group)
            assert theirs, row.metric
            # windows that are read in other batches are as sure but for the last bits
            close = [None if v is None else pytest.approx(v, abs=1e-6) for v in (theirs.low, theirs.high)]
            assert (row.value, row.n) == (pytest.approx(theirs.value, abs=1e-6), theirs.n), row.metric
            assert [row.low, row.high] == close, row.metric
            compared += 1
    expected = [row for row in evaluation.rows if row.method == MODEL]
    assert compared == len(expected), "no figure of the evaluation is missing"
    assert len(expected) > 40
