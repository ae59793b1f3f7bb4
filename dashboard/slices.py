"""Named slices and tags given by hand, where every page finds them."""

import streamlit as st

from core.evidence.readings.filters import Filter, parse
from core.evidence.readings.marks import Marks, MarksError, Slice
from core.evidence.readings.opened import Hand, OpenReadings
from dashboard import places
from dashboard.readings import Shown
from dashboard.shell import View


def marks() -> Marks:
    """The file of slices and tags of this installation."""
    return Marks(places.marks_file())


def slices(view: View) -> tuple[Slice, ...]:
    """The slices of the view's dataset, by name."""
    return marks().slices(view.dataset.name) if view.dataset else ()


def wanted(view: View) -> tuple[Filter, tuple[str, ...]]:
    """The filter of the address, written or that of its slice, and what of it could not be read."""
    text, said = view.selection.filter, []
    if text is None and view.selection.slice and view.dataset:
        try:
            text = marks().slice(view.dataset.name, view.selection.slice).filter
        except MarksError as error:
            said.append(str(error))
    parsed = parse(text or "")
    return parsed.filter, (*said, *parsed.problems)


def hand(dataset: str, found: Shown) -> tuple[Hand, int]:
    """The tags of a dataset on the rows of a table, and the revision that they are of."""
    revision = marks().revision(dataset)
    return _hand(found.key, dataset, revision, found.table), revision


@st.cache_resource(max_entries=8, show_spinner=False)
def _hand(key: str, dataset: str, revision: int, _table: OpenReadings) -> Hand:
    return _table.hand(marks().tags(dataset))
