"""Every metric of the scored windows, as a whole and group by group, each with its interval over runs and n."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from core.evidence.bootstrap import DRAWN_RUNS, BootstrapConfig, Interval, intervals
from core.evidence.comparison.normal import normal_interval
from core.evidence.comparison.scored import Scored
from core.evidence.evaluation import ALL, MetricRow
from core.evidence.metrics import describe, order
from core.evidence.tally import Ints, Tally, Unit, by_run, share
from core.evidence.token_metrics import token_items

By = Literal["all", "operation", "slice", "position", "confidence", "part"]
BYS: tuple[By, ...] = ("all", "operation", "slice", "position", "confidence", "part")
CONFIDENCE_BINS = 10
# what is of whole runs says nothing of some windows of them
OF_RUNS = ("operation_run",)


class Group(NamedTuple):
    """Some of the scored windows or positions: their name, and what each run adds to every metric."""

    name: str
    units: tuple[Unit, ...]
    tallies: tuple[Tally, ...]


def groups(scored: Scored, by: By = "all", slices: Mapping[str, Ints] | None = None) -> list[Group]:
    """The scored windows in groups that are not empty, and may overlap; `slices`: name -> rows of the table."""
    if not len(scored):
        return []
    if by == "all":
        return [Group(ALL, *by_run(scored.units, scored.tallies))]
    if by == "operation":
        return _by_operation(scored)
    if by == "position":
        return _by_position(scored)
    if by == "slice":
        return _by_slice(scored, slices or {})
    names, level = _levels(scored, by)
    return _parted(scored, names, level) if names else []


def figures(
    scored: Scored,
    by: By = "all",
    slices: Mapping[str, Ints] | None = None,
    bootstrap: BootstrapConfig | None = None,
) -> list[MetricRow]:
    """Every metric of every group that was asked at all, in the order of the tables; shares and calibration errors."""
    found = [(group, tally) for group in groups(scored, by, slices) for tally in group.tallies]
    asked = [(group, tally) for group, tally in found if tally.asked.sum()]
    said = _intervals([tally for _, tally in asked], bootstrap)
    rows = [
        _row(group, tally, interval, bootstrap) for (group, tally), interval in zip(asked, said, strict=True)
    ]
    return sorted(rows, key=lambda row: order(row.metric))


def as_frame(rows: Sequence[MetricRow]) -> pd.DataFrame:
    """Figures as a table: metric, label, group, value, low, high, n, unit, method, note."""
    columns = ["metric", "label", "group", "value", "low", "high", "n", "unit", "method", "note"]
    return pd.DataFrame([vars(row) | {"label": describe(row.metric).label} for row in rows], columns=columns)


def _row(group: Group, tally: Tally, interval: Interval, bootstrap: BootstrapConfig | None) -> MetricRow:
    low, high, note = interval.low, interval.high, describe(tally.metric).note
    if low is not None and low == high:
        note = f"{note}; every run alike, so the interval has no width"
    n = int(tally.asked.sum())
    return MetricRow(tally.metric, group.name, interval.value, low, high, n, tally.unit, note, tally.method)


def _intervals(tallies: Sequence[Tally], bootstrap: BootstrapConfig | None) -> list[Interval]:
    few = [place for place, tally in enumerate(tallies) if len(tally.sums) <= DRAWN_RUNS]
    drawn = intervals([(tallies[place].sums, tallies[place].statistic) for place in few], bootstrap)
    found = dict(zip(few, drawn, strict=True))
    return [found[place] if place in found else normal_interval(tally) for place, tally in enumerate(tallies)]


def _by_operation(scored: Scored) -> list[Group]:
    """A run has one operation, so the sums of the runs are parted as they are."""
    own = np.array([unit.operation for unit in scored.units], np.int64)
    found = []
    for place, name in enumerate(scored.table.operations):
        mask = own == place
        if mask.any():
            units = tuple(unit for unit in scored.units if unit.operation == place)
            some = tuple(replace(tally, sums=tally.sums[mask]) for tally in scored.tallies)
            found.append(Group(name, units, some))
    return found


def _by_position(scored: Scored) -> list[Group]:
    """Positions of the true line, counted from 1: only what is scored token by token."""
    if scored.lines is None:
        return []
    truth, method = scored.truth, scored.answers.method
    items = token_items(truth, scored.answers)
    found = []
    for place in range(truth.tokens.shape[1]):
        tallies = tuple(
            share(metric, method, right[:, place], asked[:, place], truth.unit, len(truth.units))
            for metric, (right, asked) in items.items()
            if asked[:, place].any()
        )
        if tallies:
            found.append(Group(str(place + 1), truth.units, tallies))
    return found


def _by_slice(scored: Scored, slices: Mapping[str, Ints]) -> list[Group]:
    parts = [(name, scored.part(np.isin(scored.row, rows))) for name, rows in slices.items()]
    return [Group(name, part.units, _of_windows(part.tallies)) for name, part in parts if len(part)]


def _levels(scored: Scored, by: By) -> tuple[tuple[str, ...], Ints]:
    """The names of the groups that windows are in by `by`, and each window's."""
    if by == "part":
        return scored.table.readings.values["part"], scored.column("part").astype(np.int64)
    confidence = scored.answers.confidence
    if by != "confidence" or scored.lines is None or confidence is None:
        return (), np.zeros(len(scored), np.int64)
    level = np.clip((confidence * CONFIDENCE_BINS).astype(np.int64), 0, CONFIDENCE_BINS - 1)
    edges = [place / CONFIDENCE_BINS for place in range(CONFIDENCE_BINS + 1)]
    return tuple(f"{low:.1f} to {high:.1f}" for low, high in pairwise(edges)), level


def _parted(scored: Scored, names: Sequence[str], level: Ints) -> list[Group]:
    """Groups of which each window is in one: every run is parted, and all is tallied at once."""
    truth = scored.truth
    present, unit = np.unique(truth.unit * len(names) + level, return_inverse=True)
    units = tuple(truth.units[place] for place in (present // len(names)).tolist())
    found = _of_windows(scored.tallied(replace(truth, unit=unit, units=units)))
    groups = []
    for place, name in enumerate(names):
        mask = present % len(names) == place
        if mask.any():
            own = tuple(each for each, chosen in zip(units, mask.tolist(), strict=True) if chosen)
            groups.append(Group(name, own, tuple(replace(t, sums=t.sums[mask]) for t in found)))
    return groups


def _of_windows(tallies: Sequence[Tally]) -> tuple[Tally, ...]:
    return tuple(tally for tally in tallies if tally.metric not in OF_RUNS)
