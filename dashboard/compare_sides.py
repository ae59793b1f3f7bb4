"""The two sides of Compare: which windows of which bundle's readings are scored, and what they are held against."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import streamlit as st

from core.errors import ToolmarkError
from core.evidence.comparison.scored import Scored
from core.evidence.comparison.table import ComparisonTable
from core.evidence.readings.filters import Filter, parse
from core.evidence.readings.opened import Hand
from core.evidence.tally import Ints
from core.model.bundle import Bundle
from dashboard import data, reading, reading_gate, readings, slices
from dashboard.components import listed
from dashboard.readings import Shown
from dashboard.shell import View

EVERYTHING = "everything"
# the part that is scored unless another is asked for: the first that there is
PARTS = ("held out", "new", "validation", "partly trained on", "trained on")
VERSUS = {"bundle": "another bundle", "filter": "other windows", "muted": "muted modalities"}
WAITING = "The figures appear as soon as the test set is read; this page may be left meanwhile."


@dataclass(frozen=True)
class Side:
    """Some windows of one table of readings: those that a filter leaves; `name` says whose in a word or two."""

    name: str
    bundle: Bundle
    shown: Shown
    wanted: Filter
    hand: Hand
    revision: int
    dataset: str

    @property
    def key(self) -> tuple[str, str, int]:
        """What tells these windows, as they are now, from all others."""
        return self.shown.key, str(self.wanted), self.revision

    @property
    def table(self) -> ComparisonTable:
        """All windows with every answer."""
        return self.shown.answers

    @property
    def scored(self) -> Scored:
        """What can be scored of these windows."""
        return _scored(self.key, self)

    @property
    def kept_slices(self) -> tuple[tuple[str, str], ...]:
        """Name and filter of each named slice of the dataset."""
        return tuple((each.name, each.filter) for each in slices.marks().slices(self.dataset))

    @property
    def slices(self) -> Mapping[str, Ints]:
        """The rows of the windows of each named slice of the dataset."""
        return _slices(self.shown.key, self.revision, self.kept_slices, self)


@st.cache_resource(max_entries=6, show_spinner=False)
def _scored(key: tuple[str, str, int], _side: Side) -> Scored:
    return _side.table.scored(_side.wanted, _side.hand)


@st.cache_data(max_entries=8, show_spinner=False)
def _slices(key: str, revision: int, kept: tuple[tuple[str, str], ...], _side: Side) -> dict[str, Ints]:
    return {name: _side.table.rows(parse(text).filter, _side.hand) for name, text in kept}


def part_names(found: Shown) -> list[str]:
    """The parts of the bundle's split that the table's windows are in, then everything."""
    there = found.table.values["part"]
    return [*(part for part in PARTS if part in there), EVERYTHING]


def part_of(view: View, found: Shown) -> str:
    """The part that is asked for, or the first that there is."""
    names = part_names(found)
    return view.selection.part if view.selection.part in names else names[0]


def within(wanted: Filter, part: str) -> Filter:
    """A filter kept to a part, unless it asks for parts itself."""
    return wanted if part == EVERYTHING or wanted.values("part") else wanted.with_values("part", [part])


def own_side(view: View, found: Shown, wanted: Filter, part: str) -> Side:
    """The side that the sidebar and the filter choose."""
    assert view.bundle is not None
    assert view.folder is not None
    dataset = view.dataset.name if view.dataset else ""
    hand, revision = slices.hand(dataset, found)
    muted, _ = reading.mutable(view.bundle, view.selection.without)
    return Side(
        _named(view.folder.name, muted), view.bundle, found, within(wanted, part), hand, revision, dataset
    )


def _named(bundle: str, muted: tuple[str, ...]) -> str:
    return f"{bundle} without {listed([name.replace('_', ' ') for name in muted])}" if muted else bundle


def other_side(view: View, own: Side, part: str) -> Side | None:
    """The side that this one is held against; None where none is chosen, or its windows are still being read."""
    chosen = view.selection
    if chosen.versus == "filter" and chosen.versus_filter:
        parsed = parse(chosen.versus_filter)
        for problem in parsed.problems:
            st.warning(problem, icon=":material/warning:")
        return replace(own, name=chosen.versus_filter, wanted=within(parsed.filter, part))
    if chosen.versus == "bundle" and chosen.versus_bundle:
        return _of_bundle(view, own, part, chosen.versus_bundle)
    if chosen.versus == "muted" and chosen.versus_without:
        muted, unknown = reading.mutable(own.bundle, chosen.versus_without)
        if unknown:
            st.caption(f"The link mutes {listed(unknown)}, which this bundle does not read.")
        assert view.folder is not None
        return _read(view, own, _named(view.folder.name, muted), muted, own.wanted) if muted else None
    return None


def _of_bundle(view: View, own: Side, part: str, name: str) -> Side | None:
    folder = next((each for each in data.bundles() if each.name == name), None)
    if folder is None:
        st.warning(f"The link compares with the bundle {name}, which is not here.", icon=":material/warning:")
        return None
    try:
        bundle = data.bundle(folder)
    except ToolmarkError as error:
        st.warning(str(error), icon=":material/warning:")
        return None
    theirs = replace(
        view, folder=folder, bundle=bundle, selection=replace(view.selection, bundle=name, without=())
    )
    return _read(theirs, own, name, (), own.wanted)


def _read(view: View, own: Side, name: str, muted: tuple[str, ...], wanted: Filter) -> Side | None:
    """The other side's windows; the job that reads them where they are not there yet."""
    place = readings.place_of(view, muted)
    assert place is not None
    assert view.bundle is not None
    title = f"Read all windows of {view.selection.dataset} with {name}"
    with st.container(key="other_gate"):
        found = reading_gate.open_table(place, title, readings.scored_begun, WAITING)
    if found is None:
        return None
    hand, revision = slices.hand(own.dataset, found)
    return Side(name, view.bundle, found, wanted, hand, revision, own.dataset)
