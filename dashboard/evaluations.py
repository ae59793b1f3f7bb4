"""Every evaluation that there is for a machine: those that bundles carry, and those that lie beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from core.errors import ToolmarkError
from core.evidence.evaluation import Evaluation
from core.evidence.evaluation_file import read_evaluation
from core.model.bundle import Bundle
from core.recordings.machine import Machine
from dashboard import data, places

EVALUATIONS = data.ROOT / "assets" / "evaluations"
# the order in which protocols are read: from the one that flatters most to the hardest
PROTOCOLS = ("seed", "run", "blind", "program")


@dataclass(frozen=True)
class Scored:
    """One evaluation, and in words what was scored; `own` = of the bundle that is looked at.

    preset: by which its model was trained, "" = not known.
    """

    protocol: str
    source: str
    evaluation: Evaluation
    own: bool = False
    preset: str = ""


def scored(machine: Machine, chosen: Bundle | None) -> tuple[Scored, ...]:
    """One evaluation a protocol for a machine: the chosen bundle's first, then other bundles', then those of files."""
    found = [*_of_bundles(machine, chosen), *_of_files(machine)]
    best: dict[str, Scored] = {}
    for each in sorted(found, key=lambda each: not each.own):
        best.setdefault(each.protocol, each)
    known = [best.pop(name) for name in PROTOCOLS if name in best]
    return (*known, *best.values())


def _of_bundles(machine: Machine, chosen: Bundle | None) -> list[Scored]:
    found = []
    for folder in data.bundles():
        own = chosen is not None and folder.path == chosen.path
        evaluation = data.evaluation(folder) if own or folder.machine == machine.name else None
        if evaluation is not None:
            found.append(Scored(evaluation.protocol, f"bundle {folder.name}", evaluation, own, folder.preset))
    return found


def _of_files(machine: Machine) -> list[Scored]:
    folder = EVALUATIONS / places.plain(machine.name).lower()
    found = []
    for file in sorted(folder.glob("*.json")):
        try:
            evaluation = _in_file(data.file_stamp(file), file)
        except ToolmarkError:
            continue
        found.append(Scored(evaluation.protocol, places.shown(file), evaluation))
    return found


@st.cache_resource(max_entries=16, show_spinner=False)
def _in_file(stamp: str, _path: Path) -> Evaluation:
    return read_evaluation(_path)


def scored_on(evaluation: Evaluation, *, windows: bool = False) -> str:
    """What an evaluation was scored on, in words: runs, folds, where asked for windows, and models.

    Pooled folds are as many models of one preset, each on the runs that it never saw; under `seed` no run is held out.
    """
    counts, folds = evaluation.counts, evaluation.folds
    of_fold = f" of fold {folds[0]}" if len(folds) == 1 else ""
    held_out = f"{counts.runs} held-out runs{of_fold}"
    parts = [held_out if evaluation.protocol != "seed" else f"windows of {counts.runs} runs"]
    if len(folds) > 1:
        kind = "programs left out in turn" if evaluation.protocol == "program" else "folds pooled"
        parts.append(f"{len(folds)} {kind}")
    if windows:
        parts.append(f"{round(counts.scored / counts.models):,} windows")
    if counts.models != 1:
        parts.append(f"each read by {counts.models:g} models")
    return ", ".join(parts)


def about(one: Scored) -> str:
    """What an evaluation was scored on, and where it comes from, in words."""
    return f"{scored_on(one.evaluation, windows=True)}; {one.source}"


def strangers(one: Scored, runs: Sequence[str]) -> int:
    """How many of the scored runs the dataset does not hold."""
    return len({unit.run for unit in one.evaluation.units if unit.run} - set(runs))
