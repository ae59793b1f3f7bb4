"""Every metric of the scored windows, as a whole and group by group, each with its interval over runs and n."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from core.evidence.bootstrap import BootstrapConfig, Interval, intervals, quick_interval
from core.evidence.comparison.scored import Scored
from core.evidence.evaluation import ALL, MetricRow
from core.evidence.metrics import describe, order
from core.evidence.tally import Bools, Ints, Tally, Unit, share
from core.evidence.token_metrics import token_items

By = Literal["all", "operation", "slice", "position", "confidence", "part"]
BYS: tuple[By, ...] = ("all", "operation", "slice", "position", "confidence", "part")
CONFIDENCE_BINS = 10
# of more runs than this the shares have the normal interval, and calibration errors none: drawing takes seconds
MOST_DRAWN = 4000
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
        return [Group(ALL, scored.units, scored.tallies)]
    if by == "operation":
        return _by_operation(scored)
    if by == "position":
        return _by_position(scored)
    masks = _masks(scored, by, slices or {})
    parts = [(name, scored.part(mask)) for name, mask in masks if mask.any()]
    return [
        Group(name, part.units, tuple(t for t in part.tallies if t.metric not in OF_RUNS))
        for name, part in parts
    ]


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
    few = [place for place, tally in enumerate(tallies) if len(tally.sums) <= MOST_DRAWN]
    drawn = intervals([(tallies[place].sums, tallies[place].statistic) for place in few], bootstrap)
    found = dict(zip(few, drawn, strict=True))
    return [found[place] if place in found else _quick(tally) for place, tally in enumerate(tallies)]


def _quick(tally: Tally) -> Interval:
    if tally.kind == "share":
        return quick_interval(tally.sums)
    return Interval(float(tally.statistic(tally.sums.sum(axis=0, keepdims=True))[0]), None, None)


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


def _masks(scored: Scored, by: By, slices: Mapping[str, Ints]) -> Iterator[tuple[str, Bools]]:
    if by == "slice":
        for name, rows in slices.items():
            yield name, np.isin(scored.row, rows)
    elif by == "part":
        for code, name in enumerate(scored.table.readings.values["part"]):
            yield name, scored.column("part") == code
    elif by == "confidence" and scored.lines is not None and scored.answers.confidence is not None:
        level = np.clip(
            (scored.answers.confidence * CONFIDENCE_BINS).astype(np.int64), 0, CONFIDENCE_BINS - 1
        )
        for place in range(CONFIDENCE_BINS):
            yield f"{place / CONFIDENCE_BINS:.1f} to {(place + 1) / CONFIDENCE_BINS:.1f}", level == place
