"""What a click has to say: why it could not be done, or what came of it. It stands until the reader's next click."""

from collections.abc import Callable
from typing import ParamSpec

import streamlit as st

from core.errors import ToolmarkError

Parameters = ParamSpec("Parameters")
_SAID, _DRAWN, _AGAIN = "feedback", "feedback_drawn", "feedback_again"


def tell(key: str, words: str) -> None:
    """Keep words to be drawn under a key; for callbacks."""
    _kept()[key] = words
    _drawn().discard(key)


def told(key: str) -> str | None:
    """The words that are to be drawn under a key."""
    words = _kept().get(key)
    if words is not None:
        _drawn().add(key)
    return words


def attempt(
    key: str, act: Callable[Parameters, object], *args: Parameters.args, **kwargs: Parameters.kwargs
) -> bool:
    """Whether it could be done; why not is told under the key. For callbacks."""
    _kept().pop(key, None)
    try:
        act(*args, **kwargs)
    except (ToolmarkError, OSError) as error:
        tell(key, str(error))
        return False
    return True


def stay() -> None:
    """The page is about to draw itself again, unasked: what was said still stands then."""
    st.session_state[_AGAIN] = True


def turn() -> None:
    """The page is drawn anew: what was drawn before has been read, unless nobody asked for it to be drawn."""
    if not st.session_state.pop(_AGAIN, False):
        for key in _drawn():
            _kept().pop(key, None)
    _drawn().clear()


def _kept() -> dict[str, str]:
    kept: dict[str, str] = st.session_state.setdefault(_SAID, {})
    return kept


def _drawn() -> set[str]:
    drawn: set[str] = st.session_state.setdefault(_DRAWN, set())
    return drawn
