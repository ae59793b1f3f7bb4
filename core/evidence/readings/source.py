"""Runs by name, from a store or from a folder of recordings, each told from every other without being read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import ToolmarkError
from core.recordings.machine import Machine
from core.recordings.reader import folder_files, read_recording, run_name
from core.recordings.recording import Recording
from core.recordings.store import INDEX, Store, machine_beside


class SourceError(ToolmarkError):
    """A place without runs that could be read."""


@dataclass(frozen=True)
class RunSource:
    """Runs of one machine; `digests` run -> what tells it, as it is now, from every other."""

    path: Path
    machine: Machine
    digests: Mapping[str, str]
    store: Store | None = None
    files: Mapping[str, Path] = field(default_factory=dict)

    @classmethod
    def open(cls, path: str | Path) -> "RunSource":
        """Look into a store, a folder of recordings, or at one recording; SourceError where there is none."""
        path = Path(path)
        if (path / INDEX).is_file():
            store = Store.open(path)
            return cls(path, store.machine, {entry.run: entry.digest for entry in store.entries}, store)
        if not path.exists():
            raise SourceError(f"There is nothing at {path}: give a store, or a folder of recordings.")
        machine = machine_beside([path if path.is_dir() else path.parent])
        found = sorted(folder_files(path, machine)) if path.is_dir() else [path]
        files = {run_name(file, machine): file for file in found if not file.name.startswith(".")}
        if not files:
            kinds = ", ".join(machine.format.suffixes)
            raise SourceError(
                f"{path} holds no recording ({kinds}): give a store, or a folder of recordings."
            )
        return cls(path, machine, {run: _stamp(file) for run, file in files.items()}, files=files)

    @property
    def runs(self) -> tuple[str, ...]:
        """The names of the runs, sorted."""
        return tuple(sorted(self.digests))

    def recording(self, run: str) -> Recording:
        """Read one run."""
        if self.store is not None:
            return self.store.recording(run)
        return read_recording(self.files[run], self.machine)


def _stamp(file: Path) -> str:
    """When a file was written and how large it is: as good as its content for a file that nobody falsifies."""
    status = file.stat()
    return f"{status.st_mtime_ns}:{status.st_size}"
