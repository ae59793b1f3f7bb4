"""The windows that a filter leaves, in an order: what the Sequences page asks of a table, each answer kept a while."""

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from core.evidence.readings import lanes, questions
from core.evidence.readings.filters import Filter
from core.evidence.readings.lanes import Lanes
from core.evidence.readings.opened import Hand
from core.evidence.readings.questions import Count, Summary
from dashboard.readings import Shown

PAGE_ROWS = 100
RUNS_AT_ONCE = 120
Window = tuple[str, int]


@dataclass(frozen=True)
class Listing:
    """A table, a filter, an order, and the tags given by hand at a revision."""

    shown: Shown
    wanted: Filter
    sort: str
    hand: Hand
    revision: int

    @property
    def key(self) -> tuple[str, str, int]:
        """What tells the filtered windows, as they are now, from all others."""
        return self.shown.key, str(self.wanted), self.revision

    def summary(self) -> Summary:
        """How many there are and how right they were read."""
        return _summary(self.key, self)

    def facets(self) -> dict[str, tuple[Count, ...]]:
        """The counts of every facet."""
        return _facets(self.key, self)

    def page(self, number: int) -> pd.DataFrame:
        """One page of rows, the first is 1."""
        return _page(self.key, self.sort, number, self)

    def lanes(self, order: lanes.Order, number: int) -> Lanes:
        """One page of runs, the first is 1."""
        return _lanes(self.key, order, number, self)

    def position(self, window: Window | None) -> int | None:
        """Where a window stands among them; None where it is none of them."""
        return _position(self.key, self.sort, window, self) if window is not None else None

    def at(self, position: int) -> Window:
        """The window at a position."""
        rows = self.page(position // PAGE_ROWS + 1)
        row = rows.iloc[position % PAGE_ROWS]
        return str(row["run"]), int(row["start_row"])

    def nearest(self, run: str | None, row: int | None) -> Window | None:
        """The window of the table that a run and a row choose: the one that starts there, or the last one before."""
        about = self.shown.table.runs.get(run or "")
        if run is None or about is None:
            return None
        last = about.stride * (about.windows - 1)
        return run, min((row or 0) // max(about.stride, 1) * about.stride, last)


@st.cache_data(max_entries=64, show_spinner=False)
def _summary(key: tuple[str, str, int], _listing: Listing) -> Summary:
    return questions.summary(_listing.shown.table, _listing.wanted, _listing.hand)


@st.cache_data(max_entries=64, show_spinner=False)
def _facets(key: tuple[str, str, int], _listing: Listing) -> dict[str, tuple[Count, ...]]:
    return questions.facets(_listing.shown.table, _listing.wanted, _listing.hand)


@st.cache_data(max_entries=128, show_spinner=False)
def _page(key: tuple[str, str, int], sort: str, number: int, _listing: Listing) -> pd.DataFrame:
    offset = (number - 1) * PAGE_ROWS
    return questions.page(_listing.shown.table, _listing.wanted, sort, offset, PAGE_ROWS, _listing.hand)


@st.cache_data(max_entries=16, show_spinner=False)
def _lanes(key: tuple[str, str, int], order: lanes.Order, number: int, _listing: Listing) -> Lanes:
    offset = (number - 1) * RUNS_AT_ONCE
    return lanes.lanes(_listing.shown.table, _listing.wanted, order, offset, RUNS_AT_ONCE, _listing.hand)


@st.cache_data(max_entries=256, show_spinner=False)
def _position(key: tuple[str, str, int], sort: str, window: Window, _listing: Listing) -> int | None:
    return questions.position(_listing.shown.table, _listing.wanted, sort, *window, _listing.hand)
