"""Do reviewers agree: percent agreement and Cohen's kappa of pairs, Krippendorff's alpha of all.

Every figure is a function of sums over runs, so that its interval draws runs again, as all intervals do.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import isqrt

import numpy as np
import pandas as pd

from core.evidence.bootstrap import BootstrapConfig, Floats, Interval, Statistic, interval
from core.evidence.review.verdicts import VERDICTS

K = len(VERDICTS)


@dataclass(frozen=True)
class Pair:
    """Two reviewers on the `n` targets that both judged; a statistic without a value is NaN.

    Kappa has none where both always say the same one thing: there is nothing to tell apart.
    """

    first: str
    second: str
    n: int
    agreement: Interval
    kappa: Interval


@dataclass(frozen=True)
class Agreement:
    """All pairs with targets in common, the most first; all reviewers at once on `n` targets that several judged."""

    pairs: tuple[Pair, ...]
    n: int
    reviewers: int
    agreement: Interval
    alpha: Interval
    disputed: int


def agreement(ratings: pd.DataFrame, config: BootstrapConfig | None = None) -> Agreement:
    """Agreement of `ratings`, a row a verdict: `target`, `run`, `reviewer`, `verdict`; each reviewer once a target."""
    said = ratings.assign(code=ratings["verdict"].map({name: code for code, name in enumerate(VERDICTS)}))
    several = said[said.groupby("target")["target"].transform("size") > 1]
    pairs = [
        pair
        for first, second in combinations(sorted(several["reviewer"].unique()), 2)
        if (pair := _pair(several, first, second, config)) is not None
    ]
    sums, disputed = _coincidences(several)
    return Agreement(
        pairs=tuple(sorted(pairs, key=lambda pair: (-pair.n, pair.first, pair.second))),
        n=int(several["target"].nunique()),
        reviewers=int(several["reviewer"].nunique()),
        agreement=_interval(sums, observed, config),
        alpha=_interval(sums, krippendorff_alpha, config),
        disputed=disputed,
    )


def observed(tables: Floats) -> Floats:
    """The share of the diagonal of tables of answers, `[D, K * K]` to `[D]`; NaN where a table is empty."""
    cells = _square(tables)
    return _divided(np.trace(cells, axis1=1, axis2=2), cells.sum(axis=(1, 2)))


def cohen_kappa(tables: Floats) -> Floats:
    """Agreement beyond chance of two reviewers, `[D, K * K]` to `[D]` (Cohen 1960); NaN where chance explains all."""
    cells = _square(tables)
    total = cells.sum(axis=(1, 2))
    by_chance = _divided((cells.sum(axis=2) * cells.sum(axis=1)).sum(axis=1), total**2)
    return _divided(observed(tables) - by_chance, 1 - by_chance)


def krippendorff_alpha(pairs: Floats) -> Floats:
    """Alpha for nominal answers, `[D, K * K]` to `[D]` (Krippendorff 2011, Computing Krippendorff's
    alpha-reliability, section C); NaN where all answers are one and the same.
    """
    cells = _square(pairs)
    each = cells.sum(axis=2)
    total = each.sum(axis=1)
    apart = total - np.trace(cells, axis1=1, axis2=2)
    expected = total**2 - (each**2).sum(axis=1)
    return 1 - _divided((total - 1) * apart, expected)


def coincidences(counts: Floats) -> Floats:
    """Ordered pairs of answers on each unit, `[U, K]` to `[U, K * K]`; a unit weighs as many as its answers."""
    answers, k = counts.sum(axis=1), counts.shape[1]
    ordered = counts[:, :, None] * counts[:, None, :] - counts[:, :, None] * np.eye(k)
    weighed = _divided(ordered.reshape(-1), np.repeat(answers - 1, k * k))
    return np.nan_to_num(weighed).reshape(len(counts), k * k)


def _square(tables: Floats) -> Floats:
    k = isqrt(tables.shape[1])
    return tables.reshape(len(tables), k, k)


def _divided(above: Floats, below: Floats) -> Floats:
    # what chance explains whole leaves a remainder of rounding
    there = below > 1e-12
    return np.asarray(np.divide(above, below, out=np.full(len(above), np.nan), where=there), np.float64)


def _interval(sums: Floats, statistic: Statistic, config: BootstrapConfig | None) -> Interval:
    if not len(sums) or np.isnan(statistic(sums.sum(axis=0, keepdims=True))[0]):
        return Interval(float("nan"), None, None)
    return interval(sums, statistic, config)


def _pair(several: pd.DataFrame, first: str, second: str, config: BootstrapConfig | None) -> Pair | None:
    one, other = (several[several["reviewer"] == name].set_index("target") for name in (first, second))
    both = one.join(other[["code"]], how="inner", rsuffix="_other")
    if both.empty:
        return None
    cells = both["code"].to_numpy() * K + both["code_other"].to_numpy()
    sums = _by_run(both["run"], cells, np.ones(len(cells)))
    return Pair(
        first, second, len(both), _interval(sums, observed, config), _interval(sums, cohen_kappa, config)
    )


def _coincidences(several: pd.DataFrame) -> tuple[Floats, int]:
    """Pairs of answers on one target, each target weighing as many as its answers, a row a run; targets disputed."""
    if several.empty:
        return np.zeros((0, K * K)), 0
    target, first = np.unique(several["target"].to_numpy(), return_inverse=True)
    counts = np.zeros((len(target), K))
    np.add.at(counts, (first, several["code"].to_numpy()), 1)
    run = pd.Series(several["run"].to_numpy(), index=first).groupby(level=0).first()
    names, place = np.unique(run.to_numpy(), return_inverse=True)
    sums = np.zeros((len(names), K * K))
    np.add.at(sums, place, coincidences(counts))
    return sums, int((counts.max(axis=1) < counts.sum(axis=1)).sum())


def _by_run(
    runs: "pd.Series[str]", cells: "np.ndarray[tuple[int], np.dtype[np.int64]]", weights: Floats
) -> Floats:
    names, place = np.unique(runs.to_numpy(), return_inverse=True)
    flat = np.bincount(place * K * K + cells, weights=weights, minlength=len(names) * K * K)
    return np.asarray(flat.reshape(len(names), K * K), np.float64)


def disputed_targets(ratings: pd.DataFrame) -> Sequence[str]:
    """The targets on which reviewers differ, in order."""
    several = ratings.groupby("target")["verdict"].nunique()
    return sorted(several[several > 1].index)
