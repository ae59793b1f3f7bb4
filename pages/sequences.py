"""Sequences: every window of every run, filtered and sorted at once, with the runs as lanes above."""

from dataclasses import replace

import streamlit as st

from core.evidence.readings.filters import Filter
from core.evidence.readings.sql import DEFAULT_SORT, sort_problem
from dashboard import (
    chosen_window,
    components,
    facet_list,
    reading_gate,
    readings,
    run_lanes,
    selection,
    sequence_table,
    sequence_tools,
    shell,
    slices,
)
from dashboard.listing import PAGE_ROWS, RUNS_AT_ONCE, Listing, Window
from dashboard.shell import View

WAITING = "The table appears as soon as the first runs are read; this page may be left meanwhile."


def choose_order(view: View) -> tuple[str, tuple[str, ...]]:
    """The order of the address, and what of it could not be read."""
    sort = view.selection.sort or DEFAULT_SORT
    problem = sort_problem(sort)
    return (DEFAULT_SORT, (problem,)) if problem else (sort, ())


def show_lanes(listing: Listing, window: Window | None) -> None:
    """The runs that the filter leaves, as lanes."""
    found = listing.lanes(run_lanes.order(), st.session_state.get(run_lanes.PAGE_KEY, 1))
    run_lanes.show(found, window, sequence_tools.choose)
    pages = -(-found.runs // RUNS_AT_ONCE)
    if pages > 1:
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.caption(
                f"{RUNS_AT_ONCE} of {components.counted(found.runs, 'run')} are drawn", width="content"
            )
            st.pagination(pages, key=run_lanes.PAGE_KEY)


def show_table(listing: Listing, window: Window | None, view: View) -> int:
    """One page of the filtered windows; returns its number."""
    whole = listing.summary()
    position = listing.position(window)
    pages = max(1, -(-whole.windows // PAGE_ROWS))
    asked = view.selection.page or (position // PAGE_ROWS + 1 if position is not None else 1)
    number = min(max(asked, 1), pages)
    if window:
        chosen_window.show(listing, window, position, whole.windows)
    page = listing.page(number)
    marked = position % PAGE_ROWS if position is not None and position // PAGE_ROWS == number - 1 else None

    def pick(place: int) -> None:
        row = page.iloc[place]
        selection.change(run=str(row["run"]), start_row=int(row["start_row"]), page=number)

    sequence_table.show(page, listing.hand, listing.sort, marked, pick, sequence_tools.order)
    if pages > 1:
        # a widget a page: it begins at what it shows, and nothing need be assigned
        key = f"table_page_{number}"
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            first = (number - 1) * PAGE_ROWS + 1
            st.caption(f"{first:,} to {first + len(page) - 1:,} of {whole.windows:,}", width="content")
            st.pagination(pages, default=number, key=key, on_change=selection.follow, args=("page", key))
    return number


def show_nothing(listing: Listing) -> None:
    """The filter leaves nothing: why, and the way out."""
    strange = listing.shown.table.strangers(listing.wanted, listing.hand)
    words = (
        " ".join(strange) or "No window is all that the filter asks for at once. Take one of its parts away:"
    )
    components.empty_state("No window is left", components.escaped(words), icon=":material/filter_alt_off:")
    with st.container(horizontal=True):
        for field in listing.wanted.fields:
            less = listing.wanted.without(field)
            st.button(f"Without {field}", key=f"drop_{field}", on_click=sequence_tools.ask, args=(less,))
        if listing.wanted.text:
            less = replace(listing.wanted, text="")
            st.button("Without the words", key="drop_text", on_click=sequence_tools.ask, args=(less,))
        st.button("Show every window", type="primary", on_click=sequence_tools.ask, args=(Filter(),))


def show_listing(view: View, listing: Listing, said: tuple[str, ...]) -> None:
    """Lanes, filter, facets, table."""
    whole = listing.summary()
    window = listing.nearest(view.selection.run, view.selection.start_row)
    if whole.windows:
        show_lanes(listing, window)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        sequence_tools.filter_box(listing.wanted)
        sequence_tools.sort_box(listing.sort)
        sequence_tools.slice_menu(view, listing.wanted)
        sequence_tools.tag_menu(listing, view, window, whole.windows)
        sequence_tools.export_menu(
            listing, whole.windows, view.selection.slice or view.selection.dataset or ""
        )
    sequence_tools.problems(said)
    sequence_tools.summary(listing)
    with st.container(horizontal=True, gap="medium", key="listing"):
        with st.container(width=250, key="facets_box"):
            facet_list.show(listing.facets(), listing.wanted, sequence_tools.ask)
        with st.container(width="stretch", key="table_box"):
            if whole.windows:
                show_table(listing, window, view)
            else:
                show_nothing(listing)


view = shell.open_page(
    "Sequences", "Which windows exist, which were read wrong, and what do these have in common?"
)
place = reading_gate.choose_place(view)
found = reading_gate.open_table(place, reading_gate.title_of(view), readings.begun, WAITING)
if found is None:
    st.stop()
wanted, said = slices.wanted(view)
sort, of_sort = choose_order(view)
hand, revision = slices.hand(view.selection.dataset or "", found)
show_listing(view, Listing(found, wanted, sort, hand, revision), (*said, *of_sort))
