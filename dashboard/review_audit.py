"""What the verdicts on a random sample say of all windows: how many labels, and how many readings, are wrong."""

import pandas as pd
import streamlit as st

from core.evidence.bootstrap import Interval
from core.evidence.readings.filters import Filter
from core.evidence.readings.opened import Hand
from core.evidence.readings.questions import summary
from core.evidence.review.sample import ANSWERS, Audit, audit, opinion
from core.evidence.review.targets import Target
from dashboard import selection, verdicts
from dashboard.components import counted, percent
from dashboard.readings import Shown
from dashboard.shell import View

SIZES = (20, 50, 100, 200, 500, 1000)


def population(found: Shown, wanted: Filter, hand: Hand, revision: int) -> int:
    """How many windows the sample is drawn from; `revision` is that of the tags."""
    return _population(found.key, str(wanted), revision, found, hand, wanted)


@st.cache_data(max_entries=32, show_spinner=False)
def _population(key: str, asked: str, revision: int, _found: Shown, _hand: Hand, _wanted: Filter) -> int:
    return summary(_found.table, _wanted, _hand).windows


def of_sample(view: View, drawn: pd.DataFrame, windows: int) -> Audit:
    """The audit of a drawn sample: a window's verdict is that of most of its reviewers."""
    targets = [
        Target("window", run=run, start_row=int(row))
        for run, row in zip(drawn["run"], drawn["start_row"], strict=True)
    ]
    found = verdicts.holding(view, targets)
    opinions = {
        (target.run, target.start_row or 0): opinion([entry.verdict for entry in now])
        for target, entries in found.items()
        if (now := verdicts.current(view, entries))
    }
    return audit(drawn, windows, opinions)


def show(view: View, drawn: pd.DataFrame, windows: int) -> None:
    """The size and the seed of the sample, and what was found in it so far."""
    found = of_sample(view, drawn, windows)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        sizes = sorted({*SIZES, view.selection.sample or 100})
        key = selection.lead("pick_sample", view.selection.sample or 100)
        st.selectbox(
            "Windows drawn",
            sizes,
            key=key,
            format_func=lambda n: f"{n:,} windows",
            on_change=selection.follow,
            args=("sample", key),
            label_visibility="collapsed",
            width=160,
        )
        key = selection.lead("pick_seed", view.selection.seed or 0)
        st.number_input(
            "Seed",
            0,
            999_999,
            key=key,
            on_change=selection.follow,
            args=("seed", key),
            label_visibility="collapsed",
            width=130,
            help="The same seed draws the same windows on every machine; a larger sample begins with the smaller one.",
            icon=":material/casino:",
        )
        st.markdown(words(found), width="stretch")
    if found.judged:
        with st.expander("By how the line was read", icon=":material/grid_on:"):
            st.table(table(found), border="horizontal", hide_index=True)
            st.caption(
                f"Shares are of the {counted(found.population, 'window')} that the sample was drawn from, with the "
                "exact 95 % interval (Clopper and Pearson); runs that are not among them may differ."
            )


def words(found: Audit) -> str:
    """What was found, in a sentence; a sample that was not judged from its top is told."""
    begin = (
        f"**{found.judged:,}** of {found.drawn:,} drawn from {counted(found.population, 'window')} are judged"
    )
    if not found.judged:
        return (
            f"{begin}: judge some, and how many labels and readings are wrong altogether is estimated here."
        )
    said = ", ".join(
        f"{verdict} **{percent(share.value)}** :small[{span(share)}]"
        for verdict in ("label wrong", "model wrong")
        if (share := found.share(verdict)) is not None
    )
    gap = f" :orange[{found.skipped} were passed over: the estimate may lean.]" if found.skipped else ""
    return f"{begin}: {said} :small[n = {found.judged:,}].{gap}"


def span(share: Interval) -> str:
    """An interval in per cent, "(2.2 to 19.2)"."""
    if share.low is None or share.high is None:
        return ""
    return f"({100 * share.low:.1f} to {100 * share.high:.1f})"


def table(found: Audit) -> pd.DataFrame:
    """A row a verdict in Markdown: windows, share with interval, and how the line of these compares with the label."""
    results = list(found.counts)
    rows = []
    for verdict in ANSWERS:
        n = found.total(verdict)
        if n:
            share = found.share(verdict)
            each = [str(found.counts[result].get(verdict, "") or "") for result in results]
            rows.append([verdict, str(n), f"{percent(share.value)} :gray[:small[{span(share)}]]", *each])
    return pd.DataFrame(
        rows, columns=["Verdict", "Windows", "Share of all", *(f"line {each}" for each in results)]
    )
