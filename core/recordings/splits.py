"""The four protocols' splits: windows at random, whole runs, or one program left out."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split

from core.errors import ToolmarkError
from core.recordings.inputs import PROTOCOLS

__all__ = [
    "PROTOCOLS",
    "RunSplit",
    "SplitError",
    "WindowSplit",
    "deal_folds",
    "read_folds",
    "split_runs",
    "split_windows",
]

# 70/15/15
SHARES = (0.70, 0.15, 0.15)
# from this many runs on, an operation has a run in each part
SMALLEST_SPLIT = 3


class SplitError(ToolmarkError):
    """A split that cannot be made."""


@dataclass(frozen=True, eq=False)
class WindowSplit:
    """Masks over the windows, bool [N] each: every window is in exactly one part."""

    train: NDArray[np.bool_]
    val: NDArray[np.bool_]
    test: NDArray[np.bool_]


@dataclass(frozen=True)
class RunSplit:
    """Names of runs, sorted: every run is in exactly one part."""

    train: tuple[str, ...]
    val: tuple[str, ...]
    test: tuple[str, ...]

    @property
    def digest(self) -> str:
        """sha256 of the three lists."""
        parts = {field.name: getattr(self, field.name) for field in fields(self)}
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def split_windows(operation_type: NDArray[np.int64], seed: int) -> WindowSplit:
    """The seed's split: windows at random, 70/15/15, stratified by operation.

    operation_type: int64 [N]. Windows that overlap fall into different parts: that is what this split hides.
    An operation with too few windows for each part is stratified together with its like.
    """
    n = len(operation_type)
    if n < 2 * SMALLEST_SPLIT:
        raise SplitError(f"{n} windows are too few to split: import more or longer runs.")
    rest = round(n * (SHARES[1] + SHARES[2]))
    train, rest_rows = _halves(np.arange(n), max(rest, 2), operation_type, seed)
    val, test = _halves(rest_rows, len(rest_rows) - len(rest_rows) // 2, operation_type, seed)
    return WindowSplit(*(np.isin(np.arange(n), part) for part in (train, val, test)))


def split_runs(
    runs: Sequence[str],
    operations: Sequence[str | None],
    *,
    seed: int = 0,
    folds: Mapping[str, int] | None = None,
    fold: int = 0,
    programs: Mapping[str, str] | None = None,
    program: str | None = None,
) -> RunSplit:
    """Split whole runs: by `folds` where given, with `program` left out where given, else 70/15/15.

    runs: names; operations: of each run. folds: run -> fold; fold k tests, k + 1 validates, the rest trains.
    programs: operation -> program; with `program` all runs that execute it are the test runs, and the other
    runs are split into training and validation. SplitError where a part would be empty.
    """
    if len(set(runs)) != len(runs):
        raise SplitError("Two runs have one name: rename one of them and import again.")
    if not len(runs):
        raise SplitError("There are no runs to split: import some first.")
    operation_of = dict(zip(runs, operations, strict=True))
    if program is not None:
        return _checked(_without_program(operation_of, programs or {}, program, seed))
    if folds is not None:
        return _checked(_by_fold(runs, folds, fold))
    return _checked(_at_random(operation_of, seed))


def read_folds(path: str | Path) -> dict[str, int]:
    """Run -> fold, from a CSV with the columns `run` and `fold` (folds counted from 0)."""
    path = Path(path)
    try:
        table = pd.read_csv(path, dtype={"run": "str"}, encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise SplitError(f"The folds {path} cannot be read: {reason}.") from None
    for column in ("run", "fold"):
        if column not in table:
            raise SplitError(
                f"The folds {path} have no column {column!r}: write a table of run, operation, fold."
            )
    numbers = pd.to_numeric(table["fold"], errors="coerce")
    wrong = np.flatnonzero(
        (numbers.isna() | (numbers % 1 != 0) | (numbers < 0) | table["run"].isna()).to_numpy()
    )
    if len(wrong):
        raise SplitError(
            f"The folds {path}, row {wrong[0] + 1}: a run's name and a fold (0, 1, 2 ...) are needed."
        )
    twice = table["run"][table["run"].duplicated()]
    if len(twice):
        raise SplitError(f"The folds {path} name the run {twice.iloc[0]} twice: keep one row a run.")
    return dict(zip(table["run"].tolist(), numbers.astype(int).tolist(), strict=True))


def deal_folds(operation_of: Mapping[str, str | None], n_folds: int) -> dict[str, int]:
    """Run -> fold where no file says: the runs of each operation dealt in turn, neighbours two folds apart.

    So an operation of two runs, dealt into five folds, is learned from in each of them.
    """
    if n_folds < SMALLEST_SPLIT:
        raise SplitError(f"{n_folds} folds are too few: one tests, one validates, the rest trains.")
    folds: dict[str, int] = {}
    for start, operation in enumerate(sorted({str(name) for name in operation_of.values()})):
        runs = sorted(run for run, own in operation_of.items() if str(own) == operation)
        for place, run in enumerate(runs):
            # of an even number of folds two steps reach but a half
            turned = 2 * place // n_folds if n_folds % 2 == 0 else 0
            folds[run] = (start + 2 * place + turned) % n_folds
    return folds


def _halves(
    rows: NDArray[np.int64], second: int, operation_type: NDArray[np.int64], seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    classes = operation_type[rows]
    kinds, counts = np.unique(classes, return_counts=True)
    share = second / len(rows)
    # a class needs a window on either side, or stratifying fails
    rare = kinds[counts * min(share, 1 - share) < 1]
    grouped = np.where(np.isin(classes, rare), np.int64(-2), classes)
    groups, sizes = np.unique(grouped, return_counts=True)
    fits = sizes.min() >= 2 and len(groups) <= min(second, len(rows) - second)
    first_rows, second_rows = train_test_split(
        rows, test_size=second, random_state=seed, stratify=grouped if fits else None
    )
    return np.sort(first_rows), np.sort(second_rows)


def _at_random(operation_of: Mapping[str, str | None], seed: int) -> RunSplit:
    parts: tuple[list[str], list[str], list[str]] = ([], [], [])
    rng = np.random.default_rng(seed)
    for operation in sorted({str(name) for name in operation_of.values()}):
        runs = sorted(run for run, own in operation_of.items() if str(own) == operation)
        shuffled = [runs[place] for place in rng.permutation(len(runs))]
        n_val, n_test = _part_sizes(len(runs))
        parts[1].extend(shuffled[:n_val])
        parts[2].extend(shuffled[n_val : n_val + n_test])
        parts[0].extend(shuffled[n_val + n_test :])
    return RunSplit(*(tuple(sorted(part)) for part in parts))


def _part_sizes(n: int) -> tuple[int, int]:
    """Runs for validation and for the test, of the n runs of one operation."""
    if n < SMALLEST_SPLIT:
        return 0, 0
    return max(1, round(n * SHARES[1])), max(1, round(n * SHARES[2]))


def _by_fold(runs: Sequence[str], folds: Mapping[str, int], fold: int) -> RunSplit:
    strangers = sorted(set(runs) - set(folds))
    if strangers:
        raise SplitError(f"The folds do not name the run {strangers[0]}: add a row for it.")
    n_folds = max(folds.values()) + 1
    if not 0 <= fold < n_folds:
        raise SplitError(f"There is no fold {fold}: the folds are 0 to {n_folds - 1}.")
    if n_folds < SMALLEST_SPLIT:
        raise SplitError(f"{n_folds} folds are too few: one tests, one validates, the rest trains.")
    parts: dict[str, list[str]] = {"train": [], "val": [], "test": []}
    for run in sorted(runs):
        behind = (folds[run] - fold) % n_folds
        parts[{0: "test", 1: "val"}.get(behind, "train")].append(run)
    return RunSplit(**{name: tuple(part) for name, part in parts.items()})


def _without_program(
    operation_of: Mapping[str, str | None], programs: Mapping[str, str], program: str, seed: int
) -> RunSplit:
    test = tuple(sorted(run for run, own in operation_of.items() if programs.get(str(own)) == program))
    if not test:
        known = ", ".join(sorted(set(programs.values())))
        raise SplitError(f"No run executes the program {program!r}: choose one of {known}.")
    rest = _at_random({run: own for run, own in operation_of.items() if run not in test}, seed)
    return RunSplit(tuple(sorted((*rest.train, *rest.test))), rest.val, test)


def _checked(split: RunSplit) -> RunSplit:
    for field in fields(split):
        if not getattr(split, field.name):
            raise SplitError(
                f"No run is left for the {field.name} part: import at least three runs of an operation."
            )
    return split
