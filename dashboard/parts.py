"""What shows a field of the selection and changes it: a row of parts, or a box, of which one is chosen."""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, TypeVar

import streamlit as st

from dashboard import selection

Name = TypeVar("Name")


def choose(
    label: str,
    field: str,
    options: Mapping[Name, str],
    wanted: object,
    *,
    key: str = "",
    turn: Callable[[Name], None] | None = None,
    titled: bool = False,
    meaning: str | None = None,
) -> Name:
    """The part that is wanted where it is among the options, else the first of them.

    key: where a page has two for one field. turn: does what choosing a part does, in place of changing the field alone.
    """
    value = next((name for name in options if name == wanted), next(iter(options)))
    key = key or f"pick_{field}"
    st.segmented_control(
        label,
        list(options),
        format_func=options.__getitem__,
        required=True,
        label_visibility="visible" if titled else "collapsed",
        help=meaning,
        default=selection.begin_part(key, value),
        key=key,
        on_change=_turned,
        args=(key, turn or (lambda name: selection.change(**{field: name}))),
    )
    return value


def _turned(key: str, turn: Callable[[Name], None]) -> None:
    name = selection.chosen(key)
    if name is not None:
        turn(name)


def box(
    label: str,
    field: str,
    options: Sequence[Name],
    value: Name | None,
    *,
    key: str = "",
    turn: Callable[[Name], None] | None = None,
    words: Callable[[Name], str] = str,
    meaning: str | None = None,
    placeholder: str | None = None,
    disabled: bool = False,
    width: int | Literal["stretch"] = "stretch",
) -> None:
    """The same as a box, for options that are many or long; where it shows none of them there is a placeholder."""
    key = key or f"pick_{field}"
    st.selectbox(
        label,
        options,
        index=selection.begin(key, value, options),
        format_func=words,
        key=key,
        help=meaning,
        placeholder=placeholder,
        disabled=disabled,
        width=width,
        on_change=_turned if turn else selection.follow,
        args=(key, turn) if turn else (field, key),
    )
