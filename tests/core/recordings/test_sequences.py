import json
from pathlib import Path

import numpy as np
import pytest

from core.recordings.inputs import inputs_for
from core.recordings.machine import Machine
from core.recordings.recording import Recording
from core.recordings.sequences import (
    PARTS,
    SplitsManifest,
    read_splits,
    write_splits,
)
from core.recordings.window_file import SequencesError, digest
from core.recordings.windows import Windows, cut_windows


@pytest.fixture(scope="module")
def windows(recording: Recording, machine: Machine) -> Windows:
    return cut_windows(recording, inputs_for("run", machine))


@pytest.fixture(scope="module")
def manifest(machine: Machine) -> SplitsManifest:
    return SplitsManifest(
        protocol="run",
        fold=0,
        scheme={"name": "spelled"},
        inputs=inputs_for("run", machine).to_json(),
        operations=machine.operations,
        machine=machine.name,
        machine_toml=machine.to_toml(),
        data_digest="d",
        counts={"windows": 9},
    )


def test_splits_come_back(
    tmp_path: Path, windows: Windows, manifest: SplitsManifest, machine: Machine
) -> None:
    written = write_splits(tmp_path / "s", dict.fromkeys(PARTS, windows), manifest)
    splits = read_splits(tmp_path / "s")
    assert splits.manifest == written
    assert splits.manifest.spec == inputs_for("run", machine)
    assert splits.manifest.load_machine() == machine
    assert splits.manifest.runs == dict.fromkeys(PARTS, ("face_003",))
    assert splits.manifest.digests["test"] == digest(splits.test)
    assert len(splits.train) == len(splits.val) == 9
    assert sorted(path.name for path in (tmp_path / "s").iterdir()) == [
        "splits.json",
        *(f"{part}_sequences.npz" for part in ("test", "train", "val")),
    ]


def test_an_interrupted_write_is_no_splits_folder(
    tmp_path: Path, windows: Windows, manifest: SplitsManifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = dict.fromkeys(PARTS, windows)
    write_splits(tmp_path, parts, manifest)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(SequencesError, match="No space left"):
        write_splits(tmp_path, parts, manifest)
    assert not list(tmp_path.glob(".*"))
    with pytest.raises(SequencesError, match=r"splits.json is missing"):
        read_splits(tmp_path)


def test_an_empty_part_is_refused_before_anything_is_written(
    tmp_path: Path, windows: Windows, manifest: SplitsManifest
) -> None:
    with pytest.raises(SequencesError, match="val part has no windows"):
        write_splits(
            tmp_path / "s", {**dict.fromkeys(PARTS, windows), "val": windows.take(slice(0, 0))}, manifest
        )
    assert not (tmp_path / "s").exists()


def test_a_damaged_manifest(tmp_path: Path, windows: Windows, manifest: SplitsManifest) -> None:
    write_splits(tmp_path, dict.fromkeys(PARTS, windows), manifest)
    file = tmp_path / "splits.json"
    whole = json.loads(file.read_text())
    file.write_text(json.dumps({**whole, "stride": "wide"}))
    with pytest.raises(SequencesError, match="stride"):
        read_splits(tmp_path)
    file.write_text(file.read_text()[:50])
    with pytest.raises(SequencesError, match="damaged"):
        read_splits(tmp_path)
    file.write_text(json.dumps({**whole, "operations": ["adaptive"]}))
    with pytest.raises(SequencesError, match="does not name"):
        _ = read_splits(tmp_path).test
