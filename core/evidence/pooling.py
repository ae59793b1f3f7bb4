"""Folds put together: the sums of their runs side by side, and the intervals drawn over all of them."""

from collections.abc import Sequence

import numpy as np

from core.evidence.bootstrap import BootstrapConfig
from core.evidence.evaluation import Counts, Evaluation, from_tallies
from core.evidence.tally import Tally, Unit
from core.evidence.truth import EvidenceError


def pool(evaluations: Sequence[Evaluation], bootstrap: BootstrapConfig | None = None) -> Evaluation:
    """One evaluation over the runs of all; a run that several of them scored stays one unit of the bootstrap.

    A metric or baseline that only some hold is pooled over those.

    Raises:
        EvidenceError: none given, or they differ in protocol, scheme or operations.
    """
    found = summed(evaluations)
    return from_tallies(
        found.protocol,
        found.folds,
        found.scheme,
        found.operations,
        found.counts,
        found.units,
        found.tallies,
        bootstrap,
    )


def summed(evaluations: Sequence[Evaluation]) -> Evaluation:
    """The same without its rows, whose intervals are what takes time.

    Raises:
        EvidenceError: none given, or they differ in protocol, scheme or operations.
    """
    if not evaluations:
        raise EvidenceError("There is no evaluation to pool; name at least one.")
    first = evaluations[0]
    for name in ("protocol", "scheme", "operations"):
        if len({getattr(evaluation, name) for evaluation in evaluations}) > 1:
            raise EvidenceError(f"The evaluations differ in their {name}; pool only those of one {name}.")
    units = tuple(sorted({unit for part in evaluations for unit in part.units}, key=_unit_key))
    index = {unit: place for place, unit in enumerate(units)}
    return Evaluation(
        protocol=first.protocol,
        folds=tuple(sorted({fold for part in evaluations for fold in part.folds}, key=str)),
        scheme=first.scheme,
        operations=first.operations,
        counts=_counts(evaluations, units),
        rows=(),
        units=units,
        tallies=tuple(_tallies(evaluations, index)),
    )


def _unit_key(unit: Unit) -> tuple[str, int]:
    return unit.run, unit.operation


def _tallies(evaluations: Sequence[Evaluation], index: dict[Unit, int]) -> list[Tally]:
    pooled: dict[tuple[str, str], Tally] = {}
    for evaluation in evaluations:
        places = np.array([index[unit] for unit in evaluation.units], np.int64)
        for tally in evaluation.tallies:
            key = (tally.method, tally.metric)
            if key not in pooled:
                empty = np.zeros((len(index), tally.sums.shape[1]))
                pooled[key] = Tally(tally.metric, tally.method, tally.kind, empty)
            pooled[key].sums[places] += tally.sums
    return list(pooled.values())


def _counts(evaluations: Sequence[Evaluation], units: tuple[Unit, ...]) -> Counts:
    summed = ("windows", "scored", "without_label", "tied")
    added = {name: sum(getattr(part.counts, name) for part in evaluations) for name in summed}
    runs = len({unit.run for unit in units})
    readings = sum(part.counts.runs * part.counts.models for part in evaluations)
    return Counts(**added, runs=runs, models=round(readings / max(runs, 1), 2))
