"""The choice among hundreds of channels: by modality, by board, by text, and those that are always shown."""

from collections.abc import Callable, Sequence
from pathlib import Path

import streamlit as st

from core.recordings.traces import Traces
from dashboard import shown_channels

FRONTEND = Path(__file__).parent / "frontend" / "picker"

_picker = st.components.v2.component(
    "toolmark_picker",
    html='<div class="picker"></div>',
    css=(FRONTEND / "picker.css").read_text(encoding="utf-8"),
    js=(FRONTEND / "picker.js").read_text(encoding="utf-8"),
)


def show(
    traces: Traces, chosen: Sequence[str], pinned: Sequence[str], key: str, on_picked: Callable[[], None]
) -> None:
    """Draw the choice. `on_picked` is called when it changes: `st.session_state[key].picked` says how."""
    machine = traces.machine
    channels = [
        [
            name,
            shown_channels.words(machine.modality(name)),
            machine.board(name) or "",
            shown_channels.state(traces, name),
        ]
        for name in machine.channels
    ]
    data = {"channels": channels, "chosen": list(chosen), "pinned": list(pinned)}
    _picker(data=data, key=key, height="content", on_picked_change=on_picked)
