"""Runs that were read back: worked out once, kept as files under `build/tracks`, opened again at once."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st
import torch

from core.errors import ToolmarkError
from core.evidence.track_truth import RowTruth
from core.gcode import GcodeError, canonical
from core.model.bundle import Bundle
from core.recordings.recording import Recording
from core.tracking.known import Known, TrackingError
from core.tracking.readback import ProgramRead, program_read, program_text, trace_text
from core.tracking.track_file import read_track, write_track
from core.tracking.tracker import Track, track
from dashboard import data, jobs, places
from dashboard.data import Dataset

# measured on one core of this project's machine, with others at work
ROWS_A_SECOND = 600
# what takes longer than this shows how far it is
SILENT_ROWS = 600
# and from here on a job works beside the page
JOB_ROWS = 6000


@dataclass(frozen=True)
class Place:
    """Where the track of a run by a bundle is or will be; `stamp` tells the recording as it is now."""

    path: Path
    stamp: str
    run: str
    dataset: Dataset
    bundle: Bundle

    @property
    def job(self) -> str:
        """The key of the job that makes it, where it is long."""
        return jobs.key_of("track", self.path)


@dataclass(frozen=True, eq=False)
class ReadBack:
    """A run read back; `program` has canonical lines. key: what tells it, as it is now, from every other."""

    key: str
    track: Track
    program: ProgramRead


def stamp_of(dataset: Dataset, run: str) -> str:
    """What tells a recording from every other, also after others were imported beside it."""
    if dataset.is_store:
        return data.open_store(dataset).entry(run).digest
    return dataset.digest(run)


def place_of(dataset: Dataset, bundle: Bundle, run: str) -> Place:
    """Where the track of a run is or will be."""
    stamp = stamp_of(dataset, run)
    name = f"{places.plain(run, 'run')}-{jobs.key_of(bundle.digest, stamp)}.parquet"
    return Place(places.build_folder() / "tracks" / name, stamp, run, dataset, bundle)


def refusal(bundle: Bundle) -> str | None:
    """Why a bundle cannot read any run back, in a sentence; None = it can."""
    try:
        Known.of(bundle)
    except TrackingError as error:
        return str(error)
    return None


def opened(place: Place) -> ReadBack | None:
    """The track that was kept; None where there is none, or none that can be used."""
    if not place.path.is_file():
        return None
    try:
        return _opened(data.file_stamp(place.path), place)
    except TrackingError:
        return None


@st.cache_resource(max_entries=24, show_spinner=False)
def _opened(key: str, _place: Place) -> ReadBack:
    found = read_track(_place.path, _place.bundle, _place.stamp)
    read = program_read(found)
    return ReadBack(key, found, replace(read, lines=tuple(_plain(line) for line in read.lines)))


def _plain(line: str) -> str:
    try:
        return canonical(line)
    except GcodeError:
        return line


def read_back(place: Place, recording: Recording, told: Callable[[int, int], None] | None = None) -> ReadBack:
    """Read a run back and keep what was found.

    Raises:
        ToolmarkError: the run cannot be read back.
    """
    # one run is too small a task for several threads
    torch.set_num_threads(1)
    found = track(place.bundle, recording, told=told)
    write_track(found, place.bundle, place.path, place.stamp)
    made = opened(place)
    if made is None:
        raise ToolmarkError(f"{place.path} was written and is gone: is the disk full?")
    return made


def start(place: Place) -> None:
    """Start the job that reads a long run back; for callbacks."""
    source = place.dataset.path if place.dataset.is_store else place.dataset.files[place.run]
    which = ["--of", place.run] if place.dataset.is_store else []
    keep = ["--keep", str(place.path), "--stamp", place.stamp]
    jobs.start(
        place.job,
        f"Reading {place.run} back",
        ["track", str(place.bundle.path.absolute()), str(Path(source).absolute()), *which, *keep],
    )


@st.cache_resource(max_entries=24, show_spinner=False)
def truth(run_digest: str, _recording: Recording) -> RowTruth:
    """What a run really executed, for comparison; no model ever sees it."""
    return RowTruth.of(_recording)


@st.cache_data(max_entries=8, show_spinner=False)
def program_file(key: str, _found: ReadBack) -> str:
    """The program that was read back, as a G-code file."""
    return program_text(_found.track)


@st.cache_data(max_entries=8, show_spinner=False)
def trace_file(key: str, _found: ReadBack) -> str:
    """A line per row as CSV, as `python -m core track --out` writes it."""
    return trace_text(_found.track)
