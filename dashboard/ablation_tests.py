"""The test sets that Ablation scores again and again: opened once, scored beside the pages, kept on disk.

What is kept is shared with `python -m core ablate --results`, which may have scored it before.
"""

import threading
import uuid
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from core.errors import ToolmarkError
from core.evidence.ablation.removal import SEEDED, Removal
from core.evidence.ablation.scored import NOTHING, Ablation
from core.evidence.ablation.tested import HELD_OUT, Tested, part_to_score
from core.evidence.evaluation import Evaluation
from core.evidence.readings.source import RunSource
from core.model.bundle import Bundle
from dashboard import jobs, places, readings
from dashboard.components import counted
from dashboard.shell import View
from dashboard.worker import Standing, Task, Told, Worker

# window sets that stay open: some 50 MB each
MOST_OPEN = 2
# measured on one core of this project's machine: a window read both ways, and scored; a command that starts
SECONDS_A_WINDOW = 0.005
START_S = 5.0
_SESSION = "ablation_session"
PARTS = {
    "new": "runs of no part of the bundle's split",
    "validation": "validation runs, which chose when training stopped",
    "partly trained on": "runs that it partly **learned from**: these figures flatter",
    "trained on": "runs that it **learned from**: these figures flatter",
}


def results_folder() -> Path:
    """The folder of all evaluations of ablations."""
    return places.build_folder() / "ablations"


@dataclass(frozen=True, eq=False)
class TestSet:
    """The windows that a bundle is scored on, and what they are."""

    ablation: Ablation
    of: Tested

    @property
    def words(self) -> str:
        """What is scored, in words."""
        windows, runs = len(self.ablation.windows), len(set(self.ablation.windows.run.tolist()))
        much = f"{counted(windows, 'window')} of {counted(runs, 'run')}"
        if self.of.part == HELD_OUT:
            return f"{much} that {'it never saw' if not self.of.masks else 'are its test windows'}"
        left = f"; {counted(self.of.left_out, 'more run')} are left out" if self.of.left_out else ""
        return f"{much}, {PARTS[self.of.part]}{left}"


class _Desk:
    """The worker and the test sets that are open, the latest used last."""

    def __init__(self) -> None:
        self.worker = Worker()
        self._open: OrderedDict[str, TestSet] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, key: str) -> TestSet | None:
        with self._lock:
            if key in self._open:
                self._open.move_to_end(key)
            return self._open.get(key)

    def put(self, key: str, found: TestSet) -> TestSet:
        with self._lock:
            self._open[key] = found
            while len(self._open) > MOST_OPEN:
                self._open.popitem(last=False)
        return found


@st.cache_resource(max_entries=1, show_spinner=False)
def _desk() -> _Desk:
    return _Desk()


@dataclass(frozen=True)
class Place:
    """A bundle and the recordings that it is scored on; `key` tells both, as they are now, from all others."""

    key: str
    bundle: Bundle
    source: RunSource

    @property
    def test_set(self) -> TestSet | None:
        """The test set; None while it is not open."""
        return _desk().find(self._shelf)

    def known(self, removal: Removal) -> Evaluation | None:
        """What was scored before; None where it was not, or the test set is not open yet."""
        found = self.test_set
        return found.ablation.known(removal) if found is not None else None

    def task(self, removal: Removal) -> Task:
        """The scoring of a removal, opening the test set where it has to be."""

        def work(told: Told) -> None:
            found = self.test_set or self._opened(told)
            found.ablation.evaluation(removal, lambda done, total: told(done, total, "windows"))

        return Task(self._key(removal), work)

    def standing(self, removal: Removal) -> Standing:
        """How the scoring of a removal stands."""
        return _desk().worker.standing(self._key(removal))

    def forgive(self, removal: Removal) -> None:
        """Let a scoring that failed be tried again."""
        _desk().worker.forgive(self._key(removal))

    @property
    def _shelf(self) -> str:
        """Where the open test set is: it knows the folder that its evaluations are kept in."""
        return f"{self.key} {results_folder()}"

    def _key(self, removal: Removal) -> str:
        seed = removal.seed if removal.way in SEEDED else 0
        mask = removal.mask(self.bundle)
        return jobs.key_of(self._shelf, mask.tobytes().hex(), removal.way if mask.any() else "", seed)

    def _opened(self, told: Told) -> TestSet:
        told(0, 0, "runs")
        of = part_to_score(self.bundle, self.source)
        windows = of.windows(lambda done, total: told(done, total, "runs"))
        return _desk().put(self._shelf, TestSet(Ablation(self.bundle, windows, results_folder()), of))


def place_of(view: View) -> Place | None:
    """Where a view's bundle is scored; None without a bundle or recordings."""
    try:
        found = readings.place_of(view)
    except ToolmarkError:
        return None
    if found is None:
        return None
    runs = sorted(found.source.digests.items())
    return Place(jobs.key_of(found.bundle.digest, found.source.path, runs), found.bundle, found.source)


def ask(place: Place, removals: Sequence[Removal]) -> None:
    """Have these scored, in this order, in place of what this session asked for before."""
    session = st.session_state.setdefault(_SESSION, uuid.uuid4().hex)
    wanted = [removal for removal in dict.fromkeys((NOTHING, *removals)) if place.known(removal) is None]
    _desk().worker.ask(session, [place.task(removal) for removal in wanted])
