"""Where the dashboard writes: imported stores, uploaded files and machine files, all under one folder."""

import os
import re
from pathlib import Path

from core.recordings.store import INDEX

ROOT = Path(__file__).resolve().parent.parent
BUILD_VARIABLE = "TOOLMARK_BUILD"
# names of datasets that are no imported stores
RESERVED = ("store", "bantam", "demo")
LONGEST_NAME = 60


def build_folder() -> Path:
    """The folder of all that is written; TOOLMARK_BUILD names another one."""
    return Path(os.environ.get(BUILD_VARIABLE) or ROOT / "build").expanduser()


def stores_folder() -> Path:
    """The folder whose subfolders are imported stores."""
    return build_folder() / "stores"


def stores() -> tuple[Path, ...]:
    """The stores that were imported here, by name."""
    folder = stores_folder()
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    return tuple(path for path in found if (path / INDEX).is_file() and not path.name.startswith("."))


def marks_file() -> Path:
    """The file of slices, tags and verdicts."""
    return build_folder() / "marks.sqlite"


def trainings_folder() -> Path:
    """The folder of trainings that were begun on the Experiments page, a subfolder each."""
    return build_folder() / "trainings"


def experiments_folder() -> Path:
    """The folder of stores and windows that trainings share."""
    return build_folder() / "experiments"


def promoted_folder() -> Path:
    """The folder whose subfolders are the bundles that were promoted here."""
    return build_folder() / "bundles"


def uploads_folder() -> Path:
    """The folder of uploaded files, a subfolder an upload."""
    return build_folder() / "uploads"


def machines_folder() -> Path:
    """The folder of machine files that were made here."""
    return build_folder() / "machines"


def plain(text: str, otherwise: str = "recordings") -> str:
    """A text as the name of a folder: letters, digits, - and _; `otherwise` where nothing is left."""
    name = re.sub(r"[^A-Za-z0-9_-]+", "_", text).strip("_-")[:LONGEST_NAME].strip("_-")
    return f"{name}_1" if name.lower() in RESERVED else name or otherwise


def name_problem(name: str) -> str | None:
    """What is wrong with a name for a store, in a sentence; None = nothing."""
    if not name:
        return "The dataset needs a name."
    if name != plain(name):
        if name.lower() in RESERVED:
            return f"“{name}” is the name of another dataset: choose another one, e.g. {plain(name)}."
        return (
            f"“{name}” cannot be the name of a folder: use letters, digits, - and _, {LONGEST_NAME} at most, "
            f"e.g. {plain(name)}."
        )
    return None


def shown(path: Path) -> str:
    """A path as people read it: from the project's folder on where it lies in it."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
