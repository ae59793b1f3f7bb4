"""A window file, e.g. test_sequences.npz: plain arrays and never a pickle."""

import hashlib
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import ToolmarkError
from core.recordings.atomic import replacing
from core.recordings.windows import ARRAYS, WINDOW_ROWS, Windows

# how every .npz file begins
ZIP = b"PK"
# published key -> its number of dimensions
PUBLISHED = {"continuous": 3, "categorical": 3, "tokens": 2, "operation_type": 1}
# the kinds of an array -> what they are called, and what each is brought to
KINDS = {"f": "float32", "iu": "int64", "b": "bool", "U": "text"}
TYPES = {"f": np.float32, "i": np.int64, "u": np.int64}


class SequencesError(ToolmarkError):
    """A window file that cannot be read."""


def write_sequences(path: str | Path, windows: Windows) -> None:
    """Write one window file, uncompressed; strings as fixed-width unicode."""
    arrays: dict[str, Any] = {name: getattr(windows, name) for name in ARRAYS}
    with replacing(path) as aside, aside.open("wb") as file:
        np.savez(file, **arrays, channels=np.array(windows.channels, dtype=np.str_))


def read_sequences(path: str | Path, *, length: int = WINDOW_ROWS) -> Windows:
    """Read one window file, also one from elsewhere that has only the four published keys.

    Then all channels are called present and are named c000, c001 ..., and there is no run and no label.
    SequencesError for object arrays (they are never unpickled), wrong shapes, NaN and damaged files.
    """
    path = Path(path)
    arrays = _load(path)
    for key, n_dimensions in PUBLISHED.items():
        if key not in arrays:
            raise SequencesError(f"{path} has no array {key!r}: it is not a window file.")
        if arrays[key].ndim != n_dimensions:
            shape = "x".join(map(str, arrays[key].shape))
            raise SequencesError(f"{path}: {key} is {shape}, but {n_dimensions} dimensions are expected.")
    n, rows, n_channels = arrays["continuous"].shape
    if not n or not n_channels:
        raise SequencesError(f"{path} holds no windows: cut the windows again.")
    if rows != length:
        raise SequencesError(f"{path} has windows of {rows} rows, but {length} are expected.")
    return _checked(path, arrays | _defaults(arrays, n, n_channels))


def digest(windows: Windows) -> str:
    """sha256 of the content of windows; the same content has the same digest on every machine."""
    state = hashlib.sha256("\n".join(windows.channels).encode())
    for name in ARRAYS:
        array = getattr(windows, name)
        state.update(f"{name}{array.shape}{array.dtype.kind}".encode())
        if array.dtype.kind == "U":
            state.update("\0".join(array.tolist()).encode())
        else:
            state.update(np.ascontiguousarray(array).data)
    return state.hexdigest()


def _load(path: Path) -> dict[str, NDArray[Any]]:
    if not path.is_file():
        raise SequencesError(f"{path} is not a file: give a window file (.npz).")
    try:
        with path.open("rb") as raw:
            begins = raw.read(len(ZIP))
        if begins != ZIP:
            raise SequencesError(f"{path} is not a window file: give an .npz file of plain arrays.")
        with np.load(path, allow_pickle=False) as file:
            found = {key: file[key] for key in file.files if key in (*ARRAYS, "channels")}
        if not all(isinstance(array, np.ndarray) for array in found.values()):
            raise SequencesError(f"{path} holds something else than arrays: write it again.")
        return found
    except ValueError as error:
        if "allow_pickle" in str(error) or "pickled" in str(error):
            raise SequencesError(
                f"{path} holds Python objects, which are never loaded: save plain arrays."
            ) from None
        raise SequencesError(f"{path} is not a window file or damaged: write it again.") from None
    except MemoryError:
        raise SequencesError(
            f"{path} is larger than the memory of this computer: cut fewer windows."
        ) from None
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, KeyError, NotImplementedError):
        raise SequencesError(f"{path} is a truncated or damaged window file: write it again.") from None


def _defaults(arrays: Mapping[str, NDArray[Any]], n: int, n_channels: int) -> dict[str, NDArray[Any]]:
    empty = np.zeros(n, dtype="U1")
    defaults: dict[str, NDArray[Any]] = {
        "run": empty,
        "start_row": np.zeros(n, dtype=np.int64),
        "gcode": empty,
        "present": np.ones((n, n_channels), dtype=bool),
        "near": empty,
        "top_rows": np.zeros(n, dtype=np.int64),
        "tied": np.zeros(n, dtype=bool),
        "place": np.full(n, np.nan, dtype=np.float32),
        "lag": np.full(n, np.nan, dtype=np.float32),
        "synced": empty,
        "synced_near": empty,
        "channels": np.array([f"c{channel:03d}" for channel in range(n_channels)]),
    }
    return {key: value for key, value in defaults.items() if key not in arrays}


def _checked(path: Path, arrays: Mapping[str, NDArray[Any]]) -> Windows:
    n, rows, n_channels = arrays["continuous"].shape
    expected: dict[str, tuple[str, tuple[int, ...]]] = {
        "continuous": ("f", (n, rows, n_channels)),
        "categorical": ("iu", (n, rows, arrays["categorical"].shape[2])),
        "tokens": ("iu", (n, arrays["tokens"].shape[1])),
        "present": ("b", (n, n_channels)),
        "channels": ("U", (n_channels,)),
        "tied": ("b", (n,)),
    }
    expected |= dict.fromkeys(("operation_type", "start_row", "top_rows"), ("iu", (n,)))
    expected |= dict.fromkeys(("run", "gcode", "near", "synced", "synced_near"), ("U", (n,)))
    expected |= dict.fromkeys(("place", "lag"), ("f", (n,)))
    for key, (kinds, shape) in expected.items():
        array = arrays[key]
        if array.dtype.kind not in kinds or array.shape != shape:
            found = f"{'x'.join(map(str, array.shape))} {array.dtype}"
            wanted = f"{'x'.join(map(str, shape))} {KINDS[kinds]}"
            raise SequencesError(f"{path}: {key} is {found}, but {wanted} is expected.")
    with np.errstate(over="ignore"):
        typed = {key: _typed(arrays[key]) for key in ARRAYS}
    _check_finite(path, typed["continuous"])
    _check_ids(path, typed)
    if not typed["tokens"].shape[1] or len(set(arrays["channels"].tolist())) < n_channels:
        raise SequencesError(f"{path} has no token columns or a channel twice: write it again.")
    return Windows(**typed, channels=tuple(arrays["channels"].tolist()))


def _typed(array: NDArray[Any]) -> NDArray[Any]:
    wanted = TYPES.get(array.dtype.kind)
    return array if wanted is None else array.astype(wanted, copy=False)


def _check_finite(path: Path, continuous: NDArray[Any]) -> None:
    # minimum and maximum carry NaN and infinity along without an array of their own
    if np.isfinite(continuous.min()) and np.isfinite(continuous.max()):
        return
    window, row, channel = np.argwhere(~np.isfinite(continuous))[0]
    raise SequencesError(
        f"{path}: continuous has no number in window {window}, row {row}, channel {channel}: "
        "write 0 there and mark the channel absent in `present`."
    )


def _check_ids(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    for key, least in {"tokens": 0, "categorical": 0, "operation_type": -1, "start_row": 0}.items():
        if arrays[key].size and arrays[key].min() < least:
            place = np.argwhere(arrays[key] < least)[0]
            raise SequencesError(f"{path}: {key} is below {least} in window {place[0]}.")
