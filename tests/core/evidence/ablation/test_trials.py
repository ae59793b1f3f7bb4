"""Tests of trials and their tables: really trained, shared stage 1, taken up again, paired over common seeds."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.errors import ToolmarkError
from core.evidence.ablation import modality_table, technique_table
from core.evidence.ablation import trials as module
from core.evidence.ablation.modality_table import modalities
from core.evidence.ablation.removal import Removal
from core.evidence.ablation.results import Result, Results, against, collect, figure, pooled
from core.evidence.ablation.scored import Ablation
from core.evidence.ablation.techniques import techniques
from core.evidence.ablation.trial_file import read_trials, write_trials
from core.evidence.ablation.trials import EVALUATION, Trial, run_trials, technique_trials, trials_without
from core.evidence.evaluation import Evaluation
from core.evidence.tally import Tally, Unit
from core.evidence.truth import EvidenceError
from core.model.bundle import load_bundle
from core.recordings.sequences import read_splits
from tests.core.cli_runner import Toolmark
from tests.pipeline import SMALL, Pipeline

CHANGES = (*SMALL, "stage1.loop.epochs=2", "stage2.loop.epochs=2")


def test_a_seed_is_finished_before_the_next_begins() -> None:
    assert technique_trials((3, 4), ("A1", "A5")) == (
        Trial("A1", 3),
        Trial("A5", 3),
        Trial("A1", 4),
        Trial("A5", 4),
    )
    # the published configuration is the technique A5, so its full model is shared
    assert trials_without((0,), "seed", ("gyro",)) == (Trial("A5", 0), Trial("A5", 0, "gyro"))
    assert Trial.of(Path("out") / Trial("best", 12, "accelerometer_x").folder(Path()).name) == Trial(
        "best", 12, "accelerometer_x"
    )


def test_no_trial_yet_is_said(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="no finished trial"):
        collect(tmp_path)


def test_trained_once_scored_and_compared(seed_pipeline: Pipeline, tmp_path: Path, monkeypatch) -> None:
    trained: list[tuple[str, tuple[int, ...]]] = []
    real = module.train

    def counting(splits, out, preset, seed, stages, threads, listener, *, command):
        assert command[0] == "techniques" and str(tmp_path) in command
        trained.append((out.name, stages))
        return real(splits, out, preset, seed, stages, threads, listener, command=command)

    monkeypatch.setattr(module, "train", counting)
    wanted = technique_trials((0,), ("A1", "A5"))
    told: list[float] = []
    for _ in range(2):  # the second time everything is there
        run_trials(
            seed_pipeline.splits, tmp_path, wanted, 1, lambda done, of, text: told.append(done), CHANGES
        )
    assert trained == [("stage1-s0", (1,)), ("A1-s0", (2,)), ("A5-s0", (2,))]
    assert told == sorted(told) and told[-2:] == [2, 2]

    found = collect(tmp_path)
    assert [each.name for each in techniques(found)] == ["A1", "A5"]
    baseline, focal = techniques(found)
    assert baseline.against is None and focal.against is not None
    assert focal.against.points == pytest.approx(focal.figure.interval.value - baseline.figure.interval.value)
    own = load_bundle(tmp_path / "A5-s0"), read_splits(seed_pipeline.splits).test
    row = Ablation(*own).evaluation().row("token")
    assert row is not None and focal.figure.n == row.n
    said = focal.figure.interval
    assert (said.value, said.low, said.high) == pytest.approx((row.value, row.low, row.high))
    table = technique_table.frame(found)
    assert set(table["technique"]) == {"A1", "A5"} and (table["n"] > 0).all()
    assert "90.26" not in technique_table.to_markdown(found), "no figure was published of changed presets"
    assert "90.26" in technique_table.to_markdown(replace(found, changes=()))


def test_a_difference_is_over_the_seeds_of_both(seed_pipeline: Pipeline, tmp_path: Path) -> None:
    run_trials(seed_pipeline.splits, tmp_path, technique_trials((0,), ("A1", "A2")), 1, None, CHANGES)
    copy = tmp_path / "A2-s1"
    copy.mkdir()
    (copy / EVALUATION).write_bytes((tmp_path / "A2-s0" / EVALUATION).read_bytes())
    second = techniques(collect(tmp_path))[1]
    assert second.figure.seeds == (0, 1) and second.against is not None
    # seed 1 has no A1 to be compared with
    assert second.against.second == pytest.approx(second.figure.single[0], abs=1e-5)


def test_trained_without_beside_removed_at_inference(pipeline: Pipeline, tmp_path: Path, monkeypatch) -> None:
    wanted = trials_without((0,), "best", ("pressure", "gyro"))
    with monkeypatch.context() as killed:
        # killed while the second training is under way
        calls = iter(range(2))
        real = module.train
        killed.setattr(
            module, "train", lambda *given, **more: real(*given, **more) if next(calls) == 0 else 1 / 0
        )
        with pytest.raises(ZeroDivisionError):
            run_trials(pipeline.splits, tmp_path, wanted, 1, None, CHANGES)
    done = (tmp_path / "best-s0" / EVALUATION).stat().st_mtime_ns
    run_trials(pipeline.splits, tmp_path, wanted, 1, None, CHANGES)
    assert (tmp_path / "best-s0" / EVALUATION).stat().st_mtime_ns == done

    whole, without = (load_bundle(trial.folder(tmp_path)) for trial in wanted[:2])
    gone = set(whole.inputs.channels) - set(without.inputs.channels)
    assert gone and {whole.machine.modality(channel) for channel in gone} == {"pressure"}
    assert without.manifest.encoder["continuous_dim"] == len(whole.inputs.channels) - len(gone)

    found = collect(tmp_path)
    assert found.bases == ("best",) and found.modalities("best") == ("gyro", "pressure")
    rows = {row.name: row for row in modalities(found, "best", "operation")}
    removed = Ablation(whole, read_splits(pipeline.splits).test).evaluation(Removal(("pressure",)))
    row, loss = removed.row("operation"), rows["pressure"].removed
    assert row is not None and loss is not None and loss.figure.interval.value == pytest.approx(row.value)
    for each in rows.values():
        assert each.removed and each.retrained and each.worth
        gap = each.retrained.figure.interval.value - each.removed.figure.interval.value
        assert each.worth.points == pytest.approx(gap)
        assert each.removed.against.first == pytest.approx(each.retrained.against.first)
    table = modality_table.frame(found)
    assert set(table["how"]) == {"removed at inference", "trained without"}
    assert table["points"].tolist() == pytest.approx((table["without"] - table["whole"]).tolist(), abs=0.011)
    assert "| pressure |" in modality_table.to_markdown(found)

    file = tmp_path / "trials.json"
    write_trials(found, file)
    again = read_trials(file)
    assert modality_table.frame(again).equals(table) and again.machine == whole.machine.name
    assert read_trials(tmp_path).modalities("best") == found.modalities("best")
    file.write_text(file.read_text().replace('"asked"', '"asket"'))
    with pytest.raises(EvidenceError, match="damaged"):
        read_trials(file)


def test_what_the_seeds_disagree_about_is_not_certain(pipeline: Pipeline) -> None:
    bundle = load_bundle(pipeline.bundle)
    found = Ablation(bundle, read_splits(pipeline.splits).test).evaluation()
    units = tuple(Unit(f"run_{number}", 0) for number in range(10))

    def reached(right: int) -> Evaluation:
        tally = Tally("token", "model", "share", np.array([[right, 100]] * 10, np.float64))
        return replace(found, units=units, tallies=(tally,))

    whole = {seed: reached(80) for seed in range(3)}
    agreed = against(whole, {seed: reached(77) for seed in range(3)}, "token")
    assert agreed is not None and agreed.real and agreed.points == pytest.approx(-0.03)
    # every run says so, and yet the next training may say otherwise
    torn = against(whole, {0: reached(67), 1: reached(83), 2: reached(81)}, "token")
    assert torn is not None and torn.points == pytest.approx(-0.03) and not torn.real
    own = figure({0: reached(67), 1: reached(83), 2: reached(81)}, "token")
    assert own is not None and own.interval.low == pytest.approx(0.67)
    assert figure({0: reached(67)}, "token").interval.low == pytest.approx(0.67)


def test_a_bundle_that_was_not_wholly_written_is_trained_again(pipeline: Pipeline, tmp_path: Path) -> None:
    (trial,) = trials_without((0,), "best", ())
    run_trials(pipeline.splits, tmp_path, (trial,), 1, None, CHANGES)
    (trial.folder(tmp_path) / "SHA256SUMS").unlink()
    (trial.folder(tmp_path) / EVALUATION).unlink()
    run_trials(pipeline.splits, tmp_path, (trial,), 1, None, CHANGES)
    assert len(collect(tmp_path).every) == 1


def test_folds_are_pooled_over_their_runs(pipeline: Pipeline, tmp_path: Path, toolmark: Toolmark) -> None:
    bundle = load_bundle(pipeline.bundle)
    ablation = Ablation(bundle, read_splits(pipeline.splits).test)
    evaluations = {name: ablation.evaluation(Removal(name)) for name in ((), ("gyro",))}

    def fold(number: int, *, gyro: bool = True) -> Results:
        every = [
            Result(
                Trial("best", 0),
                replace(
                    each,
                    folds=(number,),
                    units=tuple(replace(u, run=f"{u.run}-{number}") for u in each.units),
                ),
                *names,
            )
            for names, each in evaluations.items()
            if gyro or not names
        ]
        return Results(bundle.machine.name, tuple(every))

    for number in (0, 1):
        write_trials(fold(number), tmp_path / f"{number}.json")
    files = [str(tmp_path / f"{number}.json") for number in (0, 1)]
    toolmark("trials", *files, "--json", str(tmp_path / "both.json"))
    both, one = read_trials(tmp_path / "both.json"), read_trials(tmp_path / "0.json")
    for removed in ("", "gyro"):
        twice, once = (figure(of.of("best", removed=removed), "exact_line") for of in (both, one))
        assert twice and once
        assert (twice.n, twice.runs) == (2 * once.n, 2 * once.runs)
        assert twice.interval.value == pytest.approx(once.interval.value)
    assert both.every[0].evaluation.folds == (0, 1)
    # what one fold has alone is left out
    assert pooled([fold(0), fold(1, gyro=False)]).modalities("best") == ()
    with pytest.raises(EvidenceError, match="in the test part of two of them"):
        pooled([fold(0), fold(0)])
    with pytest.raises(EvidenceError, match="differ in their changes"):
        pooled([fold(0), replace(fold(1), changes=("stage2.loop.epochs=2",))])


def test_a_board_is_left_out_and_removed_as_a_modality_is(
    pipeline: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = load_bundle(pipeline.bundle)
    board = bundle.machine.board(bundle.inputs.channels[0]) or ""
    asked: list[Removal] = []
    real = Ablation.evaluation

    def hearing(self: Ablation, *given: Removal) -> Evaluation:
        asked.extend(given)
        return real(self, *given)

    monkeypatch.setattr(Ablation, "evaluation", hearing)
    wanted = trials_without((0,), "best", (board,))
    run_trials(pipeline.splits, tmp_path, wanted, 1, None, CHANGES)
    whole, without = (load_bundle(trial.folder(tmp_path)) for trial in wanted)
    gone = set(whole.inputs.channels) - set(without.inputs.channels)
    assert gone and {whole.machine.board(channel) for channel in gone} == {board}
    (removal,) = asked
    masked = removal.mask(whole).tolist()
    assert {name for name, own in zip(whole.inputs.channels, masked, strict=True) if own} == gone


def test_what_the_windows_do_not_hold_cannot_be_left_out(pipeline: Pipeline, tmp_path: Path) -> None:
    for name, said in (("position", "hold nothing of position"), ("presure", "no modality")):
        with pytest.raises(ToolmarkError, match=said):
            run_trials(pipeline.splits, tmp_path, trials_without((0,), "best", (name,)), 1, None, CHANGES)
    with pytest.raises(ToolmarkError, match="no preset"):
        trials_without((0,), "worst", ("gyro",))


def test_a_folder_of_other_trials_is_refused(
    seed_pipeline: Pipeline, pipeline: Pipeline, tmp_path: Path
) -> None:
    run_trials(seed_pipeline.splits, tmp_path, (), 1, None, CHANGES)
    for splits, changes in ((pipeline.splits, CHANGES), (seed_pipeline.splits, ())):
        with pytest.raises(EvidenceError, match="other windows or with other changes"):
            run_trials(splits, tmp_path, technique_trials((0,)), 1, None, changes)


def test_the_verbs_train_go_on_and_say_what_is_finished(
    seed_pipeline: Pipeline, tmp_path: Path, toolmark: Toolmark
) -> None:
    changes = [part for change in CHANGES for part in ("--set", change)]
    seed = ["--seed", "0", "--threads", "1", *changes]
    out = tmp_path / "trials"
    status, _, said = toolmark("retrain", seed_pipeline.splits, "--out", out, "--without", "nothing", *seed)
    assert status == 1 and "no modality" in said
    arguments = ["--preset", "seed", "--without", "pressure", "--table", tmp_path / "table.csv"]
    status, said, _ = toolmark("retrain", seed_pipeline.splits, "--out", out, *arguments, *seed)
    assert status == 0 and "| pressure |" in said and (tmp_path / "table.csv").is_file()
    # every modality can be removed from the full models without another training
    status, said, _ = toolmark(
        "retrain", seed_pipeline.splits, "--out", out, "--removed-only", *arguments[:2], *seed
    )
    assert status == 0 and "| gyro |" in said
    assert sorted(file.parent.name for file in out.glob(f"*/{EVALUATION}")) == [
        "A5-s0",
        "A5-without-pressure-s0",
    ]
    # the full model that it trained is the technique A5, which is not trained again
    trained = (out / "A5-s0" / EVALUATION).stat().st_mtime_ns
    status, said, _ = toolmark("techniques", seed_pipeline.splits, "--out", out, "--only", "A5", *seed)
    assert status == 0 and (out / "A5-s0" / EVALUATION).stat().st_mtime_ns == trained
    status, said, _ = toolmark("trials", out, "--json", tmp_path / "trials.json")
    assert status == 0 and "A5: + focal loss" in said and "points: 90.23 to 83.53" in said
    again = toolmark("trials", tmp_path / "trials.json")
    assert again[:2] == (0, said)
    status, _, said = toolmark("trials", tmp_path / "nowhere.json")
    assert status == 1 and "cannot be read" in said
