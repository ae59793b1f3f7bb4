"""The facets of a table of readings: each field's values with their counts, to be clicked; shares to be brushed."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from core.evidence.readings.columns import AUTOMATIC_TAGS
from core.evidence.readings.filters import FIELDS, NONE, Filter
from core.evidence.readings.questions import FACETS, HISTOGRAMS, Count
from dashboard import theme

FRONTEND = Path(__file__).parent / "frontend"
KEY = "facets"
Json = dict[str, Any]
# histograms stand behind the facets that they explain
_ORDER = (*FACETS[:4], *HISTOGRAMS, *FACETS[4:])
_HELP = {
    "exact": "Every token right and the end in its place.",
    "within a row": "Not the label, but a line that fills at most one row less.",
    **AUTOMATIC_TAGS,
}
_NOTHING = {"tag": "no tag", "first": "no error, or no label", "wrong": "none wrong", "missing": "all there"}

_facets = st.components.v2.component(
    "toolmark_facets",
    html='<div class="facets"></div>',
    css=(FRONTEND / "facets.css").read_text(encoding="utf-8"),
    js=(FRONTEND / "facets.js").read_text(encoding="utf-8"),
)


def show(counts: Mapping[str, Sequence[Count]], wanted: Filter, change: Callable[[Filter], None]) -> None:
    """Draw the facets; `change` hears the filter that a click or a drag asks for."""

    def toggle() -> None:
        said = st.session_state[KEY].toggle
        if said:
            change(wanted.toggled(str(said[0]), str(said[1])))

    def between() -> None:
        said = st.session_state[KEY].range
        if said:
            low, high = float(said[1]), float(said[2])
            change(wanted.with_bounds(str(said[0]), low if low > 0 else None, high if high < 1 else None))

    def drop() -> None:
        said = st.session_state[KEY].drop
        if said:
            change(wanted.without(str(said)))

    _facets(
        data={"groups": groups(counts, wanted), "wrong": theme.ERROR},
        key=KEY,
        height="content",
        on_toggle_change=toggle,
        on_range_change=between,
        on_drop_change=drop,
    )


def groups(counts: Mapping[str, Sequence[Count]], wanted: Filter) -> list[Json]:
    """What the browser needs to draw the facets; one that could tell nothing apart is left out."""
    return [_group(name, counts[name], wanted) for name in _ORDER if _tells(name, counts[name], wanted)]


def _tells(name: str, counts: Sequence[Count], wanted: Filter) -> bool:
    if name in wanted.fields:
        return True
    if name in HISTOGRAMS:
        return any(count.windows for count in counts)
    return any(count.value != NONE for count in counts)


def _group(name: str, counts: Sequence[Count], wanted: Filter) -> Json:
    asked = wanted.values(name)
    items = [
        {
            "value": count.value,
            "label": _NOTHING.get(name, "none") if count.value == NONE else count.value,
            "n": count.windows,
            "wrong": count.wrong,
            "on": count.value in asked,
            "help": _HELP.get(count.value, ""),
        }
        for count in counts
    ]
    return {
        "field": name,
        "label": FIELDS[name].label,
        "kind": "bins" if name in HISTOGRAMS else "list",
        "items": items,
        "bounds": list(wanted.bounds(name)),
        "active": name in wanted.fields,
    }
