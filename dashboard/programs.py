"""The programs that a run can be held against: those that the dataset's runs showed, and files that were loaded."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import streamlit as st

from core.errors import ToolmarkError
from core.evidence.track_truth import Listing, executed_listings
from core.gcode.modal import Units
from core.model.bundle import Bundle
from core.recordings.atomic import write_bytes, write_text
from core.tracking.intended import Intended
from dashboard import data, jobs, places
from dashboard.data import Dataset, file_stamp

# with more rows than this in a dataset its programs are not collected: every run would have to be read
MOST_ROWS = 2_000_000
# a larger file is no program that anybody wrote
MOST_BYTES = 20_000_000
FILE = "file-"
LONGEST = 40


@dataclass(frozen=True)
class Uploaded:
    """A G-code file that was loaded: its name in the address, its own name, where it lies."""

    key: str
    name: str
    path: Path


def known(dataset: Dataset) -> Mapping[str, Listing]:
    """The programs that the runs of a dataset showed; none of a folder that is no store, or of a very large one."""
    if not dataset.is_store or sum(entry.rows for entry in data.open_store(dataset).entries) > MOST_ROWS:
        return {}
    return _known(file_stamp(dataset.files[dataset.runs[0]]) if dataset.runs else "", dataset)


def completed(listings: Mapping[str, Listing], bundle: Bundle) -> dict[str, Listing]:
    """Known programs with what a bundle's training runs showed of them: to hold a run against a program, all of its
    lines are needed. Beside a run as its truth stands only what the dataset itself shows.
    """
    return {name: one.completed(bundle.programs.timeline(name)) for name, one in listings.items()}


@st.cache_resource(max_entries=4, show_spinner="Collecting the programs that the runs executed")
def _known(stamp: str, _dataset: Dataset) -> dict[str, Listing]:
    store = data.open_store(_dataset)
    kept = places.build_folder() / "programs" / f"{jobs.key_of(_dataset.path.absolute(), store.digest)}.json"
    try:
        said = json.loads(kept.read_text(encoding="utf-8"))
        return {name: _listing(one) for name, one in said.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        found = executed_listings(store)
    said = {name: {"lines": list(one.lines.items()), "runs": one.runs} for name, one in found.items()}
    write_text(kept, json.dumps(said))
    return found


def _listing(said: Mapping[str, list[list[str]] | int]) -> Listing:
    lines, runs = said["lines"], said["runs"]
    if not isinstance(lines, list) or not isinstance(runs, int):
        raise TypeError
    return Listing({int(number): str(line) for number, line in lines}, runs)


def folder() -> Path:
    """Where files that were loaded lie."""
    return places.build_folder() / "intended"


def keep(name: str, content: bytes, unit: Units) -> Uploaded:
    """Keep a file that was loaded, so that a link to it works on this server.

    Raises:
        ToolmarkError: it is no program, and why.
    """
    own = Path(name).name
    if len(content) > MOST_BYTES:
        raise ToolmarkError(f"{own} has {len(content) / 1e6:.0f} MB: give a program of at most 20 MB.")
    Intended.of_bytes(own, content, unit)
    digest = sha256(content).hexdigest()[:10]
    key = f"{FILE}{places.plain(Path(own).stem, 'program')[:LONGEST].rstrip('_-')}-{digest}"
    path = folder() / f"{key}.nc"
    if not path.exists():
        write_bytes(path, content)
        write_text(path.with_suffix(".name"), own)
    return Uploaded(key, own, path)


def uploaded(key: str) -> Uploaded | None:
    """The file of that name in the address; None where it is not on this server."""
    if not key.startswith(FILE) or key != places.plain(key):
        return None
    path = folder() / f"{key}.nc"
    if not path.is_file():
        return None
    try:
        name = path.with_suffix(".name").read_text(encoding="utf-8").strip()
    except OSError:
        name = path.name
    return Uploaded(key, name, path)


def opened(key: str, listings: Mapping[str, Listing], unit: Units) -> Intended | None:
    """The program of that name: a known one or a file; None where there is none.

    Raises:
        ToolmarkError: the file is no longer a program.
    """
    if key in listings:
        return Intended.of_listing(key, listings[key].lines)
    file = uploaded(key)
    if file is None:
        return None
    return Intended.of_bytes(file.name, file.path.read_bytes(), unit)
