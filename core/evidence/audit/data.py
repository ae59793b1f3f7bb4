"""What an audit looks at: windows with their parts, and what of them the model must not see."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import ToolmarkError
from core.evidence.audit.features import Reals, window_features
from core.evidence.readings.source import RunSource
from core.evidence.tally import Bools, Ints
from core.evidence.truth import EvidenceError
from core.recordings.inputs import PROTOCOLS, InputSpec, inputs_for
from core.recordings.machine import Machine
from core.recordings.recording import Recording, buffering_mask
from core.recordings.sequences import MANIFEST, read_splits
from core.recordings.splits import SplitError, split_runs, split_windows
from core.recordings.windows import STRIDE, WINDOW_ROWS, Windows, concat, cut_windows, window_count

PARTS = ("train", "val", "test")
# the protocols by which the runs of a store can be split without being told more
AUDITED = ("run", "blind", "seed")
# of a longer run windows are cut further apart, so that its audit fits into memory
MOST_OF_RUN = 4_000
# runs that are read, all, the run's name
Told = Callable[[int, int, str], None]


@dataclass(frozen=True, eq=False)
class AuditData:
    """N windows of runs and the part of each under a protocol, as recorded or, of window files, as a model sees them.

    part: str [N]; rows: run -> its rows, where whole runs were read; buffering: run -> its rows whose line numbers race
    ahead, in order; controller: name -> float32 [N], the window's mean of each column of the controller's state.
    inputs: what a model sees of windows that are as recorded, None = they are as it sees them; features: what sums
    the windows up, where their values are not kept; left_out: run -> why it has no windows; unsplit: why there are no
    parts.
    """

    machine: Machine
    protocol: str
    windows: Windows
    part: NDArray[np.str_]
    rows: Mapping[str, int] = field(default_factory=dict)
    buffering: Mapping[str, Ints] = field(default_factory=dict)
    controller: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    inputs: InputSpec | None = None
    features: Reals | None = None
    left_out: Mapping[str, str] = field(default_factory=dict)
    unsplit: str = ""

    def index(self, part: str) -> Ints:
        """The windows of a part."""
        return np.flatnonzero(self.part == part)

    @cached_property
    def measured(self) -> Reals:
        """Level, spread and slope of each channel in each window `[N, C, 3]`."""
        return window_features(self.windows) if self.features is None else self.features

    def take(self, mask: Bools) -> "AuditData":
        """Some of the windows."""
        own = {name: values[mask] for name, values in self.controller.items()}
        features = self.measured[mask]
        windows, part = self.windows.take(mask), self.part[mask]
        return replace(self, windows=windows, part=part, controller=own, features=features)

    @property
    def asked(self) -> Bools:
        """Windows whose operation is known, bool [N]."""
        return np.asarray(self.windows.operation_type >= 0, np.bool_)


def audit_data(
    path: Path, protocol: str = "run", store: Path | None = None, told: Told | None = None
) -> AuditData:
    """The windows of a folder of window files (with the runs of a store beside them), or those of recordings.

    `protocol` says how runs are split where no window files say it.

    Raises:
        ToolmarkError: there is no such folder, or none of its runs is as long as a window.
    """
    if (path / MANIFEST).is_file():
        return _of_splits(path, RunSource.open(store) if store else None, told)
    return of_source(RunSource.open(path), protocol, told)


def of_source(source: RunSource, protocol: str = "run", told: Told | None = None) -> AuditData:
    """Every window of every run of a store or a folder, split as the protocol does it.

    Runs that are shorter than a window or cannot be read are left out.
    """
    if protocol not in PROTOCOLS or protocol == "program":
        raise EvidenceError(f"Runs are not split by “{protocol}” here: choose {', '.join(AUDITED)}.")
    spec = InputSpec(source.machine.side_channels, remove_run_offset=False)
    parts, features, controller = [], [], []
    rows: dict[str, int] = {}
    buffering: dict[str, Ints] = {}
    left_out = {}
    for done, name in enumerate(source.runs):
        if told:
            told(done, len(source.runs), name)
        try:
            recording = source.recording(name)
        except ToolmarkError as error:
            left_out[name] = str(error)
            continue
        if recording.n_rows < WINDOW_ROWS:
            left_out[name] = f"It has {recording.n_rows} rows, and a window {WINDOW_ROWS}."
            continue
        own = cut_windows(recording, spec, stride=_stride(recording.n_rows))
        rows[name], buffering[name] = recording.n_rows, np.flatnonzero(buffering_mask(recording))
        features.append(window_features(own))
        controller.append(_controller(recording, own))
        # the values are summed up: all of them at once may not fit into memory
        parts.append(replace(own, continuous=np.zeros((len(own), WINDOW_ROWS, 0), np.float32)))
    if not parts:
        raise EvidenceError(f"{source.path} holds no run that is as long as a window: bring longer ones in.")
    windows = concat(parts)
    part, unsplit = _parts(windows, protocol)
    means = {name: np.concatenate([one[name] for one in controller]) for name in controller[0]}
    return AuditData(
        machine=source.machine,
        protocol=protocol,
        windows=windows,
        part=part,
        rows=rows,
        buffering=buffering,
        controller=means,
        inputs=inputs_for(protocol, source.machine),
        features=np.concatenate(features),
        left_out=left_out,
        unsplit=unsplit,
    )


def _stride(rows: int) -> int:
    return STRIDE * -(-window_count(rows) // MOST_OF_RUN)


def _parts(windows: Windows, protocol: str) -> tuple[NDArray[np.str_], str]:
    """The part of each window, by run but under `seed`; and why there are none, where too few are there to be split."""
    part = np.full(len(windows), "train", dtype="<U5")
    try:
        if protocol == "seed":
            split = split_windows(windows.operation_type, 0)
            for name in PARTS:
                part[getattr(split, name)] = name
            return part, ""
        runs = {str(run): int(op) for run, op in zip(windows.run, windows.operation_type, strict=True)}
        chosen = split_runs(sorted(runs), [str(runs[run]) for run in sorted(runs)])
    except SplitError as error:
        return part, str(error)
    for name in PARTS:
        part[np.isin(windows.run, list(getattr(chosen, name)))] = name
    return part, ""


def _of_splits(path: Path, source: RunSource | None, told: Told | None) -> AuditData:
    splits = read_splits(path)
    parts: dict[str, Windows] = {name: getattr(splits, name) for name in PARTS}
    windows = concat(list(parts.values()))
    part = np.concatenate([np.full(len(own), name, dtype="<U5") for name, own in parts.items()])
    machine = splits.manifest.load_machine()
    data = AuditData(machine, splits.manifest.protocol, windows, part)
    return data if source is None else _with_runs(data, source, told)


def _with_runs(data: AuditData, source: RunSource, told: Told | None) -> AuditData:
    """The same with what only whole runs tell."""
    names = sorted(set(data.windows.run.tolist()) & set(source.runs))
    rows, buffering = {}, {}
    means = {
        name: np.full(len(data.windows), np.nan, np.float32) for name in source.machine.controller_channels
    }
    for done, name in enumerate(names):
        if told:
            told(done, len(names), name)
        recording, own = source.recording(name), np.flatnonzero(data.windows.run == name)
        rows[name], buffering[name] = recording.n_rows, np.flatnonzero(buffering_mask(recording))
        for channel, values in _controller(recording, data.windows.take(own)).items():
            means[channel][own] = values
    return replace(data, rows=rows, buffering=buffering, controller=means)


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
