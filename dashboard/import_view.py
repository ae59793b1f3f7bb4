"""An import on a page: its progress while it runs, and what came of it."""

import streamlit as st

from dashboard import components, data, file_tables, importing, places, selection
from dashboard.clock import by_the_clock
from dashboard.importing import Job

POLL_S = 0.7
TABS = "view"
HEALTH, BRING_IN = "Health", "Bring in"


def watch(name: str) -> None:
    """An import that runs or has ended; nothing where there was none."""
    job = importing.last(name)
    if job is None:
        return
    if job.busy:
        _progress(name)
    else:
        _outcome(job)


@by_the_clock(POLL_S)
def _progress(name: str) -> None:
    """Redrawn by itself while the import runs; at its end the page is drawn once more."""
    job = importing.last(name)
    if job is None or not job.busy:
        selection.rerun()
    words = f"{job.done} of {len(job.files)} files"
    if job.run:
        words += f"; {job.run}" + (f": {job.rows:,} rows, {job.share:.0%}" if job.rows else "")
    with st.container(border=True):
        st.markdown(f"**Importing into {job.name}**")
        st.progress(job.part, text=words)
        st.button(
            "Stopping" if job.state == "stopping" else "Stop",
            icon=":material/stop_circle:",
            disabled=job.state == "stopping",
            on_click=job.stop,
            help="What is read stays in the dataset; another import goes on from there.",
        )


def _outcome(job: Job) -> None:
    with st.container(border=True):
        good = len(job.files) - len(job.failures)
        took = f"{job.seconds:.0f} s" if job.seconds >= 1 else "less than a second"
        if job.state == "failed":
            said = job.sentence or f"None of {len(job.files)} files could be imported."
            st.error(components.sentence(said), icon=":material/error:")
        elif job.state == "stopped":
            held = components.counted(job.runs, "run")
            st.info(
                f"Stopped after {job.done} of {len(job.files)} files. **{job.name}** holds {held}; import again to "
                "go on from there.",
                icon=":material/stop_circle:",
            )
        else:
            st.success(
                f"**{job.name}** is there: {good} of {components.counted(len(job.files), 'file')} read "
                f"in {took}, {components.counted(job.runs, 'run')} in all.",
                icon=":material/check_circle:",
            )
        if job.failures:
            st.markdown(f"**{len(job.failures)} could not be read**; correct them and import again:")
            file_tables.misfits(job.failures)
        with st.container(horizontal=True):
            if job.runs:
                st.button(
                    "Look at it",
                    type="primary",
                    icon=":material/monitor_heart:",
                    on_click=look_at,
                    args=(job,),
                    help="Its health, run by run; the other pages show it too.",
                )
            st.button("Close", on_click=importing.forget, args=(job.name,))


def look_at(job: Job) -> None:
    """Select what was imported and turn to its health; for callbacks. A bundle of another machine is let go."""
    name = next((dataset.name for dataset in data.datasets() if dataset.path == job.out), job.name)
    selection.change(dataset=name, run=None, start_row=None, bundle=None, protocol=None, channels=())
    st.session_state[TABS] = HEALTH


def target_help() -> str:
    """Where datasets are put."""
    return f"A folder in {places.shown(places.stores_folder())}; choose one that is there to add to it."
