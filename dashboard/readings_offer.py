"""What a page that looks at readings begins with: where they are, the job that makes them, and what they lack."""

from functools import partial

import streamlit as st

from core.errors import ToolmarkError
from dashboard import components, data, job_view, jobs, reading, readings, selection
from dashboard.readings import Place, Shown
from dashboard.shell import View

NO_RECORDINGS = "There is nothing to list yet. Bring recordings in on the Recordings page, then come back."
NO_BUNDLE = "Without a trained model nothing is read. Train one on your recordings:"
TRAIN = (
    "python -m core windows build/store --out build/splits --protocol run",
    "python -m core train build/splits --out assets/models/mine --preset best",
)


def choose_place(view: View) -> Place:
    """Where the readings of what is chosen are; where nothing can be read, say why and end the page."""
    selection.hold(view.selection)
    if view.dataset is None:
        if not any(dataset.files for dataset in data.datasets()):
            components.empty_state("No recordings yet", NO_RECORDINGS)
        st.stop()
    if view.bundle is None:
        if view.folder is None:
            components.empty_state("No model yet", NO_BUNDLE, TRAIN, icon=":material/model_training:")
        st.stop()
    muted, _ = reading.mutable(view.bundle, view.selection.without)
    try:
        place = readings.place_of(view, muted)
    except ToolmarkError as error:
        st.error(components.sentence(str(error)), icon=":material/error:")
        st.stop()
    assert place is not None
    return place


def show_job(place: Place, title: str) -> None:
    """The job that reads the windows: under way, or ended before its end."""
    job_view.show(place.job, partial(readings.read_all, place, title))


def offer(view: View, place: Place, title: str) -> None:
    """The way in where nothing was read yet."""
    job, again = jobs.look(place.job), partial(readings.read_all, place, title)
    job_view.show(place.job, again, ready=partial(readings.begun, place))
    if job.busy:
        st.caption("The table appears as soon as the first runs are read; this page may be left meanwhile.")
        return
    words = readings.offer_words(place)
    components.empty_state("These windows have not been read yet", words, icon=":material/table_view:")
    if job.state in ("none", "done"):
        st.button(
            "Read all windows",
            type="primary",
            icon=":material/play_arrow:",
            on_click=readings.read_all,
            args=(place, title),
        )


def show_gaps(place: Place, found: Shown, title: str) -> None:
    """What the table lacks: runs that came since, runs that could not be read."""
    busy = jobs.look(place.job).busy
    if found.misses and not busy:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.info(readings.gap_words(found), icon=":material/update:", width="stretch")
            st.button("Read them", on_click=readings.read_all, args=(place, title), key="read_rest")
    if found.failures:
        with st.expander(
            f"{components.counted(len(found.failures), 'run')} could not be read", icon=":material/error:"
        ):
            st.table(found.failures, border="horizontal")
