import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from core.locks import locked
from core.training import ledger
from core.training.ledger import LedgerError, Training, find, open_training
from core.training.loop import Progress
from core.training.pace import left_s
from core.training.presets import BEST, with_changes
from core.training.record import FOLDER, LOCK, RECORD, RecordError, read
from core.training.stage_log import read_log
from core.training.train import train
from tests.pipeline import SMALL, Pipeline, small

HEAD = "epoch,loss,score,token,line,best,seconds"


class _KilledError(Exception):
    pass


def stop_after(epoch: int, stage: str):
    def listen(progress: Progress) -> None:
        if (progress.stage, progress.epoch) == (stage, epoch):
            raise _KilledError

    return listen


def stopped(pipeline: Pipeline, out: Path, **options: object) -> Training:
    with pytest.raises(_KilledError):
        train(pipeline.splits, out, small(BEST), threads=1, listener=stop_after(2, "stage1"), **options)
    return open_training(out)


def write_log(out: Path, scores: list[float], seconds: float = 2.0, stage: str = "stage2") -> None:
    rows = [f"{n},1,{s},{s},{s},{max(scores[:n])},{n * seconds}" for n, s in enumerate(scores, start=1)]
    (out / FOLDER).mkdir(parents=True, exist_ok=True)
    (out / FOLDER / f"{stage}.csv").write_text("\n".join([HEAD, *rows]) + "\n")


def test_a_training_tells_of_itself_before_it_is_done(pipeline: Pipeline, tmp_path: Path) -> None:
    found = stopped(pipeline, tmp_path / "mine", seed=3)
    assert (found.state, found.name, found.seed, found.protocol) == ("stopped", "mine", 3, "run")
    assert found.stages["stage1"].done == 2
    assert found.stages["stage1"].planned == 6
    assert found.changes is not None
    assert found.changes["stage1.hidden_dim"] == (32, 128)
    assert found.data_digest == json.loads((pipeline.splits / "splits.json").read_text())["data_digest"]
    assert found.started
    assert not found.finished
    assert left_s(found) is None, "nothing tells how long an epoch of stage 2 takes"
    whole = open_training(pipeline.bundle)
    assert left_s(found, [whole]) == pytest.approx(
        4 * found.stages["stage1"].epoch_s + 8 * whole.stages["stage2"].epoch_s
    )


def test_the_command_that_it_wrote_down_goes_on_with_it(pipeline: Pipeline, tmp_path: Path, toolmark) -> None:
    found = stopped(pipeline, tmp_path / "mine")
    started, command = found.started, found.record.command if found.record else ()
    assert toolmark(*command, "--threads", 1)[0] == 0
    done = open_training(tmp_path / "mine")
    assert (done.state, done.started) == ("done", started)
    assert done.record is not None
    assert len(done.record.resumed) == 1
    again = (tmp_path / "mine" / "weights.safetensors").read_bytes()
    assert again == (pipeline.bundle / "weights.safetensors").read_bytes()
    assert done.configuration() == open_training(pipeline.bundle).configuration()


def test_two_trainings_do_not_work_in_one_folder(pipeline: Pipeline, tmp_path: Path) -> None:
    out = tmp_path / "mine"
    with locked(out / FOLDER / LOCK) as own:
        assert own is not None
        assert not (out / FOLDER / RECORD).exists()
        with pytest.raises(RecordError, match="Another training"):
            train(pipeline.splits, out, small(BEST), threads=1)


def test_a_killed_training_is_no_longer_at_work(pipeline: Pipeline, tmp_path: Path) -> None:
    out = tmp_path / "mine"
    changes = [part for change in (*SMALL, "stage1.loop.epochs=500") for part in ("--set", change)]
    command = [
        sys.executable,
        "-m",
        "core",
        "train",
        str(pipeline.splits),
        "--out",
        str(out),
        "--threads",
        "1",
    ]
    process = subprocess.Popen([*command, *changes], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 60
        while not (out / FOLDER / "stage1.csv").exists() and time.monotonic() < end:
            time.sleep(0.05)
        assert open_training(out).state == "running"
        with pytest.raises(LedgerError, match="being trained"):
            ledger.delete(out)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert open_training(out).state == "stopped"
    ledger.delete(out)
    assert not list(tmp_path.iterdir())


def test_another_configuration_in_the_same_folder_begins_anew(pipeline: Pipeline, tmp_path: Path) -> None:
    out = tmp_path / "mine"
    stopped(pipeline, out)
    other = with_changes(small(BEST), ["stage1.dropout=0.4"])
    with pytest.raises(_KilledError):
        train(pipeline.splits, out, other, threads=1, listener=stop_after(1, "stage1"))
    found = open_training(out)
    assert found.stages["stage1"].done == 1
    assert found.record is not None
    assert found.record.resumed == ()


def test_early_stopping_and_the_best_epoch(tmp_path: Path) -> None:
    out = tmp_path / "mine"
    write_log(out, [0.1, 0.5, 0.4, 0.5])
    preset = replace(BEST, stage2=replace(BEST.stage2, loop=replace(BEST.stage2.loop, epochs=9, patience=2)))
    log = read_log(out / FOLDER / "stage2.csv", preset.to_json())
    assert log is not None
    assert (log.best, log.score, log.seconds, log.epoch_s) == (1, 0.5, 8.0, 2.0)
    assert log.ended_early
    assert log.over
    assert open_training(out).state == "unfinished", "begun before trainings wrote down what they are"


@pytest.mark.parametrize("text", ["", HEAD, f"{HEAD}\n1,2\n", "a,b\n1,2\n", f"{HEAD}\n1,x,1,1,1,1,1\n"])
def test_a_damaged_log_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "stage2.csv").write_text(text)
    assert read_log(tmp_path / "stage2.csv", {}) is None


def test_a_damaged_record_and_a_damaged_bundle_are_said(tmp_path: Path) -> None:
    write_log(tmp_path / "one", [0.1])
    (tmp_path / "one" / FOLDER / RECORD).write_text('{"name": 1}')
    assert "experiment.json is damaged" in open_training(tmp_path / "one").problem
    assert read(tmp_path / "one") is None
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "bundle.json").write_text("[]")
    assert "bundle.json is damaged" in open_training(tmp_path / "two").problem


def test_trainings_are_found_also_within_folders(tmp_path: Path) -> None:
    write_log(tmp_path / "techniques" / "A1-s0", [0.1])
    write_log(tmp_path / "mine", [0.1])
    write_log(tmp_path / ".hidden", [0.1])
    write_log(tmp_path / "jobs" / "no", [0.1])
    (tmp_path / "empty").mkdir()
    assert [str(path.relative_to(tmp_path)) for path in find(tmp_path)] == ["mine", "techniques/A1-s0"]
    assert list(find(tmp_path / "nowhere")) == []
    with pytest.raises(LedgerError):
        ledger.delete(tmp_path / "empty")
