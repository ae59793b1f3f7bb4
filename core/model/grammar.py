"""Well-formed lines: commands first, then letter-number pairs, no command and no letter twice."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.gcode import COMMAND_LETTERS, Scheme, TokenType

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Classes = dict[str, Ints]


@dataclass
class Grammar:
    """What may come next, for a batch of lines being written; all arrays have the batch first."""

    type: Ints
    letter: Ints
    letters_left: Bools
    commands_left: Bools
    any_letter: Bools
    slots: int
    legacy: bool
    started: bool = False

    @classmethod
    def start(cls, scheme: Scheme, batch: int) -> "Grammar":
        """Nothing written yet."""
        legacy = scheme.name == "legacy"
        # a command that training never showed can be spelled by its letter, but is not to be guessed
        letters = [letter not in ("NONE", *COMMAND_LETTERS) for letter in scheme.letters]
        # in the published scheme the class NONE is the one command that has no class (G2)
        commands = [legacy] + [True] * (scheme.sizes.commands - 1)
        zero = np.zeros(batch, dtype=np.int64)
        return cls(
            zero,
            zero,
            np.tile(letters, (batch, 1)),
            np.tile(commands, (batch, 1)),
            np.zeros(batch, dtype=bool),
            scheme.width,
            legacy,
        )

    def types(self) -> Bools:
        """Allowed token types `[B, 4]`."""
        allowed = np.zeros((len(self.type), 4), dtype=bool)
        if self.slots <= 0:
            allowed[:, TokenType.SPECIAL] = True
            return allowed
        after_letter = self.type == TokenType.PARAM
        # the published vocabulary has UNK for a number, and whole words such as "Z0." where a letter is due
        allowed[:, TokenType.SPECIAL] = self.started & (~after_letter | self.legacy)
        allowed[:, TokenType.COMMAND] = ~after_letter & ~self.any_letter & self.commands_left.any(axis=-1)
        pairs_fit = self.slots >= 2
        allowed[:, TokenType.PARAM] = ~after_letter & self.letters_left.any(axis=-1) & pairs_fit
        allowed[:, TokenType.NUMERIC] = after_letter | self.legacy
        return allowed

    def letters(self, kind: Ints) -> Bools:
        """Allowed parameter letters `[B, P]` given the types `kind [B]` just chosen."""
        follows = (self.type == TokenType.PARAM) & (kind == TokenType.NUMERIC)
        if not follows.any():
            return self.letters_left
        own = self.letter[:, None] == np.arange(self.letters_left.shape[1])
        return np.where(follows[:, None], own, self.letters_left)

    def advance(self, classes: Classes) -> None:
        """Take note of the token just written."""
        kind, rows = classes["type"], np.arange(len(self.type))
        word = (kind == TokenType.PARAM) | (kind == TokenType.NUMERIC)
        letter = np.where(word, classes["param_type"], 0)
        self.letters_left[rows, letter] &= ~word
        command = kind == TokenType.COMMAND
        self.commands_left[rows, np.where(command, classes["command"], 0)] &= ~command
        self.any_letter = self.any_letter | word
        self.type, self.letter = np.maximum(kind, 0), letter
        self.slots, self.started = self.slots - 1, True

    def select(self, index: Ints) -> "Grammar":
        """Keep (or repeat) the batch rows `index`."""
        return Grammar(
            self.type[index],
            self.letter[index],
            self.letters_left[index],
            self.commands_left[index],
            self.any_letter[index],
            self.slots,
            self.legacy,
            self.started,
        )
