"""The verdict of an audit: every finding in words, the gravest first, each with a way to what shows it."""

from collections.abc import Sequence

import streamlit as st

from core.evidence.audit.verdict import Finding, Weight
from dashboard import selection
from dashboard.components import counted, escaped

MARKS: dict[Weight, tuple[str, str]] = {
    "grave": (":red[:material/error:]", ":red-badge[grave]"),
    "warning": (":orange[:material/warning:]", ":orange-badge[warning]"),
    "note": (":gray[:material/info:]", ":gray-badge[note]"),
    "fine": (":green[:material/check_circle:]", ":green-badge[fine]"),
}


def show(found: Sequence[Finding]) -> None:
    """What was found, in a sentence; then the findings, and what was looked for and is clean."""
    st.markdown(summary(found))
    dirty = [(place, each) for place, each in enumerate(found) if each.weight != "fine"]
    with st.grid(2, min_column_width=430, gap="small"):
        for place, each in dirty:
            _card(place, each)
    clean = [each.sentence for each in found if each.weight == "fine"]
    if clean:
        mark = MARKS["fine"][0]
        st.markdown("  \n".join(f"{mark} {_plain(sentence)}" for sentence in clean))


def summary(found: Sequence[Finding]) -> str:
    """How the findings weigh altogether."""
    counts = {weight: sum(each.weight == weight for each in found) for weight in MARKS}
    said = [f"{counts['grave']:,} grave"] if counts["grave"] else []
    said += [counted(counts["warning"], "warning")] if counts["warning"] else []
    said += [counted(counts["note"], "note")] if counts["note"] else []
    said += [f"{counts['fine']:,} clean"] if counts["fine"] else []
    if counts["grave"]:
        begin = ":red[**The figures do not yet mean what they say.**]"
    elif counts["warning"]:
        begin = ":orange[**Nothing grave, but read the warnings before a figure is quoted.**]"
    else:
        begin = ":green[**Nothing that was looked for speaks against the figures.**]"
    return f"{begin} :small[:gray[{', '.join(said)}]]"


def _card(place: int, each: Finding) -> None:
    with st.container(border=True, gap="xsmall", key=f"finding_{place}", height="stretch"):
        icon, badge = MARKS[each.weight]
        st.markdown(f"{icon} {badge} {_plain(each.sentence)}")
        if each.because:
            st.markdown(f":gray[:small[{_plain(each.because)}]]")
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            if each.remedy:
                st.markdown(f":small[**What to do:** {_plain(each.remedy)}]", width="stretch")
            else:
                st.space("stretch")
            st.button(
                "Show",
                key=f"show_{place}",
                type="tertiary",
                icon=":material/arrow_downward:",
                on_click=selection.change,
                kwargs={"finding": each.section} | ({"sight": each.probe} if each.probe else {}),
                help="Open the part of the audit that shows it",
            )


def _plain(text: str) -> str:
    # a figure stays beside its sign
    return escaped(text).replace(" %", "\N{NO-BREAK SPACE}%")
