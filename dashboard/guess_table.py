"""The guessed columns as a table that a person can correct, a page at a time, however many columns there are."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from core.recordings.describe import CellProblem, ColumnGuess, Proposal
from core.recordings.describe.proposal import ROLES

PAGE = 25
UNSURE = 0.5
# fields of a column that the editor lets a person change
EDITABLE = ("role", "board", "quantity", "modality", "unit", "scale", "offset")
ALL, DOUBTFUL, CORRECTED, WRONG = "All", "Unsure", "Corrected", "To mend"
VIEWS = (ALL, DOUBTFUL, CORRECTED, WRONG)
FIRST_UNSURE, AS_IN_FILE, BY_BOARD = "Unsure first", "As in the file", "By board"
ORDERS = (FIRST_UNSURE, AS_IN_FILE, BY_BOARD)

Changes = dict[str, dict[str, Any]]


def shown(
    proposal: Proposal,
    before: Proposal,
    changes: Mapping[str, Any],
    *,
    view: str = ALL,
    roles: Sequence[str] = (),
    text: str = "",
    order: str = FIRST_UNSURE,
) -> list[ColumnGuess]:
    """The columns that fit the filters, in order. The order is that of the guess before it was corrected, so that a row
    stays where it is while it is being mended.
    """
    wanted = _tests(proposal, changes)[view]
    text = text.strip().lower()
    found = [
        column
        for column in proposal.columns
        if wanted(column)
        and (not roles or column.role in roles)
        and (not text or text in f"{column.name} {column.board} {column.modality} {column.evidence}".lower())
    ]
    if order == FIRST_UNSURE:
        return sorted(found, key=lambda column: before.column(column.name).confidence)
    if order == BY_BOARD:
        return sorted(
            found, key=lambda column: (not before.column(column.name).board, before.column(column.name).board)
        )
    return found


def counts(proposal: Proposal, changes: Mapping[str, Any]) -> dict[str, int]:
    """How many columns each view has."""
    return {view: sum(map(test, proposal.columns)) for view, test in _tests(proposal, changes).items()}


def _tests(proposal: Proposal, changes: Mapping[str, Any]) -> dict[str, Callable[[ColumnGuess], bool]]:
    wrong = {problem.column for problem in proposal.wrong}
    return {
        ALL: lambda _: True,
        DOUBTFUL: lambda column: column.confidence < UNSURE,
        CORRECTED: lambda column: column.name in changes,
        WRONG: lambda column: column.name in wrong,
    }


def table(columns: Sequence[ColumnGuess], proposal: Proposal, changes: Mapping[str, Any]) -> pd.DataFrame:
    """The rows of the editor."""
    tests = _tests(proposal, changes)
    rows = [
        {
            "state": next((v.lower() for v in (WRONG, CORRECTED, DOUBTFUL) if tests[v](column)), ""),
            "column": column.name,
            "role": column.role,
            "board": column.board,
            "quantity": column.quantity,
            "modality": column.modality,
            "unit": column.unit,
            "sure": round(100 * column.confidence),
            "why": column.evidence,
            "samples": ", ".join(column.samples),
            "min": column.minimum,
            "max": column.maximum,
            "empty": round(100 * column.missing, 1),
            "scale": column.scale,
            "offset": column.offset,
        }
        for column in columns
    ]
    names = ["state", "column", "role", "board", "quantity", "modality", "unit", "sure", "why", "samples"]
    frame = pd.DataFrame(rows, columns=[*names, "min", "max", "empty", "scale", "offset"])
    return frame.astype({"min": "float64", "max": "float64"})


def edited(
    changes: Mapping[str, Mapping[str, Any]],
    before: Proposal,
    columns: Sequence[ColumnGuess],
    cells: Mapping[int, Mapping[str, Any]],
) -> Changes:
    """The changes with those of the editor: place of the row -> field -> value; what is as guessed is no change."""
    found = {name: dict(own) for name, own in changes.items()}
    for place, own in cells.items():
        for field, value in own.items():
            _set(found, before.column(columns[place].name), field, value)
    return found


def set_all(
    changes: Mapping[str, Mapping[str, Any]],
    before: Proposal,
    columns: Sequence[ColumnGuess],
    field: str,
    value: Any,
) -> Changes:
    """The changes with one field of many columns set to one value."""
    found = {name: dict(own) for name, own in changes.items()}
    for column in columns:
        _set(found, before.column(column.name), field, value)
    return found


def _set(changes: Changes, guess: ColumnGuess, field: str, value: Any) -> None:
    number = field in ("scale", "offset")
    value = (
        getattr(ColumnGuess("", ""), field)
        if value is None
        else float(value)
        if number
        else str(value).strip()
    )
    own = changes.setdefault(guess.name, {})
    own[field] = value
    if getattr(guess, field) == value:
        del own[field]
    if not own:
        del changes[guess.name]


def problem_words(problems: Sequence[CellProblem], most: int = 8) -> list[str]:
    """What is wrong, a sentence a cell, the first ones of many."""
    words = []
    for problem in problems[:most]:
        sentence = problem.sentence[:1].upper() + problem.sentence[1:]
        where = f"**{problem.column}**, {problem.field}" if problem.column else f"**{problem.field}**"
        words.append(f"{where}: {sentence}" if problem.column or problem.field else sentence)
    if len(problems) > most:
        words.append(f"{len(problems) - most} more: choose “{WRONG}” above the table to see them all.")
    return words


def roles_words(proposal: Proposal) -> str:
    """How many columns have which role, "31 side, 12 controller"."""
    counted = {role: sum(column.role == role for column in proposal.columns) for role in ROLES}
    return ", ".join(f"{count} {role}" for role, count in counted.items() if count)
