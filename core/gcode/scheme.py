"""What every token scheme can do: lines to ids and back, ids to heads and back."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar

import numpy as np

from core.errors import ToolmarkError
from core.gcode.heads import EOS, PAD, Heads, HeadSizes, Ids

NONE = "NONE"
# What decode prints for a token that stands for nothing readable.
UNREADABLE = "?"


class TokenError(ToolmarkError):
    """A line that does not fit a scheme, or an id that the scheme does not have."""


class Scheme(ABC):
    """Turns lines into token ids and back, and ids into the classes of the decoder's heads and back."""

    name: ClassVar[str]
    width: int

    @property
    @abstractmethod
    def sizes(self) -> HeadSizes:
        """The number of classes of each head."""

    @property
    @abstractmethod
    def letters(self) -> tuple[str, ...]:
        """The classes of the parameter type head, NONE first."""

    @property
    @abstractmethod
    def command_names(self) -> tuple[str, ...]:
        """The classes of the command head, NONE first."""

    @abstractmethod
    def encode(self, line: str) -> list[int]:
        """The content tokens of a line: no BOS, EOS or PAD."""

    @abstractmethod
    def decode(self, ids: Iterable[int]) -> str:
        """The canonical line that the ids spell, up to the first EOS or PAD; a BOS is skipped."""

    @abstractmethod
    def heads(self, ids: Ids) -> Heads:
        """The head classes of ids [...]; -1 everywhere for PAD, BOS and MASK."""

    @abstractmethod
    def compose(self, heads: Heads, previous: Ids) -> Ids:
        """The ids [...] that head classes name; `previous` [...] is the token before each (BOS at first)."""

    @abstractmethod
    def text(self, token_id: int) -> str:
        """A token as people read it: "G1", "X", "1.575", "EOS"."""

    @abstractmethod
    def to_json(self) -> dict[str, Any]:
        """Everything needed to rebuild the scheme with `scheme_from_json`."""

    def encode_batch(self, lines: Sequence[str]) -> Ids:
        """The content tokens of N lines as [N, width], 0 = PAD; each distinct line is read once.

        Raises:
            TokenError: naming the line that has more than `width` tokens.
        """
        index: dict[str, int] = {}
        places = np.fromiter((index.setdefault(line, len(index)) for line in lines), np.int64, len(lines))
        rows = np.full((len(index), self.width), PAD, dtype=np.int64)
        for line, row in index.items():
            ids = self.encode(line)
            if len(ids) > self.width:
                raise TokenError(
                    f"The line {line!r} has {len(ids)} tokens and only {self.width} fit; widen the scheme."
                )
            rows[row, : len(ids)] = ids
        return rows[places]

    def decode_batch(self, ids: Ids) -> list[str]:
        """The canonical lines of ids [N, L]; each distinct row is read once."""
        lines: dict[bytes, str] = {}
        keys = [row.tobytes() for row in ids]
        for row, key in zip(ids, keys, strict=True):
            if key not in lines:
                lines[key] = self.decode(row.tolist())
        return [lines[key] for key in keys]


def content(ids: Iterable[int]) -> Iterator[int]:
    """The ids before the first EOS or PAD."""
    for token in ids:
        if token in (EOS, PAD):
            return
        yield token


def refuse_unknown_ids(ids: Ids, size: int) -> None:
    """Raise TokenError where an id lies outside 0 ... size - 1."""
    if ids.size and (ids.min() < 0 or ids.max() >= size):
        wrong = ids[(ids < 0) | (ids >= size)][0]
        raise TokenError(
            f"The token id {wrong} is not one of the scheme's 0 to {size - 1}; was another scheme meant?"
        )
