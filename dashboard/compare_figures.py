"""The figures of Compare: every metric as a whole, or group by group, and the differences to the other side."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from core.evidence.comparison import differences as compared
from core.evidence.comparison import figures as counted
from core.evidence.comparison.baselines import baselines
from core.evidence.comparison.differences import Difference
from core.evidence.comparison.figures import By
from core.evidence.comparison.scored import Scored
from core.evidence.evaluation import MetricRow
from core.evidence.methods import describe_method
from core.evidence.metrics import describe, order
from core.evidence.paired import FEWEST_RUNS
from dashboard import heat_grid, score_rows, selection
from dashboard.compare_sides import Side
from dashboard.heat_grid import Cell
from dashboard.score_rows import Baseline

BYS: dict[By, str] = {
    "all": "Everything",
    "operation": "Operation",
    "slice": "Slice",
    "position": "Token position",
    "confidence": "Confidence",
    "part": "Part of the split",
}
_NO_GROUPS = {
    "slice": "No slice of this dataset is saved yet: filter windows on Sequences and keep the filter under a name.",
    "position": "This bundle reads no lines, so there are no token positions.",
    "confidence": "This bundle reads no lines, so none is more or less sure.",
}
BASELINES = (
    "Baselines read no sensor. They learn from the training windows here, a window every 16 rows; those that need "
    "whole recordings stand on Overview."
)
NO_BASELINES = (
    "No baselines here: they need training windows beside the scored ones, and neither too many windows nor any that "
    "was learned from."
)
_NOTES = {
    "position": "Position in the true line, from 1. Only what is scored token by token.",
    "confidence": "By the calibrated confidence of the line that was read.",
    "slice": "Slices may overlap.",
}


def rows_of(side: Side, by: By) -> list[MetricRow]:
    """The figures of a side."""
    return _rows((*side.key, by, _slice_key(side, by)), by, side)


def differences_of(one: Side, other: Side, by: By) -> list[Difference]:
    """What changes from one side to the other, the largest first."""
    return _differences((one.key, other.key, by, _slice_key(one, by), _slice_key(other, by)), by, one, other)


def _slice_key(side: Side, by: By) -> str:
    return str(side.kept_slices) if by == "slice" else ""


@st.cache_data(max_entries=64, show_spinner=False)
def _rows(key: tuple[object, ...], by: By, _side: Side) -> list[MetricRow]:
    return counted.figures(_side.scored, by, _side.slices if by == "slice" else None)


@st.cache_data(max_entries=64, show_spinner=False)
def _differences(key: tuple[object, ...], by: By, _one: Side, _other: Side) -> list[Difference]:
    ours, theirs = (_one.slices, _other.slices) if by == "slice" else (None, None)
    return compared.differences(_one.scored, _other.scored, by, ours, theirs)


def baselines_of(side: Side) -> dict[str, list[Baseline]]:
    """Metric -> the best method that sees no more than the bundle, and the best that is told part of the truth."""
    found: dict[str, list[Baseline]] = {}
    methods = _baselines(side.key, side) or {}
    for metric in dict.fromkeys(name for values in methods.values() for name in values):
        every = [
            Baseline(said.label, values[metric], said.note, said.kind == "told")
            for method, values in methods.items()
            if metric in values
            for said in (describe_method(method),)
        ]
        best = [
            max((one for one in every if one.told == told), key=lambda one: one.value, default=None)
            for told in (False, True)
        ]
        found[metric] = [one for one in best if one is not None]
    return found


@st.cache_data(max_entries=32, show_spinner=False)
def _baselines(key: tuple[str, str, int], _side: Side) -> Mapping[str, Mapping[str, float]] | None:
    return baselines(_side.scored, _side.bundle.machine.length_unit)


def show(own: Side, other: Side | None, by: By) -> None:
    """The figures: one under another with bars, or metrics down and groups across."""
    rows = rows_of(own, by)
    if not rows:
        st.info(_NO_GROUPS.get(by, "None of these windows has a label, so nothing can be scored."))
        return
    if by == "all":
        deltas = differences_of(own, other, by) if other is not None else []
        found = baselines_of(own)
        score_rows.show(rows, found, deltas, (own.name, other.name if other else None), open_metric)
        st.caption(BASELINES if found else NO_BASELINES)
        return
    st.caption(f"{_NOTES.get(by, '')} Per cent, n below; hover for the interval.".strip())
    names = list(dict.fromkeys(row.group for row in rows))
    if by == "position":
        names.sort(key=int)
    elif by == "operation":
        names = [name for name in own.table.operations if name in names]
    metrics = sorted({row.metric for row in rows}, key=order)
    at = {(row.metric, row.group): row for row in rows}
    cells = [[_cell(at.get((metric, name))) for name in names] for metric in metrics]

    def pick(row: int, _column: int) -> None:
        open_metric(metrics[row])

    said = [(describe(metric).label, describe(metric).note) for metric in metrics]
    heat_grid.show(f"by_{by}", f"Figures by {BYS[by].lower()}", BYS[by], names, said, cells, pick=pick)


def _cell(row: MetricRow | None) -> Cell:
    if row is None:
        return Cell("", title="not asked here")
    error = row.value / 0.5 if row.metric.startswith("ece_") else 1 - row.value
    span = ""
    if row.low is not None and row.high is not None:
        span = f" ({100 * row.low:.1f} to {100 * row.high:.1f})"
    title = f"{describe(row.metric).label}, {row.group}: {100 * row.value:.1f} %{span}, n = {row.n:,}"
    return Cell(f"{100 * row.value:.1f}", min(1.0, error), "bad", title, f"{row.n:,}", pick=True)


def open_metric(metric: str) -> None:
    """Turn to what is behind a figure; for callbacks."""
    head = metric.removeprefix("ece_")
    if metric.startswith("ece_"):
        selection.change(section="calibration", head=head)
    elif metric in ("token", "token_free"):
        selection.change(section="errors", cell=None)
    elif metric in ("value_exact", "value_1mm"):
        selection.change(section="distances")
    elif metric in score_rows.LINES:
        selection.change(section="calibration" if metric.startswith("answered") else "lines", head="line")
    else:
        selection.change(
            section="confusion", head="operation" if metric == "operation_run" else head, cell=None
        )


def show_differences(own: Side, other: Side, by: By) -> None:
    """Every difference to the other side, the largest first, and how far so many can be trusted."""
    found = differences_of(own, other, by)
    if not found:
        st.info(f"Nothing was asked on both sides. {_NO_GROUPS.get(by, '')}")
        return
    tested = [each for each in found if each.p is not None]
    alone, hold = sum(each.real for each in tested), sum(each.holds for each in tested)
    untold = len(found) - len(tested)
    few = (
        f" {untold:,} more are of fewer than {FEWEST_RUNS} runs on a side: too few to tell." if untold else ""
    )
    st.markdown(
        f"**{len(tested):,} differences** at once: **{alone:,}** have an interval without 0, where chance alone would "
        f"give about {0.05 * len(tested):.0f}; **{hold:,}** hold among all of them :small[(Holm, 5 %)].{few} "
        f"{_pairing(own.scored, other.scored)}"
    )
    st.dataframe(
        differences_frame(found),
        hide_index=True,
        height=min(720, 36 + 35 * len(found)),
        column_config={
            name: st.column_config.NumberColumn(name, format="%+.1f" if name in _SIGNED else "%.1f")
            for name in ("This", "Other", *_SIGNED)
        }
        | {"Group": None if by == "all" else st.column_config.TextColumn("Group")},
    )


def verdict(each: Difference) -> str:
    """Whether a difference is more than chance, in a word or two."""
    if each.p is None:
        return "too few runs"
    return "yes" if each.holds else "by itself" if each.real else "no"


_SIGNED = ("Difference", "from", "to")


def differences_frame(found: Sequence[Difference]) -> pd.DataFrame:
    """The differences in per cent, as people read them."""
    return pd.DataFrame(
        [
            {
                "Metric": describe(each.metric).label,
                "Group": each.group,
                "This": 100 * each.value,
                "Other": 100 * each.other,
                "Difference": 100 * each.delta,
                "from": None if each.low is None else 100 * each.low,
                "to": None if each.high is None else 100 * each.high,
                "More than chance": verdict(each),
                "n": each.n,
                "n other": each.n_other,
            }
            for each in found
        ]
    )


def _pairing(one: Scored, other: Scored) -> str:
    shared = {unit.run for unit in one.units} & {unit.run for unit in other.units}
    if not shared:
        return "The two sides have no run in common, so they are drawn as two samples."
    return f"The same runs are drawn on both sides: {len(shared)} are in common."
