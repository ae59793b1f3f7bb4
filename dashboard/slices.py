"""Named slices and tags given by hand, where every page finds them."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.evidence.readings.filters import Filter, parse
from core.evidence.readings.marks import Marks, MarksError, Slice
from core.evidence.readings.opened import Hand, OpenReadings
from core.evidence.readings.questions import windows_of
from dashboard import places, readings
from dashboard.readings import Shown
from dashboard.shell import View


def marks() -> Marks:
    """The file of slices and tags of this installation."""
    return Marks(places.build_folder() / "marks.sqlite")


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


def windows_of_slice(view: View, name: str, without: Sequence[str] = ()) -> pd.DataFrame | None:
    """`run` and `start_row` of the windows of a slice; None where nobody read the view's windows yet.

    Raises:
        MarksError: the dataset has no slice of that name.
    """
    if view.dataset is None:
        return None
    kept = marks().slice(view.dataset.name, name)
    place = readings.place_of(view, without)
    found = readings.shown(place) if place is not None else None
    if found is None:
        return None
    return windows_of(found.table, parse(kept.filter).filter, hand(view.dataset.name, found)[0])
