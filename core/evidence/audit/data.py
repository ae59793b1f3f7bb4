"""What an audit looks at: windows with their parts, and what of them the model must not see."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.evidence.tally import Bools, Ints
from core.evidence.truth import EvidenceError
from core.recordings.inputs import PROTOCOLS, InputSpec
from core.recordings.machine import Machine
from core.recordings.recording import Recording, buffering_rows
from core.recordings.sequences import read_splits
from core.recordings.splits import split_runs, split_windows
from core.recordings.store import INDEX, Store
from core.recordings.windows import STRIDE, Windows, concat, cut_windows

PARTS = ("train", "val", "test")
# runs that are read, all, the run's name
Told = Callable[[int, int, str], None]


@dataclass(frozen=True, eq=False)
class AuditData:
    """N windows of runs and the part of each under a protocol, as recorded or, of window files, as a model sees them.

    part: str [N]; rows: run -> its rows, where whole runs were read; buffering: run -> rows at its start whose line
    numbers race ahead; controller: name -> float32 [N], the window's mean of each column of the controller's own state.
    """

    machine: Machine
    protocol: str
    windows: Windows
    part: NDArray[np.str_]
    rows: Mapping[str, int] = field(default_factory=dict)
    buffering: Mapping[str, int] = field(default_factory=dict)
    controller: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)

    def index(self, part: str) -> Ints:
        """The windows of a part."""
        return np.flatnonzero(self.part == part)

    def take(self, mask: Bools) -> "AuditData":
        """Some of the windows."""
        own = {name: values[mask] for name, values in self.controller.items()}
        return replace(self, windows=self.windows.take(mask), part=self.part[mask], controller=own)

    @property
    def asked(self) -> Bools:
        """Windows whose operation is known, bool [N]."""
        return np.asarray(self.windows.operation_type >= 0, np.bool_)


def audit_data(
    path: Path, protocol: str = "run", store: Path | None = None, told: Told | None = None
) -> AuditData:
    """The windows of a folder of window files (with the runs of a store beside them), or those of a store.

    `protocol` says how the runs of a store are split where no window files say it.

    Raises:
        ToolmarkError: there is no such folder, or it holds too few runs.
    """
    if (path / INDEX).is_file():
        return of_store(Store.open(path), protocol, told)
    return _of_splits(path, Store.open(store) if store else None, told)


def of_store(store: Store, protocol: str = "run", told: Told | None = None) -> AuditData:
    """Every window of every run of a store, split as the protocol does it; runs shorter than a window are left out."""
    if protocol not in PROTOCOLS or protocol == "program":
        raise EvidenceError(f"A store is not split by “{protocol}”: choose seed, run or blind.")
    spec = InputSpec(store.machine.side_channels, remove_run_offset=False)
    parts, rows, buffering, controller = [], {}, {}, []
    names = [entry.run for entry in store.entries if entry.rows >= STRIDE * 4]
    for done, name in enumerate(names):
        if told:
            told(done, len(names), name)
        recording = store.recording(name)
        parts.append(cut_windows(recording, spec))
        rows[name], buffering[name] = recording.n_rows, buffering_rows(recording)
        controller.append(_controller(recording, parts[-1]))
    if not parts:
        raise EvidenceError(f"{store.path} holds no run that is as long as a window: import longer ones.")
    windows = concat(parts)
    part = _parts(windows, protocol)
    means = {name: np.concatenate([one[name] for one in controller]) for name in controller[0]}
    return AuditData(store.machine, protocol, windows, part, rows, buffering, means)


def _parts(windows: Windows, protocol: str) -> NDArray[np.str_]:
    """The part of each window; by run but under `seed`."""
    part = np.full(len(windows), "train", dtype="<U5")
    if protocol == "seed":
        split = split_windows(windows.operation_type, 0)
        for name in PARTS:
            part[getattr(split, name)] = name
        return part
    runs = {str(run): int(op) for run, op in zip(windows.run, windows.operation_type, strict=True)}
    chosen = split_runs(sorted(runs), [str(runs[run]) for run in sorted(runs)])
    for name in PARTS:
        part[np.isin(windows.run, list(getattr(chosen, name)))] = name
    return part


def _of_splits(path: Path, store: Store | None, told: Told | None) -> AuditData:
    splits = read_splits(path)
    parts: dict[str, Windows] = {name: getattr(splits, name) for name in PARTS}
    windows = concat(list(parts.values()))
    part = np.concatenate([np.full(len(own), name, dtype="<U5") for name, own in parts.items()])
    machine = splits.manifest.load_machine()
    data = AuditData(machine, splits.manifest.protocol, windows, part)
    return data if store is None else _with_runs(data, store, told)


def _with_runs(data: AuditData, store: Store, told: Told | None) -> AuditData:
    """The same with what only whole runs tell."""
    names = sorted(set(data.windows.run.tolist()) & set(store.names))
    rows, buffering = {}, {}
    means = {
        name: np.full(len(data.windows), np.nan, np.float32) for name in store.machine.controller_channels
    }
    for done, name in enumerate(names):
        if told:
            told(done, len(names), name)
        recording, own = store.recording(name), np.flatnonzero(data.windows.run == name)
        rows[name], buffering[name] = recording.n_rows, buffering_rows(recording)
        for channel, values in _controller(recording, data.windows.take(own)).items():
            means[channel][own] = values
    return AuditData(data.machine, data.protocol, data.windows, data.part, rows, buffering, means)


def _controller(recording: Recording, windows: Windows) -> dict[str, NDArray[np.float32]]:
    """The mean of every column of the controller's state over each window."""
    names = recording.machine.controller_channels
    values = recording.matrix(names)
    length = windows.continuous.shape[1]
    spans = [values[start : start + length] for start in windows.start_row.tolist()]
    means = (
        np.stack([span.mean(axis=0) for span in spans]) if spans else np.zeros((0, len(names)), np.float32)
    )
    return {name: means[:, place].astype(np.float32) for place, name in enumerate(names)}
