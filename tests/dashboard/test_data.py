import shutil
from pathlib import Path

import numpy as np
import pytest

from core.errors import ToolmarkError
from core.model.bundle import Bundle
from core.recordings.store import import_runs
from dashboard import data
from tests.dashboard.small_bundle import write_bundle


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch, runs: Path) -> data.Dataset:
    monkeypatch.setenv(data.RECORDINGS_VARIABLE, str(runs))
    return data.datasets()[0]


def test_a_folder_of_recordings_is_a_dataset(named: data.Dataset, runs: Path) -> None:
    assert (named.name, named.problem) == (runs.name, None)
    assert "face_001" in named.runs
    assert data.recording(named, "face_001").name == "face_001"


def test_a_store_is_a_dataset_with_the_same_runs(
    monkeypatch: pytest.MonkeyPatch, named: data.Dataset, runs: Path, tmp_path: Path
) -> None:
    import_runs([runs], tmp_path / "store")
    monkeypatch.setenv(data.RECORDINGS_VARIABLE, str(tmp_path / "store"))
    store = data.datasets()[0]
    assert store.is_store
    assert store.runs == named.runs
    imported, read = data.recording(store, "face_002"), data.recording(named, "face_002")
    np.testing.assert_array_equal(imported.values, read.values)
    assert len({store.digest(run) for run in store.runs}) == len(store.runs), (
        "a cache must tell its runs apart"
    )


@pytest.mark.parametrize("content", [{}, {"notes.txt": "x"}, {"index.json": "[", "machine.toml": ""}])
def test_what_cannot_be_opened_is_said_and_not_raised(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: dict[str, str]
) -> None:
    for name, text in content.items():
        (tmp_path / name).write_text(text)
    monkeypatch.setenv(data.RECORDINGS_VARIABLE, str(tmp_path))
    assert tmp_path.name in (data.datasets()[0].problem or "")


def test_a_folder_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(data.RECORDINGS_VARIABLE, str(tmp_path / "nowhere"))
    assert "nowhere" in (data.datasets()[0].problem or "")


def test_without_any_recordings_there_is_no_dataset(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(data.RECORDINGS_VARIABLE, raising=False)
    monkeypatch.setattr(data, "STORE", tmp_path / "store")
    monkeypatch.setattr(data, "SHARED_RUNS", tmp_path / "runs")
    monkeypatch.setattr(data, "DEMO_FILE", tmp_path / "demo.toml")
    assert data.datasets() == ()


def test_a_file_that_changes_is_read_again(
    monkeypatch: pytest.MonkeyPatch, runs: Path, tmp_path: Path
) -> None:
    file = tmp_path / "face_001_aligned.csv.gz"
    shutil.copy(runs / "face_001_aligned.csv.gz", file)
    monkeypatch.setenv(data.RECORDINGS_VARIABLE, str(tmp_path))
    before = data.recording(data.datasets()[0], "face_001")
    shutil.copy(runs / "adaptive_002_aligned.csv.gz", file)
    after = data.recording(data.datasets()[0], "face_001")
    assert before.n_rows != after.n_rows


def test_bundles_of_the_default_protocol_come_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    write_bundle(tmp_path / "a", protocol="blind")
    write_bundle(tmp_path / "b", protocol="run")
    (tmp_path / "c").mkdir()
    monkeypatch.setenv(data.BUNDLES_VARIABLE, str(tmp_path))
    assert [(folder.name, folder.protocol) for folder in data.bundles()] == [("b", "run"), ("a", "blind")]


def test_a_bundle_that_was_changed_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    write_bundle(tmp_path / "a")
    (tmp_path / "a" / "calibration.json").write_text("{}")
    monkeypatch.setenv(data.BUNDLES_VARIABLE, str(tmp_path))
    with pytest.raises(ToolmarkError, match=r"calibration\.json"):
        data.bundle(data.bundles()[0])


def test_each_question_has_its_own_answer(named: data.Dataset, bundle: Bundle) -> None:
    run, other = data.recording(named, "face_001"), data.recording(named, "pocket_001")
    answers = [
        data.predict(bundle, run.window(0), named.digest("face_001")),
        data.predict(bundle, run.window(16), named.digest("face_001")),
        data.predict(bundle, other.window(0), named.digest("pocket_001")),
        data.predict(bundle, run.window(0), named.digest("face_001"), ("proximity",)),
    ]
    assert len({answer.operation_confidence for answer in answers}) == 4
    again = data.predict(bundle, run.window(0), named.digest("face_001"))
    assert again.latency_ms == answers[0].latency_ms, "the same question is answered once"


def test_the_order_of_muting_does_not_matter(named: data.Dataset, bundle: Bundle) -> None:
    window = data.recording(named, "face_001").window(0)
    one, other = (
        data.predict(bundle, window, named.digest("face_001"), names)
        for names in (("sound", "gyro"), ("gyro", "sound"))
    )
    assert one.latency_ms == other.latency_ms
