"""Known lines beside spelled ones: the decoder's choices mixed with the lines that the encoder expects.

A line is either one of the learned programs, with the probability that its place has, or spelled by the decoder:
`p(line) = share * p_known(line) + (1 - share) * p_spelled(line)`. Token by token that is exact: the known lines that
still agree with what is written, and the decoder, each count by the probability that they gave to it.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.gcode import Heads, Scheme, TokenType
from core.model.targets import with_end

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Classes = dict[str, Ints]
HEADS = ("type", "command", "param_type", "sign")
# the types of token that a head belongs to
OF_TYPES = {
    "command": (TokenType.COMMAND,),
    "param_type": (TokenType.PARAM, TokenType.NUMERIC),
    "sign": (TokenType.NUMERIC,),
}


@dataclass(frozen=True, eq=False)
class KnownTokens:
    """Known lines as tokens: heads `[K, L]` (digits `[K, L, D]`) up to and with EOS, -1 where a head does not apply."""

    heads: Heads

    @classmethod
    def of(cls, lines: tuple[str, ...], scheme: Scheme) -> "KnownTokens":
        """Encode the lines."""
        return cls(scheme.heads(with_end(scheme.encode_batch(list(lines)))))

    def at(self, step: int) -> Classes:
        """Classes `[K]` of every line's token at a step; -2 past a line's end, so that they agree with nothing."""
        if step >= self.heads.type.shape[1]:
            gone = np.full(len(self.heads.type), -2)
            return dict.fromkeys(HEADS, gone) | {"digits": np.full((len(gone), 1), -2)}
        return {head: np.asarray(getattr(self.heads, head)[:, step]) for head in (*HEADS, "digits")}


@dataclass(frozen=True, eq=False)
class Mixture:
    """A batch of lines being written: mass of each known line `[B, K]` and of the decoder `[B]`; they add up to 1."""

    tokens: KnownTokens
    known: Floats
    spelled: Floats
    step: int = 0

    @classmethod
    def start(cls, tokens: KnownTokens, shares: Floats, share: float) -> "Mixture":
        """shares `[B, K]`: probability of each known line; share: how far they are trusted against spelling."""
        known = np.asarray(share * shares, dtype=np.float32)
        return cls(tokens, known, (1 - known.sum(axis=1)).astype(np.float32))

    def select(self, index: Ints) -> "Mixture":
        """Keep (or repeat) the rows `index`."""
        return replace(self, known=self.known[index], spelled=self.spelled[index])

    def types(self, own: Floats) -> Floats:
        """Probabilities of the next token's type `[B, 4]` from the decoder's own."""
        return self._blend(self.tokens.at(self.step)["type"], own, self.spelled)

    def head(self, head: str, own: Floats, own_types: Floats) -> Floats:
        """Probabilities of another head `[B, C]`, given that the token is of its kind."""
        spelled = self.spelled * own_types[:, list(OF_TYPES[head])].sum(axis=1)
        return self._blend(self.tokens.at(self.step)[head], own, spelled)

    def numbers(self, sign: Ints, own_sign: Floats, own_types: Floats) -> "Numbers":
        """What the known lines say of the digits of a number with that sign `[B]`."""
        now = self.tokens.at(self.step)
        agree = (now["type"] == TokenType.NUMERIC)[None] & (now["sign"][None] == sign[:, None])
        rows = np.arange(len(sign))
        spelled = self.spelled * own_types[:, TokenType.NUMERIC] * own_sign[rows, sign]
        return Numbers(now["digits"], self.known * agree, spelled)

    def after(self, classes: Classes, own: Floats) -> "Mixture":
        """The mixture once a token was written, to which the decoder gave the probability `own [B]`."""
        now = self.tokens.at(self.step)
        agree = np.ones(self.known.shape, dtype=bool)
        for head in HEADS:
            agree &= now[head][None] == classes[head][:, None]
        if now["digits"].shape[1] == classes["digits"].shape[1]:
            agree &= (now["digits"][None] == classes["digits"][:, None]).all(axis=-1)
        known, spelled = self.known * agree, self.spelled * own
        total = np.maximum(known.sum(axis=1) + spelled, 1e-30)
        return replace(self, known=known / total[:, None], spelled=spelled / total, step=self.step + 1)

    def _blend(self, classes: Ints, own: Floats, spelled: Floats) -> Floats:
        wide = np.asarray(classes[:, None] == np.arange(own.shape[1]), dtype=np.float32)
        mass = self.known @ wide + spelled[:, None] * own
        total = mass.sum(axis=1, keepdims=True)
        return np.where(total > 1e-30, mass / np.maximum(total, 1e-30), own).astype(np.float32)


@dataclass(frozen=True, eq=False)
class Numbers:
    """Digits of the known lines `[K, D]`, their mass `[B, K]` and the decoder's `[B]`."""

    digits: Ints
    known: Floats
    spelled: Floats

    def begin(self, k: int) -> tuple[Floats, Floats]:
        """Mass of the known lines `[B, k, K]` and of the decoder `[B, k]` for k strings that are still empty."""
        return np.repeat(self.known[:, None], k, axis=1), np.repeat(self.spelled[:, None], k, axis=1)

    def said(self, known: Floats, place: int) -> Floats:
        """Mass `[B, k, 10]` that the known lines give to each digit at `place`."""
        wide = np.asarray(self.digits[:, place, None] == np.arange(10), dtype=np.float32)
        return np.asarray(known @ wide, dtype=np.float32)

    def agreeing(self, known: Floats, digit: Ints, place: int) -> Floats:
        """The mass of the known lines that have `digit [B, k]` at `place`."""
        return np.asarray(known * (self.digits[None, None, :, place] == digit[..., None]), dtype=np.float32)
