"""How a channel's statistics in one run lie among those in the other runs of the same operation."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.errors import ToolmarkError
from core.recordings.machine import Machine
from core.recordings.run_statistics import IN_WORDS, STATISTICS, Statistic, StatisticsTable

# fewer other runs than this tell nothing of what is usual
FEWEST_OTHERS = 5
# MAD and mean absolute deviation times these are the standard deviation of a normal distribution
# (Iglewicz & Hoaglin 1993, How to Detect and Handle Outliers)
MAD_TO_DEVIATION, MEAN_TO_DEVIATION = 1.4826, 1.2533
# a channel that is the same in all other runs would be infinitely far away
FARTHEST = 99.0
Floats = NDArray[np.float64]


class ContrastError(ToolmarkError):
    """A comparison with other runs that cannot be made."""


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
