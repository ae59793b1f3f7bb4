"""Compare: where and in which head it fails over the test set, and what changes with another bundle or slice."""

import streamlit as st

from core.errors import ToolmarkError
from dashboard import (
    compare_confusion,
    compare_controls,
    compare_figures,
    compare_sections,
    compare_sides,
    components,
    parts,
    reading_gate,
    readings,
    report_button,
    sequence_tools,
    shell,
    slices,
)
from dashboard.compare_sides import Side
from dashboard.shell import View

NOTHING = "No window that can be scored is left: take a part of the filter away, or score another part of the split."


def show_section(view: View, own: Side, other: Side | None) -> None:
    """The section that is open."""
    section = compare_controls.choose_section(view, other)
    if section == "figures":
        by = parts.choose("By", "by", compare_figures.BYS, view.selection.by)
        compare_figures.show(own, other, by)
    elif section == "differences" and other is not None:
        by = parts.choose("By", "by", compare_figures.BYS, view.selection.by)
        compare_figures.show_differences(own, other, by)
    elif section == "confusion":
        compare_confusion.show(view, own)
    elif section == "calibration":
        compare_sections.show_calibration(own, other, view.selection)
    elif section == "distances":
        compare_sections.show_distances(own, other)
    elif section == "lines":
        compare_sections.show_lines(view, own)
    else:
        compare_sections.show_positions(own, view.selection)


view = shell.open_page(
    "Compare", "Where and in which head does it fail over the test set, and what changes with another side?"
)
place = reading_gate.choose_place(view)
found = reading_gate.open_table(
    place, reading_gate.title_of(view), readings.scored_begun, compare_sides.WAITING
)
if found is None:
    st.stop()
wanted, said = slices.wanted(view)
part = compare_sides.part_of(view, found)
compare_controls.choose_scored(view, found, part, wanted)
sequence_tools.problems(said)
own = compare_sides.own_side(view, found, wanted, part)
try:
    other = compare_sides.other_side(view, own, part)
    if not len(own.scored):
        components.empty_state("Nothing to score", NOTHING, icon=":material/filter_alt_off:")
        st.stop()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(compare_controls.scope_words(own, other), width="stretch")
        if not place.without:
            report_button.show(view, "compare_report", wanted=own.wanted)
    for caveat in compare_controls.caveats(view, own):
        st.caption(f":material/info: {caveat}")
    show_section(view, own, other)
except ToolmarkError as error:
    st.error(components.sentence(str(error)), icon=":material/error:")
