"""Shapley values of modalities: what each adds to a metric, averaged over all orders in which they could be added.

The orders are sampled (Castro et al. 2009) by captum's ShapleyValueSampling, one order at a time, until the error of
the sampling is small enough. Coalitions that were scored before are not scored again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from captum.attr import ShapleyValueSampling
from numpy.typing import NDArray
from torch import Tensor

from core.evidence.ablation.cases import Case, modalities
from core.evidence.ablation.removal import Way
from core.evidence.ablation.scored import Ablation
from core.evidence.bootstrap import NORMAL_95, BootstrapConfig, Floats, Interval, percentiles, run_weights
from core.evidence.evaluation import Evaluation
from core.evidence.metrics import MODEL, describe
from core.evidence.tally import by_run
from core.evidence.truth import EvidenceError
from core.recordings.atomic import replacing

METRICS = ("operation", "exact_line", "line_within_row", "token", "token_free", "value_1mm")
# half a 95 % interval of the sampling alone, as a share of the metric
TOLERANCE = 0.01
LEAST_ORDERS, MOST_ORDERS = 8, 200
# orders done, the widest half interval so far, orders that may come
Told = Callable[[int, float, int], None]
# the sums of right answers of every unit, `[U, K]`, with only these players
Game = Callable[[tuple[str, ...]], Floats]


@dataclass(frozen=True)
class Value:
    """What a modality is worth to a metric: `interval` over runs and orders, `sampling` half the interval of orders."""

    player: str
    metric: str
    interval: Interval
    sampling: float


@dataclass(frozen=True, eq=False)
class Shapley:
    """Shapley values of every player for every metric; `orders` that were sampled; `total` metric -> all less none."""

    values: tuple[Value, ...]
    orders: int
    total: dict[str, float]

    def of(self, metric: str) -> tuple[Value, ...]:
        """The values for one metric, the largest first."""
        return tuple(
            sorted((v for v in self.values if v.metric == metric), key=lambda value: -value.interval.value)
        )


def shapley(
    ablation: Ablation,
    way: Way = "missing",
    metrics: Sequence[str] = METRICS,
    tolerance: float = TOLERANCE,
    most: int = MOST_ORDERS,
    seed: int = 0,
    told: Told | None = None,
) -> Shapley:
    """Shapley values of the modalities that a bundle reads, for those of the metrics that it is scored on.

    Raises:
        EvidenceError: none of the metrics is scored.
    """
    whole = {tally.metric: tally for tally in ablation.evaluation().tallies if tally.method == MODEL}
    known = [
        metric
        for metric in metrics
        if metric in whole and whole[metric].kind == "share" and whole[metric].asked.sum()
    ]
    if not known:
        raise EvidenceError(f"None of {', '.join(metrics)} is scored here: choose other metrics.")
    asked = np.stack([_of_runs(ablation.evaluation(), metric)[:, 1] for metric in known], axis=1)
    players = modalities(ablation.bundle)

    def game(present: tuple[str, ...]) -> Floats:
        gone = tuple(name for name in players if name not in present)
        found = ablation.evaluation(Case("modality", gone, way).removal(ablation.bundle))
        return np.stack([_of_runs(found, metric)[:, 0] for metric in known], axis=1)

    return sampled(game, players, known, asked, tolerance, most, seed, told)


def _of_runs(evaluation: Evaluation, metric: str) -> Floats:
    """What each run adds to a metric of the model: right and asked, `[R, 2]`."""
    own = [tally for tally in evaluation.tallies if (tally.method, tally.metric) == (MODEL, metric)]
    return by_run(evaluation.units, own)[1][0].sums


def sampled(
    game: Game,
    players: Sequence[str],
    metrics: Sequence[str],
    asked: Floats,
    tolerance: float = TOLERANCE,
    most: int = MOST_ORDERS,
    seed: int = 0,
    told: Told | None = None,
) -> Shapley:
    """Shapley values of a game that gives the right answers `[U, K]` of U runs for K metrics; `asked` `[U, K]`."""
    shape = asked.shape

    def forward(mask: Tensor) -> Tensor:
        present = tuple(name for name, on in zip(players, mask[0].tolist(), strict=True) if on)
        return torch.from_numpy(game(present).reshape(1, -1))

    method = ShapleyValueSampling(forward)
    ends = torch.zeros(1, len(players)), torch.ones(1, len(players))
    drawn: list[NDArray[np.float64]] = []
    torch.manual_seed(seed)
    while len(drawn) < most:
        found = method.attribute(ends[1], baselines=ends[0], n_samples=1)
        drawn.append(found.numpy().reshape(*shape, len(players)))
        half = _halves(np.stack(drawn), asked).max() if len(drawn) > 1 else np.inf
        if told:
            told(len(drawn), float(half), most)
        if len(drawn) >= LEAST_ORDERS and half <= tolerance:
            break
    everyone, nobody = game(tuple(players)), game(())
    total = (everyone.sum(axis=0) - nobody.sum(axis=0)) / asked.sum(axis=0)
    values = _values(np.stack(drawn), asked, players, metrics, seed)
    return Shapley(values, len(drawn), dict(zip(metrics, total.tolist(), strict=True)))


def _halves(drawn: NDArray[np.float64], asked: Floats) -> NDArray[np.float64]:
    """Half the 95 % interval of the sampling, `[K, M]`, of draws `[P, U, K, M]`."""
    shares = drawn.sum(axis=1) / asked.sum(axis=0)[:, None]
    return np.asarray(NORMAL_95 * shares.std(axis=0, ddof=1) / np.sqrt(len(shares)), np.float64)


def _values(
    drawn: NDArray[np.float64], asked: Floats, players: Sequence[str], metrics: Sequence[str], seed: int
) -> tuple[Value, ...]:
    """Every value with its interval: runs and orders are drawn again together."""
    config = BootstrapConfig(seed=seed)
    runs = run_weights(len(asked), config)
    orders = run_weights(len(drawn), BootstrapConfig(seed=seed + 1)) / len(drawn)
    halves, mean = _halves(drawn, asked), drawn.mean(axis=0)
    found = []
    for k, metric in enumerate(metrics):
        of_runs = runs @ asked[:, k]
        for m, player in enumerate(players):
            # [draws, P] @ [P, U] gives each draw its own mean order
            resampled = ((orders @ drawn[:, :, k, m]) * runs).sum(axis=1) / of_runs
            value = float(mean[:, k, m].sum() / asked[:, k].sum())
            # of one run alone nothing is known of others
            ends = percentiles(resampled, config) if (asked[:, k] > 0).sum() > 1 else (None, None)
            found.append(Value(player, metric, Interval(value, *ends), float(halves[k, m])))
    return tuple(found)


def frame(found: Shapley) -> pd.DataFrame:
    """A row a modality and metric, in points; `sampling` is half the 95 % interval of the sampled orders alone."""
    return pd.DataFrame(
        {
            "modality": value.player,
            "metric": value.metric,
            "points": round(100 * value.interval.value, 3),
            "low": _points(value.interval.low),
            "high": _points(value.interval.high),
            "sampling": round(100 * value.sampling, 3),
            "orders": found.orders,
            "all less none": round(100 * found.total[value.metric], 3),
        }
        for metric in found.total
        for value in found.of(metric)
    )


def _points(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 3)


def write_table(found: Shapley, path: Path) -> None:
    """The values as CSV, whole or not at all."""
    with replacing(path) as aside:
        frame(found).to_csv(aside, index=False)


def to_markdown(found: Shapley) -> str:
    """A table a metric, the most valuable modality first."""
    lines = [f"Shapley values over {found.orders} orders, in points (95 % over runs and orders)."]
    for metric, total in found.total.items():
        values = (
            f"{one.player} {100 * one.interval.value:+.1f}{_span(one.interval)}" for one in found.of(metric)
        )
        lines.append(f"- {describe(metric).label}, {100 * total:.1f} in all: {', '.join(values)}")
    return "\n".join(lines)


def _span(found: Interval) -> str:
    return (
        ""
        if found.low is None or found.high is None
        else f" ({100 * found.low:+.1f} to {100 * found.high:+.1f})"
    )
