"""How like one machine's recordings are to another's, channel by channel: the twin beside the real mill."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import ToolmarkError
from core.recordings.statistics import STATISTICS, channel_statistics
from core.recordings.store import Store

# statistics whose ratio counts; of the others the difference does
RATIOS = ("range", "spread", "step", "between_runs")
DIFFERENCES = ("autocorrelation", "dead")
MOST = 4.0
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Likeness:
    """table: a row a channel, every statistic of both and `distance`; names: of the two sets of recordings.

    distance: mean over the statistics of |log2 ratio|, at most 4 each, and of 4 |difference|: 1 = a factor of two.
    """

    names: tuple[str, str]
    table: pd.DataFrame

    def by_quantity(self) -> pd.DataFrame:
        """Medians over the boards: a row a quantity."""
        table = self.table.assign(quantity=self.table.channel.str.rpartition(".")[2])
        return table.drop(columns="channel").groupby("quantity", sort=False).median().reset_index()

    def worst(self, count: int = 10) -> pd.DataFrame:
        """The channels that differ most, of those that live somewhere in both."""
        both = self.table[self.table.level_1.notna() & self.table.level_2.notna()]
        return both.sort_values("distance", ascending=False).head(count)


def likeness(store: Store, other: Store) -> Likeness:
    """Compare two stores over the channels that both machines have."""
    ours, theirs = (
        channel_statistics(each.recording(name) for name in each.names).set_index("channel")
        for each in (store, other)
    )
    shared = [name for name in ours.index if name in theirs.index]
    if not shared:
        raise ToolmarkError(f"{store.path} and {other.path} have no channel in common.")
    ours, theirs = ours.loc[shared], theirs.loc[shared]
    columns = {}
    for statistic in (*STATISTICS, "between_runs", "dead"):
        columns[f"{statistic}_1"], columns[f"{statistic}_2"] = ours[statistic], theirs[statistic]
    table = pd.DataFrame(columns).assign(distance=_distance(ours, theirs))
    return Likeness((store.machine.name, other.machine.name), table.reset_index())


def _distance(ours: pd.DataFrame, theirs: pd.DataFrame) -> Floats:
    first, second = ours[list(RATIOS)].to_numpy(), theirs[list(RATIOS)].to_numpy()
    with np.errstate(all="ignore"):
        ratios = np.minimum(np.abs(np.log2(first / second)), MOST)
    apart = np.abs(ours[list(DIFFERENCES)].to_numpy() - theirs[list(DIFFERENCES)].to_numpy())
    parts = np.concatenate([ratios, MOST * apart], axis=1)
    return np.asarray(np.nanmean(parts, axis=1))
