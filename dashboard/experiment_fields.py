"""Every field of a preset with its value: what is changed is marked, and what cannot be is said in a sentence."""

from collections.abc import Sequence

import streamlit as st

from core.training.preset_fields import FIELDS, PresetField, problem_of, value_of, written
from core.training.presets import Preset, preset_named
from dashboard import components, selection

TITLES = {1: "Stage 1, the encoder", 2: "Stage 2, the decoder"}
_STYLE = """<style>
[class*="st-key-fields_"] {
  display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 0.4rem 0.75rem;
}
[class*="st-key-changed_"] label p { font-weight: 700; color: var(--st-primary-color, #2f6fd0); }
</style>"""


def show(preset: str, changes: Sequence[str]) -> tuple[str, ...] | None:
    """The fields; the changes that are made, None where one of them cannot be."""
    named, made = preset_named(preset), _parted(changes)
    problems = {path: said for path, text in made.items() if (said := _problem(named, path, text))}
    changed = {path: text for path, text in made.items() if path in problems or text != _own(named, path)}
    st.html(_STYLE)
    words = f"{components.counted(len(changed), 'change')} to {preset}" if changed else f"As {preset} is"
    with st.expander(
        "Values", icon=":material/tune:", key="new_values", expanded=bool(problems), on_change="rerun"
    ) as opened:
        if opened.open:
            _fields(named, made, changed)
    with st.container(horizontal=True, vertical_alignment="center"):
        detail = ", ".join(f"`{path}` {_own_or(named, path)} → **{text}**" for path, text in changed.items())
        st.caption(f"{words}{': ' + detail if changed else ''}.")
        if changed:
            st.button(
                "Undo the changes",
                icon=":material/undo:",
                type="tertiary",
                on_click=selection.change,
                kwargs={"changes": ()},
            )
    for said in problems.values():
        st.error(said, icon=":material/error:")
    return None if problems else tuple(f"{path}={text}" for path, text in changed.items())


def _parted(changes: Sequence[str]) -> dict[str, str]:
    pairs = (change.partition("=") for change in changes)
    return {path: text for path, _, text in pairs}


def _problem(preset: Preset, path: str, text: str) -> str | None:
    if path not in {field.path for field in FIELDS}:
        return f"A preset has no field {path}: leave the change out."
    return problem_of(preset, path, text)


def _own(preset: Preset, path: str) -> str:
    return written(value_of(preset, path))


def _own_or(preset: Preset, path: str) -> str:
    return _own(preset, path) if path in {field.path for field in FIELDS} else ""


def _fields(preset: Preset, made: dict[str, str], changed: dict[str, str]) -> None:
    for stage, title in TITLES.items():
        for group, what in (("", "model and loss"), ("loop", "how it is trained")):
            st.markdown(f"**{title}** :small[{what}]")
            with st.container(key=f"fields_{stage}{group}"):
                for field in (each for each in FIELDS if (each.stage, each.group) == (stage, group)):
                    _field(preset, field, made, field.path in changed)


def _field(preset: Preset, field: PresetField, made: dict[str, str], is_changed: bool) -> None:
    own = _own(preset, field.path)
    label = f"{field.name.replace('_', ' ')}{' (changed)' if is_changed else ''}"
    plain = field.path.replace(".", "_")
    key = selection.lead(f"field_{plain}", made.get(field.path, own))
    said = f"`{field.path}`: {field.words}. {preset.name} has {own}."
    with st.container(key=f"{'changed' if is_changed else 'same'}_{plain}"):
        choices = field.choices or (
            ("true", "false") if isinstance(value_of(preset, field.path), bool) else ()
        )
        if choices:
            st.selectbox(label, choices, key=key, help=said, on_change=_change, args=(field.path, key, own))
        else:
            st.text_input(label, key=key, help=said, on_change=_change, args=(field.path, key, own))


def _change(path: str, key: str, own: str) -> None:
    """Keep a change in the address; a comma is taken for a point, and an empty field for the preset's value."""
    text = str(selection.chosen(key) or "").strip().replace(",", ".")
    made = _parted(selection.held().changes)
    made.pop(path, None)
    if text and text != own:
        made[path] = text
    selection.change(changes=tuple(f"{path}={value}" for path, value in made.items()))
