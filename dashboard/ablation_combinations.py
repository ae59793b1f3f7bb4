"""Combinations with a name: kept, listed with what they cost, compared, opened, renamed, deleted."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.evidence.ablation.combinations import Combination, CombinationError, Combinations
from core.evidence.ablation.scored import NOTHING
from core.evidence.metrics import describe
from core.model.bundle import Bundle
from dashboard import (
    ablation_choice,
    ablation_figures,
    address,
    components,
    feedback,
    places,
    reading,
    selection,
)
from dashboard.ablation_choice import Taken
from dashboard.ablation_figures import differences, points
from dashboard.ablation_tests import Place
from dashboard.clock import by_the_clock
from dashboard.components import escaped, listed

_SAID = "combination_said"
# so many are scored by themselves
MOST_SCORED = 24
POLL_S = 1.5
NOTE = "points to with everything with their 95 % interval, paired by run; bold: the interval leaves 0 out."


def kept() -> Combinations:
    """The combinations of this installation."""
    return Combinations(places.marks_file())


def every(bundle: Bundle) -> tuple[Combination, ...]:
    """The combinations of a bundle's machine of which it reads something; the rest cannot be scored with it."""
    return tuple(each for each in kept().every(bundle.machine.name) if reads(bundle, each))


def reads(bundle: Bundle, combination: Combination) -> bool:
    """Whether every name of a combination stands for something that the bundle reads."""
    return not reading.mutable(bundle, combination.removal.names)[1]


def to_score(bundle: Bundle, chosen: Sequence[str]) -> list[Combination]:
    """What is scored by itself: the compared ones first."""
    try:
        found = every(bundle)
    except CombinationError:
        # said where they are listed
        return []
    return sorted(found, key=lambda each: each.name not in chosen)[:MOST_SCORED]


def show(place: Place, taken: Taken, chosen: Sequence[str]) -> None:
    """The list, and what can be done with the chosen ones."""
    bundle = place.bundle
    try:
        found = kept().every(bundle.machine.name)
    except CombinationError as error:
        st.error(components.sentence(str(error)), icon=":material/error:")
        return
    _keep(bundle, taken)
    if not found:
        st.caption(
            "No combination is kept yet. Take something away above and give it a name: it can then be compared with "
            "others, linked and opened again with any bundle of this machine."
        )
        return
    names = [each.name for each in found]
    known, gone = address.keep_known(chosen, names)
    if gone:
        st.caption(
            f":material/warning: The link compares {listed([escaped(each) for each in gone])}, not kept here."
        )
    key = selection.lead("pick_combos", list(known))
    st.pills(
        "Compare side by side",
        names,
        selection_mode="multi",
        key=key,
        on_change=selection.follow,
        args=("combos", key),
    )
    picked = [each for each in found if each.name in known]
    if len(picked) == 1:
        _edit(bundle, picked[0])
    _tables(place, taken, found, picked)


def _keep(bundle: Bundle, taken: Taken) -> None:
    with (
        st.form("keep_combination", border=False, clear_on_submit=True),
        st.container(horizontal=True, vertical_alignment="bottom", gap="small"),
    ):
        st.text_input(
            "Name of what is taken away now",
            key="combination_name",
            max_chars=60,
            placeholder=taken.words if taken.names else "Nothing is taken away",
            disabled=not taken.names,
            width=360,
        )
        st.form_submit_button(
            "Keep",
            icon=":material/bookmark_add:",
            disabled=not taken.names,
            on_click=_save,
            args=(bundle,),
        )
    if problem := feedback.told(_SAID):
        st.error(components.sentence(problem), icon=":material/error:")


def _save(bundle: Bundle) -> None:
    """Keep what is taken away by now."""
    name = (selection.chosen("combination_name") or "").strip()
    removal = ablation_choice.asked(bundle, selection.held()).removal
    feedback.attempt(_SAID, kept().keep, bundle.machine.name, name, removal)


def _edit(bundle: Bundle, one: Combination) -> None:
    """What can be done with a single combination."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="edit_combination"):
        st.button(
            "Open in the matrix",
            icon=":material/grid_on:",
            key="open_combination",
            type="primary",
            disabled=not reads(bundle, one),
            on_click=_open,
            args=(one,),
        )
        with st.popover("Rename", icon=":material/edit:", key="rename_combination"):
            st.text_input("New name", value=one.name, max_chars=60, key=f"new_name_{one.name}")
            st.button("Rename", key="do_rename", on_click=_rename, args=(bundle, one))
        with st.popover("Delete", icon=":material/delete:", key="delete_combination"):
            st.markdown(f"Forget **{escaped(one.name)}**? What was scored stays on disk.")
            st.button("Delete", key="do_delete", type="primary", on_click=_delete, args=(bundle, one))


def _open(one: Combination) -> None:
    ablation_choice.put(one.removal.names, one.removal.way, one.removal.seed)


def _rename(bundle: Bundle, one: Combination) -> None:
    new = (selection.chosen(f"new_name_{one.name}") or "").strip()
    if feedback.attempt(_SAID, kept().rename, bundle.machine.name, one.name, new):
        selection.change(combos=tuple(new if name == one.name else name for name in selection.held().combos))


def _delete(bundle: Bundle, one: Combination) -> None:
    if feedback.attempt(_SAID, kept().delete, bundle.machine.name, one.name):
        selection.change(combos=tuple(name for name in selection.held().combos if name != one.name))


def _tables(place: Place, taken: Taken, found: Sequence[Combination], picked: Sequence[Combination]) -> None:
    """All combinations with the headline figures, and the picked ones side by side, as far as they are scored."""
    if place.test_set is None or place.known(NOTHING) is None:
        st.caption("The figures appear once the test set is scored.")
        return
    own = [each for each in found if reads(place.bundle, each)]
    if _left(place, own):
        _filling(place, taken, own, picked)
    else:
        _drawn(place, taken, own, picked)
    foreign = [escaped(each.name) for each in found if each not in own]
    if foreign:
        st.caption(f"{listed(foreign)}: this bundle does not read all of what is taken away.")


def _left(place: Place, own: Sequence[Combination]) -> bool:
    """Whether one of those that are scored by themselves is still to be scored."""
    return any(
        place.known(each.removal) is None and place.standing(each.removal).state in ("waiting", "working")
        for each in own
    )


@by_the_clock(POLL_S)
def _filling(place: Place, taken: Taken, own: Sequence[Combination], picked: Sequence[Combination]) -> None:
    if not _left(place, own):
        selection.rerun()
    _drawn(place, taken, own, picked)


def _drawn(place: Place, taken: Taken, own: Sequence[Combination], picked: Sequence[Combination]) -> None:
    test_set = place.test_set
    if test_set is None or not own:
        return
    sides = [(_named(each, taken), each.removal) for each in own]
    st.table(ablation_figures.headline_frame(test_set.ablation, sides))
    st.caption(f"{ablation_figures.scored_on(place)} Per cent, n in brackets; {NOTE}")
    beside = [each for each in picked if each in own and place.known(each.removal) is not None]
    if len(beside) > 1:
        st.markdown("**Side by side**, every metric in per cent with points to with everything")
        st.table(_side_by_side(place, beside))
        if len(beside) == 2:
            st.caption(
                f"Second less first: {escaped(beside[1].name)} less {escaped(beside[0].name)}, paired by run."
            )


def _named(each: Combination, taken: Taken) -> str:
    """A combination and what it takes away, as Markdown."""
    removal = each.removal
    said = ablation_choice.words(removal.names, removal.way, removal.seed, taken.labels)
    return f"**{escaped(each.name)}** :small[:gray[{escaped(said)}]]"


def _side_by_side(place: Place, beside: Sequence[Combination]) -> pd.DataFrame:
    test_set = place.test_set
    assert test_set is not None
    ablation = test_set.ablation
    base = ablation.known(NOTHING)
    assert base is not None
    found = [{one.metric: one for one in differences(ablation, NOTHING, each.removal)} for each in beside]
    last = (
        {one.metric: one for one in differences(ablation, beside[0].removal, beside[1].removal)}
        if len(beside) == 2
        else {}
    )
    rows = []
    for row in base.table():
        if row.unit != "share":
            continue
        cells = [
            f"{100 * own[row.metric].other:.1f} {points(own[row.metric])}"
            for own in found
            if row.metric in own
        ]
        ends = [points(last[row.metric])] if row.metric in last else []
        rows.append([describe(row.metric).label, f"{100 * row.value:.1f}", *cells, *ends, f"{row.n:,}"])
    names = [escaped(each.name) for each in beside]
    columns = ["Metric", "With everything", *names, *(["Second less first"] if last else []), "n"]
    return pd.DataFrame(rows, columns=columns)
