"""The button that hands over a report: what is looked at, as one HTML file that opens offline."""

import shlex
from functools import partial

import streamlit as st

from core.evidence.comparison.scored import Scored
from core.evidence.document.writing import Report, to_html
from core.evidence.readings.filters import Filter
from core.evidence.readings.opened import NOBODY
from core.evidence.review.listing import Asked
from core.evidence.review.sample import Audit
from dashboard import audits, data, places, readings, slices, verdicts
from dashboard.readings import Place, Shown
from dashboard.review_desk import ReviewDesk
from dashboard.shell import View


def show(
    view: View,
    key: str,
    *,
    wanted: Filter | None = None,
    asked: Asked | None = None,
    audit: Audit | None = None,
    label: str = "Report",
) -> None:
    """Draw the button; the report is made when it is clicked.

    `wanted` are the windows whose readings are reported on (None: the bundle's evaluation alone), `asked` the verdicts
    that are listed (None: all), `audit` what was found in a random sample.
    """
    if view.bundle is None or view.dataset is None:
        return
    name = places.plain(f"{view.dataset.name}_{view.folder.name if view.folder else ''}", "report")
    st.download_button(
        label,
        partial(make, view, wanted, asked, audit),
        file_name=f"{name}_report.html",
        mime="text/html",
        icon=":material/description:",
        key=key,
        on_click="ignore",
        help="One HTML file with figures, tables, verdicts and provenance; it opens offline and prints on A4.",
    )


def make(
    view: View, wanted: Filter | None = None, asked: Asked | None = None, audit: Audit | None = None
) -> bytes:
    """The report of a view."""
    assert view.bundle is not None
    assert view.dataset is not None
    place = readings.place_of(view)
    found = readings.shown(place) if place is not None else None
    scored = _scored(view, place, found, wanted)
    about = f"{wanted or 'Every window'}, of the dataset {view.dataset.name}" if scored is not None else ""
    machine = data.machine_of(view.dataset)
    kind = "simulated" if machine.simulated else "real recordings"
    audited = audits.of_figures(view)
    report = Report(
        bundle=view.bundle,
        evaluation=data.evaluation(view.folder) if view.folder else None,
        windows=scored,
        about=about,
        desk=ReviewDesk.of(view).desk,
        asked=asked,
        audit=audit,
        audited=audited[1] if audited else None,
        dataset=f"{view.dataset.name}: {machine.name}, {len(view.dataset.runs):,} runs, {kind}",
        command=command(view, place if scored is not None else None, wanted),
    )
    return to_html(report).encode()


def command(view: View, place: Place | None, wanted: Filter | None) -> str:
    """What makes the report again, but for the choice among its verdicts."""
    assert view.bundle is not None
    words = ["python", "-m", "core", "report", places.shown(view.bundle.path.absolute())]
    if place is not None:
        words += ["--readings", places.shown(place.out.absolute())]
        words += ["--filter", str(wanted)] if wanted else []
    name, file = view.dataset.name if view.dataset else "", places.shown(verdicts.store().path.absolute())
    if place is not None and wanted and wanted.values("tag") and slices.marks().tags(name):
        words += ["--tags", file]
    if (audited := audits.of_figures(view)) is not None:
        words += ["--audit", places.shown(audited[0].out.absolute())]
    words += ["--verdicts", file] if name in verdicts.store().datasets() else []
    return shlex.join([*words, "--dataset", name, "--out", "report.html"])


def _scored(view: View, place: Place | None, found: Shown | None, wanted: Filter | None) -> Scored | None:
    """The windows that are asked for, where all of them were read."""
    if wanted is None or place is None or found is None or not found.whole:
        return None
    hand = slices.hand(view.dataset.name, found)[0] if view.dataset else NOBODY
    return found.answers.scored(wanted, hand)
