"""Do the reviewers agree: all at once, and pair by pair."""

from dataclasses import replace
from math import isnan

import pandas as pd
import streamlit as st

from core.evidence.bootstrap import Interval
from core.evidence.review.agreement import SAID_HEAD, Agreement, said_rows
from core.evidence.review.listing import Asked
from core.evidence.review.targets import KINDS
from dashboard import components, selection
from dashboard.components import counted, escaped, percent
from dashboard.review_audit import span
from dashboard.review_desk import ReviewDesk
from dashboard.shell import View

MOST_PAIRS = 20
_NOTE = (
    "Intervals are the 95 % bootstrap over runs, for windows of a run are judged alike. κ (Cohen) and α (Krippendorff, "
    "nominal) are 1 for full agreement and 0 for what chance would give; they have no value where everybody "
    "always says the same one thing. Verdicts on another bundle or another recording are left out."
)


def show(view: View, desk: ReviewDesk) -> None:
    """Who said how much, how far all agree, and every pair."""
    asked = Asked.parse(view.selection.said or "")
    asked = Asked(kind=asked.kind, stale="current")
    _choose(view, asked)
    ratings = desk.ratings(asked)
    if ratings.empty:
        components.empty_state(
            "No verdicts to compare",
            "No current verdict is of the kinds that are chosen. Two reviewers who judge the same windows, in the "
            "queue's random sample for one, are compared here.",
            icon=":material/groups:",
        )
        return
    found = desk.agreement(asked)
    st.markdown(words(found))
    left, right = st.columns([1, 1.35])
    with left:
        st.markdown("**Who said what**")
        st.table(said_table(ratings), border="horizontal", hide_index=True)
    with right:
        st.markdown("**Pair by pair**")
        if found.pairs:
            st.table(pairs_table(found), border="horizontal", hide_index=True)
            if len(found.pairs) > MOST_PAIRS:
                st.caption(f"The {MOST_PAIRS} of {len(found.pairs):,} pairs with the most in common.")
        else:
            st.caption("No two reviewers have judged the same thing yet.")
    st.caption(_NOTE)


def _choose(view: View, asked: Asked) -> None:
    key = selection.lead("agreement_kind", list(asked.kind))
    before = Asked.parse(view.selection.said or "")

    def ask() -> None:
        selection.change(said=str(replace(before, kind=tuple(st.session_state[key]))) or None)

    st.pills(
        "Verdicts on",
        KINDS,
        key=key,
        selection_mode="multi",
        format_func=lambda kind: f"{kind}s",
        on_change=ask,
        label_visibility="collapsed",
    )


def words(found: Agreement) -> str:
    """How far all reviewers agree, in a sentence with n and intervals."""
    if not found.n:
        return "Nothing was judged by two reviewers yet: there is no agreement to speak of."
    return (
        f"**{counted(found.reviewers, 'reviewer')}** judged **{found.n:,}** "
        f"{'target' if found.n == 1 else 'targets'} at least in twos: two answers agree in "
        f"{figure(found.agreement)}, Krippendorff's α {number(found.alpha)}; reviewers differ on {found.disputed:,}."
    )


def figure(share: Interval) -> str:
    """A share with its interval, in Markdown."""
    return "·" if isnan(share.value) else f"**{percent(share.value)}** :small[{span(share)}]"


def number(value: Interval) -> str:
    """A coefficient with its interval, in Markdown."""
    if isnan(value.value):
        return ":gray[no value]"
    reach = (
        f" :small[({value.low:.2f} to {value.high:.2f})]"
        if value.low is not None and value.high is not None
        else ""
    )
    return f"**{value.value:.2f}**{reach}"


def said_table(ratings: pd.DataFrame) -> pd.DataFrame:
    """A row a reviewer in Markdown: how many verdicts, and how many of each."""
    rows = [(escaped(name), *counts) for name, *counts in said_rows(ratings)]
    return pd.DataFrame(rows, columns=list(SAID_HEAD))


def pairs_table(found: Agreement) -> pd.DataFrame:
    """A row a pair in Markdown."""
    rows = [
        [
            f"{escaped(pair.first)}, {escaped(pair.second)}",
            f"{pair.n:,}",
            figure(pair.agreement),
            number(pair.kappa),
        ]
        for pair in found.pairs[:MOST_PAIRS]
    ]
    return pd.DataFrame(rows, columns=["Reviewers", "n", "Agree", "Cohen's κ"])
