"""The audits of datasets: where each lies, what it found, and the job that makes it."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from core.errors import ToolmarkError
from core.evidence.audit.audit import Audit
from core.evidence.audit.audit_file import FORMAT, read_audit
from core.evidence.audit.data import AUDITED
from core.evidence.document.of_audit import audited_as
from core.evidence.readings.source import RunSource
from core.recordings.windows import window_count
from dashboard import data, jobs, places, readings
from dashboard.components import counted
from dashboard.data import Dataset, file_stamp
from dashboard.job_view import closed, duration
from dashboard.shell import View

# measured on one core of this project's machine, with 546 and with 3,396 windows of 276 channels
SECONDS_A_CHANNEL, SECONDS_A_CELL, SECONDS_ABOUT = 0.005, 6e-5, 5.0
# what takes no longer than this begins without being asked for
ALONE_S = 60.0


@dataclass(frozen=True)
class Place:
    """Where the audit of a dataset under a protocol is or will be."""

    name: str
    protocol: str
    source: RunSource
    out: Path

    @property
    def job(self) -> str:
        """The key of the job that makes it."""
        return jobs.key_of("audit", self.out)

    @property
    def title(self) -> str:
        """What the job is called."""
        return f"Audit {self.name} under protocol {self.protocol}"


def place_of(dataset: Dataset, protocol: str) -> Place:
    """The place of an audit; another one as soon as a run, the machine or the version of audits changes."""
    source = readings.source_of(dataset)
    key = jobs.key_of(_digest(source), protocol, FORMAT)
    out = places.build_folder() / "audits" / f"{places.plain(dataset.name)}-{protocol}-{key}.json"
    return Place(dataset.name, protocol, source, out)


def _digest(source: RunSource) -> str:
    content = [source.machine.to_toml(), sorted(source.digests.items())]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def protocols(dataset: Dataset) -> dict[str, Place]:
    """Every protocol that runs can be split by, from the one that flatters most."""
    return {name: place_of(dataset, name) for name in sorted(AUDITED, reverse=True)}


def of_figures(view: View) -> tuple[Place, Audit] | None:
    """The audit under the protocol of the bundle's figures, with its place; None where nobody made it."""
    if view.dataset is None or view.bundle is None:
        return None
    scored = data.evaluation(view.folder) if view.folder else None
    protocol = audited_as(scored.protocol if scored else view.bundle.protocol)
    if protocol not in AUDITED:
        return None
    place = place_of(view.dataset, protocol)
    own = found(place)
    return None if own is None else (place, own)


def found(place: Place) -> Audit | None:
    """The audit; None where nobody made it yet, or its file is damaged."""
    if not place.out.is_file():
        return None
    try:
        return _load(file_stamp(place.out), place.out)
    except ToolmarkError:
        return None


@st.cache_resource(max_entries=6, show_spinner="Opening the audit")
def _load(stamp: str, _out: Path) -> Audit:
    return read_audit(_out)


def make(place: Place) -> None:
    """Start the job that audits; for callbacks."""
    jobs.start(
        place.job,
        place.title,
        [
            "audit",
            str(place.source.path.absolute()),
            "--protocol",
            place.protocol,
            "--json",
            str(place.out.absolute()),
        ],
    )


def command(place: Place) -> str:
    """What makes the same file in a terminal."""
    source = places.shown(place.source.path.absolute())
    return f"python -m core audit {source} --protocol {place.protocol} --json {places.shown(place.out.absolute())}"


def seconds(place: Place) -> float | None:
    """About how long it takes; None where that cannot be told without reading the runs."""
    if place.source.store is None:
        return None
    windows = sum(window_count(entry.rows) for entry in place.source.store.entries)
    channels = len(place.source.machine.side_channels)
    return SECONDS_ABOUT + channels * (SECONDS_A_CHANNEL + SECONDS_A_CELL * windows)


def start_alone(place: Place) -> bool:
    """Start the job by itself where nobody has asked for it yet and it takes no longer than people wait."""
    takes = seconds(place)
    if takes is None or takes > ALONE_S or jobs.look(place.job).state != "none" or closed(place.job):
        return False
    make(place)
    return True


def offer_words(place: Place) -> str:
    """What an audit would be, and about how long it takes."""
    takes = seconds(place)
    long = "" if takes is None else f", in about {duration(takes)} on one core"
    return (
        f"{counted(len(place.source.runs), 'run')} are looked at under protocol **{place.protocol}**{long}: what test "
        "and training windows share, what every channel alone tells of operation and line, how firm the labels are. "
        "That is done once and kept; it goes on when this page is left, and can be cancelled and taken up again."
    )
