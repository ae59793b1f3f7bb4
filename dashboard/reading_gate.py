"""What stands before pages that need every window read: the table as far as it is there, or the job that makes it.

What takes no longer than people wait begins by itself; it goes on when the page is left.
"""

from collections.abc import Callable
from functools import partial

import streamlit as st

from core.errors import ToolmarkError
from dashboard import components, data, job_view, jobs, no_bundle, reading, readings, selection
from dashboard.readings import Place, Shown
from dashboard.shell import View

NO_RECORDINGS = "There is nothing to list yet. Bring recordings in on the Recordings page, then come back."
NOT_MUTED = "Other pages mute modalities now; here everything is as the bundle reads it with all of them."
Ready = Callable[[Place], bool]


def choose_place(view: View, *, whole: bool = False) -> Place:
    """Where the readings of what is chosen are; where nothing can be read, say why and end the page.

    whole: the readings with nothing muted, whatever other pages mute.
    """
    selection.hold(view.selection)
    if view.dataset is None:
        if not any(dataset.files for dataset in data.datasets()):
            components.empty_state("No recordings yet", NO_RECORDINGS)
        st.stop()
    if view.bundle is None:
        if view.folder is None:
            no_bundle.show("nothing is read")
        st.stop()
    muted, _ = reading.mutable(view.bundle, view.selection.without)
    try:
        place = readings.place_of(view, () if whole else muted)
    except ToolmarkError as error:
        st.error(components.sentence(str(error)), icon=":material/error:")
        st.stop()
    assert place is not None
    if whole and muted:
        st.caption(NOT_MUTED)
    return place


def title_of(view: View) -> str:
    """What the job that reads the view's windows is called."""
    return f"Read all windows of {view.selection.dataset} with {view.selection.bundle}"


def open_table(place: Place, title: str, ready: Ready, waiting: str) -> Shown | None:
    """The table once `ready` says that enough of it is there; None after the job, or its offer, was shown instead.

    waiting: what is said under a job that is under way.
    """
    found = readings.shown(place)
    if found is not None and (found.whole or ready(place)):
        job_view.show(place.job, partial(readings.read_all, place, title))
        _show_gaps(place, found, title)
        return found
    _offer(place, title, ready, waiting)
    return None


def _offer(place: Place, title: str, ready: Ready, waiting: str) -> None:
    """The way in where nothing was read yet."""
    readings.start_alone(place, title)
    again = partial(readings.read_all, place, title)
    job = job_view.show(place.job, again, ready=partial(ready, place))
    if job.busy:
        st.caption(waiting)
        return
    words = readings.offer_words(place)
    components.empty_state("These windows have not been read yet", words, icon=":material/table_view:")
    if job.state in ("none", "done"):
        st.button(
            "Read all windows",
            type="primary",
            icon=":material/play_arrow:",
            key=f"read_all_{place.job}",
            on_click=readings.read_all,
            args=(place, title),
        )


def _show_gaps(place: Place, found: Shown, title: str) -> None:
    """What the table lacks: runs that came since, runs that could not be read."""
    if found.misses and not jobs.look(place.job).busy:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.info(readings.gap_words(found), icon=":material/update:", width="stretch")
            st.button("Read them", on_click=readings.read_all, args=(place, title), key="read_rest")
    if found.failures:
        with st.expander(
            f"{components.counted(len(found.failures), 'run')} could not be read", icon=":material/error:"
        ):
            st.table(found.failures, border="horizontal")
