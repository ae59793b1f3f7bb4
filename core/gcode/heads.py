"""What the decoder's heads say about a token: type, command, parameter type, sign, digits."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

PAD, BOS, EOS, UNK, MASK = range(5)
SPECIAL_NAMES = ("PAD", "BOS", "EOS", "UNK", "MASK")
HEADS = ("type", "command", "param_type", "sign", "digits")
NOT_APPLICABLE = -1

Ids = NDArray[np.int64]


class TokenType(IntEnum):
    """The four classes of the type head."""

    SPECIAL = 0
    COMMAND = 1
    PARAM = 2
    NUMERIC = 3


@dataclass(frozen=True, kw_only=True)
class HeadSizes:
    """Number of classes of each head; `digits` counts digit positions, each of which has 10 classes."""

    commands: int
    param_types: int
    digits: int
    types: int = len(TokenType)
    signs: int = 2


@dataclass(frozen=True, eq=False)
class Heads:
    """Head classes of tokens: int64 arrays [...], digits [..., n_digits]; -1 where a head does not apply."""

    type: Ids
    command: Ids
    param_type: Ids
    sign: Ids
    digits: Ids

    @classmethod
    def blank(cls, shape: tuple[int, ...], n_digits: int) -> "Heads":
        """Heads of the given shape in which nothing applies yet."""

        def blank(*more: int) -> Ids:
            return np.full((*shape, *more), NOT_APPLICABLE, dtype=np.int64)

        return cls(blank(), blank(), blank(), blank(), blank(n_digits))

    def take(self, index: Ids) -> "Heads":
        """The heads at the given positions of the first axis, in the shape of `index`."""
        return Heads(
            self.type[index],
            self.command[index],
            self.param_type[index],
            self.sign[index],
            self.digits[index],
        )


def split_digits(steps: Ids, n_digits: int) -> Ids:
    """Write steps [...] as decimal digits [..., n_digits], the most significant first."""
    places = 10 ** np.arange(n_digits - 1, -1, -1, dtype=np.int64)
    return steps[..., None] // places % 10


def join_digits(digits: Ids) -> Ids:
    """Read digits [..., n_digits], the most significant first, as steps [...]; -1 reads as 0."""
    places = 10 ** np.arange(digits.shape[-1] - 1, -1, -1, dtype=np.int64)
    return np.asarray((np.maximum(digits, 0) * places).sum(axis=-1), dtype=np.int64)
