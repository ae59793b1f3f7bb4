"""A background job on a page: how far it is while it works, and why it ended where it did not succeed."""

from collections.abc import Callable

import streamlit as st

from dashboard import components, jobs, selection
from dashboard.clock import by_the_clock
from dashboard.jobs import Job

POLL_S = 1.0
_CLOSED = "jobs_closed"


def show(key: str, again: Callable[[], None], ready: Callable[[], bool] | None = None) -> Job:
    """Say what is to be said of a job, which is returned; `again` takes it up again.

    Nothing is said where it never was, or has done its work.

    Where the page waits for the first of what the job makes, `ready` says that this is there.
    """
    job = jobs.look(key)
    if job.busy:
        _progress(key, ready)
    elif job.state in ("cancelled", "failed", "cut off"):
        _ended(job, again)
    return job


def closed(key: str) -> bool:
    """Whether a person here has closed a job that did not succeed: it is not begun again unasked."""
    return key in st.session_state.get(_CLOSED, set())


def _close(key: str) -> None:
    jobs.forget(key)
    st.session_state.setdefault(_CLOSED, set()).add(key)


@by_the_clock(POLL_S)
def _progress(key: str, ready: Callable[[], bool] | None) -> None:
    """Redrawn by itself while the job is under way; at its end the page is drawn once more."""
    job = jobs.look(key)
    if not job.busy or (ready is not None and ready()):
        selection.rerun()
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.progress(job.share, text=f"**{job.title}** {words(job)}", width="stretch")
        st.button(
            "Cancelling" if job.state == "stopping" else "Cancel",
            icon=":material/stop_circle:",
            key=f"cancel_{key}",
            on_click=jobs.cancel,
            args=(key,),
            help="What is done stays; the job goes on from there when it is started again.",
        )


def words(job: Job) -> str:
    """How a job stands, in words."""
    if job.state == "waiting":
        return "waits for another job to end"
    if not job.total:
        return "is starting"
    left = f", {duration(job.left_s)} left" if job.left_s is not None else ""
    return (
        f"{job.done:,} of {job.total:,}{left}; {job.text}"
        if job.text
        else f"{job.done:,} of {job.total:,}{left}"
    )


def duration(seconds: float) -> str:
    """A time as people say it."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _ended(job: Job, again: Callable[[], None]) -> None:
    with st.container(border=True):
        if job.state == "failed":
            st.error(f"**{job.title}** failed: {components.sentence(job.sentence)}", icon=":material/error:")
        else:
            why = "was cancelled" if job.state == "cancelled" else "was cut off"
            done = f" after {job.done:,} of {job.total:,}" if job.total else ""
            st.info(f"**{job.title}** {why}{done}. What is done is kept.", icon=":material/stop_circle:")
        with st.container(horizontal=True):
            st.button(
                "Go on", type="primary", icon=":material/resume:", key=f"again_{job.key}", on_click=again
            )
            st.button("Close", key=f"forget_{job.key}", on_click=_close, args=(job.key,))
