"""What a model may see: the channels of each protocol, and a recording prepared for them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.recordings.machine import Machine, MachineError
from core.recordings.presence import frozen_rows
from core.recordings.recording import Recording, RecordingError

PROTOCOLS = ("seed", "run", "blind", "program")
# a hole of up to about 2 s is filled by interpolation; a longer one is absent
MAX_FILLED_ROWS = 8


@dataclass(frozen=True)
class InputSpec:
    """The channels that a model receives and how they are prepared.

    categorical: the controller's status codes, () = none. mask_frozen: a frozen board is absent.
    remove_run_offset: the median of each channel over the run's live rows is subtracted. hide_presence: the
    model is not told which boards are absent (absent values are 0 and it receives no mask).
    """

    channels: tuple[str, ...]
    categorical: tuple[str, ...] = ()
    mask_frozen: bool = True
    remove_run_offset: bool = True
    hide_presence: bool = False

    def to_json(self) -> dict[str, Any]:
        """The spec as plain JSON values."""
        return asdict(self) | {"channels": list(self.channels), "categorical": list(self.categorical)}

    @classmethod
    def from_json(cls, obj: dict[str, Any]) -> "InputSpec":
        """The spec that `to_json` wrote; RecordingError for anything else."""
        try:
            lists = {key: tuple(map(str, obj[key])) for key in ("channels", "categorical")}
            return cls(**{**obj, **lists})
        except (TypeError, KeyError):
            raise RecordingError(
                "The inputs are not described as `channels`, `categorical` and switches."
            ) from None


class Prepared(NamedTuple):
    """values float32 [T, C], 0 where not live; live bool [T, C]; categorical int64 [T, 4], code indices."""

    values: NDArray[np.float32]
    live: NDArray[np.bool_]
    categorical: NDArray[np.int64]


def inputs_for(protocol: str, machine: Machine, channels: Sequence[str] | None = None) -> InputSpec:
    """The inputs of a protocol; `channels` overrides its choice (the seed's 155 come from a file)."""
    for channel in channels or ():
        machine.channel(channel)
    own = tuple(channels) if channels else None
    match protocol:
        case "seed":
            position = tuple(
                name for name in machine.controller_channels if machine.modality(name) == "position"
            )
            return InputSpec(
                own or (*machine.side_channels, *position),
                categorical=tuple(machine.categorical),
                mask_frozen=False,
                remove_run_offset=False,
            )
        case "run":
            return InputSpec(own or machine.side_channels)
        case "blind" | "program":
            felt = tuple(name for name in machine.side_channels if machine.role(name) != "ambient")
            return InputSpec(own or felt, hide_presence=True)
    raise RecordingError(f"{protocol!r} is no protocol: choose one of {', '.join(PROTOCOLS)}.")


def read_channels(path: str | Path, machine: Machine) -> tuple[str, ...]:
    """Channel names from a text file, one a line; an unknown one is an error that names its line."""
    path = Path(path)
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise RecordingError(f"The channel list {path} cannot be read: {error}.") from None
    names: dict[str, None] = {}
    for number, line in enumerate(lines, start=1):
        if name := line.strip():
            try:
                machine.channel(name)
            except MachineError as error:
                raise RecordingError(f"{path}, line {number}: {error}") from None
            names[name] = None
    if not names:
        raise RecordingError(f"The channel list {path} is empty: write one channel a line.")
    return tuple(names)


def prepare(recording: Recording, spec: InputSpec) -> Prepared:
    """A recording as a model with these inputs receives it, before scaling.

    Holes of up to 8 rows are interpolated (held at the ends of the run) and count as live; what is not live
    is exactly 0. Nothing but the spec's own channels and codes is looked at.
    """
    values = recording.matrix(spec.channels)
    live = np.isfinite(values)
    if not live.all():
        _fill_holes(values, live)
    if spec.mask_frozen:
        live &= ~frozen_rows(recording, spec.channels)
    if spec.remove_run_offset:
        values -= _median(np.where(live, values, np.nan))
    values[~live] = 0
    return Prepared(values, live, _codes(recording, spec.categorical))


def _fill_holes(values: NDArray[np.float32], live: NDArray[np.bool_]) -> None:
    rows = np.arange(len(values))
    holed = np.flatnonzero(live.any(axis=0) & np.isnan(values).any(axis=0))
    for column in holed:
        known = np.flatnonzero(np.isfinite(values[:, column]))
        before = known[np.maximum(np.searchsorted(known, rows, side="right") - 1, 0)]
        after = known[np.minimum(np.searchsorted(known, rows), len(known) - 1)]
        # rows of the hole that a row lies in; at the ends of the run one side of it is the end
        size = np.where(
            rows < before, after, np.where(rows > after, len(rows) - 1 - before, after - before - 1)
        )
        fill = np.isnan(values[:, column]) & (size <= MAX_FILLED_ROWS)
        values[fill, column] = np.interp(rows[fill], known, values[known, column])
        live[fill, column] = True


def _median(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Median of each column without its NaN, float32 [C]; 0 where a column is all NaN."""
    ordered = np.sort(values, axis=0)
    count = np.isfinite(values).sum(axis=0)
    columns = np.arange(values.shape[1])
    middle = ordered[np.maximum(count - 1, 0) // 2, columns] / 2 + ordered[count // 2, columns] / 2
    return np.where(count > 0, middle, 0).astype(np.float32)


def _codes(recording: Recording, names: Sequence[str]) -> NDArray[np.int64]:
    codes = np.zeros((recording.n_rows, max(4, len(names))), dtype=np.int64)
    for column, name in enumerate(names):
        if name in recording.codes:
            known = np.array(recording.machine.categorical[name], dtype=float)
            codes[:, column] = (recording.codes[name][:, None] == known).argmax(axis=1)
    return codes
