"""Statistics of each channel in each run of a store, reckoned once and kept."""

import io
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal, get_args
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from core.recordings.atomic import write_bytes
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
# a channel with fewer live rows than this, or with fewer of all rows, tells of a moment and not of the run
FEWEST_ROWS, LEAST_SHARE = 8, 0.5
# values of a run that are looked at together
MOST_CELLS = 1 << 24
# raised whenever a statistic is reckoned otherwise, so that tables on disk are made anew
VERSION = 1

Floats = NDArray[np.float64]
# called with the number of runs done and of all runs
Progress = Callable[[int, int], None]


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


def statistics_of(traces: Traces, channels: Sequence[str], rows: tuple[int, int] | None = None) -> Floats:
    """Statistics of channels in a run, or in the rows from a first to a last one, both included: float64 [C, S].

    In the order of `STATISTICS`. Frozen and missing values do not count; where less than half of the rows are live only
    their share is known.
    """
    first, last = traces.clamped(*rows, 1) if rows else (0, traces.n_rows - 1)
    found = np.full((len(channels), len(STATISTICS)), np.nan)
    found[:, STATISTICS.index("live")] = 0.0
    own = set(traces.channels)
    there = [place for place, name in enumerate(channels) if name in own]
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
