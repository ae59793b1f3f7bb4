"""The parts of a machine file: quantities, columns of any name, the clock, the target and the file's format."""

import codecs
import re
import unicodedata
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator

ClockFormat = Literal["HH:MM:SS.mmm", "MM:SS.m"]
NumberFormat = Literal[
    "seconds", "minutes", "milliseconds", "microseconds", "nanoseconds", "epoch seconds", "epoch milliseconds"
]
DateFormat = Literal[
    "ISO 8601", "DD.MM.YYYY HH:MM:SS", "DD/MM/YYYY HH:MM:SS", "MM/DD/YYYY HH:MM:SS", "YYYY/MM/DD HH:MM:SS"
]
TimeFormat = ClockFormat | NumberFormat | DateFormat
NUMBER_FORMATS: tuple[str, ...] = get_args(NumberFormat)
# formats that tell the time of day, so that two runs of one machine cannot share it
WALL_CLOCKS = ("HH:MM:SS.mmm", "MM:SS.m", "epoch seconds", "epoch milliseconds", *get_args(DateFormat))
# what a channel is made of is a word: lists of channels, addresses and charts hold it as it stands
WORD = re.compile(r"[A-Za-z0-9_]+")

# endings of the files that are looked for where a machine is described
SUFFIXES_OF_TABLES = (".csv", ".csv.gz", ".parquet", ".tsv", ".tsv.gz", ".txt", ".txt.gz", ".dat", ".asc")

Bin = Literal["mean", "rms", "deviation"]


class Part(BaseModel):
    """What a person writes; a key that nobody knows is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Quantity(Part):
    """What a board or an electrical sensor measures; `minimum` and `maximum` are the ends of its range."""

    unit: str
    modality: str
    role: Literal["side", "ambient"] = "side"
    minimum: float | None = None
    maximum: float | None = None
    aliases: tuple[str, ...] = ()


class ControllerColumn(Part):
    """A number that the controller reports about itself."""

    unit: str
    modality: str = "controller"


class Column(Part):
    """A column of any name as a channel: `<board>.<quantity>`, or `<quantity>` of no board.

    A value becomes scale * value + offset, in `unit`. bin: what stands for the rows that `resample_s` makes one:
    their mean, root mean square, or deviation from their mean (of a vibration, whose mean is nothing).
    """

    board: str = ""
    quantity: str = ""
    unit: str = ""
    modality: str = Field(min_length=1)
    role: Literal["side", "ambient", "controller"] = "side"
    minimum: float | None = None
    maximum: float | None = None
    scale: float = 1.0
    offset: float = 0.0
    bin: Bin = "mean"

    @field_validator("board", "quantity")
    @classmethod
    def _is_word(cls, name: str) -> str:
        if name and not WORD.fullmatch(name):
            raise ValueError(f"{name!r} is no plain name: use letters without accents, digits and _ only")
        return name

    def channel(self, column: str) -> str:
        """The channel that the column of this name is; one of a controller has no board."""
        quantity = self.quantity or plain_name(column)
        return f"{self.board}.{quantity}" if self.board else quantity

    @property
    def measures(self) -> Quantity | ControllerColumn:
        """What the channel measures."""
        if self.role == "controller":
            return ControllerColumn(unit=self.unit, modality=self.modality)
        return Quantity(
            unit=self.unit,
            modality=self.modality,
            role=self.role,
            minimum=self.minimum,
            maximum=self.maximum,
        )


class TimeColumn(Part):
    """The column of times and the formats that it may come in."""

    column: str
    formats: tuple[TimeFormat, ...] = Field(min_length=1)

    @property
    def is_number(self) -> bool:
        """All formats are counts of a unit, so that the column is read as numbers."""
        return set(self.formats) <= set(NUMBER_FORMATS)


class Target(Part):
    """The columns of the program line that a row belongs to."""

    line_number: str | None = None
    line_text: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Those that there are."""
        return tuple(name for name in (self.line_number, self.line_text) if name is not None)


class FileFormat(Part):
    """How a file of text is written; line ends of all kinds are understood.

    delimiter: one character, or " " for any blanks. skip_lines: lines before the header. header: whether there is
    one; without it columns are called column_1, column_2 ... skip_after_header: lines between the header and the
    first row, e.g. of units. comment: lines are cut off from this character on. suffixes: of the files of a folder.
    """

    delimiter: str = Field(default=",", min_length=1, max_length=1)
    decimal: Literal[".", ","] = "."
    encoding: str = "utf-8"
    header: bool = True
    skip_lines: int = Field(default=0, ge=0)
    skip_after_header: int = Field(default=0, ge=0)
    comment: str | None = Field(default=None, min_length=1, max_length=1)
    suffixes: tuple[str, ...] = (".csv.gz", ".csv", ".parquet")

    @field_validator("encoding")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            codecs.lookup(name)
        except LookupError:
            raise ValueError(f"{name!r} is no encoding: write utf-8, latin-1 or cp1252") from None
        return name


def plain_name(column: str) -> str:
    """A column's name as a plain word: without unit in brackets and accents, `_` for what is no letter or digit."""
    bare = re.sub(r"\s*[\[(][^\])]*[\])]\s*$", "", column) or column
    for german, plain in {
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "ß": "ss",
        "Ä": "Ae",
        "Ö": "Oe",
        "Ü": "Ue",
    }.items():
        bare = bare.replace(german, plain)
    ascii_only = unicodedata.normalize("NFKD", bare).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9_]+", "_", ascii_only).strip("_") or "column"
