"""The part of Review that hands over a report: what goes in, and the button."""

import streamlit as st

from core.evidence.readings.filters import Filter, parse
from core.evidence.review.listing import Asked
from core.evidence.review.queue import QUEUES, SAMPLE, narrowed
from core.evidence.review.sample import Audit
from dashboard import audits, readings, report_button, review_audit, review_queue, slices
from dashboard.components import counted
from dashboard.readings import Place, Shown
from dashboard.review_desk import ReviewDesk
from dashboard.shell import View

_SCOPES = {
    "whole": "The whole evaluation",
    "view": "The current view",
}


def show(view: View, place: Place, desk: ReviewDesk) -> None:
    """What the report is about, what is in it, and the file."""
    found = readings.shown(place)
    scope = st.radio(
        "What the report is about",
        list(_SCOPES),
        format_func=_SCOPES.__getitem__,
        captions=[
            "The bundle's evaluation, its windows held out where some were read, and every verdict.",
            "The same, with the windows of the filter of Sequences and the verdicts listed under Verdicts.",
        ],
        key="report_scope",
        label_visibility="collapsed",
    )
    wanted, asked = _asked(view, found, scope or "whole")
    st.markdown(_inside(view, desk, found, wanted, asked))
    audit = _audit(view, found, desk)
    with st.container(horizontal=True, vertical_alignment="center"):
        report_button.show(
            view, "report_file", wanted=wanted, asked=asked, audit=audit, label="Download the report"
        )
    beside = " but for the random sample" if audit else ""
    beside += " and with all verdicts" if asked else ""
    st.caption(f"The same from a terminal{beside}:")
    shown = place if found is not None and found.whole else None
    st.code(report_button.command(view, shown, wanted), language=None, wrap_lines=True)


def _asked(view: View, found: Shown | None, scope: str) -> tuple[Filter | None, Asked]:
    if found is None or not found.whole:
        return None, Asked.parse(view.selection.said or "") if scope == "view" else Asked()
    if scope == "view":
        return parse(view.selection.filter or "").filter, Asked.parse(view.selection.said or "")
    held_out = Filter(choices=(("part", ("held out",)),))
    return held_out if "held out" in found.table.values["part"] else Filter(), Asked()


def _inside(view: View, desk: ReviewDesk, found: Shown | None, wanted: Filter | None, asked: Asked) -> str:
    """What will be in the report, in a few lines."""
    lines = []
    if view.bundle is not None and view.bundle.metrics:
        lines.append(
            "- every metric of the bundle's evaluation, with intervals, n, baselines and calibration"
        )
    else:
        lines.append("- no evaluation: this bundle carries none")
    if wanted is None:
        why = "not all windows are read yet" if found is not None else "the windows have not been read yet"
        lines.append(f"- no confusions and no commonest mistakes: {why}")
    else:
        of = f"`{wanted}`" if wanted else "every window"
        lines.append(f"- confusions, commonest mistakes and risk against coverage of: {of}")
    n, chosen = desk.count(asked), " of those that are asked for" if asked else ""
    lines.append(f"- {counted(n, 'verdict')}{chosen}, and how far reviewers agree")
    lines.append(f"- {_audited(view)}")
    lines.append("- what to distrust, how things are counted, and where all of it comes from")
    return "\n".join(lines)


def _audited(view: View) -> str:
    """What of the Audit page goes in."""
    own = audits.of_figures(view)
    if own is None:
        return "no audit: these recordings were not audited yet under the protocol of the figures (see Audit)"
    audit = own[1]
    return f"what the audit of {counted(audit.runs, 'run')} under protocol {audit.protocol} found ({audit.made} UTC)"


def _audit(view: View, found: Shown | None, desk: ReviewDesk) -> Audit | None:
    """What the random sample tells, where one is looked at."""
    if found is None or view.selection.queue != SAMPLE:
        return None
    wanted = review_queue.wanted_of(view, found, QUEUES[SAMPLE])
    hand, revision = slices.hand(view.selection.dataset or "", found)
    drawn = review_queue.windows_of(view, found, desk, QUEUES[SAMPLE], wanted, hand, revision)
    windows = review_audit.population(found, narrowed(QUEUES[SAMPLE], wanted), hand, revision)
    return review_audit.of_sample(view, drawn, windows)
