"""The jobs that fill the tables of ablations: the same command as on the command line, one a table."""

from collections.abc import Sequence
from typing import Literal

from core.evidence.ablation.cases import boards, cases, kinds_named, modalities
from core.evidence.ablation.removal import Way
from core.evidence.ablation.shapley import LEAST_ORDERS
from core.evidence.ablation.table_file import Ablated
from core.recordings.windows import STRIDE, window_count
from dashboard import ablation_kept, data, job_view, jobs
from dashboard.ablation_tests import SECONDS_A_WINDOW, START_S, Place, results_folder
from dashboard.shell import View

Sheet = Literal["modality", "kept", "board", "pair", "shapley"]
TITLES: dict[Sheet, str] = {
    "modality": "One removed",
    "kept": "One kept",
    "board": "One board removed",
    "pair": "Two removed",
    "shapley": "Shapley values",
}
# windows of a run of which nothing else is known
WINDOWS_OF_A_RUN = 30


def key_of(place: Place, way: Way, sheet: Sheet) -> str:
    """The key of the job that fills a table."""
    return jobs.key_of("ablation table", place.key, way, sheet)


def start(place: Place, way: Way, sheets: Sequence[Sheet]) -> None:
    """Begin the jobs of some tables; they work one after the other."""
    for sheet in sheets:
        file = ablation_kept.table_file(place.key, way)
        csv = file.with_name(f"{file.stem}-{sheet}.csv")
        arguments = ["ablate", str(place.bundle.path.absolute()), str(place.source.path.absolute())]
        arguments += ["--json", str(file), "--results", str(results_folder()), "--way", way, "--any"]
        if sheet == "shapley":
            singles = file.with_name(f"{file.stem}-modality.csv")
            arguments += ["--table", "modality", "--out", str(singles), "--shapley", str(csv)]
        else:
            arguments += ["--table", sheet, "--out", str(csv)]
        title = f"{TITLES[sheet]}, {place.bundle.manifest.name}"
        jobs.start(key_of(place, way, sheet), title, arguments)


def missing(place: Place, found: Ablated | None, way: Way, sheet: Sheet) -> int:
    """How many evaluations a table still needs; of Shapley values the least that it takes."""
    names = modalities(place.bundle)
    known = found.scores.cases if found is not None else {}
    if sheet == "shapley":
        return 0 if found is not None and found.shapley else LEAST_ORDERS * max(1, len(names) - 1)
    if sheet == "board" and not boards(place.bundle):
        return 0
    return sum(case not in known for case in cases(place.bundle, kinds_named([sheet]), way))


def time_words(view: View, place: Place, evaluations: int) -> str:
    """How long so many evaluations take on one core."""
    return job_view.duration(START_S + evaluations * _windows(view, place) * SECONDS_A_WINDOW)


def _windows(view: View, place: Place) -> int:
    """How many windows are scored, as far as that is known before."""
    if place.test_set is not None:
        return len(place.test_set.ablation.windows)
    own = place.bundle.manifest.runs.get("test", ())
    evaluation = data.evaluation(view.folder) if view.folder is not None else None
    if evaluation is not None and evaluation.counts.runs:
        counts = evaluation.counts
        runs = counts.runs if place.bundle.protocol == "seed" else len(own)
        return round(counts.windows / counts.models / counts.runs * runs)
    store = place.source.store
    if store is not None:
        return sum(window_count(entry.rows, stride=STRIDE) for entry in store.entries if entry.run in own)
    return WINDOWS_OF_A_RUN * max(1, len(own))
