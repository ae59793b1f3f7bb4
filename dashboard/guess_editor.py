"""The guess of a machine on a page: its columns to correct, its settings, and the machine file that comes of it."""

from pathlib import Path
from typing import Any

import streamlit as st

from core.recordings.atomic import write_text
from core.recordings.describe import ColumnGuess, Proposal
from core.recordings.describe.proposal import ROLES
from dashboard import components, guess_table, incoming, places, selection
from dashboard.incoming import Draft, Incoming

_GENERATION = "guess_generation"
_FIELDS = ("role", "board", "modality", "unit")
_UNITS = ("mm", "inch")
_NAMED = ("file", "folder")


def show(found: Incoming, said: Draft) -> Proposal:
    """Everything about the guess; returns it as it stands."""
    before, now = incoming.guessed(found), incoming.corrected(found, said)
    if now.problems:
        words = [components.escaped(sentence) for sentence in now.problems]
        st.warning(
            words[0] if len(words) == 1 else "To look at:\n- " + "\n- ".join(words),
            icon=":material/visibility:",
        )
    _table(before, now, said)
    settings, file = st.columns(2, gap="large")
    with settings:
        _settings(now, said)
    with file:
        _file(now, incoming.machine_text(found, said))
    return now


def _table(before: Proposal, now: Proposal, said: Draft) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(
            f"**{len(now.columns):,} columns**: {guess_table.roles_words(now)}",
            width="content",
            help="Roles: side = what sensors felt; ambient = the weather and the room; controller = the machine's own "
            "state, never an input; categorical = status codes; line text = the G-code of a row.",
        )
        buttons = st.container(horizontal=True, width="content")
    _wrong(now)
    some = _filtered(before, now, said)
    with buttons:
        _set_all(before, some, said)
    if not some:
        st.caption("No column fits these filters.")
        return
    pages = -(-len(some) // guess_table.PAGE)
    page = min(st.session_state.get("guess_page", 1), pages)
    own = some[(page - 1) * guess_table.PAGE : page * guess_table.PAGE]
    # an editor keeps edits by place: with other rows, or with these edits taken over, it is another editor
    generation = st.session_state.get(_GENERATION, 0)
    names = hash(tuple(column.name for column in own))
    key = f"guess_editor_{generation}_{names}"
    st.data_editor(
        guess_table.table(own, now, said.changes),
        hide_index=True,
        height="content",
        disabled=["state", "column", "sure", "why", "samples", "min", "max", "empty"],
        key=key,
        on_change=_take_over,
        args=(key, before, own, said),
        column_config=_columns(),
    )
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        first = (page - 1) * guess_table.PAGE
        st.caption(f"Columns {first + 1:,} to {first + len(own):,} of {len(some):,}")
        if pages > 1:
            st.pagination(pages, key="guess_page", persist_state="page")


def _filtered(before: Proposal, now: Proposal, said: Draft) -> list[ColumnGuess]:
    counted = guess_table.counts(now, said.changes)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        view = st.segmented_control(
            "Show",
            guess_table.VIEWS,
            default=guess_table.ALL,
            required=True,
            format_func=lambda name: f"{name} {counted[name]:,}",
            key="guess_view",
            persist_state="page",
        )
        order = st.selectbox("Order", guess_table.ORDERS, key="guess_order", width=140, persist_state="page")
        roles = st.multiselect(
            "Roles", ROLES, placeholder="All", key="guess_roles", width=150, persist_state="page"
        )
        text = st.text_input(
            "Search",
            placeholder="Name, board, modality, reason",
            icon=":material/search:",
            key="guess_search",
            width=205,
            persist_state="page",
        )
    return guess_table.shown(
        now,
        before,
        said.changes,
        view=view or guess_table.ALL,
        roles=roles,
        text=text or "",
        order=order or guess_table.FIRST_UNSURE,
    )


def _set_all(before: Proposal, some: list[ColumnGuess], said: Draft) -> None:
    """Set one field of all columns that are shown: the way through thousands of them."""
    with st.popover(f"Set all {len(some):,} shown", icon=":material/edit:", disabled=not some):
        field = st.selectbox("Field", _FIELDS, key="guess_all_field")
        value = (
            st.selectbox("Value", ROLES, key="guess_all_role")
            if field == "role"
            else st.text_input("Value", key="guess_all_value")
        )
        st.button(
            f"Set {field} of {len(some):,} columns",
            type="primary",
            on_click=_change_all,
            args=(before, some, field, value or "", said),
        )
    many = len(said.changes)
    if many:
        words = f"Undo {components.counted(many, 'correction')}"
        st.button(words, icon=":material/undo:", on_click=_undo, args=(said,))


def _columns() -> dict[str, Any]:
    config = st.column_config
    return {
        "state": config.TextColumn("State", width=80, pinned=True),
        "column": config.TextColumn("Column", width=170, pinned=True),
        "role": config.SelectboxColumn("Role", options=list(ROLES), required=True, width=105),
        "board": config.TextColumn("Board", width=90),
        "quantity": config.TextColumn("Quantity", width=120),
        "modality": config.TextColumn("Modality", width=120),
        "unit": config.TextColumn("Unit", width=60),
        "sure": config.ProgressColumn("Sure", min_value=0, max_value=100, format="%d %%", width=85),
        "why": config.TextColumn("Why", width=300),
        "samples": config.TextColumn("Samples", width=150),
        "min": config.NumberColumn("Min", format="%.4g", width=70),
        "max": config.NumberColumn("Max", format="%.4g", width=70),
        "empty": config.NumberColumn("Empty %", format="%.4g", width=70),
        "scale": config.NumberColumn(
            "Scale", format="%.6g", width=70, help="value × scale + offset, in the unit"
        ),
        "offset": config.NumberColumn("Offset", format="%.6g", width=70),
    }


def _take_over(key: str, before: Proposal, own: list[ColumnGuess], said: Draft) -> None:
    cells = st.session_state[key]["edited_rows"]
    said.changes = guess_table.edited(said.changes, before, own, cells)
    st.session_state[_GENERATION] = st.session_state.get(_GENERATION, 0) + 1


def _change_all(before: Proposal, some: list[ColumnGuess], field: str, value: str, said: Draft) -> None:
    said.changes = guess_table.set_all(said.changes, before, some, field, value)


def _undo(said: Draft) -> None:
    said.changes = {}


def _wrong(now: Proposal) -> None:
    if now.wrong:
        words = guess_table.problem_words(now.wrong)
        st.error(
            "This is no machine yet. " + (words[0] if len(words) == 1 else "\n- " + "\n- ".join(words)),
            icon=":material/error:",
        )


def _settings(now: Proposal, said: Draft) -> None:
    """The settings of the whole; each lands in the draft as soon as it is changed."""
    st.markdown("**Settings**")
    own = now.settings
    _text("Machine", "name", own.name, said)
    with st.container(horizontal=True):
        key = "setting_length_unit"
        st.selectbox(
            "Length unit",
            _UNITS,
            index=selection.begin(key, own.length_unit, _UNITS),
            key=key,
            on_change=_keep,
            args=("length_unit", key, said),
            width=120,
        )
        _number("Row period, s", "row_period_s", own.row_period_s, said)
        _number("Resample to, s", "resample_s", own.resample_s, said)
    column = next((c.name for c in now.columns if c.role == "operation"), None)
    if column:
        st.caption(f"The column **{column}** tells the operation of each row.")
    else:
        with st.container(horizontal=True):
            key = "setting_operation_in"
            st.selectbox(
                "Operation stands in the name of the",
                _NAMED,
                index=selection.begin(key, own.operation_in, _NAMED),
                key=key,
                on_change=_keep,
                args=("operation_in", key, said),
                width=240,
            )
            _text("Pattern, its first group is the operation", "operation_from", own.operation_from, said)
    key = selection.lead("setting_operations", list(own.operations))
    st.multiselect(
        "Operations, in the order of their ids",
        list(own.operations),
        accept_new_options=True,
        placeholder="None: type one and press Enter",
        key=key,
        on_change=_keep,
        args=("operations", key, said),
    )


def _text(label: str, field: str, value: str, said: Draft) -> None:
    key = selection.lead(f"setting_{field}", value)
    st.text_input(label, key=key, on_change=_keep, args=(field, key, said))


def _number(label: str, field: str, value: float | None, said: Draft) -> None:
    key = selection.lead(f"setting_{field}", value)
    st.number_input(
        label,
        min_value=0.0,
        format="%.6g",
        step=None,
        placeholder="as recorded",
        key=key,
        on_change=_keep,
        args=(field, key, said),
        width=150,
    )


def _keep(field: str, key: str, said: Draft) -> None:
    value = st.session_state[key]
    if isinstance(value, list):
        value = tuple(value)
    # no period at all means that of the file
    if field == "resample_s" and not value:
        value = None
    if field == "row_period_s" and value is None:
        said.settings.pop(field, None)
        return
    said.settings[field] = value


def _file(now: Proposal, text: str) -> None:
    """The machine file: to read, to download, to keep here."""
    st.markdown("**Machine file**")
    name = places.plain(now.settings.name, "machine")
    target = places.machines_folder() / f"{name}.toml"
    saved = target.is_file() and target.read_text(encoding="utf-8") == text
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Saved" if saved else "Save",
            icon=":material/check:" if saved else ":material/save:",
            disabled=bool(now.wrong) or saved,
            on_click=_save,
            args=(target, text),
            help=f"Into {places.shown(target)}, to be chosen for other files too.",
        )
        st.download_button(
            "Download",
            text,
            f"{name}.toml",
            "application/toml",
            icon=":material/download:",
            on_click="ignore",
        )
    st.caption(f"{'Saved in' if saved else 'Save puts it into'} `{places.shown(target)}`.")
    lines = text.splitlines()
    most = 400
    with st.expander(f"Look at it ({len(lines):,} lines)"):
        st.code("\n".join(lines[:most]), language="toml", height=320)
        if len(lines) > most:
            st.caption(f"The first {most} lines; the download has all.")


def _save(target: Path, text: str) -> None:
    try:
        write_text(target, text)
    except OSError as error:
        st.error(f"{target} cannot be written: {error.strerror}.", icon=":material/error:")
