"""Tests of the table of ablations: scored once, equal to `evaluate`, paired with the whole model."""

import shutil
from pathlib import Path

import pytest

from core.evidence.ablation.cases import cases, kinds_named, modalities, named
from core.evidence.ablation.removal import Removal, RemovalError
from core.evidence.ablation.scored import Ablation, held_out_windows
from core.evidence.ablation.shapley import Shapley, Value
from core.evidence.ablation.table import effects, frame, score_cases, to_markdown
from core.evidence.ablation.table_file import ablated, read_ablated, write_ablated
from core.evidence.bootstrap import Interval
from core.evidence.evaluation import ALL
from core.evidence.scoring import score_bundle
from core.evidence.truth import EvidenceError
from core.model.bundle import Bundle, load_bundle
from core.recordings.sequences import read_splits
from tests.core.cli_runner import Toolmark
from tests.pipeline import Pipeline


@pytest.fixture(scope="module")
def bundle(pipeline: Pipeline) -> Bundle:
    return load_bundle(pipeline.bundle)


@pytest.fixture
def ablation(bundle: Bundle, pipeline: Pipeline, tmp_path: Path) -> Ablation:
    return Ablation(bundle, held_out_windows(bundle, pipeline.splits), tmp_path / "kept")


def test_with_nothing_removed_it_is_what_evaluate_says(
    ablation: Ablation, bundle: Bundle, pipeline: Pipeline
) -> None:
    own = score_bundle(bundle, read_splits(pipeline.splits), quick=True)
    assert ablation.evaluation().table() == own.table()


def test_the_held_out_runs_of_a_store_are_the_test_windows(bundle: Bundle, pipeline: Pipeline) -> None:
    of_store, of_splits = (held_out_windows(bundle, path) for path in (pipeline.store, pipeline.splits))
    scored = [Ablation(bundle, windows).evaluation() for windows in (of_store, of_splits)]
    assert [row.value for row in scored[0].table()] == [row.value for row in scored[1].table()]


def test_a_case_is_scored_once_and_kept_for_the_next_process(ablation: Ablation, monkeypatch) -> None:
    removal = Removal(("pressure",))
    assert ablation.known(removal) is None
    first = ablation.evaluation(removal)
    other = Ablation(ablation.bundle, ablation.windows, ablation.folder)
    monkeypatch.setattr(Ablation, "_score", lambda *_: pytest.fail("scored twice"))
    again = other.evaluation(removal)
    assert [row.n for row in again.rows] == [row.n for row in first.rows]
    # the same channels by another name are the same removal; another way is not
    channels = tuple(
        c for c in ablation.bundle.inputs.channels if ablation.bundle.machine.modality(c) == "pressure"
    )
    assert other.known(Removal(channels)) is not None
    assert other.known(Removal(("pressure",), "hold")) is None


def test_points_and_relative_drops_are_what_they_are_called(ablation: Ablation) -> None:
    wanted = cases(ablation.bundle, ("modality", "kept", "pair"))
    n = len(modalities(ablation.bundle))
    assert len(wanted) == 2 * n + n * (n - 1) // 2
    some = {name for case in wanted[:3] for name in case.names}
    found = effects(score_cases(ablation, [case for case in wanted if some.issuperset(case.names)]))
    assert {each.case.kind for each in found} == {"modality", "kept", "pair"}
    whole = ablation.evaluation()
    for each in found:
        row = whole.row(each.metric, each.group)
        assert row is not None and each.whole == pytest.approx(row.value)
        after = ablation.evaluation(each.case.removal(ablation.bundle)).row(each.metric, each.group)
        assert after is not None and each.without == pytest.approx(after.value)
        assert each.points.value == pytest.approx(each.without - each.whole)
        if each.whole:
            assert each.relative == pytest.approx(each.points.value / each.whole)
    of_all = [each for each in found if each.group == ALL and each.metric == "operation"]
    pairs = [each for each in of_all if each.case.kind == "pair"]
    single = {each.case.names[0]: each for each in of_all if each.case.kind == "modality"}
    for pair in pairs:
        assert pair.interaction is not None
        apart = sum(single[name].points.value for name in pair.case.names)
        assert pair.interaction.value == pytest.approx(pair.points.value - apart)
    assert len(frame(found)) == len(found) and "nothing removed" in to_markdown(found)


def test_what_was_scored_is_kept_in_one_file_and_added_to(ablation: Ablation, tmp_path: Path) -> None:
    bundle, file = ablation.bundle, tmp_path / "kept.json"
    names = modalities(bundle)
    game = Shapley((Value(names[0], "operation", Interval(0.25, -0.1, 0.5), 0.01),), 8, {"operation": 0.25})
    singles, pairs = cases(bundle, ("modality",))[:2], cases(bundle, kinds_named(["pair"]))
    assert {case.kind for case in pairs} == {"modality", "pair"}
    pair = next(case for case in pairs if case.names == tuple(name for s in singles for name in s.names))
    write_ablated(ablated(ablation, "missing", names, score_cases(ablation, singles), game), file)
    write_ablated(ablated(ablation, "missing", names, score_cases(ablation, [pair]), None), file)
    found = read_ablated(file)
    assert set(found.scores.cases) == {*singles, pair} and found.has("pair")
    assert found.shapley is not None and vars(found.shapley) == vars(game)
    assert (found.digest, found.modalities, found.protocol) == (bundle.digest, names, bundle.protocol)
    # the figures are those of the evaluations themselves, whatever of them is asked for
    direct = effects(score_cases(ablation, [*singles, pair]), ("operation",))
    assert effects(found.scores, ("operation",)) == direct
    assert [each for each in direct if each.interaction]
    # another way is another table: nothing of this one stays
    other = cases(bundle, ("modality",), "hold")[:1]
    write_ablated(ablated(ablation, "hold", names, score_cases(ablation, other), None), file)
    assert set(read_ablated(file).scores.cases) == set(other) and read_ablated(file).shapley is None
    file.write_text("{}")
    with pytest.raises(EvidenceError, match="something else"):
        read_ablated(file)


def test_what_is_named_together_is_one_case(ablation: Ablation) -> None:
    case = named(("pressure", "gyro"))
    found = effects(score_cases(ablation, [case]))
    assert {each.case for each in found} == {case} and not any(each.interaction for each in found)


def test_unknown_tables_and_foreign_windows_are_refused(
    bundle: Bundle, seed_pipeline: Pipeline, tmp_path: Path
) -> None:
    with pytest.raises(RemovalError, match="no table of"):
        kinds_named(["modality", "everything"])
    with pytest.raises(EvidenceError, match="cut for other inputs"):
        held_out_windows(bundle, seed_pipeline.splits)
    # under the published protocol the windows that were tested on are drawn again from the recordings
    drawn, tested = (
        held_out_windows(load_bundle(seed_pipeline.bundle), path)
        for path in (seed_pipeline.store, seed_pipeline.splits)
    )
    assert set(zip(drawn.run, drawn.start_row, strict=True)) == set(
        zip(tested.run, tested.start_row, strict=True)
    )
    some = sorted(seed_pipeline.runs.iterdir())[0]
    shutil.copy(some, tmp_path)
    with pytest.raises(EvidenceError, match="window files"):
        held_out_windows(load_bundle(seed_pipeline.bundle), tmp_path)


def test_the_verb_keeps_what_it_scored(pipeline: Pipeline, tmp_path: Path, toolmark: Toolmark) -> None:
    file, kept = tmp_path / "kept.json", tmp_path / "evaluations"
    given = ["ablate", pipeline.bundle, pipeline.store, "--json", file, "--results", kept, "--threads", "1"]
    status, said, _ = toolmark(*given, "--out", tmp_path / "gyro.csv", "--without", "gyro")
    assert status == 0 and "− gyro" in said and (tmp_path / "gyro.csv").is_file()
    scored = len(list(kept.iterdir()))
    toolmark(*given, "--out", tmp_path / "gyro.csv", "--without", "gyro")
    assert len(list(kept.iterdir())) == scored
    toolmark(*given, "--out", tmp_path / "pressure.csv", "--without", "pressure")
    assert {case.names for case in read_ablated(file).scores.cases} == {("gyro",), ("pressure",)}
