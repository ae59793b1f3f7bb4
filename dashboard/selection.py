"""The one selection that all pages share. It lives in the address: a copied link reopens the same view."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

# field of the selection -> name in the address
PARAMETERS = {
    "dataset": "data",
    "bundle": "bundle",
    "protocol": "protocol",
    "run": "run",
    "start_row": "row",
    "channels": "channels",
    "without": "without",
}
_STATE = "selection"
_TOUCHED = "selection_touched"
_WRITTEN = "selection_written"
_LED = "selection_led"
_PAGE = "selection_page"


@dataclass(frozen=True)
class Selection:
    """What is being looked at; None means that nothing has been chosen yet.

    `channels` are the modalities, boards or channels whose traces are shown, `without` those that the model
    must not see.
    """

    dataset: str | None = None
    bundle: str | None = None
    protocol: str | None = None
    run: str | None = None
    start_row: int | None = None
    channels: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


@dataclass(frozen=True)
class Parsed:
    """A selection read from an address, and in plain sentences what of the address could not be read."""

    selection: Selection
    problems: tuple[str, ...] = ()


def parse(parameters: Mapping[str, str]) -> Parsed:
    """Read a selection from the parameters of an address; what is unreadable is a problem, never an error."""
    named = {field: parameters.get(name, "").strip() for field, name in PARAMETERS.items()}
    row, problems = _row(named["start_row"])
    return Parsed(
        Selection(
            dataset=named["dataset"] or None,
            bundle=named["bundle"] or None,
            protocol=named["protocol"] or None,
            run=named["run"] or None,
            start_row=row,
            channels=_names(named["channels"]),
            without=_names(named["without"]),
        ),
        problems,
    )


def _row(text: str) -> tuple[int | None, tuple[str, ...]]:
    if not text:
        return None, ()
    if text.isascii() and text.isdecimal() and len(text) < 10:
        return int(text), ()
    return None, (f"The link's start row, “{text}”, is not a row number, so the first window is shown.",)


def _names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))


def serialise(selection: Selection) -> dict[str, str]:
    """The parameters of the address that reopens the selection; what is not chosen has none."""
    texts: dict[str, str] = {}
    for field, name in PARAMETERS.items():
        value = getattr(selection, field)
        if isinstance(value, tuple):
            value = ",".join(value) or None
        if value is not None:
            texts[name] = str(value)
    return texts


def choose(wanted: str | None, available: Sequence[str], first: str | None = None) -> str | None:
    """The wanted name if it is there, `first` or the first one if none was asked for, None if it is gone."""
    if wanted is None:
        return first or (available[0] if available else None)
    return wanted if wanted in available else None


def keep_known(wanted: Iterable[str], available: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Split names into those that are available and those that are not, each in the order asked for."""
    known = set(available)
    wanted = tuple(wanted)
    return tuple(n for n in wanted if n in known), tuple(n for n in wanted if n not in known)


def clamp_row(row: int | None, first: int, last: int) -> int:
    """The nearest start row that a window can have; `first` where none was chosen."""
    return first if row is None else max(0, min(row, last))


def read() -> Parsed:
    """The selection of this session.

    The address leads: a pasted link and the browser's Back both move the page. There are two exceptions. A
    widget that was just used leads over the address, which a quick second click may still send in its old form.
    And a switch to another page empties the address, so there the session's own selection is put back.
    """
    state = st.session_state
    kept: Selection | None = state.get(_STATE)
    touched = state.pop(_TOUCHED, False)
    address = {name: st.query_params[name] for name in PARAMETERS.values() if name in st.query_params}
    if kept is not None and (touched or not address or address == state.get(_WRITTEN)):
        return Parsed(kept)
    return parse(address)


def held() -> Selection:
    """The session's own selection, as it was last shown; for callbacks."""
    found: Selection = st.session_state.get(_STATE, Selection())
    return found


def hold(selection: Selection) -> None:
    """Keep a selection as the session's own and write it into the address."""
    parameters = serialise(selection)
    st.session_state[_STATE] = selection
    st.session_state[_WRITTEN] = parameters
    for name in PARAMETERS.values():
        if name not in parameters and name in st.query_params:
            del st.query_params[name]
        elif name in parameters and st.query_params.get(name) != parameters[name]:
            st.query_params[name] = parameters[name]


def change(**fields: Any) -> None:
    """Change fields of the selection; for callbacks, which run before the page is drawn again."""
    st.session_state[_STATE] = replace(held(), **fields)
    st.session_state[_TOUCHED] = True


def lead(key: str, value: object) -> str:
    """Give the widget with this key the selection's value before it is drawn; returns the key.

    Nothing is assigned where the widget already has the value, so a widget in use is never pulled back.
    """
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value
    st.session_state.setdefault(_LED, set()).add(key)
    return key


def begin(key: str, value: str | None, options: Iterable[str]) -> int | None:
    """The index for a select box under this key that shows the selection's value.

    The box's own default is always the value: a browser that is asked to draw it again before it has taken an assigned
    value (`lead`) falls back to the default, and would send that as if somebody had chosen it.
    """
    if key in st.session_state and st.session_state[key] != value:
        lead(key, value)
        # Streamlit warns of a default beside an assigned value, but for the first option
        return None if value is None else 0
    st.session_state.setdefault(_LED, set()).add(key)
    return None if value is None else list(options).index(value)


def turn_to(page: str) -> None:
    """Begin a page. A widget that several pages have is another one on each: the value that it had on the page before
    would look as if it had it already, and it would show its first option instead.
    """
    if st.session_state.get(_PAGE, page) != page:
        for key in st.session_state.pop(_LED, set()):
            st.session_state.pop(key, None)
    st.session_state[_PAGE] = page


def follow(field: str, key: str) -> None:
    """The `on_change` of a widget made with `lead`: its new value becomes the selection's."""
    value = st.session_state[key]
    change(**{field: tuple(value) if isinstance(value, list) else value})
