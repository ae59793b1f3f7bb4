"""Sequences: every window of every run, filtered and sorted at once, with the runs as lanes above."""

from dataclasses import replace
from functools import partial

import streamlit as st

from core.errors import ToolmarkError
from core.evidence.readings.filters import Filter, parse
from core.evidence.readings.sql import DEFAULT_SORT, sort_problem
from dashboard import (
    chosen_window,
    components,
    data,
    facet_list,
    job_view,
    jobs,
    reading,
    readings,
    run_lanes,
    selection,
    sequence_table,
    sequence_tools,
    shell,
    slices,
)
from dashboard.listing import PAGE_ROWS, RUNS_AT_ONCE, Listing, Window
from dashboard.readings import Place, Shown
from dashboard.shell import View

NO_RECORDINGS = "There is nothing to list yet. Bring recordings in on the Recordings page, then come back."
NO_BUNDLE = "Without a trained model nothing is read. Train one on your recordings:"
TRAIN = (
    "python -m core windows build/store --out build/splits --protocol run",
    "python -m core train build/splits --out assets/models/mine --preset best",
)


def choose_place(view: View) -> Place:
    """Where the readings of what is chosen are; where nothing can be read, say why and end the page."""
    selection.hold(view.selection)
    if view.dataset is None:
        if not any(dataset.files for dataset in data.datasets()):
            components.empty_state("No recordings yet", NO_RECORDINGS)
        st.stop()
    if view.bundle is None:
        if view.folder is None:
            components.empty_state("No model yet", NO_BUNDLE, TRAIN, icon=":material/model_training:")
        st.stop()
    muted, _ = reading.mutable(view.bundle, view.selection.without)
    try:
        place = readings.place_of(view, muted)
    except ToolmarkError as error:
        st.error(components.sentence(str(error)), icon=":material/error:")
        st.stop()
    assert place is not None
    return place


def show_job(place: Place, title: str) -> None:
    """The job that reads the windows: under way, or ended before its end."""
    job_view.show(place.job, partial(readings.read_all, place, title))


def offer_reading(view: View, place: Place, title: str) -> None:
    """The way in where nothing was read yet."""
    job, again = jobs.look(place.job), partial(readings.read_all, place, title)
    job_view.show(place.job, again, ready=partial(readings.begun, place))
    if job.busy:
        st.caption("The table appears as soon as the first runs are read; this page may be left meanwhile.")
        return
    words = readings.offer_words(place)
    components.empty_state("These windows have not been read yet", words, icon=":material/table_view:")
    if job.state in ("none", "done"):
        st.button(
            "Read all windows",
            type="primary",
            icon=":material/play_arrow:",
            on_click=readings.read_all,
            args=(place, title),
        )


def show_gaps(place: Place, found: Shown, title: str) -> None:
    """What the table lacks: runs that came since, runs that could not be read."""
    busy = jobs.look(place.job).busy
    if found.misses and not busy:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.info(readings.gap_words(found), icon=":material/update:", width="stretch")
            st.button("Read them", on_click=readings.read_all, args=(place, title), key="read_rest")
    if found.failures:
        with st.expander(
            f"{components.counted(len(found.failures), 'run')} could not be read", icon=":material/error:"
        ):
            st.table(found.failures, border="horizontal")


def choose_filter(view: View) -> tuple[Filter, str, tuple[str, ...]]:
    """The filter and the order of the address, and what of them could not be read."""
    wanted = view.selection
    text, said = wanted.filter, []
    if text is None and wanted.slice and view.dataset:
        try:
            text = slices.marks().slice(view.dataset.name, wanted.slice).filter
        except ToolmarkError as error:
            said.append(str(error))
    parsed = parse(text or "")
    sort = wanted.sort or DEFAULT_SORT
    problem = sort_problem(sort)
    if problem:
        sort, said = DEFAULT_SORT, [*said, problem]
    return parsed.filter, sort, (*said, *parsed.problems)


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
place = choose_place(view)
title = f"Read all windows of {view.selection.dataset} with {view.selection.bundle}"
found = readings.shown(place)
if found is None:
    offer_reading(view, place, title)
    st.stop()
show_job(place, title)
show_gaps(place, found, title)
wanted, sort, said = choose_filter(view)
hand, revision = slices.hand(view.selection.dataset or "", found)
show_listing(view, Listing(found, wanted, sort, hand, revision), said)
