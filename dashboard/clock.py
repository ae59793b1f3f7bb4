"""Parts of a page that draw themselves anew by the clock."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import streamlit as st

Parameters = ParamSpec("Parameters")


def by_the_clock(
    every_s: float | None,
) -> Callable[[Callable[Parameters, None]], Callable[Parameters, None]]:
    """Decorate what draws itself every so many seconds (None: only when something in it is touched).

    It stands in a container of its own. On a busy machine Streamlit throws away what a fragment drew, if that is not
    sent yet when its next turn begins, and sends what stands after it first; the browser takes a place that was
    skipped for an error, which ends the page. The container is not the fragment's, so it is sent and keeps the place.
    """

    def around(draw: Callable[Parameters, None]) -> Callable[Parameters, None]:
        turn = st.fragment(draw, run_every=every_s)

        @wraps(draw)
        def drawn(*args: Parameters.args, **kwargs: Parameters.kwargs) -> None:
            with st.container():
                turn(*args, **kwargs)

        return drawn

    return around
