"""The verdict of an audit: every finding in words, the gravest first, each with a way to what shows it."""

from collections.abc import Sequence

import streamlit as st

from core.evidence.audit.finding import WEIGHTS, Finding, Weight
from core.evidence.audit.words import headline
from dashboard import selection
from dashboard.components import counted, escaped

MARKS: dict[Weight, str] = {
    "grave": ":red[:material/error:]",
    "warning": ":orange[:material/warning:]",
    "note": ":gray[:material/info:]",
    "fine": ":green[:material/check_circle:]",
}

# of the claim that all findings make together
_COLOURS: dict[Weight, str] = {"grave": "red", "warning": "orange"}


def show(found: Sequence[Finding], unjudged: Sequence[str] = ()) -> None:
    """What was found, in a sentence; then what is grave or a warning, and folded what else was looked for.

    `unjudged`: what could not be looked at.
    """
    st.markdown(summary(found, unjudged))
    numbered = list(enumerate(found))
    loud = [(place, each) for place, each in numbered if each.weight in ("grave", "warning")]
    quiet = [(place, each) for place, each in numbered if each.weight in ("note", "fine")]
    if loud:
        with st.container(border=True, gap="small", key="verdict"):
            for place, each in loud:
                _line(place, each)
    if quiet:
        with st.expander(_quiet_words(found), icon=":material/info:", expanded=not loud):
            for place, each in quiet:
                _line(place, each)


def summary(found: Sequence[Finding], unjudged: Sequence[str] = ()) -> str:
    """How the findings weigh altogether."""
    claim, said = headline(found, unjudged)
    loudest: Weight = min((each.weight for each in found), key=WEIGHTS.index, default="fine")
    begin = f":{_COLOURS.get(loudest, 'green')}[**{claim}**]"
    return f"{begin} :small[{said}]" if said else begin


def _count(found: Sequence[Finding], weight: str) -> int:
    return sum(each.weight == weight for each in found)


def _quiet_words(found: Sequence[Finding]) -> str:
    notes, clean = (_count(found, weight) for weight in ("note", "fine"))
    said = [counted(notes, "note")] if notes else []
    said += [f"{clean:,} looked for and not found"] if clean else []
    return ", ".join(said)


def _line(place: int, each: Finding) -> None:
    """One finding: what is so, why it matters, what to do, and the way to what shows it."""
    words = f"{MARKS[each.weight]} {_plain(each.sentence)}"
    because = f":gray[{_plain(each.because)}]" if each.because else ""
    remedy = f"**{_plain(each.remedy)}**" if each.remedy else ""
    if because or remedy:
        words += f"  \n:small[{' '.join(part for part in (because, remedy) if part)}]"
    with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
        st.markdown(words, width="stretch")
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
