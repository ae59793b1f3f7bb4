"""The window files: train/val/test_sequences.npz and splits.json, plain arrays and never a pickle."""

import hashlib
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from core.errors import ToolmarkError
from core.recordings.atomic import replacing, write_bytes, write_text
from core.recordings.inputs import InputSpec
from core.recordings.machine import Machine
from core.recordings.programs import Programs
from core.recordings.windows import ARRAYS, STRIDE, WINDOW_ROWS, Windows

PARTS = ("train", "val", "test")
MANIFEST = "splits.json"
PROGRAMS = "programs.npz"
# how every .npz file begins
ZIP = b"PK"
# published key -> its number of dimensions
PUBLISHED = {"continuous": 3, "categorical": 3, "tokens": 2, "operation_type": 1}


class SequencesError(ToolmarkError):
    """A window file that cannot be read."""


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


def write_sequences(path: str | Path, windows: Windows) -> None:
    """Write one window file, uncompressed; strings as fixed-width unicode."""
    arrays: dict[str, Any] = {name: getattr(windows, name) for name in ARRAYS}
    with replacing(path) as aside, aside.open("wb") as file:
        np.savez(file, **arrays, channels=np.array(windows.channels, dtype=np.str_))


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


KINDS = {"f": "float32", "iu": "int64", "b": "bool", "U": "text"}
TYPES = {"f": np.float32, "i": np.int64, "u": np.int64}


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
