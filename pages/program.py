"""Program: a whole run read back as a program and a path, beside what was executed or intended."""

from dataclasses import replace
from functools import partial

import streamlit as st

from core.errors import ToolmarkError
from core.evidence.review.targets import Target
from core.evidence.split_part import part_of
from core.recordings.recording import Recording
from core.recordings.windows import WINDOW_ROWS
from dashboard import (
    components,
    data,
    intended_choice,
    job_view,
    no_bundle,
    program_desk,
    program_view,
    program_words,
    programs,
    readbacks,
    reading,
    run_choice,
    selection,
    shell,
    verdict_form,
    verdict_view,
)
from dashboard.program_view import ROWS, WHOLE, Beside
from dashboard.readbacks import Place, ReadBack
from dashboard.shell import View
from dashboard.verifications import Verdict

ANOTHER = " Choose another bundle at the left."


def open_place(view: View, run: str | None) -> tuple[Place, Recording]:
    """The run and where its track is; where it cannot be read back, say why and end the page."""
    if view.dataset is None or run is None:
        run_choice.stop_without_run(view)
    try:
        recording = data.recording(view.dataset, run)
    except ToolmarkError as error:
        run_choice.stop_unreadable(view, run, error)
    selection.hold(replace(view.selection, run=run))
    if view.bundle is None:
        if view.folder is None:
            no_bundle.show("there is nothing to read a run back with")
        st.stop()
    if refusal := readbacks.refusal(view.bundle):
        words = components.escaped(components.sentence(refusal)) + ANOTHER
        components.empty_state("This bundle reads no run back", words, icon=":material/route:")
        st.stop()
    if recording.n_rows < WINDOW_ROWS:
        components.empty_state(
            "Too short to be read back",
            f"**{components.escaped(run)}** has {recording.n_rows} rows and a window takes {WINDOW_ROWS}: choose a "
            "longer recording.",
            icon=":material/straighten:",
        )
        st.stop()
    return readbacks.place_of(view.dataset, view.bundle, run), recording


def open_track(place: Place, recording: Recording) -> ReadBack:
    """The run read back: from its file, or now, with the progress in view; a long one by a job beside the page."""
    if (found := readbacks.opened(place)) is not None:
        return found
    try:
        if recording.n_rows >= readbacks.JOB_ROWS:
            offer_job(place, recording)
        if recording.n_rows < readbacks.SILENT_ROWS:
            return readbacks.read_back(place, recording)
        words = f"Reading {recording.n_rows:,} rows back"
        bar = st.progress(0.0, text=words)

        def tell(done: int, of: int) -> None:
            bar.progress(min(done / of, 1.0), text=words)

        found = readbacks.read_back(place, recording, tell)
        bar.empty()
    except ToolmarkError as error:
        st.error(components.escaped(components.sentence(str(error))), icon=":material/error:")
        st.stop()
    return found


def offer_job(place: Place, recording: Recording) -> None:
    """The way in for a long run."""
    job = job_view.show(place.job, partial(readbacks.start, place))
    if job.state in ("none", "done"):
        took = job_view.duration(recording.n_rows / readbacks.ROWS_A_SECOND)
        words = (
            f"**{components.escaped(place.run)}** has {recording.n_rows:,} rows: reading it back takes about {took}, "
            "once. It goes on when this page is left."
        )
        components.empty_state("This run has not been read back yet", words, icon=":material/route:")
        st.button(
            "Read it back",
            type="primary",
            icon=":material/play_arrow:",
            on_click=readbacks.start,
            args=(place,),
        )
    st.stop()


def show_reading(view: View, place: Place, recording: Recording, read: ReadBack, beside: Beside) -> None:
    """How the run was read back, how well, and what it proves."""
    part = part_of(place.bundle, place.run, recording.machine)
    colour = {"held out": "green", "new": "gray"}.get(part, "orange")
    said = program_words.how(read.track, recording)
    st.markdown(f"{said} :{colour}-badge[{part}]", help=reading.PARTS[part])
    if not beside.truth.known.any():
        st.caption(
            "This recording has no G-code: what was read back stands alone, and nothing can be compared."
        )
        return
    own = program_view.scores(place.stamp, recording, read, beside)
    evaluation = data.evaluation(view.folder) if view.folder else None
    found = program_words.figures(own, len(beside.truth.distinct), evaluation)
    against = verdict_view.of_own_program(place, recording, beside)
    grid = st.grid(4 if against else 3, min_column_width=200, border=True)
    for figure in found:
        with grid.cell(), st.container(gap=None):
            st.metric(figure.label, figure.value, help=figure.means)
            st.caption(f"{figure.scored}  \nheld-out runs: {figure.reached}")
    if against:
        name = program_view.own_program(recording) or ""
        with grid.cell(), st.container(gap=None):
            figure = program_words.against(against, name)
            st.metric(figure.label, figure.value, help=figure.means)
            st.caption(figure.scored)
            st.button(
                "Hold against it",
                icon=":material/arrow_forward:",
                key="own_intended",
                on_click=selection.change,
                kwargs={"intended": name},
                type="tertiary",
            )
    if evaluation:
        st.caption(program_words.reached_on(evaluation))


@st.fragment
def desk(
    view: View, place: Place, recording: Recording, read: ReadBack, beside: Beside, found: Verdict | None
) -> None:
    """The diff, the paths and the slider, with the ways out to the window around the row."""
    selected = replace(selection.read().selection, run=place.run)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if beside.intended is None and beside.listing is not None:
            program_view.choose_form(beside.form)
        st.space("stretch")
        st.page_link("../pages/predict.py", label="Predict here", icon=":material/troubleshoot:")
        st.page_link("../pages/signals.py", label="Signals here", icon=":material/ssid_chart:")
        files = f"{place.run}-{place.bundle.path.name}"
        text = readbacks.program_file(read.key, read)
        st.download_button("Program (.nc)", text, f"{files}.nc", "text/plain", on_click="ignore")
        trace = readbacks.trace_file(read.key, read)
        st.download_button("Rows (.csv)", trace, f"{files}.csv", "text/csv", on_click="ignore")
    picture = program_view.desk(place.stamp, recording, read, beside, found, selected.mark_a)
    program_desk.show(picture, "program", lambda row: program_view.rested(row, recording.n_rows))
    st.caption(
        program_view.caption(
            beside, program_view.comparison(place.stamp, read, beside, recording.machine.length_unit)
        )
    )
    selection.hold(selected)


view = shell.open_page(
    "Program", "What program did this run execute, along which path, and was it the intended one?"
)
choices = st.grid(2, min_column_width=380)
with choices.cell():
    run = run_choice.choose_run(view)
place, recording = open_place(view, run)
listings = programs.known(place.dataset)
complete = programs.completed(listings, place.bundle)
with choices.cell():
    intended = intended_choice.choose(
        complete, view.selection.intended, program_view.own_program(recording), recording.machine.length_unit
    )
read = open_track(place, recording)
form = ROWS if view.selection.beside == ROWS else WHOLE
beside = Beside(
    intended, readbacks.truth(place.stamp, recording), program_view.own_listing(recording, listings), form
)
show_reading(view, place, recording, read, beside)
verdict_form.show(view, Target("run", run=place.run), "program")
found = verdict_view.against_intended(place, recording, beside)
if found is not None:
    verdict_view.show(place, recording, beside, found)
desk(view, place, recording, read, beside, found)
