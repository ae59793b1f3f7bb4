"""Tables of ablations: alone removed, alone kept, boards, pairs, Shapley values, trained without."""

from dataclasses import replace
from functools import partial
from typing import Literal, get_args

import streamlit as st

from core.evidence.ablation.cases import Kind
from core.evidence.ablation.modality_table import Modality
from core.evidence.ablation.removal import SEEDED, WAYS, WORDS, Way
from core.evidence.ablation.shapley import METRICS as SHARED
from core.evidence.ablation.trials import FULL
from core.evidence.evaluation import ALL
from core.model.bundle import Bundle
from dashboard import (
    ablation_about,
    ablation_choice,
    ablation_jobs,
    ablation_kept,
    ablation_pick,
    ablation_retrained,
    ablation_sheets,
    ablation_tests,
    components,
    job_view,
    jobs,
    no_bundle,
    parts,
    selection,
)
from dashboard.ablation_choice import LABELS
from dashboard.ablation_jobs import Sheet
from dashboard.ablation_kept import Kept
from dashboard.ablation_tests import Place
from dashboard.shell import View

Spread = Literal["one", "metrics", "operations"]
SHEETS: dict[str, str] = {
    **{str(name): title for name, title in ablation_jobs.TITLES.items()},
    "retrained": "Trained without",
}
SPREADS: dict[Spread, str] = {"one": "One figure", "metrics": "Every figure", "operations": "Every operation"}
# tables that have no other side by side
WIDE: tuple[Sheet, ...] = ("pair", "shapley")
NOTES: dict[Sheet, str] = {
    "modality": "What the model loses when one modality is gone. What it can read elsewhere is not missed.",
    "kept": "What is left when everything but one modality is gone: what this modality alone can carry.",
    "board": "What the model loses when one board is gone, with all its quantities.",
    "pair": (
        "On the diagonal each alone; above it what two cost together; below it their interaction: what both cost "
        "beyond each alone. Red below: each stands in for the other."
    ),
    "shapley": "What each modality adds, averaged over sampled orders in which they could be added.",
}


def show(view: View) -> None:
    """Draw it."""
    bundle, place = view.bundle, ablation_tests.place_of(view)
    if bundle is None:
        if view.folder is None:
            no_bundle.show("there is nothing to take channels away from")
        selection.hold(view.selection)
        return
    sheet = view.selection.table if view.selection.table in SHEETS else "modality"
    parts.choose("Table", "table", SHEETS, sheet)
    if sheet == "retrained":
        ablation_retrained.show(view, bundle)
    else:
        _scored(view, bundle, place, next(name for name in get_args(Sheet) if name == sheet))
    selection.hold(replace(view.selection, table=None if sheet == "modality" else sheet))


def _scored(view: View, bundle: Bundle, place: Place | None, sheet: Sheet) -> None:
    """One of the tables that a job fills."""
    way = next((way for way in WAYS if way == view.selection.way), ablation_choice.MISSING)
    kept = ablation_kept.find(bundle, place.key if place else None, way)
    if place is not None and kept is not None and ablation_about.is_of(kept, place, way) is None:
        # what was scored elsewhere is of these windows or not: only the windows tell, so they are opened
        ablation_tests.ask(place, ())
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        parts.box(
            "How it is taken away",
            "way",
            WAYS,
            way,
            key="pick_table_way",
            turn=partial(ablation_choice.turn, bundle),
            words=LABELS.__getitem__,
            width=170,
        )
        metric, group, spread = _pick_figure(view, kept, sheet)
    drawn = " Drawn with seed 0." if way in SEEDED else ""
    st.caption(f"{NOTES[sheet]} *{LABELS[way]}*: {WORDS[way][:1].lower()}{WORDS[way][1:]}{drawn}")
    if place is not None:
        key = ablation_jobs.key_of(place, way, sheet)
        # an earlier job, of what is there by now, says nothing more; one on these recordings may have failed
        there = (
            kept is not None and ablation_about.has(kept, sheet) and ablation_about.is_own(kept, place, way)
        )
        if jobs.look(key).busy or not there:
            job = job_view.show(key, partial(ablation_jobs.start, place, way, (sheet,)))
            if job.busy:
                return
    if kept is None or not ablation_about.has(kept, sheet):
        _offer(view, place, kept, way, sheet)
        return
    ablation_about.show_scope(
        kept, place, way, None if spread == "metrics" and sheet not in WIDE else metric, group
    )
    open_ = partial(_open, kept, way)
    if sheet == "shapley":
        ablation_sheets.shapley(kept, metric, open_)
    elif sheet == "pair":
        ablation_sheets.pairs(kept, metric, group, open_)
    elif spread == "one":
        beside = _retrained(bundle, metric, group) if sheet == "modality" else {}
        ablation_sheets.one_figure(kept, sheet, metric, group, beside, open_)
    elif spread == "metrics":
        known = tuple(tally.metric for tally in kept.of.scores.whole.tallies)
        ablation_sheets.side_by_side(kept, sheet, known, (group,), open_)
    else:
        ablation_sheets.side_by_side(kept, sheet, (metric,), (ALL, *kept.of.scores.whole.operations), open_)
    ablation_about.show_foot(
        kept, place, view, way, sheet, stars=sheet == "pair" or (sheet != "shapley" and spread != "one")
    )


def _pick_figure(view: View, kept: Kept | None, sheet: Sheet) -> tuple[str, str, Spread]:
    """Which figure and operation, and how much side by side; nothing to choose where nothing is scored."""
    if kept is None:
        return "exact_line", ALL, "one"
    whole = kept.of.scores.whole
    spread: Spread = next((each for each in SPREADS if each == view.selection.spread), "one")
    wide = sheet in WIDE
    if sheet == "shapley":
        names = tuple(kept.of.shapley.total) if kept.of.shapley else SHARED
    else:
        names = tuple(tally.metric for tally in whole.tallies)
    metric = (
        ablation_pick.metric(view.selection, names) if wide or spread != "metrics" else view.selection.metric
    )
    group = ALL
    if sheet != "shapley" and (wide or spread != "operations"):
        group = ablation_pick.group(view.selection, whole.operations)
    if not wide:
        parts.choose("How much", "spread", SPREADS, spread)
    return metric or "exact_line", group, spread


def _offer(view: View, place: Place | None, kept: Kept | None, way: Way, sheet: Sheet) -> None:
    """What an empty table shows: what it takes to fill it."""
    command = "python -m core ablate BUNDLE STORE --out build/ablation.csv --results build/ablations"
    if place is None:
        words = "Choose a dataset with runs that the bundle never saw, and score it here."
        components.empty_state("Not scored", words, (command,), icon=":material/grid_off:")
        return
    found = kept.of if kept is not None and ablation_about.is_of(kept, place, way) else None
    least = ablation_jobs.missing(place, found, way, sheet)
    if not least:
        components.empty_state("Nothing to remove", "The bundle reads no boards.", icon=":material/grid_off:")
        return
    took = ablation_jobs.time_words(view, place, least)
    more = (
        "at least; it goes on until the sampling is sharp within 1 point" if sheet == "shapley" else "at most"
    )
    with st.container(border=True):
        st.subheader("Not scored yet", anchor=False, icon=":material/grid_off:")
        st.markdown(
            f"{components.counted(least, 'evaluation')} of the test windows, by *{LABELS[way].lower()}*: about {took} "
            f"on one core, {more}. The job goes on when this page is left, and from where it was when it is stopped; "
            "what Live scored is not scored again."
        )
        with st.container(horizontal=True):
            st.button(
                f"Score “{ablation_jobs.TITLES[sheet]}”",
                type="primary",
                icon=":material/play_arrow:",
                key=f"score_{sheet}",
                on_click=ablation_jobs.start,
                args=(place, way, (sheet,)),
            )
            every = tuple(
                name for name in get_args(Sheet) if kept is None or not ablation_about.has(kept, name)
            )
            if len(every) > 1:
                total = sum(ablation_jobs.missing(place, found, way, name) for name in every)
                st.button(
                    f"Score all {len(every)} tables",
                    icon=":material/playlist_play:",
                    key="score_all",
                    help=f"One after the other, {ablation_jobs.time_words(view, place, total)} or more.",
                    on_click=ablation_jobs.start,
                    args=(place, way, every),
                )


def _retrained(bundle: Bundle, metric: str, group: str) -> dict[str, Modality]:
    """Modality -> what training without it costs the same design, where that was done."""
    base = FULL.get(str(bundle.manifest.preset.get("name")), str(bundle.manifest.preset.get("name")))
    for each in ablation_kept.trials_of(bundle.machine):
        trained = each.of.protocol == bundle.protocol and ablation_retrained.trained_without(each, base)
        if trained and metric in each.of.metrics:
            rows = ablation_retrained.rows_of(each, base, metric, group)
            return {row.name: row for row in rows}
    return {}


def _open(kept: Kept, way: Way, kind: Kind, names: tuple[str, ...]) -> None:
    """Turn to Live with a case's removal; for callbacks."""
    # a table is drawn with the first seed
    ablation_choice.put(ablation_sheets.open_names(kept, kind, names), way, 0)
    selection.change(ablation=None)
