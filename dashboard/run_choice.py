"""The choice of a run on a page, and what the page says where there is none."""

from dataclasses import replace
from typing import NoReturn

import streamlit as st

from core.errors import ToolmarkError
from core.evidence.split_part import part_of
from dashboard import components, data, selection
from dashboard.shell import View

NO_RECORDINGS = """
There is nothing to look at yet. Import recordings (`.csv`, `.csv.gz` or `.parquet`, a run a file) on
the Recordings page or with the first command, or start Toolmark on a folder of them; then load this page again.
"""
IMPORT = ("python -m core import RUNS --out build/store", "TOOLMARK_RECORDINGS=RUNS make run")


def choose_run(view: View) -> str | None:
    """The name of the run that is looked at; the first one shown is one that the bundle never saw."""
    if view.dataset is None:
        return None
    machine, bundle = data.machine_of(view.dataset), view.bundle
    parts = {run: part_of(bundle, run, machine) if bundle else None for run in view.dataset.runs}
    unseen = next((run for run, part in parts.items() if part == "held out"), None)
    run = selection.choose(view.selection.run, view.dataset.runs, unseen)
    components.pick_run({run: part if part != "new" else None for run, part in parts.items()}, run)
    return run


def stop_without_run(view: View) -> NoReturn:
    """End a page whose run is not here: no recordings at all, or a link to one that is gone."""
    selection.hold(view.selection)
    if view.dataset is not None:
        components.empty_state(
            "This recording is not here",
            f"The link names **{components.escaped(str(view.selection.run))}**, which the dataset "
            f"**{components.escaped(view.dataset.name)}** does not hold: choose a recording above.",
            icon=":material/link_off:",
        )
    elif not any(dataset.files for dataset in data.datasets()):
        components.empty_state("No recordings yet", NO_RECORDINGS, IMPORT)
    st.stop()


def stop_unreadable(view: View, run: str, error: ToolmarkError) -> NoReturn:
    """End a page whose run cannot be read, and say what is wrong with its file."""
    selection.hold(replace(view.selection, run=run))
    st.error(components.sentence(str(error)), icon=":material/error:")
    st.stop()
