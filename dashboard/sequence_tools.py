"""What stands between the lanes and the table of Sequences: filter, slices, tags, export, the chosen window."""

import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import BinaryIO

import streamlit as st

from core.evidence.metrics import describe
from core.evidence.readings.export import Format, export
from core.evidence.readings.filters import FIELDS, Filter
from core.evidence.readings.marks import MarksError
from core.evidence.readings.questions import Count, Summary, windows_of
from core.evidence.readings.sql import DEFAULT_SORT, SORTS
from dashboard import components, places, selection, slices
from dashboard.components import counted, escaped, percent
from dashboard.listing import Listing, Window
from dashboard.shell import View

# so many windows may be tagged at once: what is larger is a slice
MOST_TAGGED = 10_000
SORT_WORDS = {name: FIELDS[name].label if name in FIELDS else name.capitalize() for name in SORTS}
_VERBS = (("tag", "Give", ":material/add:"), ("untag", "Take away", ":material/remove:"))
# figures that are said -> the fields that decide them
_LINE = ("result", "exact", "near", "first", "first_at", "wrong", "right", "top2", "mm", "structure")
_SAID = {
    "exact_line": _LINE,
    "line_within_row": _LINE,
    "operation": ("operation_right", "read"),
}


def ask(wanted: Filter) -> None:
    """List what a filter leaves, from its first page; for callbacks."""
    selection.change(filter=str(wanted) or None, slice=None, page=1)


def choose(run: str, start_row: int) -> None:
    """Choose a window; the table turns to it; for callbacks."""
    selection.change(run=run, start_row=start_row, page=None)


def order(sort: str) -> None:
    """List the windows in an order, from its first page; for callbacks."""
    selection.change(sort=None if sort == DEFAULT_SORT else sort, page=1)


def filter_box(wanted: Filter) -> None:
    """The filter as text, to be read, written and copied."""
    key = selection.lead("filter_text", str(wanted))

    def follow() -> None:
        text = st.session_state[key].strip()
        selection.change(filter=text or None, slice=None, page=1)

    st.text_input(
        "Filter",
        key=key,
        on_change=follow,
        type="search",
        icon=":material/filter_alt:",
        label_visibility="collapsed",
        placeholder="G1 X1.5, or operation:face result:wrong confidence:0.8-1",
        help="Words are looked for in the true line and in the line read. Fields: " + ", ".join(FIELDS) + ".",
    )


def sort_box(sort: str) -> None:
    """What the whole table is sorted by, and which way."""
    name, down = sort.removeprefix("-"), sort.startswith("-")
    key = "pick_sort"
    st.selectbox(
        "Sort by",
        list(SORTS),
        index=selection.begin(key, name, SORTS),
        format_func=lambda each: f"Sort: {SORT_WORDS[each]}",
        key=key,
        on_change=lambda: order(_turned(st.session_state[key], down)),
        label_visibility="collapsed",
        width=190,
    )
    st.button(
        "",
        icon=":material/arrow_downward:" if down else ":material/arrow_upward:",
        key="turn_sort",
        on_click=lambda: order(_turned(name, not down)),
        help="Descending: turn it round" if down else "Ascending: turn it round",
    )


def _turned(name: str, down: bool) -> str:
    return f"-{name}" if down else name


def slice_menu(view: View, wanted: Filter) -> None:
    """Saved slices: take one, save the filter as one, delete one."""
    kept = slices.slices(view)
    name = view.selection.slice or "Slices"
    with st.popover(name, icon=":material/bookmark:", key="slices_menu"):
        dataset = view.dataset.name if view.dataset else ""
        if not kept:
            st.caption(
                "No slice of this dataset is saved yet. A slice is a filter with a name; other pages know it."
            )
        for each in kept:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.button(
                    each.name,
                    key=f"slice_{each.name}",
                    on_click=selection.change,
                    kwargs={"filter": each.filter or None, "slice": each.name, "page": 1},
                    help=f"`{each.filter}`" if each.filter else "everything",
                    width="stretch",
                )
                st.button(
                    "",
                    icon=":material/delete:",
                    key=f"unslice_{each.name}",
                    type="tertiary",
                    on_click=slices.marks().delete_slice,
                    args=(dataset, each.name),
                    help=f"Delete the slice {each.name}",
                )
        key = "save_name"
        st.text_input(
            "Save the filter as", placeholder="confident errors in face", key=key, disabled=not wanted
        )
        st.button(
            "Save",
            icon=":material/bookmark_add:",
            key="save_slice",
            disabled=not wanted,
            on_click=lambda: _save(dataset, st.session_state[key].strip(), wanted),
        )


def _save(dataset: str, name: str, wanted: Filter) -> None:
    """Keep the filter as a slice; for callbacks."""
    try:
        slices.marks().save_slice(dataset, name, str(wanted))
    except MarksError as error:
        st.toast(str(error), icon=":material/error:")
        return
    selection.change(slice=name, filter=str(wanted))
    st.toast(f"The slice “{name}” is saved.", icon=":material/bookmark:")


def tag_menu(listing: Listing, view: View, window: Window | None, windows: int) -> None:
    """Tags by hand: to the chosen window, or to all that the filter leaves."""
    dataset = view.dataset.name if view.dataset else ""
    known = sorted(set(listing.hand.table["tag"].to_pylist()))
    with st.popover("Tag", icon=":material/sell:", key="tag_menu"):
        tag = st.selectbox(
            "Tag",
            known,
            index=None,
            accept_new_options=True,
            placeholder="Choose one or write a new one",
            key="tag_name",
        )
        many = windows > MOST_TAGGED
        here = f"{window[0]}, row {window[1]}" if window else "no window is chosen"
        for words, some, disabled in (
            (f"This window ({here})", _one(window), window is None),
            (f"All {counted(windows, 'filtered window')}", partial(_filtered, listing), not windows or many),
        ):
            st.markdown(f"**{escaped(words)}**")
            with st.container(horizontal=True):
                for verb, label, icon in _VERBS:
                    st.button(
                        label,
                        icon=icon,
                        key=f"{verb}_{words.split()[0].lower()}",
                        disabled=disabled or not tag,
                        on_click=_mark,
                        args=(verb, dataset, some, tag or ""),
                    )
        if many:
            st.caption(
                f"Only {MOST_TAGGED:,} windows can be tagged at once: save the filter as a slice instead."
            )


def _one(window: Window | None) -> Callable[[], list[Window]]:
    return lambda: [window] if window else []


def _filtered(listing: Listing) -> list[Window]:
    found = windows_of(listing.shown.table, listing.wanted, listing.hand, MOST_TAGGED)
    return list(zip(found["run"].tolist(), found["start_row"].tolist(), strict=True))


def _mark(verb: str, dataset: str, some: Callable[[], list[Window]], tag: str) -> None:
    """Give or take a tag, and say so; for callbacks."""
    kept = slices.marks()
    try:
        changed = (kept.tag if verb == "tag" else kept.untag)(dataset, some(), tag.strip())
    except MarksError as error:
        st.toast(str(error), icon=":material/error:")
        return
    done = "tagged" if verb == "tag" else "untagged"
    st.toast(f"{counted(changed, 'window')} {done} “{tag}”.", icon=":material/sell:")


def export_menu(listing: Listing, windows: int, name: str) -> None:
    """The filtered windows as a file, written when it is asked for."""
    with st.popover("Export", icon=":material/download:", key="export_menu", disabled=not windows):
        st.caption(f"{counted(windows, 'window')} with all their columns, in the order of the table.")
        with st.container(horizontal=True):
            kinds: tuple[tuple[Format, str], ...] = (
                ("csv", "text/csv"),
                ("parquet", "application/octet-stream"),
            )
            for kind, mime in kinds:
                st.download_button(
                    kind.upper() if kind == "csv" else "Parquet",
                    partial(_file, listing, kind),
                    file_name=f"{places.plain(name, 'windows')}_windows.{kind}",
                    mime=mime,
                    icon=":material/download:",
                    key=f"export_{kind}",
                    on_click="ignore",
                )


def _file(listing: Listing, kind: Format) -> BinaryIO:
    """The file of what is filtered; it has no name any more and goes when it is read."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"windows.{kind}"
        export(listing.shown.table, listing.wanted, path, kind, listing.sort, listing.hand)
        return path.open("rb")


def summary_words(found: Summary, wanted: Filter) -> str:
    """How many windows the filter leaves and how right they were read, with the interval over runs of each share.

    Where the filter asks for right or wrong itself, how many are right tells nothing.
    """
    said = [f"**{counted(found.windows, 'window')}** of {counted(found.runs, 'run')}"]
    for figure in found.figures:
        if figure.metric not in _SAID or set(_SAID[figure.metric]) & set(wanted.fields):
            continue
        low, high = figure.interval.low, figure.interval.high
        span = f" ({100 * low:.1f} to {100 * high:.1f})" if low is not None and high is not None else ""
        said.append(
            f"{describe(figure.metric).label.lower()} **{percent(figure.interval.value)}**:small[{span}]"
        )
    return " · ".join(said)


def learned_from(parts: Sequence[Count], wanted: Filter) -> int:
    """How many of the filtered windows are of runs that the bundle learned from; `parts` are the facet's counts."""
    asked = wanted.values("part")
    return sum(
        one.windows for one in parts if "trained on" in one.value and (not asked or one.value in asked)
    )


def summary(listing: Listing) -> None:
    """The figures of what is listed; where they flatter, because the bundle learned from its runs, the way out."""
    whole, learned = listing.summary(), learned_from(listing.facets()["part"], listing.wanted)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(summary_words(whole, listing.wanted), width="content")
        if learned:
            st.markdown(
                f":orange[:material/warning:] :small[{learned:,} of these windows are of runs that it learned from]",
                width="content",
            )
            held_out = listing.wanted.with_values("part", ["held out"])
            st.button("Held out only", key="held_out_only", type="tertiary", on_click=ask, args=(held_out,))


def problems(found: tuple[str, ...]) -> None:
    """What of the filter could not be read."""
    for problem in found:
        st.warning(components.sentence(problem), icon=":material/warning:")
