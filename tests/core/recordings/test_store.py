import shutil
from pathlib import Path

import numpy as np
import pytest

from core.recordings import store as store_module
from core.recordings.machine import Machine
from core.recordings.reader import read_recording
from core.recordings.recording import RecordingError
from core.recordings.store import Store, StoreError, import_runs
from tests.synthetic import run_frame, write_run


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, runs_folder: Path) -> Store:
    return import_runs([runs_folder], tmp_path_factory.mktemp("store") / "s")


def test_the_index(store: Store) -> None:
    assert len(store.names) == 9
    row = store.index.set_index("run").loc["face_002"]
    assert (row["operation"], row["program"], row["rows"], row["buffering_rows"]) == ("face", "F1", 192, 8)
    assert (row["labelled_rows"], row["boards"], row["frozen_boards"]) == (184, 4, 1)
    assert len(row["digest"]) == 64


def test_a_stored_run_is_the_run(store: Store, runs_folder: Path) -> None:
    stored, read = store.recording("face_002"), read_recording(runs_folder / "face_002_aligned.csv.gz")
    assert stored.channels == read.channels
    np.testing.assert_array_equal(stored.values, read.values)
    np.testing.assert_array_equal(stored.time_s, read.time_s)
    assert stored.lines == read.lines
    np.testing.assert_array_equal(stored.codes["stat"], read.codes["stat"])
    assert (stored.name, stored.operation, stored.source) == (read.name, read.operation, read.source)


def test_all_columns_are_kept(store: Store) -> None:
    import pyarrow.parquet as pq  # noqa: PLC0415

    kept = pq.read_schema(store.path / "runs" / "face_002.parquet")
    assert kept.names == list(run_frame().columns)
    assert str(kept.field("frame_l2.Ax").type) == "float"


def test_health_comes_with_the_store(store: Store) -> None:
    kinds = {finding.kind for finding in store.health if finding.run == "face_002"}
    assert kinds == {"buffering", "frozen", "missing", "dead", "clipped"}


def test_an_unchanged_file_is_not_read_again(
    tmp_path: Path, runs_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = import_runs([runs_folder], tmp_path / "s")
    parsed: list[str] = []
    read = store_module.read_file
    monkeypatch.setattr(
        store_module, "read_file", lambda *a, **k: (parsed.append(a[0].name), read(*a, **k))[1]
    )
    assert import_runs([runs_folder], tmp_path / "s").digest == first.digest
    assert parsed == []
    (tmp_path / "s" / "runs" / "face_001.parquet").write_bytes(b"PAR1 half")
    assert import_runs([runs_folder], tmp_path / "s").digest == first.digest
    assert parsed == ["face_001_aligned.csv.gz"]


def test_an_interrupted_import_is_taken_up_again(tmp_path: Path, runs_folder: Path) -> None:
    def stop(done: int, total: int, run: str) -> None:
        assert total == 9
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_runs([runs_folder], tmp_path / "s", progress=stop)
    with pytest.raises(StoreError, match="not a store"):
        Store.open(tmp_path / "s")
    assert len(list((tmp_path / "s" / "runs").iterdir())) == 4
    assert len(import_runs([runs_folder], tmp_path / "s").names) == 9


def test_a_changed_file_takes_the_place_of_the_old(tmp_path: Path) -> None:
    file = write_run(tmp_path / "face_001.csv", seed=1)
    first = import_runs([file], tmp_path / "s")
    write_run(file, seed=2)
    second = import_runs([file], tmp_path / "s")
    assert first.digest != second.digest
    assert second.names == ("face_001",)


def test_runs_are_added_to_a_store(tmp_path: Path) -> None:
    import_runs([write_run(tmp_path / "face_001.csv")], tmp_path / "s")
    store = import_runs([write_run(tmp_path / "pocket_001.csv", "pocket")], tmp_path / "s")
    assert store.names == ("face_001", "pocket_001")


def test_the_digest_does_not_depend_on_packing_or_order(tmp_path: Path) -> None:
    one = [write_run(tmp_path / "a" / "face_001.csv"), write_run(tmp_path / "a" / "pocket_001.csv", "pocket")]
    other = [write_run(tmp_path / "b" / f"{file.stem}.csv.gz", file.stem.split("_")[0]) for file in one]
    assert import_runs(one, tmp_path / "s").digest == import_runs(other[::-1], tmp_path / "t").digest


def test_a_bad_file_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "face_001.csv").write_text("nonsense")
    with pytest.raises(StoreError, match=r"face_001.csv"):
        import_runs([tmp_path / "face_001.csv"], tmp_path / "s")
    assert not (tmp_path / "s").exists()


def test_a_bad_file_does_not_keep_the_others_out(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "in" / "face_001.csv").parent
    (folder / "face_002.csv").write_text("")
    with pytest.raises(StoreError, match=r"1 of 2 files .* the first: .*face_002.csv is empty"):
        import_runs([folder], tmp_path / "s")
    assert Store.open(tmp_path / "s").names == ("face_001",)


def test_two_files_with_one_name(tmp_path: Path) -> None:
    write_run(tmp_path / "face_001.csv")
    write_run(tmp_path / "face_001_aligned.csv.gz")
    with pytest.raises(StoreError, match="both called face_001"):
        import_runs([tmp_path], tmp_path / "s")


def test_nothing_to_import(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(StoreError, match="no recording"):
        import_runs([tmp_path], tmp_path / "s")
    with pytest.raises(StoreError, match="does not exist"):
        import_runs([tmp_path / "none"], tmp_path / "s")


def test_a_store_has_one_machine(tmp_path: Path, machine: Machine) -> None:
    file = write_run(tmp_path / "face_001.csv")
    import_runs([file], tmp_path / "s")
    other = machine.model_copy(update={"name": "another mill"})
    with pytest.raises(StoreError, match="another machine file"):
        import_runs([write_run(tmp_path / "face_002.csv")], tmp_path / "s", other)
    assert import_runs([file], tmp_path / "s", other).machine.name == "another mill"


def test_a_damaged_store(tmp_path: Path, store: Store) -> None:
    copy = Path(shutil.copytree(store.path, tmp_path / "s"))
    (copy / "runs" / "face_001.parquet").write_bytes(b"PAR1")
    (copy / "health.json").unlink()
    opened = Store.open(copy)
    with pytest.raises(StoreError, match=r"face_001.parquet is missing or damaged"):
        opened.recording("face_001")
    with pytest.raises(StoreError, match=r"health.json is missing"):
        _ = opened.health
    with pytest.raises(StoreError, match="no run 'face_099'"):
        opened.recording("face_099")
    (copy / "index.json").write_text("[{")
    with pytest.raises(StoreError, match=r"index.json is damaged"):
        Store.open(copy)


def test_a_column_of_mixed_kinds(tmp_path: Path) -> None:
    frame = run_frame().astype({"frame_l2.Ax": object})
    frame.loc[0, "frame_l2.Ax"] = "high"
    frame.to_csv(tmp_path / "face_001.csv", index=False)
    with pytest.raises(StoreError, match=r"'high' in the number column"):
        import_runs([tmp_path / "face_001.csv"], tmp_path / "s")


def test_the_out_folder_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "s").write_text("x")
    with pytest.raises(StoreError, match="is a file"):
        import_runs([write_run(tmp_path / "face_001.csv")], tmp_path / "s")


def test_windows_too_long_for_a_stored_run(store: Store) -> None:
    with pytest.raises(RecordingError):
        store.recording("face_001").window(start_row=150)


def test_real_import(tmp_path: Path, recordings_dir: Path) -> None:
    files = sorted(recordings_dir.glob("face150025_00[89]*.gz"))
    store = import_runs(files, tmp_path / "s")
    same = [finding for finding in store.health if finding.kind == "same_clock"]
    assert [(finding.run, finding.rows) for finding in same] == [("face150025_009", 572)]
