"""What the names of files and folders say of the operation that a run executes."""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

# words that call a file a recording, whatever it records
GENERAL = re.compile(
    r"(experiment|exp|run|test|data|sample|recording|record|log|trial|messung|file|part|csv|cut|c)[-_ ]?\d*",
    re.I,
)
OPERATION_CODE = re.compile(r"OP[-_]?\d+", re.I)
MONTHS = re.compile(r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*", re.I)
MOST_OPERATIONS = 60


class Naming(NamedTuple):
    """operation_from: pattern of the operation in a name, "" = none tells it; operation_in: file or folder;
    suffix: the end that all names share; operations: those found; why: in words."""

    operation_from: str
    operation_in: str
    suffix: str
    operations: tuple[str, ...]
    why: str


def find_operations(files: Sequence[Path], endings: Sequence[str]) -> Naming:
    """The operation in the names of runs, else in those of their folders."""
    stems = [_stem(file, endings) for file in files]
    suffix = _suffix(stems)
    bare = [stem.removesuffix(suffix) for stem in stems]
    if all(OPERATION_CODE.search(stem) for stem in bare):
        found = _distinct(OPERATION_CODE.findall(" ".join(bare)))
        return Naming(r"(OP[-_]?\d+)", "file", suffix, found, f"names of files hold {', '.join(found[:4])}")
    for pattern in (
        r"^([A-Za-z]+[0-9]*)[_-][0-9]+",
        r"^([A-Za-z][A-Za-z0-9]*(?:[_ -][A-Za-z][A-Za-z0-9]*)*)[_ -][0-9]+$",
    ):
        named = _matches(pattern, bare)
        if named and (len(named) > 1 or len(bare) == 1):
            return Naming(pattern, "file", suffix, named, f"names of files begin with {', '.join(named[:4])}")
    folders = [file.resolve().parent.name for file in files]
    kinds = _distinct(folders)
    if 1 < len(kinds) <= MOST_OPERATIONS and not all(GENERAL.fullmatch(kind) for kind in kinds):
        return Naming(r"^(.+)$", "folder", suffix, kinds, f"folders are called {', '.join(kinds[:4])}")
    return Naming(
        "", "file", suffix, (), "neither the names of files nor those of folders tell the operation"
    )


def _matches(pattern: str, stems: Sequence[str]) -> tuple[str, ...]:
    """The operations that a pattern finds, where it finds one in every name and they are few."""
    found = [match[1] for stem in stems if (match := re.search(pattern, stem))]
    if len(found) < len(stems) or any(GENERAL.fullmatch(one) or MONTHS.fullmatch(one) for one in found):
        return ()
    kinds = _distinct(found)
    # a name of its own for each file is the name of a run and no operation
    many = len(found) >= 4 and len(kinds) > 0.7 * len(found)
    return () if many or len(kinds) > MOST_OPERATIONS else kinds


def _distinct(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted(Counter(names)))


def _stem(file: Path, endings: Sequence[str]) -> str:
    for ending in sorted(endings, key=len, reverse=True):
        if file.name.lower().endswith(ending.lower()):
            return file.name[: -len(ending)]
    return file.stem


def _suffix(stems: Sequence[str]) -> str:
    """What stands behind the number of every name, e.g. `_aligned`."""
    match = re.search(r"(?<=\d)([_-][A-Za-z][A-Za-z_-]*)$", stems[0])
    return match[1] if match and all(stem.endswith(match[1]) for stem in stems) else ""
