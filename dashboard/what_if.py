"""What if: the model does without channels, the window is moved or changed, the line is made to begin otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import streamlit as st

from core.errors import ToolmarkError
from core.evidence.ablation.cases import modalities
from core.model.bundle import Bundle
from core.model.predict import UNCHANGED
from core.recordings import changes
from core.recordings.changes import Addition, Change
from core.recordings.recording import RunWindow
from dashboard import reading, selection
from dashboard.address import Selection
from dashboard.components import counted, listed, sentence

SEED = 1
_MUTE_HELP = (
    "Modalities, boards or single channels; the model is given their mean, as for a board that is missing."
)
_PREFIX_HELP = (
    "The line is made to begin with these words, and the model goes on from there; it may end with a letter whose "
    "number is left to the model."
)


@dataclass(frozen=True)
class WhatIf:
    """What is asked to be different; false where nothing is.

    problems: what a link asked for in vain; labels: names of modalities and boards in words; how: what is done without
    them, in words, where they are not simply muted.
    """

    without: tuple[str, ...] = ()
    change: Change = UNCHANGED
    prefix: str = ""
    problems: tuple[str, ...] = field(default=(), compare=False)
    labels: Mapping[str, str] = field(default_factory=dict, compare=False)
    how: str = ""

    def __bool__(self) -> bool:
        return bool(self.without or self.change or self.prefix)

    @property
    def words(self) -> str:
        """What is different, in words: "without sound, from 1 row later on"."""
        names = [self.labels.get(name, name) for name in self.without]
        said = [self.how or f"without {listed(names, 3)}"] if names else []
        shift = self.change.shift
        if shift:
            said.append(f"{counted(abs(shift), 'row')} {'later' if shift > 0 else 'earlier'}")
        said += [in_words(each, self.labels) for each in self.change.additions]
        said += [f"beginning with {self.prefix}"] if self.prefix else []
        return ", ".join(said)


def in_words(addition: Addition, labels: Mapping[str, str]) -> str:
    """An addition in words: "noise of 0.5 sd on proximity"."""
    amount = f"{addition.amount:g}{' sd' if addition.in_sd else ''}"
    return f"{addition.kind} of {amount} on {labels.get(addition.name, addition.name)}"


def asked(bundle: Bundle | None, selected: Selection) -> WhatIf:
    """What the selection asks for, as far as the bundle can do it."""
    if bundle is None:
        return WhatIf()
    without, unknown = reading.mutable(bundle, selected.without)
    problems = [f"The link mutes {listed(unknown)}, which this bundle does not read."] if unknown else []
    change = UNCHANGED
    try:
        change = changes.parse(selected.change or "")
    except ToolmarkError as error:
        problems.append(f"The link's change is left out: {sentence(str(error))}")
    prefix = (selected.prefix or "") if bundle.reads_lines else ""
    return WhatIf(without, change, prefix, tuple(problems), names_of(bundle))


def choose(bundle: Bundle, wanted: WhatIf, window: RunWindow) -> None:
    """The controls, in one row; each change is read at once."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="what_if"):
        _choose_muted(bundle, wanted)
        if bundle.reads_lines:
            key = selection.lead("pick_prefix", wanted.prefix)
            st.text_input(
                "Begin the line with",
                key=key,
                placeholder="G1 X1.575 Y",
                help=_PREFIX_HELP,
                width=170,
                on_change=_begin_with,
                args=(key,),
            )
        _choose_shift(wanted.change, window)
        _choose_additions(bundle, wanted.change)
        st.button(
            "Back to the original",
            icon=":material/undo:",
            key="what_if_none",
            disabled=not wanted,
            on_click=selection.change,
            kwargs={"without": (), "change": None, "prefix": None},
        )
    for problem in wanted.problems:
        st.caption(problem)


def names_of(bundle: Bundle) -> dict[str, str]:
    """All that can be muted or changed, and how it is shown: modalities, boards, channels that the bundle reads."""
    machine, read = bundle.machine, bundle.inputs.channels
    boards = dict.fromkeys(board for name in read if (board := machine.board(name)))
    names = {name: name.replace("_", " ") for name in modalities(bundle)}
    names |= {board: f"{board} (board)" for board in boards if board not in names}
    return names | {name: name for name in read if name not in names}


def _choose_muted(bundle: Bundle, wanted: WhatIf) -> None:
    key, names = selection.lead("pick_without", list(wanted.without)), names_of(bundle)
    st.multiselect(
        "Mute for the model",
        list(dict.fromkeys((*names, *wanted.without))),
        format_func=lambda name: names.get(name, name),
        placeholder="Nothing is muted",
        help=_MUTE_HELP,
        key=key,
        on_change=selection.follow,
        args=("without", key),
    )


def _begin_with(key: str) -> None:
    selection.change(prefix=(selection.chosen(key) or "").strip() or None)


def _choose_shift(change: Change, window: RunWindow) -> None:
    last = window.recording.n_rows - window.length
    for words, icon, shortcut, step in (
        ("Start a row earlier", "keyboard_arrow_left", "J", -1),
        ("Start a row later", "keyboard_arrow_right", "K", 1),
    ):
        st.button(
            "−1 row" if step < 0 else "+1 row",
            icon=f":material/{icon}:",
            key=f"shift_{'earlier' if step < 0 else 'later'}",
            help=f"{words}, beside the original ({shortcut})",
            shortcut=shortcut,
            disabled=not 0 <= window.start_row + change.shift + step <= last,
            on_click=_shift,
            args=(step,),
        )


def _shift(step: int) -> None:
    """Move on from where the selection is by now: a second click may come before the first is drawn."""
    now = _held()
    keep(replace(now, shift=now.shift + step))


def _held() -> Change:
    try:
        return changes.parse(selection.held().change or "")
    except ToolmarkError:
        return UNCHANGED


def keep(change: Change) -> None:
    """Write a change into the selection; for callbacks."""
    selection.change(change=change.text or None)


def _choose_additions(bundle: Bundle, change: Change) -> None:
    """Noise and offsets; nothing of it is drawn while it is closed."""
    popover = st.popover(
        "Noise, offset",
        icon=":material/graphic_eq:",
        key="additions",
        on_change="rerun",
        width="content",
    )
    if not popover.open:
        return
    with popover:
        for number, addition in enumerate(change.additions):
            st.button(
                in_words(addition, names_of(bundle)),
                icon=":material/close:",
                key=f"take_away_{number}",
                help="Take this away",
                on_click=_put,
                args=(replace(addition, amount=0.0),),
            )
        _edit(bundle, change)


def _edit(bundle: Bundle, change: Change) -> None:
    names = names_of(bundle)
    name = st.selectbox("What is changed", list(names), format_func=names.__getitem__, key="addition_name")
    units = {bundle.machine.unit(c) for c in bundle.machine.resolve([name]) & set(bundle.inputs.channels)}
    own = units.pop() if len(units) == 1 else None
    found = {each.kind: each for each in change.additions if each.name == name}
    first = next(iter(found.values()), None)
    scale = st.segmented_control(
        "Amounts in",
        ["sd", own or "value"] if own is not None else ["sd"],
        default="sd" if first is None or first.in_sd else own or "value",
        required=True,
        help="sd: standard deviations of each channel over its run",
        key=f"addition_scale_{name}",
    )
    noise, offset = found.get("noise"), found.get("offset")
    with st.container(horizontal=True):
        _amount("noise", name, noise, in_sd=scale == "sd")
        _amount("offset", name, offset, in_sd=scale == "sd")
        key = selection.lead("addition_seed", noise.seed if noise else SEED)
        st.number_input(
            "Seed of the noise",
            0,
            10**6,
            key=key,
            disabled=noise is None,
            on_change=_reseed,
            args=(key, noise),
        )
    st.caption("On the rows of this window alone. A channel that is not live stays absent.")


def _amount(kind: changes.Kind, name: str, now: Addition | None, *, in_sd: bool) -> None:
    key = selection.lead(f"addition_{kind}", now.amount if now else 0.0)
    st.number_input(
        "Noise (sd)" if kind == "noise" else "Offset",
        min_value=0.0 if kind == "noise" else None,
        step=0.5,
        format="%g",
        key=key,
        on_change=_take,
        args=(key, Addition(kind, name, 0.0, in_sd, now.seed if now else SEED if kind == "noise" else 0)),
    )


def _take(key: str, addition: Addition) -> None:
    _put(replace(addition, amount=float(selection.chosen(key) or 0.0)))


def _reseed(key: str, noise: Addition | None) -> None:
    if noise is not None:
        _put(replace(noise, seed=int(selection.chosen(key) or 0)))


def _put(addition: Addition) -> None:
    keep(_held().having(addition))
