"""One window as a reviewer reads it: the label over the line that was read, word by word, and the ways to it."""

from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from core.recordings.windows import WINDOW_ROWS
from dashboard import places, readings, selection
from dashboard.components import escaped, percent
from dashboard.shell import View
from dashboard.verdict_form import Target

PAGES = places.ROOT / "pages"
_RESULTS = {
    "exact": ":green-badge[:material/check: exact]",
    "within a row": ":blue-badge[:material/check: within a row]",
    "wrong": ":red-badge[:material/close: wrong]",
}
_PARTS = {"held out": "green", "trained on": "orange", "partly trained on": "orange"}
WAYS = (
    ("Predict", "predict.py", "troubleshoot"),
    ("Signals", "signals.py", "ssid_chart"),
    ("Sequences", "sequences.py", "table_view"),
)


def row_of(view: View, target: Target) -> dict[str, Any] | None:
    """What the readings say of a window; None where nobody read it."""
    found = readings.readings_of(view, target.run)
    if found is None:
        return None
    rows = found[found["start_row"] == target.start_row]
    return None if rows.empty else {str(name): value for name, value in rows.iloc[0].items()}


def show_reading(view: View, target: Target) -> None:
    """The window's name, how its line was read, and both lines."""
    row = row_of(view, target)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{escaped(target.run)}** rows {_rows(target)} {badges_of(row)}", width="content")
        ways(target, "queue")
    if row is not None:
        st.table(lines_table(row), border="horizontal", hide_index=True)


def _rows(target: Target) -> str:
    start = target.start_row or 0
    return f"{start} to {start + WINDOW_ROWS - 1}"


def badges_of(row: dict[str, Any] | None) -> str:
    """How a window was read, and whether the bundle learned from its run, as badges."""
    if row is None:
        return ":gray-badge[not read yet]"
    part = str(row["part"])
    result = _RESULTS.get(str(row["result"]), f":gray-badge[{row['result']}]")
    return f"{result} :{_PARTS.get(part, 'gray')}-badge[{part}]"


def ways(target: Target, key: str) -> None:
    """The same window or run on other pages."""
    if not target.run:
        return
    for title, page, icon in WAYS:
        if st.button(title, icon=f":material/{icon}:", key=f"{key}_to_{title.lower()}", type="tertiary"):
            _open(PAGES / page, target)


def _open(page: Path, target: Target) -> None:
    row = {} if target.start_row is None else {"start_row": target.start_row}
    selection.change(run=target.run, page=None, **row)
    st.switch_page(page)


def lines_table(row: dict[str, Any]) -> pd.DataFrame:
    """Label over reading in Markdown; the words in which they differ are marked."""
    label, read = _text(row["line"]), _text(row["read_line"])
    marked = differing(label, read)
    second = f"; second choice `{_text(row['second_line'])}`" if _text(row["second_line"]) else ""
    sure = f"{percent(float(row['confidence']))} sure{second}" if read else ""
    fills = f"fills {int(row['label_rows'])} of {WINDOW_ROWS} rows"
    near = int(row["near_lines"]) - 1
    fills += (
        f"; {near} more {'line fills' if near == 1 else 'lines fill'} as many, or one less"
        if near > 0
        else ""
    )
    cells = [
        ["Label", marked[0], _operation(row["operation"]), fills if label else "no row has a line"],
        [
            "Read",
            marked[1],
            _operation(row["read_operation"], right=row["operation_right"]),
            f"{sure}; operation {percent(float(row['operation_confidence']))}".removeprefix("; "),
        ],
    ]
    return pd.DataFrame(cells, columns=["", "Line", "Operation", "How sure"])


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _operation(value: object, *, right: object = None) -> str:
    name = escaped(_text(value)) or ":gray[unknown]"
    # numpy's own False is not the language's
    return f":red[**{name}**]" if right is not None and right == False else name  # noqa: E712


def differing(label: str, read: str) -> tuple[str, str]:
    """Two lines in Markdown, the words that only one of them has in bold and red."""
    ours, theirs = label.split(), read.split()
    marked: tuple[list[str], list[str]] = ([], [])
    for what, a, b, c, d in SequenceMatcher(a=ours, b=theirs, autojunk=False).get_opcodes():
        for side, words in ((0, ours[a:b]), (1, theirs[c:d])):
            marked[side].extend(
                escaped(word) if what == "equal" else f":red[**{escaped(word)}**]" for word in words
            )
    empty = ":gray[no line]"
    return " ".join(marked[0]) or empty, " ".join(marked[1]) or empty
