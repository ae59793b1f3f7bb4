"""The tables of readings that pages look at: where each lies, what it holds, and the job that makes it.

`readings_of(view, run)` is what another page asks for: the readings of one run, or None where nobody read it yet.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import streamlit as st

from core.evidence.comparison.confusion import rows_of_cell
from core.evidence.comparison.table import ComparisonTable
from core.evidence.readings.filters import Filter
from core.evidence.readings.opened import OpenReadings
from core.evidence.readings.questions import page
from core.evidence.readings.source import RunSource
from core.evidence.readings.table import (
    Readings,
    ReadingsError,
    described,
    finished_parts,
    made_from,
    parts_folder,
)
from core.model.bundle import Bundle
from core.recordings.windows import STRIDE, window_count
from dashboard import feedback, jobs, places
from dashboard.components import counted, listed, sentence
from dashboard.data import Dataset, file_stamp
from dashboard.job_view import closed, duration
from dashboard.shell import View

# how long what a folder holds is taken to be true, in seconds
FRESH_S = 10
# with fewer runs than this a table that is being made is not worth a look
FIRST_RUNS = 5
# measured on one core of this project's machine, with everything that is scored
SECONDS_A_WINDOW = 0.006
# what takes no longer than this begins without being asked for
ALONE_S = 120.0


@dataclass(frozen=True)
class Place:
    """Where the readings of a dataset by a bundle, with some modalities muted, are or will be."""

    out: Path
    made: str
    source: RunSource
    bundle: Bundle
    without: tuple[str, ...]

    @property
    def job(self) -> str:
        """The key of the job that makes them."""
        return jobs.key_of("read", self.out)


@dataclass(frozen=True)
class Shown:
    """A table that is there; `key` tells it, as it is now, from every other.

    place: where it is or will be; whole: every run was read, if only as it was then; misses: runs that came or changed
    since; failures: run -> why it could not be read.
    """

    table: OpenReadings
    place: Place
    key: str
    files: tuple[str, ...]
    whole: bool
    misses: tuple[str, ...]
    failures: Mapping[str, str]

    @property
    def answers(self) -> ComparisonTable:
        """The same windows with every answer of the bundle; where there are none, say so and end the page."""
        with _opening(self.place, self.files):
            return _answers(self.key, self.files, self.table)


def place_of(view: View, without: Sequence[str] = ()) -> Place | None:
    """Where the readings of a view are; None where it has no dataset or no bundle."""
    if view.dataset is None or view.bundle is None:
        return None
    source = source_of(view.dataset)
    made = made_from(view.bundle, STRIDE, without)
    name = places.plain(view.dataset.name)
    out = (
        places.build_folder()
        / "readings"
        / f"{name}-{jobs.key_of(view.dataset.path.absolute(), made)}.parquet"
    )
    return Place(out, made, source, view.bundle, tuple(without))


def source_of(dataset: Dataset) -> RunSource:
    """The runs of a dataset, each told from every other, as they were a few seconds ago at most."""
    return _source(_stamp(dataset), str(dataset.path))


def _stamp(dataset: Dataset) -> str:
    return (
        file_stamp(next(iter(dataset.files.values())))
        if dataset.is_store and dataset.files
        else str(dataset.path)
    )


@st.cache_resource(max_entries=4, ttl=FRESH_S, show_spinner=False)
def _source(stamp: str, path: str) -> RunSource:
    return RunSource.open(path)


def shown(place: Place) -> Shown | None:
    """The table as far as it is there; None where nothing was read yet."""
    found = _described(file_stamp(place.out), str(place.out))
    if found is not None and found.made == place.made:
        key = file_stamp(place.out)
        return _open(place, key, (str(place.out),), found)
    parts = _parts(str(place.out), place.made)
    if not parts:
        return None
    return _open(place, f"{place.out}:{place.made}:{len(parts)}", parts)


def _open(place: Place, key: str, files: tuple[str, ...], whole: Readings | None = None) -> Shown:
    """The table in these files; `whole` describes it where all runs are in it."""
    with _opening(place, files):
        table = _load(key, files)
    if whole is not None:
        found = Shown(table, place, key, files, True, whole.misses(place.source), whole.failures)
    else:
        left = tuple(run for run in place.source.runs if run not in table.runs)
        found = Shown(table, place, key, files, False, left, {})
    table.cell = lambda name: rows_of_cell(found.answers.scored(), name)
    return found


@contextmanager
def _opening(place: Place, files: tuple[str, ...]) -> Iterator[None]:
    """What opens files of readings; where parts were put together into their table meanwhile, the page begins again."""
    try:
        yield
    except ReadingsError as error:
        whole = described(place.out)
        if files != (str(place.out),) and whole is not None and whole.made == place.made:
            _parts.clear()
            feedback.stay()
            st.rerun()
        st.error(sentence(str(error)), icon=":material/error:")
        st.stop()


@st.cache_resource(max_entries=8, show_spinner=False)
def _described(stamp: str, out: str) -> Readings | None:
    return described(Path(out))


@st.cache_data(max_entries=8, ttl=FRESH_S, show_spinner=False)
def _parts(out: str, made: str) -> tuple[str, ...]:
    return tuple(str(path) for path in finished_parts(Path(out), made))


@st.cache_resource(max_entries=3, show_spinner="Opening the readings")
def _load(key: str, files: tuple[str, ...]) -> OpenReadings:
    return OpenReadings.load([Path(file) for file in files])


@st.cache_resource(max_entries=3, show_spinner="Opening the answers")
def _answers(key: str, files: tuple[str, ...], _table: OpenReadings) -> ComparisonTable:
    return ComparisonTable.open([Path(file) for file in files], _table)


def held_out(place: Place) -> frozenset[str]:
    """The runs of the source with which the bundle is scored; those with none of the training's windows come first."""
    return frozenset(place.bundle.manifest.runs.get("test", ())) & frozenset(place.source.runs)


def scored_begun(place: Place) -> bool:
    """Whether all runs are read with which the bundle is scored; for those who wait for them."""
    wanted = held_out(place)
    if not wanted:
        return begun(place)
    folder = parts_folder(place.out)
    if not all((folder / f"{run}.parquet").is_file() for run in wanted):
        return False
    _parts.clear()
    return True


def begun(place: Place) -> bool:
    """Whether the first runs were read; for those who wait for them."""
    if len(finished_parts(place.out, place.made)) < FIRST_RUNS:
        return False
    _parts.clear()
    return True


def read_all(place: Place, title: str) -> None:
    """Start the job that reads what has not been read; for callbacks."""
    muted = [word for name in place.without for word in ("--without", name)]
    _parts.clear()
    jobs.start(
        place.job,
        title,
        [
            "read",
            str(place.bundle.path.absolute()),
            str(place.source.path.absolute()),
            "--out",
            str(place.out),
            *muted,
        ],
    )


def windows_to_read(place: Place) -> int | None:
    """How many windows the source has; None where that cannot be told without reading it."""
    if place.source.store is None:
        return None
    return sum(window_count(entry.rows) for entry in place.source.store.entries)


def start_alone(place: Place, title: str) -> bool:
    """Start the job by itself where nobody has asked for it yet and it takes no longer than people wait."""
    windows = windows_to_read(place)
    if windows is None or windows * SECONDS_A_WINDOW > ALONE_S:
        return False
    if jobs.look(place.job).state != "none" or closed(place.job):
        return False
    read_all(place, title)
    return True


def offer_words(place: Place) -> str:
    """What reading everything would be: how many windows of how many runs, and about how long it takes."""
    runs, windows = counted(len(place.source.runs), "run"), windows_to_read(place)
    muted = f" without {listed([name.replace('_', ' ') for name in place.without])}" if place.without else ""
    if windows is None:
        much = f"{runs} are read window by window{muted}"
    else:
        took = duration(windows * SECONDS_A_WINDOW)
        much = f"{windows:,} windows of {runs} are read{muted}, in about {took} on one core"
    return (
        f"{much}. That is done once and kept; it goes on when this page is left, and can be cancelled and taken up "
        "again."
    )


def gap_words(found: Shown) -> str:
    """What a table lacks, in a sentence."""
    if found.whole:
        return f"{counted(len(found.misses), 'run')} came or changed since these windows were read."
    return f"{counted(len(found.misses), 'run')} have not been read yet: what follows is about the others."


def readings_of(view: View, run: str, without: Sequence[str] = ()) -> pd.DataFrame | None:
    """The readings of one run, a row a window in order, in the columns of `core.evidence.readings`; None: not read."""
    place = place_of(view, without)
    found = shown(place) if place is not None else None
    if found is None or run not in found.table.runs or run in found.misses:
        return None
    return _of_run(found.key, run, found.table)


@st.cache_data(max_entries=64, show_spinner=False)
def _of_run(key: str, run: str, _table: OpenReadings) -> pd.DataFrame:
    return page(_table, Filter(choices=(("run", (run,)),)), limit=_table.runs[run].windows)
