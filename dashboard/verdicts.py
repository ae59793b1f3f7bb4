"""The verdicts of what is looked at, as pages show them: of one target, of a run's windows, of many targets at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from math import isnan
from typing import Any

import streamlit as st

from core.evidence.review.targets import Seen, Target
from core.evidence.review.verdicts import Entry, Verdicts
from dashboard import places, readings
from dashboard.components import escaped, listed
from dashboard.readings import Place
from dashboard.shell import View

_BADGES = {
    "agree": ":green-badge[:material/check: agree{}]",
    "model wrong": ":red-badge[:material/close: model wrong{}]",
    "label wrong": ":orange-badge[:material/label_off: label wrong{}]",
    "unclear": ":gray-badge[:material/help: unclear{}]",
}


def store() -> Verdicts:
    """The file of verdicts of this installation; slices and tags lie in it too."""
    return Verdicts(places.marks_file())


def bundle_digest(view: View) -> str:
    """The digest of the view's bundle; "" without one."""
    return view.bundle.digest if view.bundle else ""


def run_digest(view: View, run: str) -> str:
    """What tells a run, as it is now, from every other; "" where that is not known."""
    place = readings.place_of(view)
    return str(place.source.digests.get(run, "")) if place else ""


def seen_of(view: View, target: Target) -> Seen:
    """What the page shows of a target: what the model reads there, and the label, as far as it was read already."""
    seen = Seen(bundle=bundle_digest(view), bundle_name=view.folder.name if view.folder else "")
    if target.kind == "cell":
        return replace(seen, label=target.true, reading=target.read)
    if target.kind == "line":
        return replace(seen, label=target.line, reading=target.read)
    seen = replace(seen, data=run_digest(view, target.run))
    found = readings.readings_of(view, target.run) if target.kind == "window" else None
    if found is None:
        return seen
    rows = found[found["start_row"] == target.start_row]
    return seen if rows.empty else row_seen(seen, rows.iloc[0].to_dict())


def row_seen(seen: Seen, row: Mapping[Any, Any]) -> Seen:
    """The same with what a row of the readings says."""

    def text(name: str) -> str:
        return row[name] if isinstance(row[name], str) else ""

    sure = float(row["confidence"])
    return replace(
        seen,
        operation=text("operation"),
        read_operation=text("read_operation"),
        label=text("line"),
        reading=text("read_line"),
        confidence=None if isnan(sure) else round(sure, 6),
    )


def holding(view: View, targets: Sequence[Target]) -> dict[Target, tuple[Entry, ...]]:
    """The verdicts that hold on some targets, under whatever bundle; a target without one is left out."""
    if view.dataset is None or not targets:
        return {}
    found = _holding(str(store().path), store().revision(), view.dataset.name, tuple(targets))
    grouped: dict[Target, tuple[Entry, ...]] = {}
    for entry in found:
        grouped[entry.target] = (*grouped.get(entry.target, ()), entry)
    return grouped


@st.cache_data(max_entries=64, show_spinner=False)
def _holding(path: str, revision: int, dataset: str, targets: tuple[Target, ...]) -> tuple[Entry, ...]:
    return store().holding(dataset, targets)


@st.cache_data(max_entries=64, show_spinner=False)
def _of_run(path: str, revision: int, dataset: str, run: str) -> tuple[Entry, ...]:
    return store().holding(dataset, run=run)


def stale_words(view: View, entry: Entry, place: Place | None = None) -> str | None:
    """Why a verdict does not speak of what is shown now: another bundle, or another recording; None where it does."""
    if entry.seen.bundle != bundle_digest(view):
        return f"of {entry.seen.bundle_name or 'no bundle'}, another bundle"
    if not entry.seen.data:
        return None
    place = place or readings.place_of(view)
    now = place.source.digests.get(entry.target.run, "") if place else ""
    return None if now == entry.seen.data else "the recording is another one since"


def current(view: View, entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The verdicts that speak of what is shown now."""
    place = readings.place_of(view)
    return tuple(entry for entry in entries if stale_words(view, entry, place) is None)


def verdicts_of(view: View, run: str) -> dict[int, str]:
    """Start row -> what was said of that window of a run: "label wrong (Anna)"; stale verdicts are left out."""
    if view.dataset is None:
        return {}
    found = _of_run(str(store().path), store().revision(), view.dataset.name, run)
    rows: dict[int, list[Entry]] = {}
    for entry in current(view, found):
        if entry.target.kind == "window" and entry.target.start_row is not None:
            rows.setdefault(entry.target.start_row, []).append(entry)
    return {row: words(entries) for row, entries in rows.items()}


def words(entries: Sequence[Entry]) -> str:
    """Verdicts on one target in words: who said what, the most frequent first."""
    said: dict[str, list[str]] = {}
    for entry in entries:
        said.setdefault(entry.verdict, []).append(entry.reviewer)
    ordered = sorted(said.items(), key=lambda one: (-len(one[1]), one[0]))
    return "; ".join(f"{verdict} ({listed(sorted(names), 3)})" for verdict, names in ordered)


def badges(view: View, targets: Sequence[Target]) -> dict[Target, str]:
    """Badges in Markdown of the verdicts that hold on targets; a target without one is left out.

    Verdicts on another bundle or on another recording are grey and say so.
    """
    found, place = holding(view, targets), readings.place_of(view)
    said = {}
    for target, entries in found.items():
        now = [entry for entry in entries if stale_words(view, entry, place) is None]
        stale = len(entries) - len(now)
        parts = [_badge(verdict, names) for verdict, names in _by_verdict(now).items()]
        parts += [f":gray-badge[:material/history: {stale} stale]"] if stale else []
        said[target] = " ".join(parts)
    return said


def _by_verdict(entries: Sequence[Entry]) -> Mapping[str, list[str]]:
    said: dict[str, list[str]] = {}
    for entry in entries:
        said.setdefault(entry.verdict, []).append(entry.reviewer)
    return dict(sorted(said.items(), key=lambda one: (-len(one[1]), one[0])))


def _badge(verdict: str, names: Sequence[str]) -> str:
    return badge(verdict, f" · {escaped(listed(sorted(names), 3))}")


def badge(verdict: str, behind: str = "") -> str:
    """A verdict as a badge in Markdown."""
    return _BADGES.get(verdict, ":gray-badge[" + escaped(verdict) + "{}]").format(behind)
