"""Recordings: what is here and in what state, and how recordings of any machine are brought in."""

import time
from dataclasses import replace
from pathlib import Path

import streamlit as st

from core.errors import ToolmarkError
from core.recordings.check import FileCheck
from core.recordings.describe.guess import spread
from core.recordings.machine import Machine
from dashboard import (
    components,
    file_tables,
    guess_editor,
    health,
    health_view,
    import_view,
    importing,
    incoming,
    places,
    selection,
    shell,
)
from dashboard.import_view import BRING_IN, HEALTH, TABS
from dashboard.incoming import Draft, Incoming
from dashboard.shell import View

NOTHING = """
There is no dataset yet. Turn to **Bring in** above: a folder of `.csv`, `.csv.gz`, `.parquet` or other tables, a run a
file, of the Bantam mill or of any other machine.
"""
PATH, UPLOAD = "Path on this machine", "Upload"


def show_health(view: View) -> None:
    """The health of the dataset that is chosen at the left."""
    if view.dataset is None:
        components.empty_state("No recordings yet", NOTHING)
        return
    found = health_view.read(view.dataset)
    if found is None:
        return
    health_view.figures(found)
    health_view.board_matrix(found, "dataset")
    runs = health_view.runs(found, "dataset")
    health_view.findings(found, runs, "dataset")


def choose_files(said: Draft) -> Incoming | None:
    """Files by a path or by upload, and what was found there."""
    st.subheader("1. Files", anchor=False)
    source = st.segmented_control(
        "Where they are",
        (PATH, UPLOAD),
        default=PATH,
        required=True,
        key="incoming_source",
        persist_state="session",
        label_visibility="collapsed",
    )
    if source == UPLOAD:
        found = upload(said)
    else:
        text = st.text_input(
            "Folder or file",
            key="incoming_path",
            placeholder="/data/mill/2024-05 or /data/mill/face_001.csv.gz",
            help="A folder of recordings, a run a file, or one file. Nothing in it is changed.",
            persist_state="session",
        )
        found = find(incoming.as_path(text)) if text and text.strip() else None
    if found is None:
        st.caption(
            "Tables as text (.csv, .tsv, .txt ..., also packed as .gz) or Parquet, a run a file. How they are "
            "written, and what each column is, is found out in the next steps."
        )
        return None
    if found.problem or not found.readable:
        problem = found.problem or "None of these files is a table."
        st.error(components.sentence(problem), icon=":material/error:")
        if found.looks:
            file_tables.looks(found)
        return None
    said.begin(found)
    return found


def find(path: Path) -> Incoming:
    """The files of a path."""
    with st.spinner("Looking at the files", show_time=True):
        return incoming.find(path)


def upload(said: Draft) -> Incoming | None:
    """Files that the browser sends, kept in a folder of their own."""
    files = st.file_uploader(
        "Recordings, and their machine.toml if there is one",
        accept_multiple_files=True,
        key="incoming_upload",
        help="Up to 1 GB a file; larger ones are better named by their path.",
    )
    sent = tuple(file.file_id for file in files)
    if files and sent != said.uploaded:
        said.uploads = said.uploads or places.uploads_folder() / time.strftime("%Y%m%d_%H%M%S")
        try:
            incoming.save_uploads({file.name: file.getbuffer() for file in files}, said.uploads)
        except OSError as error:
            return Incoming(problem=f"{said.uploads} cannot be written: {error.strerror}.")
        said.uploaded = sent
    if said.uploads is None or not said.uploads.is_dir():
        return None
    if not files:
        st.caption(f"Uploaded before, in `{places.shown(said.uploads)}`.")
    return find(said.uploads)


def show_preview(found: Incoming) -> None:
    """What was found, how it is written, the first rows."""
    st.markdown(file_tables.found_words(found))
    rows, files = st.tabs(["First rows", f"Files ({len(found.files):,})"], key="preview", on_change="rerun")
    if rows.open:
        with rows:
            file_tables.first_rows(found)
    if files.open:
        with files:
            file_tables.looks(found)


def choose_machine(found: Incoming, said: Draft) -> Machine | None:
    """The machine that the files are of: a known one, a machine file, or a guess to correct."""
    st.subheader("2. Machine", anchor=False)
    known = incoming.choices(found)
    if said.choice not in known:
        with st.spinner("Which machine fits?"):
            said.choice = incoming.proposed(found)
    key = selection.lead("incoming_machine", said.choice)
    st.selectbox(
        "These files are of",
        list(known),
        format_func=lambda each: known[each],
        key=key,
        on_change=said.choose,
        args=(key,),
        width=380,
        help="The Bantam mill is built in; any other machine is described by a machine file, which can be guessed.",
    )
    try:
        if said.choice == incoming.GUESS:
            with st.spinner("Guessing what each column is", show_time=True):
                incoming.guessed(found)
            return guess_editor.show(found, said).machine
        if said.choice == incoming.FILE:
            key = selection.lead("incoming_machine_file", said.machine_file)
            st.text_input(
                "Machine file (.toml)",
                key=key,
                placeholder="/data/mill/machine.toml",
                on_change=lambda: setattr(said, "machine_file", st.session_state[key]),
            )
            if not said.machine_file.strip():
                return None
        return incoming.known_machine(said.choice or "", found, said.machine_file)
    except ToolmarkError as error:
        st.error(components.sentence(str(error)), icon=":material/error:")
        return None


def show_checks(found: Incoming, machine: Machine, said: Draft) -> tuple[FileCheck, ...]:
    """How the files fit the machine: what will be left out, what is doubtful, what lacks labels."""
    with st.spinner("Comparing the files with the machine", show_time=True):
        checked = incoming.checks(found, machine)
    file_tables.verdict(found, checked, machine)
    if any(check.fit == "doubtful" for check in checked):
        key = selection.lead("incoming_doubtful", said.doubtful_too)
        st.checkbox(
            "Import the doubtful files too",
            key=key,
            on_change=lambda: setattr(said, "doubtful_too", st.session_state[key]),
        )
    return checked


def offer_guess(said: Draft) -> None:
    """The way on where no file fits the machine that was chosen."""
    if said.choice != incoming.GUESS:
        st.button(
            "Guess the machine from the files",
            icon=":material/lightbulb:",
            type="primary",
            on_click=said.guess,
        )


def show_dry_run(found: Incoming, machine: Machine, said: Draft, checked: tuple[FileCheck, ...]) -> None:
    """The health of some of the files before anything is imported."""
    files = spread(incoming.to_import(found, checked, said.doubtful_too), file_tables.DRY_FILES)
    with st.expander(
        "Health before the import", icon=":material/monitor_heart:", on_change="rerun"
    ) as opened:
        if not opened.open:
            return
        described = health.digest_of(machine)
        bar = st.progress(0.0, "Reading")
        read = {}
        for place, file in enumerate(files):
            bar.progress(place / len(files), f"Reading {file.name}")
            read[file.name] = health.file_health(file, machine, described)
        bar.empty()
        st.caption(f"{len(files)} of {len(found.files)} files were read to their end; nothing was kept.")
        result = health.of_files(machine, read)
        health_view.board_matrix(result, "dry")
        health_view.findings(result, (), "dry")


def show_import(found: Incoming, machine: Machine, said: Draft, checked: tuple[FileCheck, ...]) -> None:
    """The name of the dataset, the button, and the import while it runs."""
    st.subheader("3. Import", anchor=False)
    files = incoming.to_import(found, checked, said.doubtful_too)
    if said.name is None:
        said.name = importing.free_name(places.plain(incoming.title(found, machine)), machine)
    key = selection.lead("incoming_name", said.name)
    options = list(dict.fromkeys((said.name, *(path.name for path in places.stores()))))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            "Dataset",
            options,
            accept_new_options=True,
            key=key,
            on_change=lambda: setattr(said, "name", (st.session_state[key] or "").strip()),
            help=import_view.target_help(),
            width=380,
        )
        words, possible = importing.target_words(said.name, machine)
        under_way = importing.running()
        st.button(
            f"Import {components.counted(len(files), 'file')}",
            type="primary",
            icon=":material/download:",
            disabled=not possible or not files or under_way is not None,
            on_click=importing.start,
            args=(said.name, files, machine),
        )
    if possible:
        st.caption(words)
    else:
        st.error(words, icon=":material/error:")


def bring_in() -> None:
    """The steps in which recordings come in; each begins where the one before it is done."""
    above = st.container()
    said = incoming.draft()
    shown = steps(said)
    # an import that runs is seen wherever the steps stand, e.g. after the page was loaded again
    under_way = importing.running()
    if shown is None and under_way is not None:
        with above:
            import_view.watch(under_way.name)


def steps(said: Draft) -> str | None:
    """Files, machine, import; the name of the dataset whose import is drawn below them."""
    found = choose_files(said)
    if found is None:
        return None
    show_preview(found)
    machine = choose_machine(found, said)
    if machine is None:
        return None
    checked = show_checks(found, machine, said)
    if not incoming.to_import(found, checked, said.doubtful_too):
        offer_guess(said)
        return None
    show_dry_run(found, machine, said, checked)
    show_import(found, machine, said, checked)
    under_way = importing.running()
    name = under_way.name if under_way else said.name or ""
    import_view.watch(name)
    return name


view = shell.open_page(
    "Recordings",
    "What was recorded, in what state is it, and how do recordings of another machine come in?",
    model=False,
)
selection.hold(view.selection if view.dataset is None else replace(view.selection, dataset=view.dataset.name))
of_health, of_incoming = st.tabs([HEALTH, BRING_IN], key=TABS, bind="query-params")
if of_health.open:
    with of_health:
        show_health(view)
if of_incoming.open:
    with of_incoming:
        bring_in()
