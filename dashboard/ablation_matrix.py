"""The matrix of boards and quantities: what the bundle reads, what of it is live in the window, what is taken away."""

import uuid
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from core.model.bundle import Bundle
from core.recordings.inputs import prepare
from core.recordings.machine import Machine
from core.recordings.presence import frozen_rows
from core.recordings.recording import RunWindow
from dashboard import theme

FRONTEND = Path(__file__).parent / "frontend"
KEY = "matrix"
_HEARD = "matrix_heard"
# a session that begins anew has heard nothing of what the browser counted before
_SCOPE = "matrix_scope"
# a machine whose boards measure more kinds of things than this has a column a modality
MOST_COLUMNS = 48
Json = dict[str, Any]
# channel -> what is to be seen of it in the window
States = dict[str, str]

_matrix = st.components.v2.component(
    "toolmark_matrix",
    html='<div class="matrix"></div>',
    css=(FRONTEND / "matrix.css").read_text(encoding="utf-8"),
    js=(FRONTEND / "matrix.js").read_text(encoding="utf-8"),
)
_WORDS = {
    "live": "live in this window",
    "frozen": "frozen in this window",
    "absent": "not in this window",
    "unread": "not read by this bundle",
}


def show(bundle: Bundle, states: States, taken: Iterable[str], take: Callable[[Sequence[str]], None]) -> None:
    """Draw the matrix; `take` hears all channels that are to be taken away after a click."""

    def follow() -> None:
        said: Any = st.session_state[KEY].take
        if said:
            st.session_state[_HEARD] = int(said["n"])
            take([str(name) for name in said["channels"]])

    # the browser counts its clicks: what answers an earlier one is not drawn over a later one
    told = matrix_of(bundle, states) | {
        "taken": sorted(taken),
        "heard": st.session_state.get(_HEARD, 0),
        "scope": f"{bundle.digest} {st.session_state.setdefault(_SCOPE, uuid.uuid4().hex)}",
    }
    _matrix(data=told, key=KEY, height="content", on_take_change=follow)


def states_of(bundle: Bundle, window: RunWindow) -> States:
    """What is to be seen of each channel in a window: live, frozen, absent; of those that are not read, unread."""
    channels, rows = bundle.inputs.channels, window.rows
    live = np.atleast_1d(prepare(window.recording, bundle.inputs).live[rows].all(axis=0))
    frozen = np.atleast_1d(frozen_rows(window.recording, channels)[rows].any(axis=0))
    empty = np.atleast_1d(np.isnan(window.recording.matrix(channels)[rows]).all(axis=0))
    found = dict.fromkeys(bundle.machine.channels, "unread")
    for place, name in enumerate(channels):
        still = frozen[place] and not empty[place]
        found[name] = "frozen" if still else "live" if live[place] else "absent"
    return found


def matrix_of(bundle: Bundle, states: States) -> Json:
    """What the browser needs: rows of boards, columns under their modalities, beside them what belongs to no board."""
    machine = bundle.machine
    column = _columns(machine)
    order = {modality: place for place, modality in enumerate(machine.modalities)}
    columns = sorted(dict.fromkeys(column.values()), key=lambda each: order[each[0]])
    rows = list(machine.board_channels)
    held: dict[tuple[str, tuple[str, str]], list[str]] = {}
    for name, own in column.items():
        held.setdefault((machine.board(name) or "", own), []).append(name)
    return {
        "label": f"Boards and quantities of {machine.name}",
        "columns": [{"label": label, **_modality(modality)} for modality, label in columns],
        "rows": rows,
        "cells": [[_cell(held.get((board, each), []), states) for each in columns] for board in rows],
        "beside": _beside(machine, states),
        "read": list(bundle.inputs.channels),
    }


def _columns(machine: Machine) -> dict[str, tuple[str, str]]:
    """Channel of a board -> its column: modality and quantity; the modality alone where there were too many columns."""
    found = {
        name: (machine.modality(name), name.removeprefix(f"{board}."))
        for board, names in machine.board_channels.items()
        for name in names
    }
    if len(set(found.values())) <= MOST_COLUMNS:
        return found
    return {name: (modality, "") for name, (modality, _) in found.items()}


def _modality(name: str) -> Json:
    return {"modality": name, "group": name.replace("_", " "), "colour": theme.modality_colour(name)}


def _cell(channels: Sequence[str], states: States) -> Json | None:
    """One cell: the channels in it that the bundle reads, and the liveliest of their states."""
    if not channels:
        return None
    read = [name for name in channels if states[name] != "unread"]
    state = next(state for state in _WORDS if any(states[name] == state for name in channels))
    name = channels[0] if len(channels) == 1 else f"{channels[0]} and {len(channels) - 1} more"
    return {"channels": read, "state": state, "title": f"{name}: {_WORDS[state]}"}


def _beside(machine: Machine, states: States) -> list[Json]:
    """What belongs to no board, by modality; the controller's own numbers only where the bundle reads one of them."""
    found: dict[str, list[Json]] = {}
    controller = set(machine.controller_channels)
    read = {machine.modality(name) for name in controller if states[name] != "unread"}
    for name in machine.channels:
        modality = machine.modality(name)
        hidden = name in controller and modality not in read
        cell = _cell([name], states)
        if machine.board(name) is None and not hidden and cell is not None:
            found.setdefault(modality, []).append({"label": name, **cell})
    return [{**_modality(modality), "cells": cells} for modality, cells in found.items()]
