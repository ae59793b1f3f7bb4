"""What is taken away on Ablation, and how: it lives in the address, as the fewest names that stand for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import streamlit as st

from core.evidence.ablation.naming import channels_of, fewest_names
from core.evidence.ablation.removal import SEEDED, WAYS, WORDS, Removal, Way
from core.model.bundle import Bundle
from dashboard import parts, reading, selection, what_if
from dashboard.address import Selection
from dashboard.components import counted, escaped, listed

MISSING: Way = "missing"
_HINT = "click a cell, a board, a column"
LABELS: dict[Way, str] = {
    "missing": "Missing",
    "mean": "Mean",
    "hold": "Hold",
    "shuffle": "Shuffle",
    "noise": "Noise",
    "offset": "Level off",
}
# what stands before and after the names of what is taken away
_HOW: dict[Way, str] = {
    "missing": "without {}",
    "mean": "with {} still at its mean",
    "hold": "with {} held at the first row",
    "shuffle": "with {} of another window (seed {seed})",
    "noise": "with noise in place of {} (seed {seed})",
    "offset": "with the level of {} taken off",
}


@dataclass(frozen=True)
class Taken:
    """What is taken away: names of modalities, boards and channels, and the channels that they stand for.

    problems: what a link asked for in vain.
    """

    names: tuple[str, ...] = ()
    channels: frozenset[str] = frozenset()
    way: Way = MISSING
    seed: int = 0
    problems: tuple[str, ...] = field(default=(), compare=False)
    labels: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def removal(self) -> Removal:
        """The same for core."""
        return Removal(self.names, self.way, self.seed)

    @property
    def words(self) -> str:
        """In words: "without sound"."""
        return words(self.names, self.way, self.seed, self.labels)


def words(names: Sequence[str], way: Way, seed: int, labels: Mapping[str, str]) -> str:
    """A removal in words."""
    if not names:
        return "with everything"
    return _HOW[way].format(listed([labels.get(name, name) for name in names], 4), seed=seed)


def asked(bundle: Bundle, selected: Selection) -> Taken:
    """What the selection takes away, as far as the bundle reads it."""
    way = next((way for way in WAYS if way == selected.way), MISSING)
    problems = []
    if selected.way not in (None, way):
        problems.append(f"The link removes by “{selected.way}”, which there is not: it is done by {way}.")
    wanted = selected.without if way == MISSING else selected.taken
    names, unknown = reading.mutable(bundle, wanted)
    if unknown:
        problems.append(f"The link takes away {listed(unknown)}, which this bundle does not read.")
    return Taken(
        names,
        channels_of(bundle, names),
        way,
        (selected.draw or 0) if way in SEEDED else 0,
        tuple(problems),
        what_if.names_of(bundle),
    )


def take(bundle: Bundle, channels: Sequence[str]) -> None:
    """Take away just these channels, in the way that is chosen; for callbacks."""
    put(fewest_names(bundle, channels), asked(bundle, selection.held()).way)


def put(names: Sequence[str], way: Way, seed: int | None = None) -> None:
    """Write a removal into the selection; for callbacks.

    What is missing is missing on every page. Another way is this page's own: elsewhere nothing would look like it.
    """
    missing = way == MISSING
    changed: dict[str, object] = {"way": None if missing else way, "taken": () if missing else tuple(names)}
    if missing:
        changed["without"] = tuple(names)
    if seed is not None:
        changed["draw"] = seed or None
    selection.change(**changed)


def show(bundle: Bundle, taken: Taken) -> None:
    """The ways, what the chosen one does, and what the other pages make of it."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="ways"):
        ways = {way: LABELS[way] for way in WAYS}
        parts.choose("How it is taken away", "way", ways, taken.way, turn=partial(turn, bundle), titled=True)
        if taken.way in SEEDED:
            seed = selection.lead("pick_draw", taken.seed)
            st.number_input("Seed", 0, 10**6, key=seed, width=120, on_change=_reseed, args=(seed,))
    st.caption(f"{WORDS[taken.way]} {_elsewhere(taken)}")
    for problem in taken.problems:
        st.caption(f":material/warning: {problem}")


def show_title(bundle: Bundle, taken: Taken) -> None:
    """What is taken away, in words, and the way back."""
    much = f"{len(taken.channels)} of {counted(len(bundle.inputs.channels), 'channel')}"
    said = f"**{escaped(taken.words[:1].upper() + taken.words[1:])}** :small[:gray[{much}]]"
    nothing = f"**Nothing is taken away** :small[:gray[{_HINT}]]"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(said if taken.names else nothing, width="stretch")
        st.button(
            "Give everything back",
            icon=":material/undo:",
            key="give_back",
            disabled=not taken.names,
            on_click=put,
            args=((), taken.way),
        )


def turn(bundle: Bundle, way: Way) -> None:
    """Another way for what is taken away by now: the names go with it."""
    taken = asked(bundle, selection.held())
    if way == taken.way:
        return
    if way != MISSING and taken.way == MISSING:
        selection.change(without=())
    put(taken.names, way)


def _reseed(key: str) -> None:
    selection.change(draw=int(selection.chosen(key) or 0) or None)


def _elsewhere(taken: Taken) -> str:
    """What the other pages make of it."""
    if taken.way == MISSING:
        return "Predict, Compare and Review do without the same channels." if taken.names else ""
    muted = selection.held().without
    if muted:
        return f"Only this page takes away in this way; on the other pages {listed(muted)} stays muted as missing."
    return "Only this page takes away in this way; the other pages read everything."
