"""The one selection that all pages share, as the session holds it, and the widgets that show and change it."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, NoReturn, TypeVar

import streamlit as st

from dashboard import feedback
from dashboard.address import PARAMETERS, Parsed, Selection, parse, serialise

Value = TypeVar("Value")
_STATE = "selection"
_TOUCHED = "selection_touched"
_WRITTEN = "selection_written"
_LED = "selection_led"
_PAGE = "selection_page"


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
    _write(parameters)


def _write(parameters: dict[str, str]) -> None:
    """Put parameters in place of those of the address, all at once: each change of it is a step of Back."""
    names = set(PARAMETERS.values())
    own = {name: st.query_params[name] for name in st.query_params if name in names}
    if own == parameters:
        return
    if len(own) == len(st.query_params):
        st.query_params.from_dict(parameters)
        return
    # a widget's own parameter stands there too, and may not be written by others
    st.query_params.update({name: text for name, text in parameters.items() if own.get(name) != text})
    for name in own.keys() - parameters.keys():
        del st.query_params[name]


def change(**fields: Any) -> None:
    """Change fields of the selection; for callbacks, which run before the page is drawn again."""
    st.session_state[_STATE] = replace(held(), **fields)
    st.session_state[_TOUCHED] = True


def rerun() -> NoReturn:
    """Draw the whole page again from a fragment that draws itself: with the session's own selection.

    What the browser sent with the fragment's turn may be an address from before the last click.
    """
    change()
    feedback.stay()
    st.rerun()


def lead(key: str, value: object) -> str:
    """Give the widget with this key the selection's value before it is drawn; returns the key.

    Nothing is assigned where the widget already has the value, so a widget in use is never pulled back.
    """
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value
    st.session_state.setdefault(_LED, set()).add(key)
    return key


def begin(key: str, value: Value | None, options: Iterable[Value]) -> int | None:
    """The index for a select box under this key that shows the selection's value."""
    if begin_part(key, value) is None:
        # Streamlit warns of a default beside an assigned value, but for the first option
        return None if value is None else 0
    return None if value is None else list(options).index(value)


def begin_part(key: str, value: Value) -> Value | None:
    """The default for a segmented control under this key that shows the selection's value (`parts`).

    The default is always the value, but where one had to be assigned: a browser that is asked to draw the widget again
    before it has taken an assigned value (`lead`) falls back to the default, and would send that as if somebody had
    chosen it.
    """
    if key in st.session_state and st.session_state[key] != value:
        lead(key, value)
        return None
    st.session_state.setdefault(_LED, set()).add(key)
    return value


def turn_to(page: str) -> None:
    """Begin a page; what came of the last click has been read by now.

    A widget that several pages have is another one on each: the value that it had on the page before would look as if
    it had it already, and it would show its first option instead.
    """
    feedback.turn()
    if st.session_state.get(_PAGE, page) != page:
        for key in st.session_state.pop(_LED, set()):
            st.session_state.pop(key, None)
    st.session_state[_PAGE] = page


def chosen(key: str) -> Any:
    """What was chosen in the widget of a key, for callbacks; None where a change of page has taken the widget away.

    A click and a change of page that come together are heard one after the other: the click's own page is then gone.
    """
    return st.session_state.get(key)


def follow(field: str, key: str) -> None:
    """The `on_change` of a widget made with `lead`: its new value becomes the selection's."""
    if key in st.session_state:
        value = chosen(key)
        change(**{field: tuple(value) if isinstance(value, list) else value})
