"""The machine description: what each column of a recording is, in a file that a person can write."""

import re
import tomllib
from collections.abc import Iterable
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from core.errors import ToolmarkError
from core.recordings.toml import to_toml

Role = Literal["side", "ambient", "controller", "target", "time", "ignored"]
TimeFormat = Literal["HH:MM:SS.mmm", "MM:SS.m", "seconds"]


class MachineError(ToolmarkError):
    """A machine file that cannot be used, or a name that the machine does not have."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Quantity(_Part):
    """What a board or an electrical sensor measures; `minimum` and `maximum` are the ends of its range."""

    unit: str
    modality: str
    role: Literal["side", "ambient"] = "side"
    minimum: float | None = None
    maximum: float | None = None
    aliases: tuple[str, ...] = ()


class ControllerColumn(_Part):
    """A number that the controller reports about itself."""

    unit: str
    modality: str = "controller"


class TimeColumn(_Part):
    """The column of wall times, without a date, and the formats that it may come in."""

    column: str
    formats: tuple[TimeFormat, ...] = Field(min_length=1)


class Target(_Part):
    """The columns of the program line that a row belongs to."""

    line_number: str
    line_text: str


class Machine(_Part):
    """One machine: its boards, quantities, columns, operations and programs."""

    name: str
    length_unit: Literal["inch", "mm"]
    row_period_s: float = Field(gt=0)
    simulated: bool = False
    operation_from: str = r"^([A-Za-z]+[0-9]*)_[0-9]+"
    name_suffix: str = ""
    operations: tuple[str, ...] = Field(min_length=1)
    ignored: tuple[str, ...] = ()
    programs: dict[str, str] = {}
    program_position: tuple[str, ...] = Field(default=(), max_length=3)
    time: TimeColumn
    target: Target
    boards: dict[str, str] = {}
    quantities: dict[str, Quantity] = {}
    electrical: dict[str, Quantity] = {}
    controller: dict[str, ControllerColumn] = {}
    categorical: dict[str, tuple[int, ...]] = {}

    @field_validator("operation_from")
    @classmethod
    def _one_group(cls, pattern: str) -> str:
        try:
            groups = re.compile(pattern).groups
        except re.error as error:
            raise ValueError(f"is not a regular expression ({error})") from None
        if groups < 1:
            raise ValueError("needs a group in brackets: the operation")
        return pattern

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = [*self._all_columns()]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"the column {twice[0]!r} is described twice")
        strangers = sorted(set(self.programs) - set(self.operations))
        if strangers:
            raise ValueError(f"programs names the operation {strangers[0]!r}, which operations does not list")
        unknown = sorted(set(self.program_position) - set(self.controller))
        if unknown:
            raise ValueError(f"program_position names {unknown[0]!r}, which is no column of controller")
        if not self.side_channels:
            raise ValueError("no board and no electrical channel is described")
        return self

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a machine file (TOML); MachineError says which key is wrong."""
        path = Path(path)
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise MachineError(f"The machine file {path} cannot be read: {error}.") from None
        return cls.from_toml(text, name=str(path))

    @classmethod
    def from_toml(cls, text: str, name: str = "machine file") -> Self:
        """Build a machine from the text of a machine file; `name` stands in error messages."""
        try:
            return cls.model_validate(tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            raise MachineError(f"{name} is not a TOML file: {error}.") from None
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            what = first["msg"].removeprefix("Value error, ")
            raise MachineError(f"{name}: {where + ': ' if where else ''}{what}.") from None

    @classmethod
    def bantam(cls) -> Self:
        """The Bantam Tools desktop mill of the published recordings, built in."""
        text = files("core.recordings").joinpath("machines/bantam.toml").read_text(encoding="utf-8")
        return cls.from_toml(text, name="bantam.toml")

    def to_toml(self) -> str:
        """The machine as the text of a machine file that `from_toml` reads back to an equal machine."""
        return to_toml(self.model_dump(exclude_defaults=True, mode="json"))

    def _all_columns(self) -> list[str]:
        return [
            *self.side_channels,
            *self.aliases,
            *self.controller,
            *self.categorical,
            *self.ignored,
            self.time.column,
            self.target.line_number,
            self.target.line_text,
        ]

    @cached_property
    def side_channels(self) -> tuple[str, ...]:
        """Every channel that is not the controller's own state: boards times quantities, then electrical."""
        boards = [f"{board}.{quantity}" for board in self.boards for quantity in self.quantities]
        return (*boards, *self.electrical)

    @cached_property
    def channels(self) -> tuple[str, ...]:
        """The side channels, then the controller's numbers."""
        return (*self.side_channels, *self.controller)

    @cached_property
    def aliases(self) -> dict[str, str]:
        """Column that repeats another -> the channel that it repeats."""
        return {alias: name for name, quantity in self.electrical.items() for alias in quantity.aliases}

    @cached_property
    def modalities(self) -> tuple[str, ...]:
        """Every modality in the order of the file: those of side channels, then the controller's."""
        return tuple(dict.fromkeys(self.modality(channel) for channel in self.channels))

    @cached_property
    def columns(self) -> frozenset[str]:
        """Every column name that the machine knows."""
        return frozenset(self._all_columns())

    def channel(self, name: str) -> str:
        """The channel that a channel name or an alias stands for; MachineError where there is none."""
        name = self.aliases.get(name, name)
        if name not in self._channel_set:
            raise MachineError(
                f"{self.name} has no channel {name!r}; channels are called like {self.channels[0]!r}."
            )
        return name

    def quantity(self, channel: str) -> Quantity | ControllerColumn:
        """The description of what a channel measures."""
        name = self.channel(channel)
        if name in self.electrical:
            return self.electrical[name]
        if name in self.controller:
            return self.controller[name]
        return self.quantities[name.partition(".")[2]]

    def modality(self, channel: str) -> str:
        """The modality of a channel, e.g. `proximity`."""
        return self.quantity(channel).modality

    def unit(self, channel: str) -> str:
        """The unit of a channel, e.g. `deg/s`."""
        return self.quantity(channel).unit

    def board(self, channel: str) -> str | None:
        """The board that a channel belongs to; None for electrical channels and the controller's numbers."""
        name = self.channel(channel)
        return name.partition(".")[0] if name in self._board_channels else None

    def role(self, column: str) -> Role | None:
        """The role of a column; None for a column that the machine does not know."""
        if column == self.time.column:
            return "time"
        if column in (self.target.line_number, self.target.line_text):
            return "target"
        if column in self.ignored:
            return "ignored"
        if column in self.categorical:
            return "controller"
        if column not in self.columns:
            return None
        quantity = self.quantity(column)
        return quantity.role if isinstance(quantity, Quantity) else "controller"

    def resolve(self, names: Iterable[str]) -> set[str]:
        """Channels that names stand for: a modality, a board or a channel each; a channel brings its aliases.

        MachineError lists the modalities and boards that are known.
        """
        found: set[str] = set()
        for name in names:
            found |= self._named(name)
        return found | {alias for alias, channel in self.aliases.items() if channel in found}

    def _named(self, name: str) -> set[str]:
        if name in self.columns and self.aliases.get(name, name) in self._channel_set:
            return {self.channel(name)}
        if name in self.boards:
            return {channel for channel in self._board_channels if channel.partition(".")[0] == name}
        if name in self.modalities:
            return {channel for channel in self.channels if self.modality(channel) == name}
        raise MachineError(
            f"{name!r} is no modality ({', '.join(self.modalities)}), no board ({', '.join(self.boards)}) "
            f"and no channel of {self.name}."
        )

    def operation_of(self, run: str) -> str | None:
        """The operation that a run's name tells; None where it tells none of the machine's."""
        match = re.search(self.operation_from, run)
        return match.group(1) if match and match.group(1) in self.operations else None

    def operation_id(self, operation: str | None) -> int:
        """The class of an operation; -1 where it is unknown."""
        return self.operations.index(operation) if operation in self.operations else -1

    @cached_property
    def _channel_set(self) -> frozenset[str]:
        return frozenset(self.channels)

    @cached_property
    def _board_channels(self) -> frozenset[str]:
        return frozenset(channel for channel in self.side_channels if channel not in self.electrical)
