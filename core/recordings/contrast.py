"""How a channel's statistics in one run lie among those in the other runs of the same operation."""

import io
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal, NamedTuple, get_args
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from core.errors import ToolmarkError
from core.recordings.atomic import write_bytes
from core.recordings.machine import Machine
from core.recordings.store import Store
from core.recordings.traces import Traces

Statistic = Literal["mean", "deviation", "range", "rms", "change", "live"]
STATISTICS: tuple[Statistic, ...] = get_args(Statistic)
IN_WORDS: dict[Statistic, str] = {
    "mean": "mean",
    "deviation": "standard deviation",
    "range": "range, lowest to highest",
    "rms": "RMS",
    "change": "RMS of the change from row to row",
    "live": "share of rows that are live",
}
# fewer other runs than this tell nothing of what is usual
FEWEST_OTHERS = 5
# a channel with fewer live rows than this, or with fewer of all rows, tells of a moment and not of the run
FEWEST_ROWS, LEAST_SHARE = 8, 0.5
# MAD and mean absolute deviation times these are the standard deviation of a normal distribution
# (Iglewicz & Hoaglin 1993, How to Detect and Handle Outliers)
MAD_TO_DEVIATION, MEAN_TO_DEVIATION = 1.4826, 1.2533
# values of a run that are looked at together
MOST_CELLS = 1 << 24
# a channel that is the same in all other runs would be infinitely far away
FARTHEST = 99.0
# raised whenever a statistic is reckoned otherwise, so that tables on disk are made anew
VERSION = 1

Floats = NDArray[np.float64]
# called with the number of runs done and of all runs
Progress = Callable[[int, int], None]


class ContrastError(ToolmarkError):
    """A comparison with other runs that cannot be made."""


@dataclass(frozen=True, eq=False)
class StatisticsTable:
    """Statistics of all channels in all runs: float32 [R, C, S], NaN = the run does not have the channel live.

    operations: of each run, "" = unknown.
    """

    runs: tuple[str, ...]
    operations: tuple[str, ...]
    channels: tuple[str, ...]
    values: NDArray[np.float32]

    @cached_property
    def column(self) -> dict[str, int]:
        """Channel -> its place on the second axis."""
        return {name: place for place, name in enumerate(self.channels)}

    def of_run(self, run: str) -> NDArray[np.float32]:
        """Statistics of one run, float32 [C, S]."""
        own: NDArray[np.float32] = self.values[self.runs.index(run)]
        return own

    def others(self, run: str, operations: Collection[str]) -> NDArray[np.float32]:
        """Statistics of the other runs of some operations, float32 [N, C, S]."""
        kept = [
            place
            for place, (name, kind) in enumerate(zip(self.runs, self.operations, strict=True))
            if name != run and kind in operations
        ]
        return self.values[kept]


class Peers(NamedTuple):
    """The runs that a run is compared with: their statistics float32 [N, C, S], and in words who they are."""

    values: NDArray[np.float32]
    words: str


def peers_of(table: StatisticsTable, machine: Machine, run: str, operation: str | None) -> Peers:
    """The other runs of an operation; where they are fewer than 5, of all operations that execute its program.

    Where the operation is unknown, all other runs. ContrastError where all these are too few.
    """
    if operation is None:
        found = Peers(table.others(run, set(table.operations)), "other runs")
    else:
        found = Peers(table.others(run, {operation}), f"other runs of {operation}")
        program = machine.programs.get(operation)
        if len(found.values) < FEWEST_OTHERS and program is not None:
            alike = [name for name, own in machine.programs.items() if own == program]
            more = table.others(run, alike)
            if len(more) > len(found.values):
                found = Peers(more, f"other runs of {', '.join(alike)}, one program")
    if len(found.values) < FEWEST_OTHERS:
        raise ContrastError(
            f"There are {len(found.values)} {found.words}, and what is usual takes {FEWEST_OTHERS}: import more runs."
        )
    return Peers(found.values, f"{len(found.values)} {found.words}")


@dataclass(frozen=True)
class Contrast:
    """How far a channel lies from the other runs: `z` robust standard deviations, signed; its value, their median.

    others: how many of them have the channel live. statistic: the one that is farthest, or the one asked for.
    """

    channel: str
    statistic: Statistic
    z: float
    value: float
    usual: float
    others: int

    @property
    def words(self) -> str:
        """In a phrase, e.g. `deviation 0.31, usually 0.12 (n = 19)`."""
        return f"{IN_WORDS[self.statistic]} {self.value:.4g}, usually {self.usual:.4g} (n = {self.others})"


def statistics_of(traces: Traces, channels: Sequence[str], rows: tuple[int, int] | None = None) -> Floats:
    """Statistics of channels in a run, or in the rows from a first to a last one, both included: float64 [C, S].

    In the order of `STATISTICS`. Frozen and missing values do not count; where less than half of the rows are live only
    their share is known.
    """
    first, last = traces.clamped(*rows, 1) if rows else (0, traces.n_rows - 1)
    found = np.full((len(channels), len(STATISTICS)), np.nan)
    found[:, STATISTICS.index("live")] = 0.0
    there = [place for place, name in enumerate(channels) if name in traces.channels]
    most = max(MOST_CELLS // (last - first + 1), 1)
    for begin in range(0, len(there), most):
        places = there[begin : begin + most]
        values = traces.columns.values([channels[place] for place in places], first, last).T.copy()
        for column, place in enumerate(places):
            values[max(traces.end_of_life(channels[place]) - first, 0) :, column] = np.nan
        found[places] = statistics_of_values(values)
    return found


def statistics_of_values(values: NDArray[np.floating]) -> Floats:
    """Statistics of columns [T, C], NaN = no value: float64 [C, S]."""
    found = np.full((values.shape[1], len(STATISTICS)), np.nan)
    there = np.isfinite(values)
    found[:, STATISTICS.index("live")] = there.mean(axis=0) if len(values) else 0.0
    enough = there.sum(axis=0) >= max(FEWEST_ROWS, LEAST_SHARE * len(values))
    own = values[:, enough].astype(np.float64)
    if not enough.any():
        return found
    steps = np.diff(own, axis=0)
    # a channel that is live in every other row has no change from row to row
    stepped = np.isfinite(steps).any(axis=0)
    change = np.full(own.shape[1], np.nan)
    change[stepped] = np.sqrt(np.nanmean(steps[:, stepped] ** 2, axis=0))
    own_statistics: dict[Statistic, Floats] = {
        "mean": np.nanmean(own, axis=0),
        "deviation": np.nanstd(own, axis=0),
        "range": np.nanmax(own, axis=0) - np.nanmin(own, axis=0),
        "rms": np.sqrt(np.nanmean(own**2, axis=0)),
        "change": change,
    }
    for name, column in own_statistics.items():
        found[enough, STATISTICS.index(name)] = column
    return found


def table_of(
    runs: Iterable[Traces],
    channels: Sequence[str],
    rows: tuple[int, int] | None = None,
    total: int = 0,
    *,
    progress: Progress | None = None,
) -> StatisticsTable:
    """The statistics of channels in runs, or in the same rows of each."""
    names, operations, values = [], [], []
    for run in runs:
        names.append(run.name)
        operations.append(run.operation or "")
        values.append(statistics_of(run, channels, rows).astype(np.float32))
        if progress is not None:
            progress(len(names), total)
    shape = (len(names), len(channels), len(STATISTICS))
    return StatisticsTable(tuple(names), tuple(operations), tuple(channels), np.array(values).reshape(shape))


def table_of_store(store: Store, folder: Path, progress: Progress | None = None) -> StatisticsTable:
    """The statistics of all side channels in all runs of a store, kept in `folder` under the store's digest."""
    channels, total = store.machine.side_channels, len(store.names)
    return kept_table(
        folder, store.digest, map(store.traces, store.names), channels, total, progress=progress
    )


def kept_table(
    folder: Path,
    digest: str,
    runs: Iterable[Traces],
    channels: Sequence[str],
    total: int = 0,
    *,
    progress: Progress | None = None,
) -> StatisticsTable:
    """The table that lies in `folder` under the digest of its runs; made and kept where there is none."""
    file = folder / f"{digest[:24]}-{VERSION}.npz"
    kept = _read(file)
    if kept is not None:
        return kept
    table = table_of(runs, channels, total=total, progress=progress)
    _write(file, table)
    return table


def _write(file: Path, table: StatisticsTable) -> None:
    data = io.BytesIO()
    np.savez_compressed(
        data,
        runs=np.array(table.runs, dtype=np.str_),
        operations=np.array(table.operations, dtype=np.str_),
        channels=np.array(table.channels, dtype=np.str_),
        values=table.values,
    )
    write_bytes(file, data.getvalue())


def _read(file: Path) -> StatisticsTable | None:
    """A table that was kept; None where there is none or it is damaged."""
    try:
        with np.load(file, allow_pickle=False) as kept:
            runs, operations, channels = (
                tuple(kept[key].tolist()) for key in ("runs", "operations", "channels")
            )
            values = kept["values"]
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None
    whole = values.shape == (len(runs), len(channels), len(STATISTICS)) and len(operations) == len(runs)
    return StatisticsTable(runs, operations, channels, values) if whole else None


def robust_z(value: Floats, others: NDArray[np.floating]) -> Floats:
    """How far values [...] lie from the median of others [N, ...], in standard deviations by their MAD.

    Where more than half of the others are equal the mean absolute deviation stands for the MAD; where all are, a value
    that differs is 99 away. NaN where fewer than 5 others are known.
    """
    others = others.astype(np.float64)
    enough = np.isfinite(others).sum(axis=0) >= FEWEST_OTHERS
    safe = np.where(enough, others, 0.0)
    middle = np.nanmedian(safe, axis=0)
    away = np.abs(safe - middle)
    scale = MAD_TO_DEVIATION * np.nanmedian(away, axis=0)
    scale = np.where(scale > 0, scale, MEAN_TO_DEVIATION * np.nanmean(away, axis=0))
    # float32 tables: what differs only by their rounding is equal
    differs = np.abs(value - middle) > 1e-6 * np.maximum(np.abs(middle), 1e-12)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(differs, (value - middle) / scale, 0.0)
    return np.where(enough & np.isfinite(value), np.clip(z, -FARTHEST, FARTHEST), np.nan)


def most_different(
    own: NDArray[np.floating],
    peers: NDArray[np.floating],
    channels: Sequence[str],
    statistic: Statistic | None = None,
) -> tuple[Contrast, ...]:
    """Channels by how far they lie from the other runs, the farthest first; those that cannot be compared left out.

    own: statistics of the run [C, S]; peers: of the others [N, C, S]. statistic: None = the farthest of each channel,
    how long it was live left aside: a board that froze has nothing to show.
    """
    z = robust_z(own.astype(np.float64), peers)
    if statistic is not None:
        chosen = np.full(len(z), STATISTICS.index(statistic))
    else:
        felt = np.nan_to_num(np.abs(z), nan=-1.0)
        felt[:, STATISTICS.index("live")] = -2.0
        chosen = felt.argmax(axis=1)
    found = []
    for place, name in enumerate(channels):
        column = int(chosen[place])
        others = peers[:, place, column]
        others = others[np.isfinite(others)]
        if np.isfinite(z[place, column]):
            found.append(
                Contrast(
                    name,
                    STATISTICS[column],
                    float(z[place, column]),
                    float(own[place, column]),
                    float(np.median(others)),
                    len(others),
                )
            )
    return tuple(sorted(found, key=lambda each: -abs(each.z)))
