"""Verdicts out of this desk and into it, as CSV."""

import streamlit as st

from core.evidence.review.exchange import from_csv, merge, to_csv
from core.evidence.review.targets import ReviewError
from dashboard import feedback, places, verdicts
from dashboard.components import sentence
from dashboard.shell import View

_DONE, _PROBLEM, _ROUND = "review_imported", "review_import_problem", "review_import_round"


def show(view: View) -> None:
    """A menu to export the whole history of the dataset, and one to import another desk's."""
    if view.dataset is None:
        return
    name = view.dataset.name
    with st.container(horizontal=True, gap="small", width="content"):
        st.download_button(
            "Export",
            lambda: to_csv(verdicts.store().entries(name)).encode(),
            file_name=f"{places.plain(name, 'verdicts')}_verdicts.csv",
            mime="text/csv",
            icon=":material/download:",
            key="export_verdicts",
            on_click="ignore",
            help="Every entry of the history of this dataset, a row each. Another desk imports it.",
        )
        with st.popover("Import", icon=":material/upload:", key="import_verdicts"):
            st.caption(
                "Entries that are here already are not taken twice; where two desks differ, the later one holds."
            )
            # another key empties the box once the file was taken
            key = f"verdicts_file_{st.session_state.get(_ROUND, 0)}"
            st.file_uploader("CSV of verdicts", type="csv", key=key, on_change=_take, args=(key,))
            if done := feedback.told(_DONE):
                st.success(done, icon=":material/check_circle:")
            if problem := feedback.told(_PROBLEM):
                st.error(problem, icon=":material/error:")


def _take(key: str) -> None:
    file = st.session_state.get(key)
    if file is None:
        return
    try:
        found = merge(verdicts.store(), from_csv(file.getvalue().decode("utf-8-sig")))
        feedback.tell(_DONE, f"Imported: {found.sentence}")
    except UnicodeDecodeError:
        feedback.tell(_PROBLEM, f"{file.name} is no text in UTF-8: export it again, as CSV in UTF-8.")
    except ReviewError as error:
        feedback.tell(_PROBLEM, sentence(str(error)))
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
