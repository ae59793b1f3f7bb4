"""What a training writes down of itself before its first epoch: `training/experiment.json` in the bundle's folder.

With the logs of its stages beside it, a training can be looked at, compared and taken up again from its folder alone.
"""

import json
import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from core.errors import ToolmarkError
from core.locks import held, patiently
from core.recordings.atomic import write_text
from core.recordings.sequences import SplitsManifest

FOLDER = "training"
RECORD = "experiment.json"
LOCK = "lock"


class RecordError(ToolmarkError):
    """A training that cannot be begun in a folder, or whose record is damaged."""


class TrainingRecord(BaseModel):
    """What a training is of.

    keys: what each stage's weights depend on, as a digest; windows: digest of each part; counts: of windows; command:
    the arguments of `python -m core` that go on with it; times are UTC, `finished` is empty until the bundle is there.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    machine: str
    protocol: str
    fold: int | None
    program: str | None
    split_seed: int
    seed: int
    preset: dict[str, Any]
    stages: tuple[int, ...]
    data_digest: str
    windows: dict[str, str]
    counts: dict[str, int]
    begun_from: str | None
    threads: int
    code_version: str
    keys: dict[str, str]
    command: tuple[str, ...]
    started: str = ""
    resumed: tuple[str, ...] = ()
    finished: str = ""


def of_windows(manifest: SplitsManifest) -> dict[str, Any]:
    """What the windows of a training tell of it."""
    return {
        "machine": manifest.load_machine().name,
        "protocol": manifest.protocol,
        "fold": manifest.fold,
        "program": manifest.program,
        "split_seed": manifest.seed,
        "data_digest": manifest.data_digest,
        "windows": manifest.digests,
        "counts": manifest.counts,
    }


def now() -> str:
    """The present moment as records say it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@contextmanager
def at_work(out: Path) -> Iterator[None]:
    """Hold the lock of a training's folder while it works.

    Raises:
        RecordError: another training works there.
    """
    with patiently(out / FOLDER / LOCK) as own:
        if own is None:
            raise RecordError(f"Another training is at work in {out}: wait for it, or give another folder.")
        yield


def working(out: Path) -> bool:
    """Whether a training works in this folder now."""
    return held(out / FOLDER / LOCK)


def begin(out: Path, record: TrainingRecord) -> None:
    """Write down what a training is of; one that goes on keeps its beginning, logs of another one are taken away."""
    before = read(out)
    same = before is not None and before.keys == record.keys
    if before is not None and same:
        record = record.model_copy(update={"started": before.started, "resumed": (*before.resumed, now())})
    else:
        record = record.model_copy(update={"started": now()})
    for stage, key in record.keys.items():
        if before is not None and before.keys.get(stage) != key:
            (out / FOLDER / f"{stage}.csv").unlink(missing_ok=True)
    _write(out, record)


def finish(out: Path) -> None:
    """Write down that the bundle is there."""
    record = read(out)
    if record is not None:
        _write(out, record.model_copy(update={"finished": now()}))


def read(out: Path) -> TrainingRecord | None:
    """The record of a folder; None where there is none, or one that cannot be read."""
    try:
        return TrainingRecord.model_validate_json((out / FOLDER / RECORD).read_bytes())
    except (OSError, ValidationError):
        return None


def _write(out: Path, record: TrainingRecord) -> None:
    write_text(out / FOLDER / RECORD, json.dumps(record.model_dump(), indent=1, ensure_ascii=False) + "\n")


def command_of(
    splits: Path, out: Path, options: Sequence[str], seed: int, stages: Sequence[int], initial: Path | None
) -> tuple[str, ...]:
    """The arguments of `python -m core` that train this again, and so go on with it."""
    said = ["train", str(splits), "--out", str(out), *options, "--seed", str(seed)]
    said += ["--stage", str(stages[0])] if len(stages) == 1 else []
    said += ["--from", str(initial)] if initial else []
    return tuple(said)


def shell(command: Sequence[str]) -> str:
    """The command as it is typed."""
    return shlex.join(["python", "-m", "core", *command])
