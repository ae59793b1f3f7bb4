"""Do reviewers agree: percent agreement and Cohen's kappa of pairs, Krippendorff's alpha of all.

Every figure is a function of sums over runs, so that its interval draws runs again, as all intervals do.
"""

from dataclasses import dataclass
from itertools import combinations
from math import isqrt

import numpy as np
import pandas as pd

from core.evidence.bootstrap import BootstrapConfig, Floats, Interval, Statistic, interval
from core.evidence.review.verdicts import VERDICTS
from core.evidence.tally import Ints

K = len(VERDICTS)

# the head of the table of who said what
SAID_HEAD = ("Reviewer", "n", *(verdict.capitalize() for verdict in VERDICTS))


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
    answers, run, names = _answers(several)
    pairs = [
        pair
        for first, second in combinations(range(len(names)), 2)
        if (pair := _pair(answers[:, [first, second]], run, (names[first], names[second]), config))
        is not None
    ]
    sums, disputed = _coincidences(answers, run)
    return Agreement(
        pairs=tuple(sorted(pairs, key=lambda pair: (-pair.n, pair.first, pair.second))),
        n=len(answers),
        reviewers=len(names),
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


def _answers(several: pd.DataFrame) -> tuple[Ints, Ints, list[str]]:
    """What each reviewer says of each target, `[U, R]`, -1 = nothing; the run of each, `[U]`; the reviewers' names."""
    target, unit = np.unique(several["target"].to_numpy(str), return_inverse=True)
    names, reviewer = np.unique(several["reviewer"].to_numpy(str), return_inverse=True)
    answers = np.full((len(target), len(names)), -1, np.int64)
    answers[unit, reviewer] = several["code"].to_numpy(np.int64)
    run = np.zeros(len(target), np.int64)
    run[unit] = np.unique(several["run"].to_numpy(str), return_inverse=True)[1]
    return answers, run, [str(name) for name in names]


def _pair(both: Ints, run: Ints, names: tuple[str, str], config: BootstrapConfig | None) -> Pair | None:
    common = (both >= 0).all(axis=1)
    n = int(common.sum())
    if not n:
        return None
    cells = both[common, 0] * K + both[common, 1]
    flat = np.bincount(run[common] * K * K + cells, minlength=(int(run.max()) + 1) * K * K)
    sums = flat.reshape(-1, K * K).astype(np.float64)
    return Pair(*names, n, _interval(sums, observed, config), _interval(sums, cohen_kappa, config))


def _coincidences(answers: Ints, run: Ints) -> tuple[Floats, int]:
    """Pairs of answers on one target, a row a run; how many targets are disputed."""
    if not len(answers):
        return np.zeros((0, K * K)), 0
    counts = np.stack([(answers == code).sum(axis=1) for code in range(K)], axis=1).astype(np.float64)
    sums = np.zeros((int(run.max()) + 1, K * K))
    np.add.at(sums, run, coincidences(counts))
    return sums, int((counts.max(axis=1) < counts.sum(axis=1)).sum())


def said_rows(ratings: pd.DataFrame) -> list[tuple[str, ...]]:
    """Who said what: a row a reviewer, the name, how many verdicts, and how many of each of VERDICTS, as text."""
    rows: list[tuple[str, ...]] = []
    for name, own in ratings.groupby("reviewer"):
        counts = own["verdict"].value_counts()
        rows.append(
            (str(name), f"{len(own):,}", *(f"{int(counts.get(verdict, 0)):,}" for verdict in VERDICTS))
        )
    return rows
