"""Verdicts of runs against programs: worked out once, kept under `build/verdicts`; and how good runs score."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import streamlit as st
import torch

from core.evidence.truth import EvidenceError
from core.evidence.verification_rates import KEPT, Trial, made_by, read_trials
from core.model.bundle import Bundle
from core.recordings.atomic import write_text
from core.recordings.recording import Recording
from core.tracking.intended import Intended
from core.tracking.verification import PACE_MM, TOLERANCE_MM, Deviation, verify
from dashboard import data, jobs, places
from dashboard.readbacks import Place

# another number whenever `verify` finds anything else: what was kept is then found anew
FORMAT = "toolmark verdict 1"


@dataclass(frozen=True)
class Verdict:
    """How a run stands against a program: the largest deviations in mm, and those over the tolerance by row."""

    lines_mm: float
    pace_mm: float
    operation: str
    deviations: tuple[Deviation, ...]

    @property
    def matches(self) -> bool:
        """Whether nothing is off by more than the tolerance."""
        return not self.deviations

    @property
    def first(self) -> Deviation | None:
        """The first deviation by row."""
        return self.deviations[0] if self.deviations else None


@dataclass(frozen=True)
class Good:
    """The trials of held-out runs against their own and against edited programs, and where they come from, in words."""

    trials: tuple[Trial, ...]
    source: str


def verdict(place: Place, recording: Recording, intended: Intended) -> Verdict:
    """Hold a run against a program; the same question is answered once.

    Raises:
        ToolmarkError: the run or the program cannot be followed.
    """
    judged = (FORMAT, TOLERANCE_MM, PACE_MM)
    key = jobs.key_of(*judged, place.bundle.digest, place.stamp, intended.digest)
    return _verdict(key, place, recording, intended)


@st.cache_resource(max_entries=128, show_spinner=False)
def _verdict(key: str, _place: Place, _recording: Recording, _intended: Intended) -> Verdict:
    kept = places.build_folder() / "verdicts" / f"{key}.json"
    try:
        said = json.loads(kept.read_text(encoding="utf-8"))
        return Verdict(**said | {"deviations": tuple(Deviation(**one) for one in said["deviations"])})
    except (OSError, ValueError, KeyError, TypeError):
        torch.set_num_threads(1)
        found = verify(_place.bundle, _recording, _intended.lines)
    made = Verdict(found.lines_mm, found.pace_mm, found.operation, found.deviations)
    write_text(kept, json.dumps(asdict(made)))
    return made


def trials_file(bundle: Bundle) -> Path:
    """Where the job of this dashboard keeps the trials of a bundle."""
    return (
        places.build_folder() / "verification" / f"{places.plain(bundle.path.name)}-{_made_by(bundle)}.json"
    )


def _made_by(bundle: Bundle) -> str:
    return _made(bundle.digest, bundle)


@st.cache_data(max_entries=8, show_spinner=False)
def _made(digest: str, _bundle: Bundle) -> str:
    return made_by(_bundle)


def good_runs(bundle: Bundle) -> Good | None:
    """How held-out runs score against their own programs; None where that was never measured for this bundle."""
    named = {bundle.path / KEPT: "kept in the bundle", trials_file(bundle): "measured here"}
    for path, source in named.items():
        try:
            return Good(_trials(data.file_stamp(path), _made_by(bundle), path), source)
        except EvidenceError:
            continue
    return None


@st.cache_resource(max_entries=8, show_spinner=False)
def _trials(stamp: str, made: str, _path: Path) -> tuple[Trial, ...]:
    return tuple(read_trials(_path, made))


def job(bundle: Bundle) -> str:
    """The key of the job that measures how good runs score."""
    return jobs.key_of("verify", trials_file(bundle))


def measure(bundle: Bundle, store: Path) -> None:
    """Start the job that holds the bundle's held-out runs against their programs; for callbacks."""
    arguments: Sequence[str] = ("verify", str(bundle.path.absolute()), str(store.absolute()))
    jobs.start(
        job(bundle),
        f"Measuring how good runs score under {bundle.path.name}",
        [*arguments, "--json", str(trials_file(bundle))],
    )
