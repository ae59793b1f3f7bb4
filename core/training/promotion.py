"""Promoting a trained bundle: a copy under a name of its own, and the first choice for a dataset; undone as easily.

`promoted.json` in the folder of the copies says which there are. A bundle that is there is never written over.
"""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from core.errors import ToolmarkError
from core.locks import patiently
from core.model.bundle import load_bundle
from core.recordings.atomic import replacing_folder, write_text
from core.training.record import FOLDER, RECORD, now

FILE = "promoted.json"
LOCK = ".promoted.lock"
# what a copy holds beside the files of the bundle itself
LOGS = ("stage1.csv", "stage2.csv", RECORD)


class PromotionError(ToolmarkError):
    """A bundle that cannot be promoted."""


@dataclass(frozen=True)
class Promoted:
    """One promoted bundle: its name, the training that it was copied from, the dataset it is for, and when."""

    name: str
    training: str
    dataset: str
    at: str


def promoted(folder: Path) -> tuple[Promoted, ...]:
    """The promoted bundles of a folder, the latest last; one whose copy is gone is left out."""
    try:
        said = json.loads((folder / FILE).read_text(encoding="utf-8"))
        found = [Promoted(**{key: str(value) for key, value in each.items()}) for each in said]
    except (OSError, ValueError, TypeError, AttributeError):
        return ()
    return tuple(each for each in found if (folder / each.name / "bundle.json").is_file())


def promote(training: Path, folder: Path, name: str, dataset: str) -> Path:
    """Copy the bundle of a training into `folder` as `name`, and make it the first choice for a dataset.

    Raises:
        ToolmarkError: the bundle does not open, or something of that name is there.
    """
    load_bundle(training)
    if not name or Path(name).name != name or name.startswith("."):
        raise PromotionError(f"“{name}” cannot be the name of a folder: use letters, digits, - and _.")
    with _changing(folder):
        if (folder / name).exists():
            raise PromotionError(f"There is a bundle {name} in {folder} already: give another name.")
        with replacing_folder(folder / name) as aside:
            for file in training.iterdir():
                if file.is_file() and not file.name.startswith("."):
                    shutil.copy2(file, aside / file.name)
            for log in LOGS:
                if (training / FOLDER / log).is_file():
                    (aside / FOLDER).mkdir(exist_ok=True)
                    shutil.copy2(training / FOLDER / log, aside / FOLDER / log)
        _write(folder, (*promoted(folder), Promoted(name, str(training.absolute()), dataset, now())))
    return folder / name


def undo(folder: Path, name: str) -> None:
    """Take a promoted bundle away; the training that it was copied from stays, and the one promoted before holds again.

    Raises:
        PromotionError: none of that name was promoted.
    """
    with _changing(folder):
        there = promoted(folder)
        if name not in {each.name for each in there}:
            raise PromotionError(f"{name} was not promoted in {folder}: nothing was taken away.")
        _write(folder, tuple(each for each in there if each.name != name))
        aside = folder / f".gone.{name}"
        shutil.rmtree(aside, ignore_errors=True)
        (folder / name).rename(aside)
        shutil.rmtree(aside, ignore_errors=True)


def first_choice(folder: Path, dataset: str) -> str | None:
    """The name of the bundle that was promoted last for a dataset."""
    return next((each.name for each in reversed(promoted(folder)) if each.dataset == dataset), None)


@contextmanager
def _changing(folder: Path) -> Iterator[None]:
    with patiently(folder / LOCK) as own:
        if own is None:
            raise PromotionError(f"Somebody else promotes in {folder} at this moment: try again.")
        yield


def _write(folder: Path, entries: tuple[Promoted, ...]) -> None:
    write_text(
        folder / FILE, json.dumps([asdict(each) for each in entries], indent=1, ensure_ascii=False) + "\n"
    )
