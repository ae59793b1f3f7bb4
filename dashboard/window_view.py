"""What a page shows of one window: its true line, the lane of lines, its traces, what of it is absent."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.recordings.presence import boards_of, frozen_boards, live_rows, missing_boards
from core.recordings.recording import Recording, RunWindow, buffering_mask, buffering_rows, labels
from core.recordings.windows import WindowLabel, window_label

LINES_OF_A_PANEL = 3
MAIN = 7
SegmentKind = Literal["label", "line", "buffering", "none"]


@dataclass(frozen=True)
class Segment:
    """Consecutive rows, `first` to `last` of the run, that execute one line."""

    first: int
    last: int
    text: str
    kind: SegmentKind


@dataclass(frozen=True)
class Panel:
    """The traces of one modality: its liveliest channels, the liveliest first; `others` are not drawn.

    `labels` are the channels' short names; `low` and `high` are round numbers around their values in the window.
    """

    modality: str
    unit: str
    channels: tuple[str, ...]
    labels: tuple[str, ...]
    others: int
    low: float
    high: float


@dataclass(frozen=True)
class Absent:
    """What a model reads and a window lacks: boards not in the file, or frozen by the window's end."""

    missing: tuple[str, ...]
    frozen: tuple[str, ...]
    other_channels: tuple[str, ...]
    live: int
    wanted: int


def true_label(window: RunWindow) -> WindowLabel:
    """The window's label as it is trained and scored; `line` is None where no row has one."""
    return window_label(labels(window.recording)[window.rows])


def first_row(recording: Recording, last: int) -> int:
    """The start of the first window with labels to trust: behind the rows that the controller buffered."""
    return min(buffering_rows(recording), last)


def lane(window: RunWindow, label: WindowLabel) -> tuple[Segment, ...]:
    """The program lines of the window in stretches; the label's stretches are marked."""
    recording = window.recording
    lines = recording.lines or (None,) * recording.n_rows
    buffering = buffering_mask(recording)
    kinds = [
        _kind(lines[row], bool(buffering[row]), label)
        for row in range(*window.rows.indices(recording.n_rows))
    ]
    segments: list[Segment] = []
    row = window.start_row
    for (text, kind), group in groupby(kinds):
        length = len(list(group))
        segments.append(Segment(row, row + length - 1, text, kind))
        row += length
    return tuple(segments)


def _kind(line: str | None, buffering: bool, label: WindowLabel) -> tuple[str, SegmentKind]:
    if buffering:
        return "buffering", "buffering"
    if line is None:
        return "no line", "none"
    return line, "label" if line == label.line else "line"


def liveliness(recording: Recording) -> dict[str, float]:
    """How much each channel moves over the run: its standard deviation where it is live, else 0."""
    live = live_rows(recording, recording.channels)
    values = np.where(live, recording.values, np.nan).astype(np.float64)
    seen = live.any(axis=0)
    spread = np.zeros(len(recording.channels))
    spread[seen] = np.nanstd(values[:, seen], axis=0)
    return dict(zip(recording.channels, spread.tolist(), strict=True))


def panels(
    window: RunWindow,
    spread: dict[str, float],
    modalities: Iterable[str],
    added: Mapping[str, NDArray[np.float32]] | None = None,
) -> tuple[Panel, ...]:
    """A panel a modality, of channels that are live in the window; the run decides which are the liveliest.

    So stepping through a run keeps the same traces until a board freezes. A modality without a live channel keeps
    an empty panel: that it is silent is something to see. Channels that a change adds to come first.
    """
    added = added or {}
    machine = window.recording.machine
    names = tuple(spread)
    live = _live_share(window, names)
    found = []
    for modality in modalities:
        all_own = [name for name in names if spread[name] > 0 and machine.modality(name) == modality]
        own = [name for name in all_own if live[name]]
        own.sort(key=lambda name: (name not in added, live[name] < 1, -spread[name]))
        shown = tuple(own[:LINES_OF_A_PANEL])
        values = _live_values(window, shown)
        after = [values[:, place] + added[name] for place, name in enumerate(shown) if name in added]
        limits = _round_limits(np.concatenate([values.ravel(), *after]))
        unit = machine.unit(all_own[0]) if all_own else ""
        found.append(Panel(modality, unit, shown, _short(all_own, shown), len(own) - len(shown), *limits))
    return tuple(found)


def _live_share(window: RunWindow, names: Sequence[str]) -> dict[str, float]:
    """The share of the window's rows in which each channel is live."""
    share = np.atleast_1d(live_rows(window.recording, names)[window.rows].mean(axis=0))
    return dict(zip(names, share.tolist(), strict=True))


def _short(own: Sequence[str], shown: Sequence[str]) -> tuple[str, ...]:
    """Names without the quantity where the whole modality has but one."""
    one = len({name.partition(".")[2] for name in own}) == 1
    return tuple(name.partition(".")[0] if one else column(name) for name in shown)


def _round_limits(values: NDArray[np.float64]) -> tuple[float, float]:
    """The nearest round numbers below and above all values; a unit around a constant, 0 to 1 around nothing."""
    known = values[np.isfinite(values)]
    if not len(known):
        return 0.0, 1.0
    low, high = float(known.min()), float(known.max())
    if low == high:
        return low - 0.5, high + 0.5
    step = 10.0 ** np.floor(np.log10(high - low)) / 2
    return float(np.round(np.floor(low / step) * step, 6)), float(np.round(np.ceil(high / step) * step, 6))


def _live_values(window: RunWindow, names: Sequence[str]) -> NDArray[np.float64]:
    """Values of channels in the window, NaN where they are not live; a thousandth of their range is kept."""
    live = live_rows(window.recording, names)[window.rows]
    values = np.where(live, window.recording.matrix(names)[window.rows].astype(np.float64), np.nan)
    for column_of_values in values.T:
        known = column_of_values[np.isfinite(column_of_values)]
        spread = float(np.ptp(known)) if len(known) else 0.0
        np.round(
            column_of_values, 3 - int(np.floor(np.log10(spread))) if spread > 0 else 3, out=column_of_values
        )
    return values


def felt_modalities(recording: Recording, spread: dict[str, float]) -> tuple[str, ...]:
    """Modalities of side channels with at least one channel that moves, in the machine's order."""
    machine = recording.machine
    side = set(machine.side_channels)
    moving = {machine.modality(name) for name, moves in spread.items() if moves > 0 and name in side}
    return tuple(modality for modality in machine.modalities if modality in moving)


def main_modalities(recording: Recording, felt: Sequence[str]) -> tuple[str, ...]:
    """The modalities to begin with: those that follow the cut more than the weather and the room's light."""
    machine = recording.machine
    ambient = {machine.modality(name) for name in machine.side_channels if machine.role(name) == "ambient"}
    return tuple(modality for modality in felt if modality not in ambient and modality != "colour")[:MAIN]


def trace_frame(
    window: RunWindow,
    shown: Sequence[Panel],
    segments: Sequence[Segment],
    added: Mapping[str, NDArray[np.float32]] | None = None,
) -> pd.DataFrame:
    """The traces as a table for the chart: `row`, a column a channel (dots written as blanks), `line`.

    added: what a change puts on the values of channels `[T]`; each of them has a column more, as it then is.
    """
    names = [channel for panel in shown for channel in panel.channels]
    frame = pd.DataFrame(_live_values(window, names), columns=[column(name) for name in names])
    for name, values in (added or {}).items():
        if name in names:
            frame[changed_column(name)] = frame[column(name)] + values
    frame.insert(0, "row", np.arange(window.start_row, window.start_row + window.length))
    frame["line"] = [segment.text for segment in segments for _ in range(segment.first, segment.last + 1)]
    return frame


def changed_column(channel: str) -> str:
    """A channel's column once a change was made to it."""
    return f"{column(channel)} changed"


def column(channel: str) -> str:
    """A channel's name as a chart column: the chart reads a dot as a path."""
    return channel.replace(".", " ")


def absent(window: RunWindow, wanted: Sequence[str]) -> Absent:
    """What of the channels that a model reads is not there in this window."""
    recording = window.recording
    live = {name for name, share in _live_share(window, wanted).items() if share}
    boards, missing = boards_of(recording.machine, wanted), missing_boards(recording, wanted)
    stopped, end = frozen_boards(recording), window.start_row + window.length
    frozen = tuple(b for b in boards if b not in missing and stopped.get(b, recording.n_rows) < end)
    covered = {name for board in (*missing, *frozen) for name in boards[board]}
    alone = tuple(
        name for name in wanted if name not in live and recording.machine.channel(name) not in covered
    )
    return Absent(missing, frozen, alone, len(live), len(wanted))
