import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from core.evidence.comparison.baselines import LEARNED, baselines
from core.evidence.comparison.calibrated import calibrated_heads, reliability, risk_coverage
from core.evidence.comparison.confusion import cell, cell_name, cell_rows, confusion, heads, rows_of_cell
from core.evidence.comparison.differences import differences
from core.evidence.comparison.figures import figures
from core.evidence.comparison.mistakes import (
    by_position,
    distances,
    first_error_windows,
    first_errors,
    wrong_lines,
)
from core.evidence.comparison.table import ComparisonTable
from core.evidence.evaluation import ALL, Evaluation
from core.evidence.metrics import MODEL
from core.evidence.readings.filters import Filter, parse
from core.evidence.readings.source import RunSource
from core.evidence.readings.table import KEY, ReadingsError, read_runs
from core.evidence.scoring import score_bundle
from core.evidence.token_metrics import token_items
from core.gcode.tokens import TokenType
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


def test_an_interrupted_or_older_table_is_refused(table: ComparisonTable, tmp_path: Path) -> None:
    with pytest.raises(ReadingsError, match="read the windows again"):
        ComparisonTable.open([tmp_path / "nothing.parquet"])


def test_answers_of_another_reading_are_refused(pipeline: Pipeline, tmp_path: Path) -> None:
    """As where a reading ended between the two files that it replaces."""
    _tables(pipeline, tmp_path)
    out = tmp_path / "r.parquet"
    kept = pq.read_table(out)
    runs = json.loads(kept.schema.metadata[KEY])
    runs["runs"] = dict.fromkeys(runs["runs"], "another recording")
    pq.write_table(kept.replace_schema_metadata({KEY: json.dumps(runs)}), out)
    with pytest.raises(ReadingsError, match="not made together"):
        ComparisonTable.open([out])


def test_token_accuracy_is_rebuilt_from_the_heads(table: ComparisonTable) -> None:
    """A token is right where every head is right that it is made of."""
    scored = table.scored(HELD_OUT)
    items = token_items(scored.truth, scored.answers)
    # a number's letter is not written a second time, but it is part of the token
    right = np.ones_like(items["token"][0])
    for name, (hit, asked) in items.items():
        if name not in ("token", "token_free"):
            right &= hit | ~asked
    rows = {row.metric: row for row in figures(scored)}
    asked = items["token"][1]
    # a zero has no sign, whatever the sign head says of it
    numbers = scored.truth.heads.digits
    zero = (numbers == 0).all(axis=-1) & (scored.truth.heads.type == TokenType.NUMERIC)
    assert np.array_equal(right[asked & ~zero], items["token"][0][asked & ~zero])
    given = (right & asked & ~zero).sum() + (items["token"][0] & zero & asked).sum()
    assert rows["token"].value == pytest.approx(given / asked.sum())
    # and each head's share is that of its matrix
    for head in heads(scored):
        found = confusion(scored, head)
        assert found.n == rows[head].n
        assert np.trace(found.counts) / found.n == pytest.approx(rows[head].value)


def test_every_cell_opens_as_many_as_it_counts(table: ComparisonTable) -> None:
    scored = table.scored(HELD_OUT)
    for head in heads(scored):
        found = confusion(scored, head)
        for r, true in enumerate(found.labels):
            for c, said in enumerate(found.labels):
                frame = cell(scored, head, true, said)
                assert len(frame) == found.counts[r, c]
                rows = cell_rows(scored, head, true, said)
                assert len(frame.drop_duplicates(["run", "start_row"])) == len(rows)
                if len(rows):
                    wanted = HELD_OUT.with_values("cell", [cell_name(head, true, said)])
                    table.readings.cell = lambda name: rows_of_cell(table.scored(), name)
                    assert table.rows(wanted).tolist() == rows.tolist()


def test_every_first_error_is_listed_by_its_filter(table: ComparisonTable) -> None:
    scored = table.scored()
    found = first_errors(scored)
    for place, head, windows in found.itertuples(index=False):
        wanted = Filter().with_values("first", [head]).with_bounds("first_at", place, place)
        assert len(table.rows(wanted)) == windows == len(first_error_windows(scored, place, head))


def test_groups_hold_what_their_windows_hold(table: ComparisonTable) -> None:
    scored = table.scored()
    for by, field in (("part", "part"), ("confidence", "confidence")):
        for row in figures(scored, by):  # type: ignore[arg-type]
            bounds = row.group.split(" to ")
            if by == "part":
                alone = table.scored(HELD_OUT.with_values(field, [row.group]))
            else:
                level = scored.column("confidence")
                low, high = (float(edge) for edge in bounds)
                inside = (level >= np.float32(low)) & ((level < np.float32(high)) | (high == 1))
                alone = scored.part(inside)
            same = next(one for one in figures(alone) if one.metric == row.metric)
            assert (row.value, row.n) == (pytest.approx(same.value), same.n), (by, row.group, row.metric)
            assert (row.low, row.high) == (pytest.approx(same.low), pytest.approx(same.high)), row.metric


def test_positions_add_up_to_the_whole(table: ComparisonTable) -> None:
    scored = table.scored(HELD_OUT)
    whole = {row.metric: row for row in figures(scored)}
    for metric in ("token", "token_free", "command", "digit1"):
        parts = [row for row in figures(scored, "position") if row.metric == metric]
        assert sum(row.n for row in parts) == whole[metric].n
        right = sum(row.value * row.n for row in parts)
        assert right == pytest.approx(whole[metric].value * whole[metric].n)
    frame = by_position(scored)
    assert frame["survives"].is_monotonic_decreasing
    assert frame["survives"].iloc[-1] >= whole["exact_line"].value
    assert first_errors(scored)["windows"].sum() == round((1 - whole["exact_line"].value) * len(scored))


def test_slices_and_nothing(table: ComparisonTable) -> None:
    scored = table.scored(HELD_OUT)
    some = {"faces": table.rows(parse("operation:face").filter), "none": np.zeros(0, np.int64)}
    found = figures(scored, "slice", some)
    alone = {row.metric: row for row in figures(scored, "operation") if row.group == "face"}
    assert {row.group for row in found} == {"faces"}
    assert all(row.value == pytest.approx(alone[row.metric].value) for row in found)
    assert figures(table.scored(parse("operation:nowhere").filter)) == []
    assert wrong_lines(table.scored(parse("operation:nowhere").filter)).empty


def test_the_same_side_twice_is_no_difference(table: ComparisonTable) -> None:
    scored = table.scored()
    for by in ("all", "operation", "confidence"):
        found = differences(scored, scored, by)  # type: ignore[arg-type]
        assert found
        assert all((each.delta, each.real, each.holds) == (0, False, False) for each in found)
        assert all(each.low in (0, None) and each.high in (0, None) for each in found)


def test_differences_turn_round_and_are_those_of_the_figures(table: ComparisonTable) -> None:
    one, other = table.scored(parse("operation:face").filter), table.scored(parse("operation:pocket").filter)
    there = {each.metric: each for each in differences(one, other)}
    back = {each.metric: each for each in differences(other, one)}
    values = {row.metric: row.value for row in figures(one)}
    for metric, each in there.items():
        assert each.value == pytest.approx(values[metric])
        assert each.delta == pytest.approx(-back[metric].delta)
        if each.low is not None and each.high is not None:
            assert each.low - 1e-12 <= each.delta <= each.high + 1e-12 or metric.startswith("ece_")
            assert each.runs == 0
    deltas = [abs(each.delta) for each in differences(one, other)]
    assert deltas == sorted(deltas, reverse=True)


def test_calibration_and_coverage_are_those_of_the_figures(table: ComparisonTable) -> None:
    scored = table.scored(HELD_OUT)
    rows = {row.metric: row for row in figures(scored)}
    for head in calibrated_heads(scored):
        found = reliability(scored, head)
        assert found.bins["n"].sum() == found.n == rows[f"ece_{head}"].n
        assert found.error.value == pytest.approx(rows[f"ece_{head}"].value)
    curve = risk_coverage(scored)
    assert curve.curve["share"].iloc[-1] == 1
    assert curve.curve["exact"].iloc[-1] == pytest.approx(rows["exact_line"].value)
    if curve.at is not None:
        assert curve.at[0] == pytest.approx(rows["answered"].value)
        assert curve.at[1] == pytest.approx(rows["answered_right"].value)


def test_distances_and_wrong_lines_are_those_of_the_figures(table: ComparisonTable) -> None:
    scored = table.scored(HELD_OUT)
    rows = {row.metric: row for row in figures(scored)}
    found = distances(scored)
    assert found.n == rows["value_1mm"].n
    within = found.marked.set_index("mm")["share"]
    assert within[1.0] == pytest.approx(rows["value_1mm"].value)
    lines = wrong_lines(scored, most=10_000)
    assert lines["times"].sum() == round((1 - rows["exact_line"].value) * len(scored))
    assert lines["times"].is_monotonic_decreasing


def test_baselines_are_the_evaluations(seed_pipeline: Pipeline, tmp_path: Path) -> None:
    splits = read_splits(seed_pipeline.splits)
    found = _tables(seed_pipeline, tmp_path)
    evaluation = _evaluation(seed_pipeline)
    scored = found.scored(HELD_OUT)
    methods = baselines(scored)
    assert methods
    assert len(found.scored(LEARNED)) == len(splits.train)
    for method, values in methods.items():
        for metric, value in values.items():
            row = evaluation.row(metric, ALL, method)
            assert row, (method, metric)
            # a guess is drawn for each window in turn, and the windows of the table stand in another order
            if method != "random":
                assert value == pytest.approx(row.value), (method, metric)
    assert baselines(found.scored()) is None, "nobody is tested on what was learned"
