"""Small pieces that pages share: figures in words, empty states, the choice of a run and of a window."""

import re
from collections.abc import Mapping, Sequence

import streamlit as st

from core.recordings.windows import STRIDE, WINDOW_ROWS
from dashboard import selection
from dashboard.address import clamp_row

# a figure and its sign are never on two lines
_PER_CENT = "\N{NO-BREAK SPACE}%"


def percent(share: float) -> str:
    """A share as per cent with one decimal; what only rounds to none or all is not written as none or all."""
    if 0 < share < 0.0005:
        return f"< 0.1{_PER_CENT}"
    if 0.9995 <= share < 1:
        return f"> 99.9{_PER_CENT}"
    return f"{100 * share:.1f}{_PER_CENT}"


def sentence(text: str) -> str:
    """A text as a sentence, with its full stop."""
    text = text.strip()
    return text if text.endswith((".", "!", "?")) else f"{text}."


def counted(number: int, noun: str) -> str:
    """A number of things, "1 run" or "1,200 runs"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def escaped(text: str) -> str:
    """A text that may hold anything, e.g. the name of a file or a column, as it stands within Markdown."""
    return re.sub(r"([\\`*_\[\]$:~<>#|])", r"\\\1", text)


def listed(names: Sequence[str], most: int = 6) -> str:
    """Names in a row, the first few of many: "a, b and 4 more"."""
    if len(names) <= most:
        return ", ".join(names)
    return f"{', '.join(names[: most - 1])} and {len(names) - most + 1} more"


def empty_state(title: str, words: str, commands: Sequence[str] = (), icon: str = ":material/inbox:") -> None:
    """Say that something is not there, why, and with which commands it comes."""
    with st.container(border=True):
        st.subheader(title, anchor=False, icon=icon)
        st.markdown(words)
        if commands:
            st.code("\n".join(commands), language=None, wrap_lines=True)


def pick_run(runs: Mapping[str, str | None], value: str | None) -> None:
    """The choice of a recording: its name, in brackets what the bundle knows of it, and steps (Shift+P, Shift+N)."""
    key, names = "pick_run", list(runs)
    with st.container(horizontal=True, vertical_alignment="bottom", wrap=False, gap="small"):
        st.selectbox(
            "Recording",
            names,
            index=selection.begin(key, value, runs),
            format_func=lambda run: f"{run} ({runs[run]})" if runs[run] else run,
            placeholder="Choose a recording",
            key=key,
            on_change=_turn_run,
            args=(key,),
        )
        place = names.index(value) if value in names else None
        for word, way, icon, step in (
            ("previous", "Back", "chevron_left", -1),
            ("next", "Forward", "chevron_right", 1),
        ):
            other = None if place is None else place + step
            st.button(
                f"{way} one recording",
                icon=f":material/{icon}:",
                key=f"run_{word}",
                help=f"The {word} recording (Shift + {word[0].upper()})",
                shortcut=f"Shift+{word[0].upper()}",
                disabled=other is None or not 0 <= other < len(names),
                on_click=_step_run,
                args=(step, names, value),
            )


def _turn_run(key: str) -> None:
    run = selection.chosen(key)
    if run is not None:
        turn_to_run(run)


def turn_to_run(run: str) -> None:
    """Choose a run; what lies in rows of another run is forgotten. For callbacks."""
    if run != selection.held().run:
        selection.change(run=run, span=None, mark_a=None, mark_b=None, shift=None)


def _step_run(step: int, names: Sequence[str], shown: str | None) -> None:
    """Move on from where the selection is by now: a second click may come before the first is drawn."""
    now = selection.held().run
    place = names.index(now if now in names else shown or names[0]) + step
    turn_to_run(names[max(0, min(place, len(names) - 1))])


def pick_window(row: int, n_rows: int, seconds: Sequence[float]) -> None:
    """The choice of a window: a slider over its start rows, and steps of a stride (keys P and N)."""
    last = n_rows - WINDOW_ROWS
    key = selection.lead("pick_row", row)
    end = row + WINDOW_ROWS - 1
    label = f"Window: rows {row} to {end} of {n_rows}, {seconds[row]:.1f} to {seconds[end]:.1f} s"
    with st.container(horizontal=True, vertical_alignment="bottom", wrap=False):
        if last > 0:
            st.slider(label, 0, last, key=key, on_change=selection.follow, args=("start_row", key))
        else:
            st.markdown(label)
        for text, icon, shortcut, rows in (
            ("Previous", ":material/chevron_left:", "P", -STRIDE),
            ("Next", ":material/chevron_right:", "N", STRIDE),
        ):
            st.button(
                text,
                icon=icon,
                key=f"window_{text.lower()}",
                shortcut=shortcut,
                disabled=clamp_row(row + rows, 0, last) == row,
                on_click=_step,
                args=(rows, row, last),
            )


def _step(rows: int, shown: int, last: int) -> None:
    """Move on from where the selection is by now: a second click may come before the first is drawn."""
    row = selection.held().start_row
    selection.change(start_row=clamp_row((shown if row is None else row) + rows, 0, last))


def pick_names(
    label: str, field: str, options: Sequence[str], value: Sequence[str], placeholder: str
) -> None:
    """A choice of several names that lands in a field of the selection."""
    key = selection.lead(f"pick_{field}", list(value))
    st.multiselect(
        label,
        list(options),
        format_func=lambda name: name.replace("_", " "),
        placeholder=placeholder,
        key=key,
        on_change=selection.follow,
        args=(field, key),
    )
