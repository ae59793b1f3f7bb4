"""Modalities taken away from a full model: removed at inference beside trained without, over the same seeds."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from core.evidence.ablation.results import Figure, Results, Seeds, against, figure
from core.evidence.ablation.trials import FULL
from core.evidence.evaluation import ALL
from core.evidence.metrics import describe
from core.evidence.paired import Difference
from core.evidence.published import MODALITIES as PUBLISHED
from core.recordings.atomic import replacing

SHOWN = ("token", "operation", "exact_line")


@dataclass(frozen=True)
class Loss:
    """What it costs to do without a modality: `figure` without it, `against` the full model of the same seeds."""

    figure: Figure
    against: Difference


@dataclass(frozen=True)
class Modality:
    """One modality: removed from the inputs of models that learned with it, and left out of the training.

    `worth`: how far training without it is above removing it: what was a shortcut, which another channel can replace.
    """

    name: str
    removed: Loss | None
    retrained: Loss | None
    worth: Difference | None
    published: tuple[float, float] | None


def modalities(found: Results, base: str, metric: str = "token", group: str = ALL) -> tuple[Modality, ...]:
    """Every modality that was taken away from a full model, the costliest at inference first."""
    rows = [_modality(found, base, name, metric, group) for name in found.modalities(base)]
    return tuple(sorted(rows, key=_cost))


def _cost(row: Modality) -> float:
    loss = row.removed or row.retrained
    return loss.against.points if loss else 0.0


def _modality(found: Results, base: str, name: str, metric: str, group: str) -> Modality:
    whole = found.of(base)
    removed, retrained = found.of(base, removed=name), found.of(base, without=name)
    printed = base == FULL["seed"] and metric == "token" and group == ALL and found.as_published
    published = PUBLISHED.get(name) if printed else None

    def loss(side: Seeds) -> Loss | None:
        own, lost = figure(side, metric, group), against(whole, side, metric, group)
        return Loss(own, lost) if own is not None and lost is not None else None

    worth = against(removed, retrained, metric, group)
    return Modality(name, loss(removed), loss(retrained), worth, published)


def frame(found: Results) -> pd.DataFrame:
    """A row a full model, modality, way of doing without and metric: per cent, points, relative in per cent."""
    return pd.DataFrame(row for base in found.bases for row in _rows(found, base))


def _rows(found: Results, base: str) -> Iterator[dict[str, object]]:
    for metric in found.metrics:
        for group in (ALL, *found.operations):
            for each in modalities(found, base, metric, group):
                for how, loss in (
                    ("removed at inference", each.removed),
                    ("trained without", each.retrained),
                ):
                    if loss is not None:
                        yield _row(found, base, each, metric, group, how, loss)


def _row(
    found: Results, base: str, each: Modality, metric: str, group: str, how: str, loss: Loss
) -> dict[str, object]:
    single = loss.figure.single
    return {
        "protocol": found.protocol,
        "model": base,
        "modality": each.name,
        "how": how,
        "metric": metric,
        "operation": group,
        "seeds": len(loss.figure.seeds),
        "n": loss.figure.n,
        "runs": loss.figure.runs,
        "whole": percent(loss.against.first),
        "without": percent(loss.figure.interval.value),
        "low": percent(loss.figure.interval.low),
        "high": percent(loss.figure.interval.high),
        "lowest seed": percent(min(single)),
        "highest seed": percent(max(single)),
        "points": percent(loss.against.points),
        "points low": percent(loss.against.low),
        "points high": percent(loss.against.high),
        "relative": percent(loss.against.relative),
        "published": each.published[0] if each.published else None,
        "published drop": each.published[1] if each.published else None,
    }


def percent(share: float | None) -> float | None:
    """A share in per cent, or a difference in points, to two decimals."""
    return None if share is None else round(100 * share, 2)


def write_table(found: Results, path: Path) -> None:
    """The table as CSV, whole or not at all."""
    with replacing(path) as aside:
        frame(found).to_csv(aside, index=False)


def to_markdown(found: Results, metrics: tuple[str, ...] = SHOWN) -> str:
    """A table a full model and metric: removed at inference, trained without, and what lies between."""
    known = [metric for metric in metrics if metric in found.metrics]
    return "\n\n".join(_table(found, base, metric) for base in found.bases for metric in known)


def _table(found: Results, base: str, metric: str) -> str:
    whole, said = figure(found.of(base), metric), describe(metric)
    value = "not trained yet" if whole is None else f"{100 * whole.interval.value:.2f}, n = {whole.n:,}"
    lines = [
        f"{said.label} under `{found.protocol}`, {said.note}. Full model {base}: {value}. "
        "Points (95 % over runs and seeds, paired; relative to the full model's value).",
        "",
        "| without | removed at inference | trained without | trained without less removed | published points |",
        "|---|---|---|---|---|",
    ]
    for each in modalities(found, base, metric):
        cells = [each.name, _loss(each.removed), _loss(each.retrained), points(each.worth)]
        lines.append(f"| {' | '.join([*cells, f'{each.published[1]:+.2f}' if each.published else ''])} |")
    return "\n".join(lines)


def _loss(loss: Loss | None) -> str:
    if loss is None:
        return ""
    relative = loss.against.relative
    return points(loss.against) + ("" if math.isnan(relative) else f"; {100 * relative:+.1f} %")


def points(found: Difference | None) -> str:
    """A difference in points with its interval, e.g. "-0.50 (-1.60 to +0.52)"."""
    if found is None:
        return ""
    span = (
        ""
        if found.low is None or found.high is None
        else f" ({100 * found.low:+.2f} to {100 * found.high:+.2f})"
    )
    return f"{100 * found.points:+.2f}{span}"
