"""Where each channel stands in each run: what differs from run to run is seen at a glance."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.evidence.audit.data import AuditData
from core.evidence.audit.features import Reals

Values = NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class Levels:
    """R runs, those of one operation beside one another, and C channels.

    operations: of each run, "" = unknown; rows: of each run, 0 = not known. mean, low, high: of the channel's means
    over the windows of the run, float32 [R, C], NaN = the run does not have the channel live.
    """

    runs: tuple[str, ...]
    operations: tuple[str, ...]
    rows: tuple[int, ...]
    channels: tuple[str, ...]
    mean: Reals
    low: Reals
    high: Reals


def levels(data: AuditData) -> Levels:
    """The levels of every channel that is live somewhere, the controller's own columns after those of sensors."""
    names = (*data.windows.channels, *(name for name in data.controller if name not in data.windows.channels))
    columns = [data.measured[:, place, 0] for place in range(len(data.windows.channels))]
    columns += [data.controller[name] for name in names[len(columns) :]]
    live = [place for place, column in enumerate(columns) if np.isfinite(column).any()]
    own = np.stack([columns[place] for place in live], axis=1) if live else np.zeros((len(data.windows), 0))
    order = _order(data)
    parts = [own[data.windows.run == run] for run, _ in order]
    mean, low, high = (_each(parts, of) for of in (np.nanmean, np.nanmin, np.nanmax))
    known = data.machine.operations
    return Levels(
        runs=tuple(run for run, _ in order),
        operations=tuple(known[place] if place >= 0 else "" for _, place in order),
        rows=tuple(data.rows.get(run, 0) for run, _ in order),
        channels=tuple(names[place] for place in live),
        mean=mean,
        low=low,
        high=high,
    )


def _order(data: AuditData) -> list[tuple[str, int]]:
    """Runs with their most frequent operation (-1 = unknown): by operation as the machine names them, then by name."""
    found = []
    for run in np.unique(data.windows.run):
        own = data.windows.operation_type[data.windows.run == run]
        known = own[own >= 0]
        found.append((str(run), int(np.bincount(known).argmax()) if len(known) else -1))
    return sorted(found, key=lambda each: (each[1] < 0, each[1], each[0]))


def _each(parts: Sequence[Values], of: Callable[..., Values]) -> Reals:
    """A statistic of the values of each part, column by column; NaN where a part has none."""
    found = np.full((len(parts), parts[0].shape[1] if parts else 0), np.nan, np.float32)
    for place, part in enumerate(parts):
        live = np.isfinite(part).any(axis=0)
        if live.any():
            found[place, live] = of(part[:, live], axis=0)
    return found
