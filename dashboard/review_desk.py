"""The verdicts of a dataset beside what is looked at now: asked once for each state of the file."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from core.evidence.review.agreement import Agreement, agreement
from core.evidence.review.listing import Asked, Desk
from core.evidence.review.queue import Window
from core.evidence.review.verdicts import Entry
from dashboard import readings, verdicts
from dashboard.data import file_stamp
from dashboard.shell import View


@dataclass(frozen=True)
class ReviewDesk:
    """A desk and the key of its present state."""

    desk: Desk
    key: str

    @classmethod
    def of(cls, view: View) -> "ReviewDesk":
        """The desk of a view."""
        assert view.dataset is not None
        place = readings.place_of(view)
        runs = place.source.digests if place else {}
        desk = Desk(verdicts.store(), view.dataset.name, verdicts.bundle_digest(view), runs)
        stamp = file_stamp(view.dataset.path)
        revision = desk.kept.revision()
        key = f"{desk.kept.path}:{revision}:{desk.dataset}:{desk.bundle}:{stamp}:{hash(tuple(runs.items()))}"
        return cls(desk, key)

    def page(self, asked: Asked, number: int, rows: int) -> list[tuple[Entry, bool]]:
        """One page of verdicts, the first is 1, each with whether it is stale."""
        return _page(self.key, str(asked), number, rows, self.desk)

    def count(self, asked: Asked) -> int:
        """How many verdicts are listed."""
        return _count(self.key, str(asked), self.desk)

    def values(self) -> dict[str, dict[str, int]]:
        """What can be chosen among, with counts."""
        return _values(self.key, self.desk)

    def judged(self, reviewer: str) -> frozenset[Window]:
        """The windows that a reviewer has judged."""
        return _judged(self.key, reviewer, self.desk)

    def disputed(self) -> Sequence[Window]:
        """The windows on which reviewers differ."""
        return _disputed(self.key, self.desk)

    def agreement(self, asked: Asked) -> Agreement:
        """How far reviewers agree on some of the verdicts."""
        return _agreement(self.key, str(asked), self.desk)

    def ratings(self, asked: Asked) -> pd.DataFrame:
        """The verdicts as rows."""
        return _ratings(self.key, str(asked), self.desk)


@st.cache_data(max_entries=64, show_spinner=False)
def _page(key: str, asked: str, number: int, rows: int, _desk: Desk) -> list[tuple[Entry, bool]]:
    return _desk.page(Asked.parse(asked), (number - 1) * rows, rows)


@st.cache_data(max_entries=64, show_spinner=False)
def _count(key: str, asked: str, _desk: Desk) -> int:
    return _desk.count(Asked.parse(asked))


@st.cache_data(max_entries=16, show_spinner=False)
def _values(key: str, _desk: Desk) -> dict[str, dict[str, int]]:
    return _desk.values()


@st.cache_data(max_entries=32, show_spinner=False)
def _judged(key: str, reviewer: str, _desk: Desk) -> frozenset[Window]:
    return _desk.judged(reviewer)


@st.cache_data(max_entries=16, show_spinner=False)
def _disputed(key: str, _desk: Desk) -> Sequence[Window]:
    return _desk.disputed()


@st.cache_data(max_entries=16, show_spinner="Comparing the reviewers")
def _agreement(key: str, asked: str, _desk: Desk) -> Agreement:
    return agreement(_desk.ratings(Asked.parse(asked)))


@st.cache_data(max_entries=8, show_spinner=False)
def _ratings(key: str, asked: str, _desk: Desk) -> pd.DataFrame:
    return _desk.ratings(Asked.parse(asked))
