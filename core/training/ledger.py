"""Every training that lies in some folders, read from the files that `python -m core train` writes."""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from core.errors import ToolmarkError
from core.training.preset_fields import Value, changes_of, flat
from core.training.record import FOLDER, RECORD, TrainingRecord, read, working
from core.training.stage_log import StageLog, as_dict, read_log

State = Literal["running", "stopped", "done", "stage 1 done", "unfinished"]
STAGES = ("stage1", "stage2")
BUNDLE = "bundle.json"
SUMS = "SHA256SUMS"
ENCODER = "encoder.pt"
DEPTH = 3
# folders of the dashboard and of stores that hold no trainings, and many files
OTHERS = ("runs", "jobs", "uploads", "readings", "tracks", "machines", "stores", "demo")


class LedgerError(ToolmarkError):
    """A training that cannot be found or taken away."""


@dataclass(frozen=True, eq=False)
class Training:
    """One training as its folder tells; `record` is None for one that was begun before there were records.

    preset: as trained; finished: when its bundle was written; problem: why it cannot be read, in a sentence.
    """

    path: Path
    name: str
    state: State
    record: TrainingRecord | None
    stages: Mapping[str, StageLog]
    preset: Mapping[str, Any] = field(default_factory=dict)
    protocol: str | None = None
    fold: int | str | None = None
    seed: int | None = None
    machine: str | None = None
    data_digest: str = ""
    splits_digest: str = ""
    code_version: str = ""
    begun_from: str | None = None
    finished: str = ""
    problem: str = ""

    @property
    def started(self) -> str:
        """When it was begun; empty where nothing tells."""
        return self.record.started if self.record else ""

    @property
    def seconds(self) -> float:
        """How long all epochs took."""
        return sum(log.seconds for log in self.stages.values())

    @property
    def changes(self) -> dict[str, tuple[Value, Value]] | None:
        """What differs from the preset of its name as that is now: value and preset's value; None = no such preset."""
        return changes_of(self.preset)

    def configuration(self) -> dict[str, str]:
        """Everything that two trainings may differ in, by name, in words."""
        said = {"preset": str(self.preset.get("name", ""))}
        said |= {path: _plain(value) for path, value in flat(self.preset)}
        said |= {
            "protocol": self.protocol or "",
            "fold or program": "" if self.fold is None else str(self.fold),
            "seed": "" if self.seed is None else str(self.seed),
            "begun from": (self.begun_from or "")[:12],
            "recordings": self.data_digest[:12],
            "code": self.code_version,
        }
        if self.record:
            said["training windows"] = self.record.windows.get("train", "")[:12]
            said["number of training windows"] = str(self.record.counts.get("train", ""))
        return said


def _plain(value: Value) -> str:
    return (
        ("yes" if value else "no")
        if isinstance(value, bool)
        else f"{value:g}"
        if isinstance(value, float)
        else str(value)
    )


def find(root: Path, depth: int = DEPTH) -> Iterator[Path]:
    """The folders under a root that are trainings, not looking into one that was found, nor into stores."""
    try:
        entries = sorted((each for each in os.scandir(root) if each.is_dir()), key=lambda each: each.name)
    except OSError:
        return
    for each in entries:
        path = Path(each.path)
        if each.name.startswith(".") or each.name in OTHERS:
            continue
        if is_training(path):
            yield path
        elif depth > 1:
            yield from find(path, depth - 1)


def is_training(path: Path) -> bool:
    """Whether a folder holds a bundle or the beginnings of one."""
    inside = path / FOLDER
    return (path / BUNDLE).is_file() or any(
        (inside / name).is_file() for name in (RECORD, *(f"{s}.csv" for s in STAGES))
    )


def stamp(path: Path) -> tuple[int, ...]:
    """What changes when anything of a training changes: times and sizes of its files."""
    inside = path / FOLDER
    files = (
        path / BUNDLE,
        path / SUMS,
        inside / RECORD,
        inside / ENCODER,
        *(inside / f"{s}.csv" for s in STAGES),
    )
    return tuple(part for file in files for part in _stat(file))


def _stat(file: Path) -> tuple[int, int]:
    try:
        said = file.stat()
    except OSError:
        return 0, 0
    return said.st_mtime_ns, said.st_size


def open_training(path: Path) -> Training:
    """A training as its folder tells; whatever is damaged in it becomes its `problem`."""
    record = read(path)
    bundle, problem = _bundle(path)
    said: dict[str, Any] = bundle
    # a record that is not finished is of a training that the bundle there does not know of yet
    if record is not None and (not record.finished or not bundle):
        said = record.model_dump() | {"fold": record.program or record.fold}
    preset = said.get("preset")
    preset = preset if isinstance(preset, dict) else {}
    if not problem and record is None and (path / FOLDER / RECORD).is_file():
        problem = f"{path / FOLDER / RECORD} is damaged: begin the training anew."
    return Training(
        path=path,
        name=path.name,
        state=_state(path, record, bundle),
        record=record,
        stages={s: log for s in STAGES if (log := read_log(path / FOLDER / f"{s}.csv", preset)) is not None},
        preset=preset,
        protocol=_text(said.get("protocol")),
        fold=said.get("fold") if record is None else record.program or record.fold,
        seed=said.get("seed") if isinstance(said.get("seed"), int) else None,
        machine=_text(said.get("machine")),
        data_digest=str(said.get("data_digest", "")),
        splits_digest=str(said.get("splits_digest", "")),
        code_version=str(said.get("code_version", "")),
        begun_from=_text(said.get("begun_from") or as_dict(said.get("training")).get("begun_from")),
        finished=str(record.finished if record else bundle.get("created", "")),
        problem=problem,
    )


def _state(path: Path, record: TrainingRecord | None, bundle: Mapping[str, Any]) -> State:
    if working(path):
        return "running"
    if record is None:
        alone = (path / FOLDER / ENCODER).is_file() and not (path / FOLDER / "stage2.csv").is_file()
        return "done" if bundle else "stage 1 done" if alone else "unfinished"
    if record.finished and bundle:
        return "done"
    alone = record.stages == (1,) and (path / FOLDER / ENCODER).is_file()
    return "stage 1 done" if alone else "stopped"


def _bundle(path: Path) -> tuple[dict[str, Any], str]:
    try:
        found = json.loads((path / BUNDLE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}, ""
    except (OSError, ValueError):
        found = None
    if not isinstance(found, dict):
        return {}, f"{path / BUNDLE} is damaged: train or copy the bundle again."
    return found, ""


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def delete(path: Path) -> None:
    """Take a training away with everything in its folder.

    Raises:
        LedgerError: it is no training, or it works.
    """
    if not is_training(path):
        raise LedgerError(f"{path} holds no training: nothing was taken away.")
    if working(path):
        raise LedgerError(f"{path.name} is being trained: stop it before it is taken away.")
    aside = path.with_name(f".{os.getpid()}.{path.name}")
    path.rename(aside)
    shutil.rmtree(aside, ignore_errors=True)
