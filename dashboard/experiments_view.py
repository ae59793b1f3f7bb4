"""Trainings with their curves, side by side: the list, what is marked in it, and the form of a new one."""

import streamlit as st

from dashboard import (
    components,
    data,
    experiment_actions,
    experiment_compare,
    experiment_curves,
    experiment_form,
    experiment_table,
    parts,
    selection,
    theme,
    trainings,
)
from dashboard.clock import by_the_clock
from dashboard.shell import View
from dashboard.trainings import MOST, Entry

LIST, NEW = "trainings", "new"
PARTS = {LIST: "Trainings", NEW: "New training"}
# a new epoch is on the page within this, and a training that is begun elsewhere within the other
LIVE_S, IDLE_S = 1.0, 10.0
NOTHING = """
There is no training yet, and no bundle. Turn to **New training** above: it cuts windows from the dataset, trains both
stages and scores the bundle, in the background. The command line writes the same files:
"""
COMMANDS = ("python -m core experiment build/store --out build/trainings/mine --protocol run",)


def show(view: View) -> None:
    """Draw the page's part that is chosen."""
    if parts.choose("Part", "lab", PARTS, view.selection.lab) == NEW:
        experiment_form.show(view)
    else:
        _list(view)


def _list(view: View) -> None:
    found = trainings.entries()
    if not found:
        components.empty_state("No trainings yet", NOTHING, COMMANDS, icon=":material/science:")
        return
    by_the_clock(LIVE_S if any(each.busy for each in found) else IDLE_S)(_table)(view, found)
    chosen, gone = trainings.chosen(view.selection.trainings, found)
    if gone:
        st.warning(
            f"The link names {components.listed(gone)}, which is no training here. Mark others in the table.",
            icon=":material/warning:",
        )
    if len(set(view.selection.trainings) - set(gone)) > MOST:
        st.warning(
            f"The link names more than {MOST} trainings, and so many are compared: the first {MOST} are.",
            icon=":material/warning:",
        )
    experiment_actions.dialogs(found, view.dataset)
    if not chosen:
        st.caption(f"Mark up to {MOST} trainings in the table to see their curves and to compare them.")
        of_bundle = trainings.of_bundle(view.folder.path, found) if view.folder else None
        if of_bundle is None:
            return
        chosen = (of_bundle,)
        st.markdown("Until one is marked, the training of the chosen bundle is shown:")
    colours = theme.series(len(chosen), theme.PREDICTION)
    # of an unfinished one nothing tells whether it is at work
    every_s = LIVE_S if any(each.busy or each.state == "unfinished" for each in chosen) else None
    by_the_clock(every_s)(_actions)(chosen, colours, found)
    axis, smooth = experiment_curves.controls(view.selection)
    by_the_clock(every_s)(_curves)(chosen, colours, axis, smooth)
    experiment_compare.show(chosen)


def _table(view: View, before: tuple[Entry, ...]) -> None:
    """The table as it is by now; the page is drawn again where a training came, went or changed its state."""
    now = trainings.entries()
    if _states(now) != _states(before) or selection.held().trainings != view.selection.trainings:
        selection.rerun()
    digest = data.open_store(view.dataset).digest if view.dataset and view.dataset.is_store else ""
    experiment_table.show(now, view.selection.trainings, digest, view.dataset)


def _actions(before: tuple[Entry, ...], colours: tuple[str, ...], every: tuple[Entry, ...]) -> None:
    """What the marked trainings do by now; the page is drawn again when that changes, or a dialog is asked for."""
    now = _now(before)
    if _states(now) != _states(before) or experiment_actions.asked():
        selection.rerun()
    experiment_actions.show(now, colours, every)


def _curves(before: tuple[Entry, ...], colours: tuple[str, ...], axis: str, smooth: int) -> None:
    experiment_curves.show(_now(before), colours, axis, smooth)


def _now(before: tuple[Entry, ...]) -> tuple[Entry, ...]:
    return tuple(trainings.again(entry) for entry in before)


def _states(found: tuple[Entry, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((entry.name, entry.state) for entry in found)
