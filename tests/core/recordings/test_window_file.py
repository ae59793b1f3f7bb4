from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.recordings.inputs import inputs_for
from core.recordings.machine import Machine
from core.recordings.recording import Recording
from core.recordings.window_file import SequencesError, digest, read_sequences, write_sequences
from core.recordings.windows import ARRAYS, Windows, cut_windows

PUBLISHED = ("continuous", "categorical", "tokens", "operation_type")


@pytest.fixture(scope="module")
def windows(recording: Recording, machine: Machine) -> Windows:
    return cut_windows(recording, inputs_for("run", machine))


@pytest.fixture
def arrays(windows: Windows) -> dict[str, Any]:
    return {name: getattr(windows, name).copy() for name in PUBLISHED}


def refused(path: Path, match: str) -> None:
    with pytest.raises(SequencesError, match=match) as caught:
        read_sequences(path)
    assert path.name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_windows_come_back_as_they_were(tmp_path: Path, windows: Windows) -> None:
    write_sequences(tmp_path / "a.npz", windows)
    again = read_sequences(tmp_path / "a.npz")
    assert again.channels == windows.channels
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(again, name), getattr(windows, name))
        assert getattr(again, name).dtype == getattr(windows, name).dtype
    assert digest(again) == digest(windows)
    assert [path.name for path in tmp_path.iterdir()] == ["a.npz"]


def test_the_file_has_no_pickle_and_the_published_arrays(tmp_path: Path, windows: Windows) -> None:
    write_sequences(tmp_path / "a.npz", windows)
    with np.load(tmp_path / "a.npz", allow_pickle=False) as file:
        assert {*PUBLISHED, "run", "start_row", "gcode", "present"} <= set(file.files)
        assert all(file[name].dtype.kind != "O" for name in file.files)


def test_a_file_from_elsewhere_has_the_four_keys(tmp_path: Path, arrays: dict[str, Any]) -> None:
    np.savez_compressed(tmp_path / "a.npz", **arrays)
    windows = read_sequences(tmp_path / "a.npz")
    assert windows.present.all()
    assert windows.channels[:2] == ("c000", "c001")
    assert set(windows.run) == set(windows.gcode) == {""}


def test_numbers_of_another_width_are_read(tmp_path: Path, arrays: dict[str, Any]) -> None:
    arrays["continuous"] = arrays["continuous"].astype(np.float64)
    arrays["tokens"] = arrays["tokens"].astype(np.int32)
    np.savez(tmp_path / "a.npz", **arrays)
    windows = read_sequences(tmp_path / "a.npz")
    assert (windows.continuous.dtype, windows.tokens.dtype) == (np.float32, np.int64)


def test_objects_are_never_unpickled(tmp_path: Path, arrays: dict[str, Any]) -> None:
    touched = tmp_path / "touched"

    class Trap:
        def __reduce__(self) -> tuple[Any, ...]:
            return Path.touch, (touched,)

    for key in ("tokens", "run", "channels"):
        np.savez(tmp_path / "a.npz", **{**arrays, key: np.array([Trap()] * 9, dtype=object)})
        refused(tmp_path / "a.npz", "Python objects, which are never loaded")
    assert not touched.exists()


@pytest.mark.parametrize(
    ("key", "value", "match"),
    [
        ("continuous", np.zeros((9, 64), np.float32), "continuous is 9x64, but 3 dimensions"),
        ("continuous", np.zeros((9, 32, 5), np.float32), "windows of 32 rows, but 64"),
        ("continuous", np.zeros((0, 64, 5), np.float32), "no windows"),
        (
            "continuous",
            np.zeros((9, 64, 276), np.int64),
            "continuous is 9x64x276 int64, but 9x64x276 float32",
        ),
        ("categorical", np.zeros((9, 32, 4), np.int64), "categorical is 9x32x4 int64, but 9x64x4 int64"),
        ("tokens", np.zeros((8, 7), np.int64), "tokens is 8x7 int64, but 9x7 int64"),
        ("tokens", np.zeros((9, 7), np.float64), "tokens is 9x7 float64"),
        ("tokens", np.full((9, 7), -1), "tokens is below 0 in window 0"),
        ("operation_type", np.zeros((9, 1), np.int64), "operation_type is 9x1"),
        ("operation_type", np.full(9, -2), "operation_type is below -1"),
        ("present", np.ones((9, 3), bool), "present is 9x3 bool, but 9x276 bool"),
        ("run", np.zeros(9, np.int64), "run is 9 int64, but 9 text"),
        ("channels", np.array(["a"]), "channels is 1"),
    ],
)
def test_wrong_shapes_and_kinds(
    tmp_path: Path, arrays: dict[str, Any], key: str, value: object, match: str
) -> None:
    np.savez(tmp_path / "a.npz", **{**arrays, key: value})
    refused(tmp_path / "a.npz", match)


@pytest.mark.parametrize("key", PUBLISHED)
def test_a_missing_array(tmp_path: Path, arrays: dict[str, Any], key: str) -> None:
    np.savez(tmp_path / "a.npz", **{name: value for name, value in arrays.items() if name != key})
    refused(tmp_path / "a.npz", f"no array '{key}'")


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_nan_is_found(tmp_path: Path, arrays: dict[str, Any], bad: float) -> None:
    arrays["continuous"][3, 5, 7] = bad
    np.savez(tmp_path / "a.npz", **arrays)
    refused(tmp_path / "a.npz", "window 3, row 5, channel 7")


def test_truncated_and_strange_files(tmp_path: Path, arrays: dict[str, Any]) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, **arrays)
    whole = path.read_bytes()
    for share in (0.2, 0.9, 0.9999):
        path.write_bytes(whole[: int(len(whole) * share)])
        refused(path, "truncated or damaged")
    damaged = bytearray(whole)
    damaged[len(whole) // 2] ^= 0xFF
    path.write_bytes(damaged)
    refused(path, "damaged")
    path.write_bytes(b"PK\x03\x04")
    refused(path, "truncated or damaged")
    for content in (b"", b"hello", b"\x80\x04."):
        path.write_bytes(content)
        refused(path, "not a window file")
    with path.open("wb") as file:
        np.save(file, arrays["tokens"])
    refused(path, "not a window file")
    refused(tmp_path / "none.npz", "not a file")


def test_the_digest_is_of_the_content(windows: Windows) -> None:
    changed = windows.take(slice(None))
    changed.tokens[0, 0] += 1
    before = digest(windows)
    changed.tokens[0, 0] -= 1
    assert before != digest(windows)
    assert digest(windows.take(slice(0, 8))) != digest(windows)
