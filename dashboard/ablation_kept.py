"""What was scored of ablations and trials: kept here by jobs and commands, or shipped beside the evaluations."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from core.errors import ToolmarkError
from core.evidence.ablation.removal import Way
from core.evidence.ablation.results import Results
from core.evidence.ablation.table_file import Ablated, read_ablated
from core.evidence.ablation.trial_file import read_trials
from core.evidence.ablation.trials import EVALUATION, REMOVED
from core.model.bundle import Bundle
from core.recordings.machine import Machine
from dashboard import data, evaluations, places

TABLES, TRIALS = "tables", "trials"


@dataclass(frozen=True)
class Kept:
    """A file of ablations; `own`: it was scored here, not shipped."""

    path: Path
    of: Ablated
    own: bool


@dataclass(frozen=True)
class KeptTrials:
    """Finished trials, and where they are: a folder in which they are trained, or a file."""

    path: Path
    of: Results
    stamp: str


def tables_folder() -> Path:
    """The folder of the tables that jobs write, a file a bundle, recordings and way."""
    return places.build_folder() / "ablations" / TABLES


def table_file(place_key: str, way: Way) -> Path:
    """The file of a bundle on some recordings."""
    return tables_folder() / f"{place_key}-{way}.json"


def _shipped(machine: Machine) -> Path:
    return evaluations.EVALUATIONS / places.plain(machine.name).lower()


def every(machine: Machine) -> tuple[Kept, ...]:
    """Everything that was scored of a machine's bundles, the latest first; what cannot be read is passed over."""
    folders = ((tables_folder(), True), (_shipped(machine) / "ablations", False))
    found = [
        Kept(file, of, own)
        for folder, own in folders
        for file in sorted(folder.glob("*.json"))
        if (of := _table(file)) is not None and of.machine == machine.name
    ]
    return tuple(sorted(found, key=lambda each: each.of.created, reverse=True))


def find(bundle: Bundle, place_key: str | None, way: Way) -> Kept | None:
    """What was scored of a bundle by a way: on these recordings, with what came of the same windows; else on others."""
    every_one = every(bundle.machine)
    if place_key is not None and (of := _table(table_file(place_key, way))) is not None:
        for each in every_one:
            of = of.joined(each.of)
        return Kept(table_file(place_key, way), of, own=True)
    return next((e for e in every_one if (e.of.digest, e.of.way) == (bundle.digest, way)), None)


def _table(file: Path) -> Ablated | None:
    if not file.is_file():
        return None
    try:
        return _read_table(data.file_stamp(file), file)
    except ToolmarkError:
        return None


@st.cache_resource(max_entries=24, show_spinner=False)
def _read_table(stamp: str, _path: Path) -> Ablated:
    return read_ablated(_path)


def trials() -> tuple[KeptTrials, ...]:
    """Finished trials: those that are trained here, then those that are shipped; those of changed presets last."""
    found = []
    for path in (*_trial_folders(), *sorted(evaluations.EVALUATIONS.glob(f"*/{TRIALS}/*.json"))):
        stamp = _stamp(path)
        try:
            of = _read_trials(stamp, path)
        except (ToolmarkError, OSError):
            continue
        found.append(KeptTrials(path, of, stamp))
    return tuple(sorted(found, key=lambda each: bool(each.of.changes)))


def trials_of(machine: Machine) -> tuple[KeptTrials, ...]:
    """The same, of one machine."""
    return tuple(each for each in trials() if each.of.machine == machine.name)


def _trial_folders() -> Iterator[Path]:
    root = places.build_folder() / TRIALS
    for path in sorted(root.iterdir()) if root.is_dir() else ():
        if path.is_dir() and any(path.glob(f"*-s*/{EVALUATION}")):
            yield path


def _stamp(path: Path) -> str:
    """What tells the trials of a folder, as far as they are finished, or a file, from all others."""
    if path.is_file():
        return data.file_stamp(path)
    files = (*path.glob(f"*-s*/{EVALUATION}"), *path.glob(f"*-s*/{REMOVED}/*.json"))
    return "|".join(sorted(map(data.file_stamp, files)))


@st.cache_resource(max_entries=8, show_spinner="Reading finished trials")
def _read_trials(stamp: str, _path: Path) -> Results:
    return read_trials(_path)
