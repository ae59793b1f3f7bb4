"""What stands above the sections of Compare: what is scored, what it is held against, and in words what that is."""

import numpy as np
import streamlit as st

from core.evidence.ablation.cases import modalities
from core.evidence.comparison.scored import Scored
from core.evidence.metrics import MODEL
from core.evidence.protocol_words import PROTOCOLS
from core.evidence.readings.filters import Filter
from dashboard import compare_sides, data, parts, selection, sequence_tools
from dashboard.compare_sides import VERSUS, Side
from dashboard.components import counted, escaped, listed
from dashboard.readings import Shown
from dashboard.shell import View

SECTIONS = {
    "figures": "Figures",
    "differences": "Differences",
    "confusion": "Confusion",
    "calibration": "Calibration",
    "distances": "Distance",
    "lines": "Wrong lines",
    "errors": "First errors",
}
_OF_OTHER = ("differences",)


def choose_scored(view: View, found: Shown, part: str, wanted: Filter) -> None:
    """Part of the split, filter and slice; and the other side."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="scored"):
        choose_part(found, part, "Scored", "The part of the bundle's own split whose windows are scored.")
        with st.container(width="stretch"):
            sequence_tools.filter_box(wanted)
        sequence_tools.slice_menu(view, wanted)
        _choose_other(view)


def choose_part(found: Shown, part: str, label: str, meaning: str) -> None:
    """The part of the bundle's own split that is looked at; pages share it."""
    names = compare_sides.part_names(found)
    parts.box(label, "part", names, part, meaning=meaning, width=170)


def _choose_other(view: View) -> None:
    """The kind of the other side, then which."""
    chosen = view.selection
    kinds = ["nothing", *VERSUS]
    kind = chosen.versus if chosen.versus in VERSUS else "nothing"
    parts.box(
        "Compared with",
        "versus",
        kinds,
        kind,
        turn=_change_kind,
        words=lambda name: VERSUS.get(name, name),
        width=180,
    )
    if kind == "bundle":
        _choose_bundle(view)
    elif kind == "filter":
        key = selection.lead("versus_filter", chosen.versus_filter or "")
        st.text_input(
            "Other windows",
            key=key,
            on_change=selection.follow,
            args=("versus_filter", key),
            placeholder="operation:pocket",
            help="A filter as on Sequences, in place of the one at the left.",
            width=240,
        )
    elif kind == "muted" and view.bundle is not None:
        options = list(modalities(view.bundle))
        held = [name for name in chosen.versus_without if name in options]
        key = selection.lead("versus_without", held)
        st.multiselect(
            "Muted",
            options,
            key=key,
            format_func=lambda name: name.replace("_", " "),
            on_change=selection.follow,
            args=("versus_without", key),
            placeholder="Choose modalities",
            width=260,
        )


def _change_kind(kind: str) -> None:
    selection.change(versus=kind if kind in VERSUS else None)


def _choose_bundle(view: View) -> None:
    machine = view.bundle.machine.name if view.bundle else None
    own = view.folder.name if view.folder else None
    names = [each.name for each in data.bundles() if each.machine == machine and each.name != own]
    if not names:
        st.caption("There is no other bundle for this machine.", width=200)
        return
    value = view.selection.versus_bundle if view.selection.versus_bundle in names else None
    parts.box("Other bundle", "versus_bundle", names, value, placeholder="Choose a bundle", width=190)


def choose_section(view: View, other: Side | None) -> str:
    """The section that is open; only it computes."""
    there = {name: title for name, title in SECTIONS.items() if other is not None or name not in _OF_OTHER}
    return parts.choose("Section", "section", there, view.selection.section, turn=_turn_section)


def _turn_section(name: str) -> None:
    selection.change(section=name, cell=None)


def scope_words(own: Side, other: Side | None) -> str:
    """What is scored, in a sentence: windows, runs, which model; and what the other side is."""
    scored = own.scored
    left_out = scored.windows - len(scored)
    of = _part_words(set(scored.named("part")), own.bundle.protocol)
    said = f"**{counted(len(scored), 'window')}** of {counted(scored.runs, 'run')}{of}, read by **{escaped(own.name)}**"
    if left_out:
        said += f"; {counted(left_out, 'window')} without a label left out"
    if other is not None:
        theirs = other.scored
        said += (
            f". Other side, **{escaped(other.name)}**: {counted(len(theirs), 'window')} of "
            f"{counted(theirs.runs, 'run')}, {_common(scored, theirs):,} of them on both sides"
        )
        if other.bundle.protocol != own.bundle.protocol:
            said += (
                f", under protocol **{other.bundle.protocol}**: {PROTOCOLS.get(other.bundle.protocol, '')}"
            )
    return f"{said}. Protocol **{own.bundle.protocol}**; intervals are 95 %, drawn over runs."


def _part_words(parts: set[str], protocol: str) -> str:
    """What the parts that windows are in prove, behind the number of their runs."""
    if len(parts) == 1:
        return {
            "held out": ", most of which it learned from" if protocol == "seed" else " that it never saw",
            "validation": " that chose its epochs and its calibration",
            "partly trained on": " **of which it learned in part**: this flatters",
            "trained on": " **that it learned from**: this flatters",
            "new": " that are not of its split",
        }[next(iter(parts))]
    learned = parts & {"trained on", "partly trained on"}
    flatters = ", **some of which it learned from**: this flatters" if learned else ""
    names = listed([part for part in compare_sides.PARTS if part in parts])
    return f" ({names}){flatters}"


def _common(one: Scored, other: Scored) -> int:
    """How many windows are scored on both sides."""
    place = {run: code for code, run in enumerate(one.table.readings.values["run"])}
    known = np.array([place.get(run, -1) for run in other.table.readings.values["run"]], np.int64)
    runs = one.column("run").astype(np.int64), known[other.column("run")]
    rows = (side.column("start_row").astype(np.int64) for side in (one, other))
    ours, theirs = (run << 32 | row for run, row in zip(runs, rows, strict=True))
    return len(np.intersect1d(ours, theirs[runs[1] >= 0], assume_unique=True))


def caveats(view: View, own: Side) -> list[str]:
    """What must be known before these figures are believed, or compared with those elsewhere."""
    said = []
    evaluation = data.evaluation(view.folder) if view.folder else None
    if evaluation is not None and (len(evaluation.folds) > 1 or evaluation.counts.models != 1):
        row = evaluation.row("exact_line", method=MODEL) or evaluation.row("operation", method=MODEL)
        pooled = f"{len(evaluation.folds)} folds" if len(evaluation.folds) > 1 else "one split"
        many = (
            f"{evaluation.counts.models:g} models a run" if evaluation.counts.models != 1 else "a model each"
        )
        where = (
            f"of fold {own.bundle.manifest.fold}" if own.bundle.manifest.fold is not None else "of its split"
        )
        said.append(
            f"The bundle's own figures (at the top) are pooled over {pooled}, {many}, n = {row.n if row else 0:,}. "
            f"Here this one model is scored on the held-out runs {where} alone, so the figures differ."
        )
    parts = own.shown.table.values["part"]
    if own.bundle.protocol == "seed":
        if "held out" in parts:
            said.append(
                "Its test windows were drawn at random from runs that it learned from, and overlap windows that it "
                "learned. They are the very ones of its evaluation: the split was drawn again and has the same counts."
            )
        else:
            said.append(
                "Which windows it was tested on cannot be told here: its split at random cannot be drawn again from "
                "these recordings. No window is marked as held out."
            )
    return said
