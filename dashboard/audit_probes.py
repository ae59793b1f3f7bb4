"""What any one sight tells: the picture, the ranked table, and how the chosen one tells it, run by run."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from core.evidence.audit.audit import Audit
from core.evidence.audit.audit_words import probe_frame
from core.evidence.audit.finding import percent
from core.evidence.audit.probes import Probe
from core.evidence.audit.sights import Kind
from core.evidence.audit.words import MECHANISMS, mechanism_words, sight_name
from core.evidence.paired import FEWEST_RUNS
from core.recordings.machine import Machine
from dashboard import audit_charts, data, health_view, places, selection, theme
from dashboard.components import counted, escaped
from dashboard.shell import View

SIGNALS = places.ROOT / "pages" / "signals.py"
WHOLE: tuple[Kind, ...] = ("presence", "ambient", "elapsed", "controller")
SHOWN: dict[str, tuple[Kind, ...]] = {
    "Groups": (*WHOLE, "modality", "board"),
    "Modalities": (*WHOLE, "modality"),
    "Boards": (*WHOLE, "board"),
    "Channels": ("channel",),
    "All": (*WHOLE, "modality", "board", "channel"),
}
HEIGHT = 430


def show(found: Audit, view: View) -> None:
    """Draw it."""
    if not found.probes:
        st.info(
            f"What a channel tells can be judged where there are {FEWEST_RUNS} runs and two operations at least: "
            f"{counted(found.runs, 'run')} and {counted(found.operations, 'known operation')} are here.",
            icon=":material/info:",
        )
        return
    usual = found.probes[0]
    line = f", the most frequent line in {percent(usual.usual_line)}" if usual.usual_line else ""
    st.caption(
        "A small forest (a tree, for one channel) sees level, spread and slope of these channels in a window, and "
        "nothing else. It learns from some runs and is asked about the others, in turns. The most frequent "
        f"operation is right in {percent(usual.usual_operation)}{line}; intervals are 95 %, drawn over "
        f"{counted(found.runs, 'run')}, n = {found.labels.windows:,} windows at most."
    )
    chosen = found.probe(view.selection.sight) or _first(found)
    if view.selection.sight not in (None, chosen.name):
        st.warning(
            f"{escaped(view.selection.sight or '')} was not looked at in this audit: {sight_name(chosen)} is shown.",
            icon=":material/warning:",
        )
    which = _choose_kinds(chosen)
    some = [probe for probe in found.probes if probe.kind in SHOWN[which]]
    with st.grid(2, min_column_width=420, gap="medium"):
        with st.container():
            _picture(some, chosen)
        with st.container():
            _table(some, chosen, which)
    _chosen(found, chosen, view)


def _first(found: Audit) -> Probe:
    """The one that is shown where none was chosen: the best that knows the session, or else the best."""
    told = [probe for probe in found.probes if probe.mechanism == "session" and probe.kind != "presence"]
    return (told or list(found.probes))[0]


def _choose_kinds(chosen: Probe) -> str:
    """Which sights are drawn; a chosen one is always among them."""
    key = "audit_kinds"
    now = st.session_state.get(key)
    if now not in SHOWN or chosen.kind not in SHOWN[now]:
        st.session_state[key] = now = "Channels" if chosen.kind == "channel" else "Groups"
    which = st.segmented_control(
        "Sights", list(SHOWN), key=key, required=True, label_visibility="collapsed", on_change=_unchoose
    )
    return str(which or now)


def _unchoose() -> None:
    """Other sights are drawn: the best of them is looked at."""
    selection.change(sight=None)


def _picture(some: Sequence[Probe], chosen: Probe) -> None:
    st.markdown(
        "**What tells the operation, and how** :small[the upper right corner names the session, not the cut]"
    )
    parts = audit_charts.drawn(some)

    def pick() -> None:
        for one in st.session_state["audit_tells"]["selection"]["selected"]:
            own = parts[one["series_index"]][1] if one["series_index"] < len(parts) else []
            for place in one["data_indices"]:
                if place < len(own) and own[place].name != chosen.name:
                    selection.change(sight=own[place].name)

    st.echarts_chart(
        audit_charts.tells(some, chosen.name, theme.ink()),
        height=HEIGHT,
        key="audit_tells",
        on_select=pick,
        alt=f"Operations told against variance between runs, of {counted(len(some), 'probe')}",
    )


def _table(some: Sequence[Probe], chosen: Probe, which: str) -> None:
    st.markdown("**Ranked** :small[per cent, of runs that were not learned from; a row opens below]")
    key = f"audit_ranked_{which}"

    def pick() -> None:
        rows = st.session_state[key]["selection"]["rows"]
        if rows:
            selection.change(sight=some[rows[0]].name)

    # what is shown below is what is marked, also when it was chosen elsewhere
    rows = [some.index(chosen)] if chosen in some else []
    marked: Any = {"selection": {"rows": rows, "columns": [], "cells": []}}
    kept = st.session_state.get(key)
    if kept is not None and list(kept["selection"]["rows"]) != rows:
        st.session_state[key] = marked
    frame = probe_frame(some)
    st.dataframe(
        frame[[name for name in _columns() if name in frame]],
        hide_index=True,
        height=HEIGHT,
        key=key,
        on_select=pick,
        selection_mode="single-row",
        selection_default=marked,
        column_config=_columns(),
    )


def _columns() -> dict[str, Any]:
    column = st.column_config
    return {
        "sees": column.TextColumn("Sees alone", pinned=True),
        "operation": column.ProgressColumn(
            "Operation", format="%.1f", min_value=0, max_value=100, width="small"
        ),
        "operation interval": column.TextColumn("95 %"),
        "between runs": column.NumberColumn(
            "Between runs", format="%.0f", help="Share of its variance that lies between runs."
        ),
        "tells by": column.TextColumn("Tells by"),
        "line": column.NumberColumn("Line", format="%.1f"),
        "line interval": column.TextColumn("95 % "),
        "level": column.NumberColumn(
            "By level", format="%.1f", help="Operations told by each run's mean level, and nothing else."
        ),
        "rest": column.NumberColumn(
            "Without it", format="%.1f", help="Operations told once that level is taken away."
        ),
    }


def _chosen(found: Audit, chosen: Probe, view: View) -> None:
    """How the chosen sight tells what it tells, with its levels run by run."""
    with st.container(border=True):
        badge = {"session": "red", "cut": "green", "nothing": "gray"}[chosen.mechanism]
        line = f", line **{percent(chosen.line)}**" if chosen.line else ""
        st.markdown(
            f"#### {escaped(sight_name(chosen))} :{badge}-badge[tells by {MECHANISMS[chosen.mechanism]}]\n"
            f"Operation **{percent(chosen.operation)}**{line}; it sees something in {chosen.windows:,} windows."
        )
        st.markdown(mechanism_words(chosen).replace(" %", "\N{NO-BREAK SPACE}%"))
        if chosen.kind == "presence":
            _boards(view)
        elif chosen.kind == "elapsed":
            _lengths(found)
        else:
            _levels(found, chosen, view)


def _boards(view: View) -> None:
    if view.dataset is not None and (health := health_view.read(view.dataset)) is not None:
        health_view.board_matrix(health, "audit")


def _lengths(found: Audit) -> None:
    levels = found.levels
    if not any(levels.rows):
        st.caption("How long the runs are is not known from window files alone.")
        return
    st.echarts_chart(
        audit_charts.run_levels(
            levels.runs, levels.operations, np.array(levels.rows, np.float64), None, "Rows", None, theme.ink()
        ),
        height=300,
        key="audit_lengths",
        alt="Rows of each run, by operation",
    )


def _levels(found: Audit, chosen: Probe, view: View) -> None:
    """The level of a channel in every run: what stands still in a run and differs between them is seen."""
    known = [name for name in chosen.channels if name in found.levels.channels]
    if not known:
        st.caption("None of its channels is live in any window.")
        return
    channel = _choose_channel(found, chosen, known)
    place, levels = found.levels.channels.index(channel), found.levels
    machine = data.machine_of(view.dataset) if view.dataset else None
    run = view.selection.run if view.selection.run in levels.runs else None
    dates = "runs of one operation beside one another, by name"
    st.markdown(
        f"**{escaped(channel)}, run by run** :small[a dot is the mean of a run, the bar the range of its windows' "
        f"means; {dates}; a click chooses a run]"
    )

    def pick() -> None:
        operations = list(dict.fromkeys(levels.operations))
        for one in st.session_state["audit_levels"]["selection"]["selected"]:
            own = [
                at
                for at, name in enumerate(levels.operations)
                if name in operations
                and (name or "unknown") == one.get("series_name")
                and np.isfinite(levels.mean[at, place])
            ]
            for index in one["data_indices"]:
                if index < len(own):
                    selection.change(run=levels.runs[own[index]])

    st.echarts_chart(
        audit_charts.run_levels(
            levels.runs,
            levels.operations,
            levels.mean[:, place].astype(np.float64),
            (levels.low[:, place], levels.high[:, place]),
            _unit(machine, channel),
            run,
            theme.ink(),
        ),
        height=320,
        key="audit_levels",
        on_select=pick,
        alt=f"Mean of {channel} in each of {counted(len(levels.runs), 'run')}, coloured by operation",
    )
    _open(run or _best_run(found, place), channel, view)


def _choose_channel(found: Audit, chosen: Probe, known: Sequence[str]) -> str:
    """The channel whose levels are drawn: of several the one that alone tells most, until another is chosen."""
    told = {probe.name: probe.operation.value for probe in found.probes if probe.kind == "channel"}
    ordered = sorted(known, key=lambda name: -told.get(name, 0.0))
    if len(ordered) == 1:
        return ordered[0]
    picked = st.selectbox(
        "Channel",
        ordered,
        format_func=lambda name: f"{name} ({100 * told[name]:.1f} % alone)" if name in told else name,
        key=f"audit_channel_{chosen.name}",
        width=340,
        persist_state="page",
    )
    return str(picked)


def _unit(machine: Machine | None, channel: str) -> str:
    try:
        return (machine.unit(channel) if machine else "") or channel
    except KeyError:
        return channel


def _best_run(found: Audit, place: int) -> str:
    """A run in which the channel is live."""
    live = np.flatnonzero(np.isfinite(found.levels.mean[:, place]))
    return found.levels.runs[int(live[0])]


def _open(run: str, channel: str, view: View) -> None:
    if view.dataset is None or run not in view.dataset.files:
        return
    if st.button(f"Open {channel} of {run} in Signals", icon=":material/show_chart:", key="sight_signals"):
        selection.change(run=run, channels=(channel,), span=None, mark_a=None, mark_b=None, shift=None)
        st.switch_page(SIGNALS)
