"""A folder of windows cut under a protocol: train/val/test_sequences.npz, and splits.json, which says how."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from core.recordings.atomic import write_bytes, write_text
from core.recordings.inputs import InputSpec
from core.recordings.machine import Machine
from core.recordings.programs import Programs
from core.recordings.window_file import SequencesError, digest, read_sequences, write_sequences
from core.recordings.windows import STRIDE, WINDOW_ROWS, Windows

PARTS = ("train", "val", "test")
MANIFEST = "splits.json"
PROGRAMS = "programs.npz"


class SplitsManifest(BaseModel):
    """Where windows came from and how they were cut: splits.json."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    protocol: str
    fold: int | None = None
    program: str | None = None
    seed: int = 0
    stride: int = STRIDE
    length: int = WINDOW_ROWS
    scheme: dict[str, Any]
    inputs: dict[str, Any]
    operations: tuple[str, ...]
    machine: str
    machine_toml: str
    data_digest: str
    counts: dict[str, int] = {}
    runs: dict[str, tuple[str, ...]] = {}
    digests: dict[str, str] = {}
    created_with: str = ""

    @property
    def spec(self) -> InputSpec:
        """The inputs that the windows were prepared for."""
        return InputSpec.from_json(self.inputs)

    def load_machine(self) -> Machine:
        """The machine that the runs came from."""
        return Machine.from_toml(self.machine_toml, name=MANIFEST)


@dataclass(frozen=True)
class Splits:
    """A folder of window files; each part is read when it is first asked for, without the channels left out."""

    path: Path
    manifest: SplitsManifest
    left_out: frozenset[str] = frozenset()

    @cached_property
    def train(self) -> Windows:
        """Windows to learn from."""
        return self._part("train")

    @cached_property
    def val(self) -> Windows:
        """Windows to choose by."""
        return self._part("val")

    @cached_property
    def test(self) -> Windows:
        """Windows to score on."""
        return self._part("test")

    @cached_property
    def programs(self) -> Programs:
        """The programs learned from the training runs; none in a folder from elsewhere."""
        path = self.path / PROGRAMS
        if "programs" not in self.manifest.digests:
            return Programs()
        data = path.read_bytes() if path.is_file() else b""
        if hashlib.sha256(data).hexdigest() != self.manifest.digests["programs"]:
            raise SequencesError(f"{path} is missing or was changed: cut the windows again.")
        return Programs.from_bytes(data)

    def _part(self, part: str) -> Windows:
        path = self.path / f"{part}_sequences.npz"
        windows = read_sequences(path, length=self.manifest.length).without(self.left_out)
        if windows.channels != self.manifest.spec.channels:
            raise SequencesError(
                f"{path} has other channels than {MANIFEST} beside it: cut the windows again."
            )
        if windows.operation_type.max() >= len(self.manifest.operations):
            raise SequencesError(
                f"{path} has operations that {MANIFEST} does not name: cut the windows again."
            )
        return windows


def write_splits(
    out_dir: str | Path,
    parts: Mapping[str, Windows],
    manifest: SplitsManifest,
    programs: Programs | None = None,
) -> SplitsManifest:
    """Write the window files, programs and splits.json; returns the manifest with the parts' runs and digests."""
    out = Path(out_dir)
    empty = [part for part in PARTS if not len(parts[part])]
    if empty:
        raise SequencesError(f"The {empty[0]} part has no windows: import more or longer runs.")
    learned = programs.to_bytes() if programs is not None and programs.n_places else None
    digests = {part: digest(windows) for part, windows in parts.items()}
    if learned is not None:
        digests["programs"] = hashlib.sha256(learned).hexdigest()
    runs = {part: tuple(np.unique(windows.run).tolist()) for part, windows in parts.items()}
    manifest = manifest.model_copy(update={"runs": runs, "digests": digests})
    try:
        out.mkdir(parents=True, exist_ok=True)
        # the manifest goes first and comes last: a folder without one is known to be unfinished
        (out / MANIFEST).unlink(missing_ok=True)
        for part in PARTS:
            write_sequences(out / f"{part}_sequences.npz", parts[part])
        if learned is not None:
            write_bytes(out / PROGRAMS, learned)
        write_text(out / MANIFEST, manifest.model_dump_json(indent=1))
    except OSError as error:
        raise SequencesError(f"{out} cannot be written: {error.strerror or error}.") from None
    return manifest


def read_splits(path: str | Path) -> Splits:
    """Open a folder that `write_splits` wrote."""
    path = Path(path)
    file = path / MANIFEST
    missing = [
        name
        for name in (*(f"{part}_sequences.npz" for part in PARTS), MANIFEST)
        if not (path / name).is_file()
    ]
    if missing:
        raise SequencesError(
            f"{path} is no folder of windows: {missing[0]} is missing; cut the windows again."
        )
    try:
        manifest = SplitsManifest.model_validate_json(file.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise SequencesError(f"{file} is damaged ({where}: {first['msg']}): cut the windows again.") from None
    return Splits(path, manifest)
