"""Every training that can be found from here, with its job and whether it was promoted; all of it read from files."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import streamlit as st

from core.errors import ToolmarkError
from core.evidence.evaluation import Evaluation
from core.evidence.evaluation_file import Headline, read_evaluation, read_headline
from core.training.ledger import Training, find, is_training, open_training, stamp
from core.training.promotion import Promoted, promoted
from core.training.record import shell, working
from dashboard import data, jobs, places
from dashboard.jobs import Job

# folders beside the project's own that are looked through for trainings
VARIABLE = "TOOLMARK_TRAININGS"
MOST = 5
FIGURES = ("metrics.json", "evaluation.json")
VERBS = ("experiment", "train")


@dataclass(frozen=True, eq=False)
class Entry:
    """A training as the page lists it; `training` is None where a job has been asked for and has written nothing yet.

    name: unique, as the address says it; own: it lies where the page puts trainings; shipped: it lies among the
    bundles that come with the project.
    """

    name: str
    path: Path
    training: Training | None
    job: Job
    promoted: Promoted | None = None
    own: bool = False
    shipped: bool = False

    @property
    def busy(self) -> bool:
        """It is at work, or will be."""
        return self.job.busy or (self.training is not None and self.training.state == "running")

    @property
    def state(self) -> str:
        """How it stands, in a word or two."""
        if self.job.busy:
            return self.job.state
        if self.training is None:
            return self.job.state
        if self.training.state != "done":
            failed = self.job.state == "failed" and self.training.state == "stopped"
            return "failed" if failed else self.training.state
        return "promoted" if self.promoted else "done"

    @property
    def resumable(self) -> bool:
        """It stopped before its end, and something tells how to go on; its figures are a part of an experiment."""
        if self.busy or not self.command:
            return False
        unscored = self.state == "done" and self.command[0] == VERBS[0] and figures_file(self.path) is None
        return unscored or self.state in ("stopped", "failed", "cancelled", "cut off", "stage 1 done")

    @property
    def command(self) -> tuple[str, ...]:
        """The arguments of `python -m core` that go on with it; none where nothing tells."""
        if self.training is not None and self.training.record is not None:
            return self.training.record.command
        return self.job.arguments[1:]


def job_key(path: Path) -> str:
    """The key of the job that trains in a folder."""
    return jobs.key_of("experiment", path.absolute())


def entries() -> tuple[Entry, ...]:
    """All trainings, those at work first, then the latest."""
    listed = promoted(places.promoted_folder())
    found: dict[str, Entry] = {}
    for prefix, path, shipped in _places():
        name = prefix if prefix not in found else f"{path.parent.name}/{path.name}"
        if path.parent == places.promoted_folder() and any(
            each.name == path.name and Path(each.training).is_dir() for each in listed
        ):
            # the training that it was copied from stands for it
            continue
        found[name] = Entry(
            name=name,
            path=path,
            training=_opened(str(path), stamp(path), working(path)),
            job=jobs.look(job_key(path)),
            promoted=_promotion(path, listed),
            own=path.parent == places.trainings_folder(),
            shipped=shipped,
        )
    found |= {each.name: each for each in _asked_for({entry.path.absolute() for entry in found.values()})}
    return tuple(sorted(found.values(), key=_order))


def _order(entry: Entry) -> tuple[bool, tuple[int, ...], str]:
    """Those at work first, then the latest first, then by name."""
    training = entry.training
    at = (training.started or training.finished) if training else "9"
    return not entry.busy, tuple(-ord(each) for each in at), entry.name


def _places() -> Iterator[tuple[str, Path, bool]]:
    """Name, folder and whether it is shipped, of each training."""
    for path in find(data.bundles_folder(), 1):
        yield path.name, path, True
    build = places.build_folder()
    for path in find(build):
        name = str(path.relative_to(build))
        yield name.removeprefix(f"{places.trainings_folder().name}/"), path, False
    for root in (Path(each) for each in os.environ.get(VARIABLE, "").split(os.pathsep) if each):
        for path in find(root):
            yield f"{root.name}/{path.relative_to(root)}", path, False


def _asked_for(there: set[Path]) -> Iterator[Entry]:
    """Trainings that a job is to begin, or could not, and of which no folder tells yet."""
    for job in jobs.every():
        said = job.arguments
        if len(said) > 2 and said[1] in VERBS and "--out" in said[:-1] and job.state not in ("none", "done"):
            path = _absolute(said[said.index("--out") + 1])
            if path not in there:
                yield Entry(
                    path.name, path, None, job, own=path.parent == places.trainings_folder().absolute()
                )


def _absolute(path: str) -> Path:
    return (places.ROOT / path).absolute()


# hundreds are asked for on each run of the page: Streamlit's own caches take a millisecond a question
@lru_cache(maxsize=1024)
def _opened(path: str, stamp: tuple[int, ...], at_work: bool) -> Training:
    return open_training(Path(path))


def again(entry: Entry) -> Entry:
    """The same training as it is by now."""
    path = entry.path
    known = is_training(path)
    training = _opened(str(path), stamp(path), working(path)) if known else None
    of_it = _promotion(path, promoted(places.promoted_folder()))
    return Entry(entry.name, path, training, jobs.look(job_key(path)), of_it, entry.own, entry.shipped)


def _promotion(path: Path, listed: Sequence[Promoted]) -> Promoted | None:
    """The latest promotion of a training; that of a copy whose training is gone stands for itself."""
    own = str(path.absolute())
    copy = path.name if path.parent == places.promoted_folder() else None
    return next((each for each in reversed(listed) if each.training == own or each.name == copy), None)


def chosen(wanted: Sequence[str], found: Sequence[Entry]) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    """The entries that are asked for, at most MOST, in the order asked for; and names that are not here."""
    by_name = {entry.name: entry for entry in found}
    there = tuple(by_name[name] for name in dict.fromkeys(wanted) if name in by_name)
    return there[:MOST], tuple(name for name in wanted if name not in by_name)


def of_bundle(folder: Path, found: Sequence[Entry]) -> Entry | None:
    """The training that made the bundle of a folder, or that it was copied from; None where it is not listed."""
    return next(
        (each for each in found if each.path.absolute() == folder.absolute()),
        next((each for each in found if each.promoted and each.promoted.name == folder.name), None),
    )


def go_on(entry: Entry) -> None:
    """Take a training up again where it was."""
    jobs.start(job_key(entry.path), f"Training {entry.name}", entry.command)


def command_words(entry: Entry) -> str:
    """The command that goes on with it, as it is typed; empty where nothing tells."""
    return shell(entry.command) if entry.command else ""


def figures_file(path: Path) -> Path | None:
    """The file of a training's figures: those that its bundle carries, or the ones that lie beside it."""
    return next((path / name for name in FIGURES if (path / name).is_file()), None)


def evaluation(path: Path) -> Evaluation | None:
    """The figures of a training on test windows; None where it was not scored."""
    file = figures_file(path)
    return None if file is None else _evaluation(data.file_stamp(file), file)


@st.cache_resource(max_entries=24, show_spinner=False)
def _evaluation(stamp: str, _file: Path) -> Evaluation | None:
    try:
        return read_evaluation(_file)
    except ToolmarkError:
        return None


def headline(path: Path) -> Headline | None:
    """The model's figures on all test windows; None where it was not scored."""
    file = figures_file(path)
    return None if file is None else _headline(data.file_stamp(file), file)


@lru_cache(maxsize=1024)
def _headline(stamp: str, file: Path) -> Headline | None:
    try:
        return read_headline(file)
    except ToolmarkError:
        return None
