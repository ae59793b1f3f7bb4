"""Tests of the audit on windows whose leaks and sessions are planted, and on clean ones of the twin."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.errors import ToolmarkError
from core.evidence.audit.audit import Audit, audit
from core.evidence.audit.audit_file import audit_json, read_audit, write_audit
from core.evidence.audit.audit_words import probe_frame, to_markdown
from core.evidence.audit.data import AuditData, audit_data, of_source
from core.evidence.audit.kept import EVERY, KeptProbes
from core.evidence.audit.labels import labels
from core.evidence.audit.leakage import leakage
from core.evidence.audit.probes import FOLDS, Probe, _folds, probes
from core.evidence.audit.verdict import findings
from core.evidence.readings.source import RunSource
from core.recordings.inputs import InputSpec
from core.recordings.windows import WINDOW_ROWS, Windows
from core.twin.fleet import twin_machine
from tests.pipeline import Pipeline
from tests.synthetic import run_frame, write_run

CHANNELS = ("frame_l2.Ax", "frame_l2.Pressure", "frame_l2.RMS")
OPERATIONS, RUNS, WINDOWS = 3, 6, 8
Spoil = Callable[[np.ndarray, np.ndarray, np.ndarray], None]


def made(spoil: Spoil | None = None, seed: int = 0) -> AuditData:
    """Runs of three operations that differ in how loud they are; `spoil(values, run, operation)` changes the values."""
    generator = np.random.default_rng(seed)
    n = OPERATIONS * RUNS * WINDOWS
    run = np.repeat(np.arange(OPERATIONS * RUNS), WINDOWS)
    operation = run // RUNS
    values = generator.normal(0, 1, (n, WINDOW_ROWS, len(CHANNELS))).astype(np.float32)
    values[:, :, 1] += generator.normal(0, 5, OPERATIONS * RUNS)[run][
        :, None
    ]  # every run has a weather of its own
    values[:, :, 2] *= (1 + operation)[:, None]
    if spoil:
        spoil(values, run, operation)
    names = np.array([f"run_{number:02d}" for number in run])
    texts = np.array([f"G1 X{own}." for own in np.tile(np.arange(WINDOWS) % 4, OPERATIONS * RUNS)])
    windows = Windows(
        continuous=values,
        categorical=np.zeros((n, WINDOW_ROWS, 4), np.int64),
        tokens=np.zeros((n, 7), np.int64),
        operation_type=operation.astype(np.int64),
        run=names,
        start_row=np.tile(np.arange(WINDOWS) * 16, OPERATIONS * RUNS).astype(np.int64),
        gcode=texts,
        present=np.ones((n, len(CHANNELS)), np.bool_),
        near=texts,
        top_rows=np.full(n, 40),
        tied=np.zeros(n, np.bool_),
        place=np.full(n, np.nan, np.float32),
        lag=np.zeros(n, np.float32),
        synced=texts,
        synced_near=texts,
        channels=CHANNELS,
    )
    part = np.array(
        ["test" if number % RUNS == 0 else "val" if number % RUNS == 1 else "train" for number in run]
    )
    return AuditData(twin_machine(), "run", windows, part)


def weights(found: Audit) -> set[str]:
    return {finding.weight for finding in findings(found)}


def test_clean_data_raise_no_alarm() -> None:
    found = audit(made())
    assert "grave" not in weights(found) and "warning" not in weights(found)
    by_name = {probe.name: probe for probe in found.probes}
    # the sound tells the operation by what happens, the weather by nothing
    assert by_name["frame_l2.RMS"].mechanism == "cut" and by_name["frame_l2.RMS"].operation.value > 0.9
    assert by_name["frame_l2.Pressure"].mechanism == "nothing" and by_name["frame_l2.Pressure"].between > 0.9
    assert by_name["frame_l2.Ax"].mechanism == "nothing"


def test_a_planted_session_offset_is_found_and_its_mechanism_named() -> None:
    def each_operation_on_a_day_of_its_own(
        values: np.ndarray, run: np.ndarray, operation: np.ndarray
    ) -> None:
        values[:, :, 1] += 100 * operation[:, None]

    found = audit(made(each_operation_on_a_day_of_its_own))
    probe = next(probe for probe in found.probes if probe.name == "frame_l2.Pressure")
    assert probe.mechanism == "session" and probe.operation.value > 0.9
    assert probe.still is not None and probe.moving is not None and probe.still.value > probe.moving.value
    grave = [finding for finding in findings(found) if finding.weight == "grave"]
    assert len(grave) == 1 and "ressure" in grave[0].sentence and "session" in grave[0].because


def test_a_run_that_is_there_twice_is_found() -> None:
    def copy(values: np.ndarray, run: np.ndarray, operation: np.ndarray) -> None:
        values[run == 0] = values[run == 2]  # a test run is a training run again

    found = audit(made(copy))
    assert found.leakage is not None and found.leakage.copies.sum() == WINDOWS
    assert any("same values" in finding.sentence for finding in findings(found) if finding.weight == "grave")


def test_windows_split_at_random_share_rows() -> None:
    data = made()
    generator = np.random.default_rng(0)
    part = generator.choice(["train", "test"], len(data.windows))
    leak = leakage(AuditData(data.machine, "seed", data.windows, part))
    starts, runs = data.windows.start_row, data.windows.run
    train = {(run, start) for run, start, own in zip(runs, starts, part, strict=True) if own == "train"}
    for own, row, shared in zip(leak.run.tolist(), leak.row.tolist(), leak.shared_rows.tolist(), strict=True):
        gaps = [abs(row - start) for run, start in train if run == own]
        assert shared == max(WINDOW_ROWS - min(gaps, default=WINDOW_ROWS), 0)
    assert leak.shared_runs and leak.overlapping > 0.9


def test_channels_that_only_some_operations_have_are_found() -> None:
    data = made()
    data.windows.present[data.windows.operation_type == 0] = False
    data.windows.present[data.windows.operation_type == 1, 0] = False
    found = {probe.name: probe for probe in probes(data)}
    assert found["board presence"].mechanism == "session"


def test_without_operations_or_other_runs_nothing_is_claimed() -> None:
    data = made()
    data.windows.operation_type[:] = -1
    found = audit(data)
    assert found.probes == () and found.labels.without_operation == len(data.windows)
    one = data.windows.take(data.windows.run == "run_00")
    alone = audit(AuditData(data.machine, "run", one, np.full(len(one), "train")))
    assert alone.leakage is None and not alone.probes


def test_of_two_runs_an_operation_each_is_asked_about_once() -> None:
    data = made()
    own = np.array([int(name[-2:]) % RUNS < 2 for name in data.windows.run.tolist()])
    few = data.take(own)
    held = [set(few.windows.run[test].tolist()) for _, test in _folds(few)]
    # each half has one run of every operation: nothing that is asked about was learned from less than the others
    assert [{int(name[-2:]) // RUNS for name in runs} for runs in held] == [set(range(OPERATIONS))] * 2
    assert len(_folds(data)) == FOLDS


def test_windows_with_rows_that_race_ahead_are_counted_wherever_they_lie() -> None:
    # at the start, and where the program starts again; windows begin at 0, 16, ... 112 and are 64 rows long
    found = labels(replace(made(), buffering={"run_00": np.array([0, 1, 100]), "run_01": np.array([], int)}))
    assert (found.buffering, found.buffering_rows, found.with_buffering) == (1 + 4, 3, 1)


def test_of_a_store_and_of_its_window_files(pipeline: Pipeline, seed_pipeline: Pipeline) -> None:
    of_runs = of_source(RunSource.open(pipeline.store))
    assert set(of_runs.controller) == set(of_runs.machine.controller_channels) and of_runs.buffering
    assert leakage(of_runs).overlapping == 0
    of_windows = audit_data(seed_pipeline.splits, store=seed_pipeline.store)
    assert of_windows.protocol == "seed" and leakage(of_windows).overlapping > 0.5
    assert of_windows.rows.keys() == of_runs.rows.keys()
    with pytest.raises(ToolmarkError, match="not split by"):
        of_source(RunSource.open(pipeline.store), "program")


def test_what_is_written_can_be_read(tmp_path: Path) -> None:
    found = audit(made())
    told = json.loads(json.dumps(audit_json(found)))
    assert told["windows"] == OPERATIONS * RUNS * WINDOWS
    assert {probe["name"] for probe in told["probes"]} == {probe.name for probe in found.probes}
    frame = probe_frame(found.probes)
    assert list(frame["sees"]) and frame["operation"].between(0, 100).all()
    assert "fine: None of the" in to_markdown(found)


def test_a_file_gives_the_same_audit_back(tmp_path: Path) -> None:
    data = made()
    stands = np.arange(len(data.windows), dtype=np.float32)
    controller = {"posx": stands, "posy": np.full_like(stands, np.nan)}
    found = audit(replace(data, inputs=InputSpec(CHANNELS), controller=controller, rows={"run_00": 200}))
    file = tmp_path / "audit.json"
    write_audit(found, file)
    again = read_audit(file)
    assert findings(again) == findings(found)
    assert [probe.name for probe in again.probes] == [probe.name for probe in found.probes]
    assert [probe.mechanism for probe in again.probes] == [probe.mechanism for probe in found.probes]
    assert again.leakage is not None and found.leakage is not None
    assert again.leakage.near_run.tolist() == found.leakage.near_run.tolist()
    np.testing.assert_allclose(again.levels.mean, found.levels.mean, rtol=1e-4)
    assert again.levels.channels == (*CHANNELS, "posx") and again.levels.rows[0] == 200
    assert again.inputs == found.inputs
    assert [each.purity for each in again.labels.operations] == [
        each.purity for each in found.labels.operations
    ]
    other = json.loads(file.read_text()) | {"format": "toolmark audit 1"}
    file.write_text(json.dumps(other))
    with pytest.raises(ToolmarkError, match="no audit of this version"):
        read_audit(file)
    file.write_text(file.read_text()[:-100])
    with pytest.raises(ToolmarkError, match="audit the runs again"):
        read_audit(file)


def test_an_audit_that_was_stopped_goes_on(tmp_path: Path) -> None:
    data, out = made(), tmp_path / "audit.json"
    whole = probes(data)
    kept = KeptProbes(out, data)
    for probe in [*whole] * EVERY:
        kept.add(probe)
    made_again: list[Probe] = []
    again = probes(data, known=KeptProbes(out, data).known, found=made_again.append)
    assert not made_again and [probe.name for probe in again] == [probe.name for probe in whole]
    # probes of other windows are not believed
    assert not KeptProbes(out, made(seed=1)).known
    kept.done()
    assert not KeptProbes(out, data).known


def test_what_the_inputs_leave_out_is_not_grave() -> None:
    def each_operation_on_a_day_of_its_own(
        values: np.ndarray, run: np.ndarray, operation: np.ndarray
    ) -> None:
        values[:, :, 1] = 100 * operation[:, None] + run[:, None]

    data = made(each_operation_on_a_day_of_its_own)
    seen = replace(data, inputs=InputSpec(CHANNELS, remove_run_offset=False))
    levelled = replace(data, inputs=InputSpec(CHANNELS))
    without = replace(data, inputs=InputSpec((CHANNELS[0], CHANNELS[2])))
    assert "grave" in weights(audit(seen))
    for data in (levelled, without):
        found = findings(audit(data))
        assert not {"grave", "warning"} & {finding.weight for finding in found}
        session = next(finding for finding in found if finding.probe == "frame_l2.Pressure")
        assert "level of each run taken away" in session.because or "leave it out" in session.because


def test_inputs_of_the_controller_are_found() -> None:
    data = made()
    found = audit(replace(data, inputs=InputSpec((*CHANNELS, "mpox"))))
    assert found.controller_inputs == ("mpox",)
    assert not audit(replace(data, inputs=InputSpec(CHANNELS))).controller_inputs


def test_one_run_without_lines_or_operation_is_told_what_cannot_be_judged(odd: Path) -> None:
    found = audit(of_source(RunSource.open(odd)))
    sentences = " ".join(finding.sentence for finding in findings(found))
    assert "cannot be judged" in sentences and "has a line" in sentences
    assert set(found.left_out or {}) == {"face_short"}
    assert found.leakage is None and not found.probes and found.levels.runs == ("unlabelled",)
    assert "cannot be judged" in to_markdown(found)
    json.dumps(audit_json(found), allow_nan=False)


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """A run without lines and operation, and one that is too short."""
    frame = run_frame("face", 120, 5).drop(columns=["gcode_line", "gcode_string"])
    frame.to_csv(tmp_path / "unlabelled.csv", index=False)
    write_run(tmp_path / "face_short.csv", rows=40)
    return tmp_path


def test_windows_in_which_nothing_moves_are_no_copies() -> None:
    def still(values: np.ndarray, run: np.ndarray, operation: np.ndarray) -> None:
        values[(run == 0) | (run == 2)] = 1

    found = audit(made(still))
    assert found.leakage is not None and not found.leakage.copies.any()
    assert (found.leakage.distance < 1e-6).any()


def test_where_one_operation_has_most_runs_nothing_is_called_fine() -> None:
    def each_operation_on_a_day_of_its_own(
        values: np.ndarray, run: np.ndarray, operation: np.ndarray
    ) -> None:
        values[:, :, 1] += 100 * operation[:, None]

    data = made(each_operation_on_a_day_of_its_own)
    number = np.array([int(name[-2:]) for name in data.windows.run.tolist()])
    found = findings(audit(data.take((number < 6) | (number == 6) | (number == 7))))
    assert any("names the session cannot be judged" in each.sentence for each in found)
    assert not any("stands still" in each.sentence for each in found)


def test_a_height_that_tells_alone_is_not_called_fine() -> None:
    def partly(values: np.ndarray, run: np.ndarray, operation: np.ndarray) -> None:
        # a quarter of its variance is within the runs, and that tells nothing
        values[:, :, 1] = np.random.default_rng(0).normal(0, 25, len(run))[:, None] + 50 * operation[:, None]

    found = audit(made(partly))
    probe = next(probe for probe in found.probes if probe.name == "frame_l2.Pressure")
    assert probe.mechanism == "cut" and probe.still is not None and probe.still.value > 0.9
    said = [each.sentence for each in findings(found) if each.section == "probes"]
    assert any("frame l2.Pressure stands in each run tells" in each for each in said)
    assert not any("stands still" in each for each in said)


def test_inputs_of_the_controller_are_grave_also_where_nothing_is_known_of_it() -> None:
    found = audit(replace(made(), inputs=InputSpec((*CHANNELS, "mpox"))))
    assert not any(probe.kind == "controller" for probe in found.probes)
    grave = [each.sentence for each in findings(found) if each.weight == "grave"]
    assert grave == ["The controller's own columns are inputs: mpox."]


def test_a_run_that_is_there_twice_is_found_among_windows_split_at_random() -> None:
    def copy(values: np.ndarray, run: np.ndarray, operation: np.ndarray) -> None:
        values[run == 0] = values[run == 2]

    data = made(copy)
    odd = np.array(
        [
            int(name[-2:]) + row // 16
            for name, row in zip(data.windows.run, data.windows.start_row, strict=True)
        ]
    )
    # of both runs every other window is learned from, of one the odd ones and of its copy the even ones
    number = np.array([int(name[-2:]) for name in data.windows.run.tolist()])
    odd += number == 0
    leak = leakage(AuditData(data.machine, "seed", data.windows, np.where(odd % 2 == 0, "train", "test")))
    assert (leak.shared_rows > 0).all()
    assert set(leak.run[leak.copies].tolist()) == {"run_00", "run_02"}


def test_one_run_of_many_operations_is_no_sample() -> None:
    data = made()
    one = replace(data.windows, run=np.full(len(data.windows), "run_00"))
    assert probes(replace(data, windows=one)) == ()


def test_a_corrected_machine_is_audited_anew(tmp_path: Path) -> None:
    data, out = made(), tmp_path / "audit.json"
    kept = KeptProbes(out, data)
    for probe in [*probes(data)] * EVERY:
        kept.add(probe)
    swapped = replace(data.windows, channels=(CHANNELS[1], CHANNELS[0], CHANNELS[2]))
    assert KeptProbes(out, data).known and not KeptProbes(out, replace(data, windows=swapped)).known
