"""The machine description: what each column of a recording is, in a file that a person can write."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Literal, Self

from pydantic import ConfigDict, Field, ValidationError, field_validator, model_validator

from core.errors import ToolmarkError
from core.recordings.channels import Channel, channels_of
from core.recordings.parts import (
    Column,
    ControllerColumn,
    FileFormat,
    Part,
    Quantity,
    Target,
    TimeColumn,
)
from core.recordings.toml import to_toml

Role = Literal["side", "ambient", "controller", "target", "operation", "time", "ignored"]


class MachineError(ToolmarkError):
    """A machine file that cannot be used, or a name that the machine does not have."""


class Machine(Part):
    """One machine: its boards, quantities, columns, operations and programs.

    Columns called `<board>.<quantity>` are described by `boards` and `quantities`, others by `electrical` and
    `controller`, and columns of any name by `described`, the table `columns` of the file. Without `time` rows are
    counted at `row_period_s`; without `target` there is no G-code to learn. With `resample_s` the rows of each
    such period become one. operation_column tells the operation of each row; else the pattern
    `operation_from` finds it in the name of the file, or of its folder (`operation_in`). places: where boards are
    mounted, mm to the right, to the back and up, for the drawing of the machine alone.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    name: str
    length_unit: Literal["inch", "mm"]
    row_period_s: float = Field(gt=0)
    simulated: bool = False
    operation_from: str = r"^([A-Za-z]+[0-9]*)_[0-9]+"
    operation_in: Literal["file", "folder"] = "file"
    operation_column: str | None = None
    name_suffix: str = ""
    operations: tuple[str, ...] = ()
    resample_s: float | None = Field(default=None, gt=0)
    ignored: tuple[str, ...] = ()
    programs: dict[str, str] = Field(default={})
    program_position: tuple[str, ...] = Field(default=(), max_length=3)
    format: FileFormat = FileFormat()
    time: TimeColumn | None = None
    target: Target | None = None
    boards: dict[str, str] = Field(default={})
    places: dict[str, tuple[float, float, float]] = Field(default={})
    quantities: dict[str, Quantity] = Field(default={})
    electrical: dict[str, Quantity] = Field(default={})
    controller: dict[str, ControllerColumn] = Field(default={})
    categorical: dict[str, tuple[int, ...]] = Field(default={})
    described: dict[str, Column] = Field(default={}, alias="columns")

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
        if (twice := _twice(self._all_columns())) is not None:
            raise ValueError(f"the column {twice!r} is described twice")
        if (twice := _twice([*self.channels, *self._beside()])) is not None:
            raise ValueError(
                f"two columns are called {twice!r} in Toolmark: give one another quantity or board"
            )
        reserved = [name for name in self.channels if name.startswith("__")]
        if reserved:
            raise ValueError(f"{reserved[0]!r} begins with __: give the column a quantity of another name")
        strangers = sorted(set(self.programs) - set(self.operations))
        if strangers:
            raise ValueError(f"programs names the operation {strangers[0]!r}, which operations does not list")
        unknown = sorted(
            set(self.program_position) - set(self.channels) | set(self.program_position) & self._side
        )
        if unknown:
            raise ValueError(f"program_position names {unknown[0]!r}, which is no channel of the controller")
        homeless = sorted(set(self.places) - set(self.board_channels))
        if homeless:
            raise ValueError(f"places names the board {homeless[0]!r}, which no column belongs to")
        if not self.side_channels:
            raise ValueError("no board, no electrical channel and no other side channel is described")
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
    @cache
    def bantam(cls) -> Self:
        """The Bantam Tools desktop mill of the published recordings, built in; parsed once."""
        text = files("core.recordings").joinpath("machines/bantam.toml").read_text(encoding="utf-8")
        return cls.from_toml(text, name="bantam.toml")

    def to_toml(self) -> str:
        """The machine as the text of a machine file that `from_toml` reads back to an equal machine."""
        return to_toml(self.model_dump(exclude_defaults=True, mode="json", by_alias=True))

    def _all_columns(self) -> list[str]:
        undescribed = [name for name in self._channels if self._channels[name].column not in self.described]
        return [*undescribed, *self.aliases, *self.ignored, *self._beside(), *self.described]

    def _beside(self) -> list[str]:
        """Columns that are kept as they are beside the channels."""
        time = [self.time.column] if self.time else []
        operation = [self.operation_column] if self.operation_column else []
        return [*self.categorical, *time, *(self.target.columns if self.target else ()), *operation]

    @cached_property
    def side_channels(self) -> tuple[str, ...]:
        """Every channel that is not the controller's own state: boards times quantities, electrical, described."""
        return tuple(name for name, own in self._channels.items() if isinstance(own.measures, Quantity))

    @cached_property
    def channels(self) -> tuple[str, ...]:
        """The side channels, then the controller's numbers."""
        controller = (n for n, own in self._channels.items() if isinstance(own.measures, ControllerColumn))
        return (*self.side_channels, *controller)

    @cached_property
    def controller_channels(self) -> tuple[str, ...]:
        """The channels that are the controller's own numbers."""
        return self.channels[len(self.side_channels) :]

    @cached_property
    def board_channels(self) -> dict[str, tuple[str, ...]]:
        """Board -> its channels."""
        found: dict[str, list[str]] = {}
        for name, own in self._channels.items():
            if own.board is not None:
                found.setdefault(own.board, []).append(name)
        return {board: tuple(names) for board, names in found.items()}

    @cached_property
    def _channels(self) -> dict[str, Channel]:
        return channels_of(self)

    @cached_property
    def _side(self) -> frozenset[str]:
        return frozenset(self.side_channels)

    @cached_property
    def _channel_of(self) -> dict[str, str]:
        """Column of a file -> the channel that it is."""
        return {own.column: name for name, own in self._channels.items()}

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

    def column_of(self, channel: str) -> str:
        """The column of a file that holds a channel."""
        return self._channels[channel].column

    def conversion(self, channel: str) -> Column | None:
        """How the values of a described column become those of its channel; None where they are as they stand."""
        return self.described.get(self._channels[channel].column)

    def is_side(self, channel: str) -> bool:
        """Whether a channel is none of the controller's own state."""
        return channel in self._side

    @property
    def period_s(self) -> float:
        """Usual time between two rows of a recording."""
        return self.resample_s or self.row_period_s

    @property
    def as_written(self) -> bool:
        """A run's rows and columns are those of its file, so that they can be kept as they stand."""
        return not self.described and self.resample_s is None and self.time is not None

    def channel(self, name: str) -> str:
        """The channel that a channel name or an alias stands for; MachineError where there is none."""
        name = self.aliases.get(name, name)
        if name not in self._channels:
            raise MachineError(
                f"{self.name} has no channel {name!r}; channels are called like {self.channels[0]!r}."
            )
        return name

    def quantity(self, channel: str) -> Quantity | ControllerColumn:
        """The description of what a channel measures."""
        return self._channels[self.channel(channel)].measures

    def modality(self, channel: str) -> str:
        """The modality of a channel, e.g. `proximity`."""
        return self.quantity(channel).modality

    def unit(self, channel: str) -> str:
        """The unit of a channel, e.g. `deg/s`."""
        return self.quantity(channel).unit

    def board(self, channel: str) -> str | None:
        """The board that a channel belongs to; None for electrical channels and the controller's numbers."""
        return self._channels[self.channel(channel)].board

    def role(self, column: str) -> Role | None:
        """The role of a column or a channel; None for one that the machine does not know."""
        if column in self._roles_beside:
            return self._roles_beside[column]
        name = self._channel_of.get(column, self.aliases.get(column, column))
        if name not in self._channels:
            return None
        quantity = self._channels[name].measures
        return quantity.role if isinstance(quantity, Quantity) else "controller"

    def resolve(self, names: Iterable[str]) -> set[str]:
        """Channels that names stand for: a modality, a board or a channel each; a channel brings its aliases.

        MachineError lists the modalities and boards that are known.
        """
        found: set[str] = set()
        for name in names:
            found |= self._named(name)
        return found | {alias for alias, channel in self.aliases.items() if channel in found}

    def names_of(self, kind: Literal["modality", "board"], name: str) -> tuple[str, ...]:
        """Names that stand for a modality or a board: its own, or those of its channels where one is called like it."""
        of = self.modality if kind == "modality" else self.board
        meant = {channel for channel in self.channels if of(channel) == name}
        return (name,) if self._named(name) == meant else tuple(c for c in self.channels if c in meant)

    def _named(self, name: str) -> set[str]:
        if self.aliases.get(name, name) in self._channels:
            return {self.channel(name)}
        if name in self.board_channels:
            return set(self.board_channels[name])
        if name in self.modalities:
            return {channel for channel in self.channels if self.modality(channel) == name}
        raise MachineError(
            f"{name!r} is no modality ({', '.join(self.modalities)}), no board ({', '.join(self.board_channels)}) "
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
    def _roles_beside(self) -> dict[str, Role]:
        """Role of each column that is no channel."""
        found: dict[str, Role] = {}
        found.update(dict.fromkeys(self.ignored, "ignored"))
        found.update(dict.fromkeys(self.categorical, "controller"))
        if self.operation_column:
            found[self.operation_column] = "operation"
        found.update(dict.fromkeys(self.target.columns if self.target else (), "target"))
        if self.time:
            found[self.time.column] = "time"
        return found


def _twice(names: Iterable[str]) -> str | None:
    return min((name for name, count in Counter(names).items() if count > 1), default=None)
