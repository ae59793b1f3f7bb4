"""Who reviews: a name that is kept for the session and in the browser, never in a link that others may follow."""

from pathlib import Path
from urllib.parse import unquote

import streamlit as st

from core.evidence.review.verdicts import LONGEST_REVIEWER, reviewer_problem
from dashboard import feedback, selection
from dashboard.components import escaped

COOKIE = "toolmark_reviewer"
_STATE, _GIVEN, _PROBLEM = "reviewer", "reviewer_given", "reviewer_problem"
_FRONTEND = Path(__file__).parent / "frontend" / "reviewer.js"

_keeper = st.components.v2.component(
    "toolmark_reviewer", html="", js=_FRONTEND.read_text(encoding="utf-8"), isolate_styles=False
)


def name() -> str:
    """The reviewer of this session; "" while nobody has said who reviews."""
    if _STATE not in st.session_state:
        kept = unquote(st.context.cookies.get(COOKIE, ""))
        st.session_state[_STATE] = "" if reviewer_problem(kept) else kept
    return str(st.session_state[_STATE])


def ask(key: str) -> str:
    """A small menu that says who reviews and lets it be changed; returns the name."""
    now = name()
    with st.container(width="content", gap=None):
        with st.popover(
            escaped(now) if now else "Who reviews?",
            icon=":material/person:",
            key=f"{key}_who",
            type="secondary" if now else "primary",
        ):
            field = selection.lead(f"{key}_name", now)
            st.text_input(
                "Reviewer's name",
                key=field,
                max_chars=LONGEST_REVIEWER,
                placeholder="Your name or initials",
                on_change=_take,
                args=(field,),
                help="Stands beside every verdict that you give. It is kept in this browser; nobody checks it.",
            )
            if problem := feedback.told(_PROBLEM):
                st.error(problem, icon=":material/error:")
        # not in the menu, which may be closed before the browser has got that far; nor before a name was given here,
        # for another tab may have given one meanwhile
        if st.session_state.get(_GIVEN):
            _keeper(data={"cookie": COOKIE, "name": now}, key=f"{key}_keeper", height=1)
    return now


def _take(field: str) -> None:
    given = str(st.session_state.get(field) or "").strip()
    problem = reviewer_problem(given) if given else None
    if problem:
        feedback.tell(_PROBLEM, problem)
    else:
        st.session_state[_STATE], st.session_state[_GIVEN] = given, True
