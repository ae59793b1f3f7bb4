"""Windows: 64 rows of a run, cut every 16, each with the program line that fills most of it."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from core.recordings.inputs import InputSpec, Prepared, prepare
from core.recordings.placing import Placed, sensor_places, shifted
from core.recordings.programs import Programs
from core.recordings.recording import Recording, RecordingError, RunWindow, labels, line_codes

WINDOW_ROWS = 64
STRIDE = 16
TOKEN_WIDTH = 7


class LineEncoder(Protocol):
    """What `with_tokens` needs of a token scheme."""

    def encode_batch(self, lines: Sequence[str]) -> NDArray[np.int64]:
        """Token ids of lines, int64 [N, L], 0 = PAD."""


class WindowLabel(NamedTuple):
    """What a window shows.

    line: the most frequent one, None = no labelled row; rows: how many it fills; tied: another fills as many;
    near: every line that fills at most one row less, the label first, the fuller first.
    """

    line: str | None
    rows: int
    tied: bool
    near: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Windows:
    """N windows of some runs; the fields are arrays over the windows.

    continuous float32 [N, 64, C], 0 = absent; categorical int64 [N, 64, 4]; tokens int64 [N, L], 0 = PAD;
    operation_type int64 [N], -1 = unknown; run str [N]; start_row int64 [N]; gcode str [N], "" = no label;
    present bool [N, C], the channel is live in all rows; near str [N], the lines within a row of the label,
    newline between, the label first; top_rows int64 [N], rows that the label fills; tied bool [N].

    Where programs were learned: place float32 [N], the place that the window's centre shows, as the sensors felt it,
    NaN = unknown; synced and synced_near str [N], gcode and near of the rows that the sensors felt, "" = unknown
    (the same as gcode where the run's sensors are in step with its rows); lag float32 [N], rows that they are late.
    """

    continuous: NDArray[np.float32]
    categorical: NDArray[np.int64]
    tokens: NDArray[np.int64]
    operation_type: NDArray[np.int64]
    run: NDArray[np.str_]
    start_row: NDArray[np.int64]
    gcode: NDArray[np.str_]
    present: NDArray[np.bool_]
    near: NDArray[np.str_]
    top_rows: NDArray[np.int64]
    tied: NDArray[np.bool_]
    place: NDArray[np.float32]
    lag: NDArray[np.float32]
    synced: NDArray[np.str_]
    synced_near: NDArray[np.str_]
    channels: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.continuous)

    @property
    def labelled(self) -> NDArray[np.bool_]:
        """Windows that have a label, bool [N]: only these are trained on and scored."""
        return np.asarray(self.gcode != "", dtype=bool)

    def take(self, index: NDArray[np.int64] | NDArray[np.bool_] | slice) -> "Windows":
        """The windows of an index array, a mask or a slice (a slice shares the memory)."""
        return replace(self, **{name: getattr(self, name)[index] for name in ARRAYS})

    def without(self, channels: Collection[str]) -> "Windows":
        """The same windows with these channels cut out."""
        kept = [place for place, channel in enumerate(self.channels) if channel not in channels]
        if len(kept) == len(self.channels):
            return self
        return replace(
            self,
            continuous=np.ascontiguousarray(self.continuous[:, :, kept]),
            present=np.ascontiguousarray(self.present[:, kept]),
            channels=tuple(self.channels[place] for place in kept),
        )

    def with_tokens(self, scheme: LineEncoder) -> "Windows":
        """The same windows with the tokens of a scheme; a window without a label has none."""
        lines, which = np.unique(self.gcode, return_inverse=True)
        encoded = [index for index, line in enumerate(lines) if line]
        ids = scheme.encode_batch([str(lines[index]) for index in encoded])
        table = np.zeros((len(lines), ids.shape[1] if ids.ndim == 2 else TOKEN_WIDTH), dtype=np.int64)
        table[encoded] = ids
        return replace(self, tokens=table[which])


ARRAYS = tuple(field.name for field in fields(Windows) if field.name != "channels")


def window_count(rows: int, length: int = WINDOW_ROWS, stride: int = STRIDE) -> int:
    """How many windows a run of so many rows is cut into."""
    return max((rows - length) // stride + 1, 0)


def concat(parts: Sequence[Windows]) -> Windows:
    """All windows of several parts, which must have the same channels."""
    if not parts:
        raise RecordingError("There are no windows to put together.")
    if any(part.channels != parts[0].channels for part in parts):
        raise RecordingError(
            "Windows with different channels cannot be put together: cut them with one spec."
        )
    arrays: dict[str, Any] = {name: np.concatenate([getattr(p, name) for p in parts]) for name in ARRAYS}
    return replace(parts[0], **arrays)


def as_windows(window: RunWindow, spec: InputSpec) -> Windows:
    """One window, wherever it lies, in the form of many; without a label."""
    prepared, rows = prepare(window.recording, spec), window.rows
    none, unknown = np.array([""]), np.full(1, np.nan, np.float32)
    return Windows(
        continuous=prepared.values[rows][None],
        categorical=prepared.categorical[rows][None],
        tokens=np.zeros((1, TOKEN_WIDTH), dtype=np.int64),
        operation_type=np.full(1, window.recording.machine.operation_id(window.operation), np.int64),
        run=np.array([window.recording.name]),
        start_row=np.array([window.start_row], np.int64),
        gcode=none,
        present=np.asarray(prepared.live[rows].all(axis=0), dtype=bool)[None],
        near=none,
        top_rows=np.zeros(1, np.int64),
        tied=np.zeros(1, dtype=bool),
        place=unknown,
        lag=unknown,
        synced=none,
        synced_near=none,
        channels=spec.channels,
    )


def cut_windows(
    recording: Recording, spec: InputSpec, *, length: int = WINDOW_ROWS, stride: int = STRIDE
) -> Windows:
    """All windows of one run. RecordingError where the run is shorter than a window."""
    return cut_runs([recording], spec, length=length, stride=stride)


def cut_runs(
    recordings: Iterable[Recording],
    spec: InputSpec,
    *,
    length: int = WINDOW_ROWS,
    stride: int = STRIDE,
    progress: Callable[[str], None] | None = None,
    places: "Places | None" = None,
) -> Windows:
    """All windows of several runs in one set of arrays; `progress` is called with each run's name.

    With `places` the windows know where in the learned programs they are.
    Runs shorter than a window give none; RecordingError where no run gives any.
    """
    if stride < 1:
        raise RecordingError(f"Windows cannot be cut every {stride} rows: give a stride of 1 or more.")
    runs, names, longest = [], [], ("", 0)
    for recording in recordings:
        if progress is not None:
            progress(recording.name)
        names.append(recording.name)
        longest = max(longest, (recording.name, recording.n_rows), key=lambda run: run[1])
        if recording.n_rows >= length:
            runs.append(_Run.of(recording, spec, length, stride, places or NOWHERE))
    if not runs:
        short = f"{longest[0]} has {longest[1]} rows" if longest[0] else "there is no run"
        raise RecordingError(
            f"No window of {length} rows can be cut: {short}; record at least {length} rows."
        )
    return _assemble(runs, spec, length)


def window_label(lines: Sequence[str | None]) -> WindowLabel:
    """The label of the rows of one window: its most frequent line, ties to the one that comes first."""
    names, codes = line_codes(lines)
    return _label(codes, names)


def _label(codes: NDArray[np.int64], names: Sequence[str]) -> WindowLabel:
    # codes: a line's number in `names` for each row, -1 = no label
    known = codes[codes >= 0]
    if not len(known):
        return WindowLabel(None, 0, False, ())
    lines, first, counts = np.unique(known, return_index=True, return_counts=True)
    order = np.lexsort((first, -counts))
    top = int(counts[order[0]])
    near = tuple(names[lines[place]] for place in order if counts[place] >= top - 1)
    return WindowLabel(near[0], top, int((counts == top).sum()) > 1, near)


class Places(NamedTuple):
    """Learned programs and where each run is in them."""

    programs: Programs
    placed: Mapping[str, Placed]


NOWHERE = Places(Programs(), {})
NO_LABEL = WindowLabel(None, 0, False, ())


class _Run(NamedTuple):
    """One run, prepared and labelled; its windows are not copied yet."""

    recording: Recording
    prepared: Prepared
    starts: NDArray[np.int64]
    labels: list[WindowLabel]
    place: NDArray[np.float32]
    lag: float
    synced: list[WindowLabel]
    operations: NDArray[np.int64]

    @classmethod
    def of(cls, recording: Recording, spec: InputSpec, length: int, stride: int, places: Places) -> "_Run":
        starts = np.arange(0, recording.n_rows - length + 1, stride, dtype=np.int64)
        names, codes = line_codes(labels(recording))
        found = [_label(codes[start : start + length], names) for start in starts]
        placed = places.placed.get(recording.name)
        lag = placed.lag if placed else None
        synced = [NO_LABEL] * len(starts)
        if lag is not None:
            felt = shifted(codes, lag)
            # a window that the shift leaves half empty has no label of its own
            synced = [
                _label(felt[start : start + length], names)
                if (felt[start : start + length] >= 0).mean() > 0.5
                else NO_LABEL
                for start in starts
            ]
        by_row = sensor_places(placed, places.programs, recording.n_rows)
        place = np.array([by_row[start : start + length].mean() for start in starts], dtype=np.float32)
        own = float("nan") if lag is None else float(lag)
        operations = [
            recording.machine.operation_id(RunWindow(recording, start, length).operation)
            for start in starts.tolist()
        ]
        ids = np.array(operations, dtype=np.int64)
        return cls(recording, prepare(recording, spec), starts, found, place, own, synced, ids)


def _assemble(runs: Sequence[_Run], spec: InputSpec, length: int) -> Windows:
    total = sum(len(run.starts) for run in runs)
    continuous = np.empty((total, length, len(spec.channels)), dtype=np.float32)
    categorical = np.empty((total, length, runs[0].prepared.categorical.shape[1]), dtype=np.int64)
    present = np.empty((total, len(spec.channels)), dtype=bool)
    end = 0
    for run in runs:
        at, end = end, end + len(run.starts)
        rows = run.starts[:, None] + np.arange(length)
        # mode "clip" is what lets take() write in place; no row is ever out of range
        np.take(run.prepared.values, rows, axis=0, out=continuous[at:end], mode="clip")
        categorical[at:end] = run.prepared.categorical[rows]
        present[at:end] = run.prepared.live[rows].all(axis=1)
    found = [label for run in runs for label in run.labels]
    synced = [label for run in runs for label in run.synced]
    counts = [len(run.starts) for run in runs]
    return Windows(
        continuous=continuous,
        categorical=categorical,
        tokens=np.zeros((total, TOKEN_WIDTH), dtype=np.int64),
        operation_type=np.concatenate([run.operations for run in runs]),
        run=np.repeat(np.array([run.recording.name for run in runs]), counts),
        start_row=np.concatenate([run.starts for run in runs]),
        gcode=np.array([label.line or "" for label in found]),
        present=present,
        near=np.array(["\n".join(label.near) for label in found]),
        top_rows=np.array([label.rows for label in found], dtype=np.int64),
        tied=np.array([label.tied for label in found], dtype=bool),
        place=np.concatenate([run.place for run in runs]),
        lag=np.repeat(np.array([run.lag for run in runs], dtype=np.float32), counts),
        synced=np.array([label.line or "" for label in synced]),
        synced_near=np.array(["\n".join(label.near) for label in synced]),
        channels=spec.channels,
    )
