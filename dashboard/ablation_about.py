"""About a table of ablations: what was scored, what its figures mean, its file, and what else was kept."""

from functools import partial

import streamlit as st

from core.evidence.ablation.cases import Kind
from core.evidence.ablation.removal import Way
from core.evidence.ablation.results import figure
from core.evidence.ablation.tested import HELD_OUT
from core.evidence.evaluation import ALL
from core.evidence.metrics import describe
from core.evidence.paired import FEWEST_RUNS
from dashboard import ablation_jobs, ablation_kept, ablation_sheets, ablation_tests, components
from dashboard.ablation_choice import LABELS
from dashboard.ablation_jobs import Sheet
from dashboard.ablation_kept import Kept
from dashboard.ablation_tests import Place
from dashboard.shell import View

KINDS: dict[Sheet, tuple[Kind, ...]] = {
    "modality": ("modality",),
    "kept": ("kept",),
    "board": ("board",),
    "pair": ("modality", "pair"),
    "shapley": ("modality",),
}
POINTS = (
    "*Points*: the figure without it less the whole model's. *Relative*: that as a share of the whole model's value; "
    "in a matrix it stands with the interval where the pointer rests."
)


def has(kept: Kept, sheet: Sheet) -> bool:
    """Whether a table is scored."""
    return kept.of.shapley is not None if sheet == "shapley" else kept.of.has(sheet)


def is_of(kept: Kept, place: Place, way: Way) -> bool | None:
    """Whether a table was scored on just these windows; None while that cannot be told, as they are not open yet."""
    if is_own(kept, place, way):
        return True
    return None if place.test_set is None else place.test_set.ablation.digest == kept.of.windows


def is_own(kept: Kept, place: Place, way: Way) -> bool:
    """Whether it is the file of these recordings themselves."""
    return kept.path == ablation_kept.table_file(place.key, way)


def _where(kept: Kept, place: Place | None, way: Way) -> str:
    """Where figures are from, if not from here."""
    if place is None or is_own(kept, place, way):
        return ""
    source = "were scored here earlier" if kept.own else "came with the product"
    same = is_of(kept, place, way)
    of = "" if same is None else f" and are of {'just these' if same else 'other'} windows"
    return f" These figures {source}{of}."


def show_scope(kept: Kept, place: Place | None, way: Way, metric: str | None, group: str) -> None:
    """What was scored: windows, runs, protocol, model, and what that reads with everything."""
    counts = kept.of.scores.whole.counts
    held = "its test windows" if kept.of.protocol == "seed" else "held out"
    if kept.of.part != HELD_OUT:
        held = ablation_tests.PARTS[kept.of.part]
    st.markdown(
        f"**{counts.scored:,} windows** of {components.counted(counts.runs, 'run')}, {held}, read by "
        f"**{components.escaped(kept.of.name)}**, one model. Protocol **{kept.of.protocol}**; intervals are 95 %, "
        f"drawn over runs, paired with the whole model. {_whole(kept, metric, group)}"
        f"{_where(kept, place, way)}"
    )


def _whole(kept: Kept, metric: str | None, group: str) -> str:
    """A figure of the whole model, in words."""
    found = figure({0: kept.of.scores.whole}, metric, group) if metric is not None else None
    if metric is None or found is None:
        return ""
    low, high = found.interval.low, found.interval.high
    between = "" if low is None or high is None else f"{100 * low:.1f} to {100 * high:.1f}, "
    of = "" if group == ALL else f" of {group}"
    return (
        f"With everything: {describe(metric).label}{of} **{components.percent(found.interval.value)}** ({between}"
        f"n = {found.n:,})."
    )


def show_foot(kept: Kept, place: Place | None, view: View, way: Way, sheet: Sheet, *, stars: bool) -> None:
    """What figures mean, the file, and what was kept of others."""
    mark = "A star" if stars else "Bold"
    st.caption(
        f"{POINTS} {mark}: the interval leaves 0 out, and at least {FEWEST_RUNS} runs speak. A "
        f"{'cell' if stars else 'name'} opens Live with that removal."
        if sheet != "shapley"
        else "A name opens Live without that modality."
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "CSV, every figure and operation",
            data=partial(ablation_sheets.csv_of, kept, sheet, KINDS[sheet]),
            file_name=f"{kept.of.name}-{kept.of.protocol}-{way}-{sheet}.csv",
            mime="text/csv",
            icon=":material/download:",
            key="table_csv",
            on_click="ignore",
        )
        if place is not None and is_of(kept, place, way) is False:
            st.button(
                "Score on these recordings",
                icon=":material/play_arrow:",
                key=f"score_here_{sheet}",
                on_click=ablation_jobs.start,
                args=(place, way, (sheet,)),
            )
        st.caption(f"Scored {kept.of.created[:16].replace('T', ' ')} UTC.")
    _others(view)


def _others(view: View) -> None:
    """Everything that was kept of this machine's bundles."""
    assert view.bundle is not None
    every = ablation_kept.every(view.bundle.machine)
    if len(every) < 2:
        return
    with st.expander(f"Kept results ({len(every)})"):
        st.dataframe(
            [
                {
                    "Bundle": each.of.name,
                    "Protocol": each.of.protocol,
                    "Removed by": LABELS[each.of.way],
                    "Tables": ", ".join(
                        title for sheet, title in ablation_jobs.TITLES.items() if has(each, sheet)
                    ),
                    "Windows": each.of.scores.whole.counts.scored,
                    "Runs": each.of.scores.whole.counts.runs,
                    "Exact line, %": _value(each),
                    "Scored": each.of.created[:16].replace("T", " "),
                    "Kept": "here" if each.own else "with the product",
                }
                for each in every
            ],
            hide_index=True,
            column_config={"Exact line, %": st.column_config.NumberColumn(format="%.1f")},
        )


def _value(each: Kept) -> float | None:
    """The whole model's exact lines, in per cent."""
    tally = next((t for t in each.of.scores.whole.tallies if t.metric == "exact_line"), None)
    return None if tally is None else 100 * float(tally.statistic(tally.sums.sum(axis=0, keepdims=True))[0])
