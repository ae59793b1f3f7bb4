"""The desk of a program: both programs as a diff, both paths in 3-D and from above, one slider through them."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

FRONTEND = Path(__file__).parent / "frontend"
SCRIPTS = (
    "toolpath/space",
    "program/model",
    "program/diff",
    "program/paths",
    "program/strip",
    "program/desk",
)


def _script() -> str:
    """All files as one script: each has one subject and uses those before it. Indentation and comments are left out."""
    files = ((FRONTEND / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS)
    lines = (line.strip() for file in files for line in file.splitlines())
    return "\n".join(line for line in lines if not line.startswith("//"))


_desk = st.components.v2.component(
    "toolmark_program",
    html='<div class="desk"></div>',
    css=(FRONTEND / "program" / "program.css").read_text(encoding="utf-8"),
    js=_script(),
)


def show(data: bytes, key: str, on_rested: Callable[[int], None]) -> None:
    """Draw what `program_payload.drawn` made; `on_rested` is called with the row at which the reader has stopped."""

    def rested() -> None:
        said = st.session_state[key].get("rested") or {}
        if isinstance(said.get("row"), int):
            on_rested(said["row"])

    _desk(data=data, key=key, height="content", on_rested_change=rested)
