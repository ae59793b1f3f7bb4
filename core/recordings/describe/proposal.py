"""A proposed machine: what each column is taken for and why, and the settings of the whole."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from core.recordings.machine import Machine
from core.recordings.parts import WORD, FileFormat, plain_name

ROLES = (
    *("side", "ambient", "controller", "categorical", "time"),
    *("line text", "line number", "operation", "index", "ignored"),
)
CHANNEL_ROLES = ("side", "ambient", "controller")
# of these a machine has one at most
SINGLE_ROLES = ("time", "line text", "line number", "operation")


@dataclass(frozen=True)
class ColumnGuess:
    """What a column is taken for.

    evidence: the reasons in words; confidence: 0 to 1; samples: some of its cells; minimum, maximum: in the sample,
    before `scale` and `offset`; missing: share of empty cells; codes: of a categorical column; bin: see `Column`.
    values: all of the sample, of a column that has few.
    """

    name: str
    role: str
    board: str = ""
    quantity: str = ""
    modality: str = ""
    unit: str = ""
    evidence: str = ""
    confidence: float = 0.0
    samples: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    missing: float = 0.0
    scale: float = 1.0
    offset: float = 0.0
    bin: str = "mean"
    codes: tuple[int, ...] = ()
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Settings:
    """What a machine file says beside its columns; see `Machine`."""

    name: str
    length_unit: str = "mm"
    row_period_s: float = 0.1
    resample_s: float | None = None
    time_formats: tuple[str, ...] = ()
    operation_from: str = ""
    operation_in: str = "file"
    name_suffix: str = ""
    operations: tuple[str, ...] = ()
    program_position: tuple[str, ...] = ()


class CellProblem(NamedTuple):
    """What is wrong with a proposal: the column and its field, "" = the settings; a plain sentence."""

    column: str
    field: str
    sentence: str


@dataclass(frozen=True)
class Proposal:
    """A machine as guessed or corrected.

    problems: what a person should look at, in sentences; they keep nothing from being used. `wrong` does.
    seen: what was found of the format, in words; rows: of the first file, about.
    """

    files: tuple[Path, ...]
    format: FileFormat
    columns: tuple[ColumnGuess, ...]
    settings: Settings
    problems: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()
    rows: int = 0
    misfits: tuple[CellProblem, ...] = field(default=())

    @cached_property
    def wrong(self) -> tuple[CellProblem, ...]:
        """What keeps the proposal from being a machine, cell by cell; empty = nothing."""
        found = [*self.misfits, *_wrong_cells(self.columns)]
        return tuple(found) if found else self._checked[1]

    @property
    def machine(self) -> Machine | None:
        """The machine; None where something is `wrong`."""
        return None if self.wrong else self._checked[0]

    def column(self, name: str) -> ColumnGuess:
        """The guess of one column; KeyError where the files have none of that name."""
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> dict[str, ColumnGuess]:
        return {column.name: column for column in self.columns}

    @cached_property
    def _checked(self) -> tuple[Machine | None, tuple[CellProblem, ...]]:
        try:
            return Machine.model_validate(machine_document(self)), ()
        except ValidationError as error:
            return None, tuple(_of_error(one) for one in error.errors()[:20])


def machine_document(proposal: Proposal) -> dict[str, Any]:
    """A proposal as the content of a machine file."""
    one = {role: _only(proposal.columns, role) for role in SINGLE_ROLES}
    own = proposal.settings
    document: dict[str, Any] = {
        "name": own.name,
        "length_unit": own.length_unit,
        "row_period_s": own.row_period_s,
        "resample_s": own.resample_s,
        "operations": own.operations,
        "operation_column": one["operation"],
        "name_suffix": own.name_suffix,
        "program_position": own.program_position,
        "ignored": [column.name for column in proposal.columns if column.role in ("ignored", "index")],
        "format": proposal.format.model_dump(exclude_defaults=True),
        "time": {"column": one["time"], "formats": own.time_formats or ("seconds",)} if one["time"] else None,
        "target": {"line_number": one["line number"], "line_text": one["line text"]},
        "categorical": {c.name: c.codes for c in proposal.columns if c.role == "categorical"},
        "columns": {c.name: _column(c) for c in proposal.columns if c.role in CHANNEL_ROLES},
    }
    if own.operation_from and not one["operation"]:
        document |= {"operation_from": own.operation_from, "operation_in": own.operation_in}
    if not one["line number"] and not one["line text"]:
        document["target"] = None
    return {key: value for key, value in document.items() if value not in (None, (), [], {}, "")}


def _column(column: ColumnGuess) -> dict[str, Any]:
    board = "" if column.role == "controller" else column.board
    quantity = "" if column.quantity == plain_name(column.name) and not board else column.quantity
    described = {
        "board": board,
        "quantity": quantity,
        "unit": column.unit,
        "modality": column.modality,
        "role": column.role,
        "scale": column.scale,
        "offset": column.offset,
        "bin": column.bin,
    }
    usual = {
        "board": "",
        "quantity": "",
        "unit": "",
        "role": "side",
        "scale": 1.0,
        "offset": 0.0,
        "bin": "mean",
    }
    return {key: value for key, value in described.items() if value != usual.get(key)}


def _only(columns: tuple[ColumnGuess, ...], role: str) -> str | None:
    return next((column.name for column in columns if column.role == role), None)


def _wrong_cells(columns: tuple[ColumnGuess, ...]) -> list[CellProblem]:
    found = []
    seen: dict[str, str] = {}
    names: dict[str, str] = {}
    for column in columns:
        if column.role not in ROLES:
            found.append(
                CellProblem(column.name, "role", f"{column.role!r} is no role: choose {', '.join(ROLES)}.")
            )
        if column.role in SINGLE_ROLES and seen.setdefault(column.role, column.name) != column.name:
            sentence = (
                f"{seen[column.role]!r} is the {column.role} already: choose another role for one of them."
            )
            found.append(CellProblem(column.name, "role", sentence))
        if column.role not in CHANNEL_ROLES:
            continue
        for place in ("board", "quantity"):
            word = getattr(column, place)
            if word and not WORD.fullmatch(word):
                sentence = f"{word!r} is no plain name: use letters without accents, digits and _ only."
                found.append(CellProblem(column.name, place, sentence))
        if not column.modality:
            sentence = (
                "a channel needs a modality, e.g. motor_current: write one, or let the column be ignored."
            )
            found.append(CellProblem(column.name, "modality", sentence))
        own = column.quantity or plain_name(column.name)
        channel = f"{column.board}.{own}" if column.board and column.role != "controller" else own
        if names.setdefault(channel, column.name) != column.name:
            sentence = f"{names[channel]!r} is called {channel} already: give another board or quantity."
            found.append(CellProblem(column.name, "quantity", sentence))
    return found


def _of_error(error: Mapping[str, Any]) -> CellProblem:
    place = [str(part) for part in error["loc"]]
    sentence = str(error["msg"]).removeprefix("Value error, ")
    if len(place) > 2 and place[0] in ("columns", "described"):
        return CellProblem(place[1], place[2], f"{sentence}.")
    return CellProblem("", ".".join(place), f"{sentence}.")
