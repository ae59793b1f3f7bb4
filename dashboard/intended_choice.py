"""The choice of the program that a run is held against: one that the dataset's runs executed, or a file."""

from collections.abc import Mapping

import streamlit as st

from core.errors import ToolmarkError
from core.evidence.track_truth import Listing
from core.gcode.modal import Units
from core.tracking.intended import Intended
from dashboard import programs, selection
from dashboard.components import counted, escaped, sentence

NONE = ""
_OWN = "intended_files"
_PROBLEM = "intended_problem"


def choose(
    listings: Mapping[str, Listing], wanted: str | None, own: str | None, unit: Units
) -> Intended | None:
    """Draw the choice; the program that is chosen, None where none is. `own`: the one that the run executed.

    What is wrong with a file or a link is said on the page.
    """
    files = _files(wanted)
    chosen: Intended | None = None
    problem = st.session_state.get(_PROBLEM)
    if wanted:
        try:
            chosen = programs.opened(wanted, listings, unit)
        except ToolmarkError as error:
            problem = str(error)
        else:
            if chosen is None:
                there = ", ".join(listings) or "none is known here"
                problem = (
                    f"The link holds the run against {wanted}, which is not here. Programs of this dataset: {there}; "
                    "or load the file again"
                )
    with st.container(horizontal=True, vertical_alignment="bottom", wrap=False, gap="small"):
        _box(listings, files, wanted if chosen is not None else NONE, own)
        with st.popover("Load a .nc", icon=":material/upload_file:"):
            st.file_uploader(
                "The program that the machine should have executed",
                type=["nc", "ngc", "gcode", "tap", "cnc", "txt"],
                key="intended_upload",
                on_change=take,
                args=("intended_upload", unit),
            )
            st.caption(
                "It stays on this server, and the address then names it: a copied link verifies again."
            )
    if problem:
        st.error(escaped(sentence(problem)), icon=":material/error:")
    return chosen


def _box(
    listings: Mapping[str, Listing], files: Mapping[str, str], value: str | None, own: str | None
) -> None:
    options = [NONE, *listings, *files]

    def words(option: str) -> str:
        if option in listings:
            one = listings[option]
            name = f"{option}, its own" if option == own else option
            learned = f" and, {one.learned} of them, by training runs" if one.learned else ""
            return f"{name}: {len(one.lines)} lines, shown by {counted(one.runs, 'run')}{learned}"
        return files.get(option, "What was recorded")

    key = "pick_intended"
    st.selectbox(
        "Hold against",
        options,
        index=selection.begin(key, value or NONE, options),
        format_func=words,
        key=key,
        on_change=_turn,
        args=(key,),
    )


def _turn(key: str) -> None:
    st.session_state.pop(_PROBLEM, None)
    if key in st.session_state:
        selection.change(intended=selection.chosen(key) or None)


def take(key: str, unit: Units) -> None:
    """Take a file that was loaded; one that is no program leaves everything as it was, and why is said."""
    st.session_state.pop(_PROBLEM, None)
    file = st.session_state.get(key)
    if file is None:
        return
    try:
        kept = programs.keep(file.name, file.getvalue(), unit)
    except ToolmarkError as error:
        st.session_state[_PROBLEM] = f"{file.name}: {error}"
        return
    own: list[str] = st.session_state.setdefault(_OWN, [])
    if kept.key not in own:
        own.append(kept.key)
    selection.change(intended=kept.key)


def _files(wanted: str | None) -> dict[str, str]:
    """Files of this session and of the link: key -> name."""
    keys = dict.fromkeys([*st.session_state.get(_OWN, []), *([wanted] if wanted else [])])
    found = [programs.uploaded(key) for key in keys]
    return {one.key: one.name for one in found if one is not None}
