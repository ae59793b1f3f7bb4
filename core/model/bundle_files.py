"""The files of a bundle, each under its sum: read whole and unchanged, or not at all."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from core.errors import ToolmarkError
from core.recordings.atomic import write_bytes

SUMS = "SHA256SUMS"
PROGRAMS = "programs.npz"
METRICS = "metrics.json"
REQUIRED = ("bundle.json", "machine.toml", "weights.safetensors", "calibration.json")


class BundleError(ToolmarkError):
    """A bundle that cannot be used."""


def read_checked(path: Path) -> dict[str, bytes]:
    """All files of the bundle, each checked against SHA256SUMS."""
    if not path.is_dir():
        raise BundleError(f"There is no bundle at {path}: give the folder that `python -m core train` wrote.")
    if not (path / SUMS).is_file():
        raise BundleError(
            f"{path} is not a bundle: {SUMS} is missing; give the folder that `python -m core train` wrote."
        )
    files = {}
    for row in (path / SUMS).read_text(encoding="utf-8", errors="replace").splitlines():
        wanted, _, name = row.partition("  ")
        if Path(name).name != name or not (path / name).is_file():
            raise BundleError(f"The bundle {path} lacks its file {name!r}: copy the bundle again.")
        files[name] = (path / name).read_bytes()
        if hashlib.sha256(files[name]).hexdigest() != wanted:
            raise BundleError(
                f"{path / name} was truncated or changed since it was written: copy the bundle again."
            )
    missing = [name for name in REQUIRED if name not in files]
    if missing:
        raise BundleError(f"The bundle {path} lacks its file {missing[0]!r}: copy the bundle again.")
    return files


def digest_of(files: Mapping[str, bytes]) -> str:
    """What tells a bundle from every other one that reads otherwise."""
    reading = {name: data for name, data in files.items() if name != METRICS}
    return hashlib.sha256(_sums(reading).encode()).hexdigest()[:16]


def _sums(files: Mapping[str, bytes]) -> str:
    return "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files))


def write_files(path: Path, files: Mapping[str, bytes]) -> None:
    """Each file aside and renamed, the sums last: a bundle that was cut while being written does not load."""
    for name, data in [*files.items(), (SUMS, _sums(files).encode())]:
        if (path / name).exists() and (path / name).read_bytes() == data:
            continue
        write_bytes(path / name, data)
