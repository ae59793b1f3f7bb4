"""Bootstrap intervals over runs.

Windows of one run overlap and share its day, so the run, not the window, is what is drawn again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Statistic = Callable[[Floats], Floats]


@dataclass(frozen=True)
class BootstrapConfig:
    """How often runs are drawn again, from which seed, and how much of the draws the interval holds."""

    draws: int = 1000
    seed: int = 0
    level: float = 0.95


@dataclass(frozen=True)
class Interval:
    """A statistic and its bootstrap interval; `low` and `high` are None where fewer than two runs speak."""

    value: float
    low: float | None
    high: float | None


def ratio(sums: Floats) -> Floats:
    """Summed right answers over summed answers: `[D, 2]` to `[D]`; NaN where nothing was asked."""
    asked = sums[:, 1]
    shares = np.divide(sums[:, 0], asked, out=np.full(len(sums), np.nan), where=asked > 0)
    return np.asarray(shares, np.float64)


@lru_cache(maxsize=64)
def run_weights(n_runs: int, config: BootstrapConfig) -> Floats:
    """How often each run is drawn in each resample, `[draws, n_runs]`; every row sums to `n_runs`."""
    generator = np.random.default_rng(config.seed)
    weights = generator.multinomial(n_runs, np.full(n_runs, 1.0 / n_runs), size=config.draws).astype(
        np.float64
    )
    weights.flags.writeable = False
    return weights


def interval(sums: Floats, statistic: Statistic = ratio, config: BootstrapConfig | None = None) -> Interval:
    """Percentile interval of `statistic` over runs (Efron and Tibshirani 1993, chapter 13).

    `sums` `[R, K]` holds what each run adds to the sums that the statistic is a function of. Runs that add
    nothing are not drawn. Resamples in which the statistic has no value are left out.
    """
    config = config or BootstrapConfig()
    speaking = sums[np.any(sums != 0, axis=1)]
    value = float(statistic(sums.sum(axis=0, keepdims=True))[0])
    if len(speaking) < 2:
        return Interval(value, None, None)
    drawn = statistic(run_weights(len(speaking), config) @ speaking)
    return Interval(value, *percentiles(drawn, config))


def intervals(
    asked: Sequence[tuple[Floats, Statistic]], config: BootstrapConfig | None = None
) -> list[Interval]:
    """`interval` of many statistics; those in which the same runs speak are drawn together."""
    config = config or BootstrapConfig()
    found: dict[int, Interval] = {}
    alike: dict[bytes, list[int]] = {}
    for place, (sums, _) in enumerate(asked):
        alike.setdefault(np.any(sums != 0, axis=1).tobytes(), []).append(place)
    for speaking, places in alike.items():
        rows = np.frombuffer(speaking, np.bool_)
        drawn = _drawn([asked[place] for place in places], rows, config)
        for place, draws in zip(places, drawn, strict=True):
            sums, statistic = asked[place]
            value = float(statistic(sums.sum(axis=0, keepdims=True))[0])
            found[place] = Interval(
                value, *(percentiles(draws, config) if draws is not None else (None, None))
            )
    return [found[place] for place in range(len(asked))]


def _drawn(
    asked: Sequence[tuple[Floats, Statistic]], rows: NDArray[np.bool_], config: BootstrapConfig
) -> list[Floats | None]:
    """The resamples of some statistics of the same runs; None where fewer than two speak."""
    n_runs = int(rows.sum())
    if n_runs < 2:
        return [None] * len(asked)
    every = run_weights(n_runs, config) @ np.concatenate([sums[rows] for sums, _ in asked], axis=1)
    ends = np.cumsum([sums.shape[1] for sums, _ in asked])[:-1]
    parts = np.split(every, ends, axis=1)
    return [statistic(part) for part, (_, statistic) in zip(parts, asked, strict=True)]


def percentiles(draws: Floats, config: BootstrapConfig) -> tuple[float, float]:
    """The bounds that hold the middle of the resamples; those without a value are left out."""
    tail = (1.0 - config.level) / 2.0
    low, high = np.quantile(draws[~np.isnan(draws)], (tail, 1.0 - tail))
    return float(low), float(high)


# so many runs speak for themselves: drawing them again would take seconds and say the same
DRAWN_RUNS = 300
# half a 95 % interval of the normal distribution, in spreads
NORMAL_95 = 1.959964


def quick_interval(sums: Floats, config: BootstrapConfig | None = None) -> Interval:
    """The interval of a share (`sums` `[R, 2]`: right, asked) in milliseconds, for any number of runs.

    Up to DRAWN_RUNS runs it is the bootstrap's; for more, the normal one of a ratio whose runs vary (Cochran 1977,
    section 6.3), towards which the bootstrap's goes.
    """
    speaking = sums[np.any(sums != 0, axis=1)]
    if len(speaking) <= DRAWN_RUNS:
        return interval(speaking, ratio, config) if len(speaking) else Interval(float("nan"), None, None)
    right, asked = speaking.sum(axis=0)
    share = right / asked
    spread = np.sqrt(np.square(speaking[:, 0] - share * speaking[:, 1]).sum()) / asked
    reach = NORMAL_95 * float(spread)
    return Interval(float(share), max(0.0, float(share) - reach), min(1.0, float(share) + reach))
