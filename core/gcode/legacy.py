"""The published token scheme: a fixed vocabulary of words and of numbers of four digits, all else UNK."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from core.gcode.heads import (
    BOS,
    EOS,
    PAD,
    UNK,
    Heads,
    HeadSizes,
    Ids,
    TokenType,
    join_digits,
    split_digits,
)
from core.gcode.scheme import NONE, UNREADABLE, Scheme, TokenError, content, refuse_unknown_ids
from core.gcode.vocabulary import DEFAULT_PRECISION, PRECISION, SPECIALS, line_tokens
from core.gcode.words import COMMAND_LETTERS, GcodeError, number_text, parse_line

COMMANDS = (NONE, "G0", "G1", "G3", "G53", "M30")
LETTERS = (NONE, "F", "I", "J", "K", "R", "S", "X", "Y", "Z")

_NUMBER = re.compile(r"NUM_([A-Z])_([+-]?)(\d+)", re.ASCII)
_LETTER = re.compile(r"[A-Z]", re.ASCII)
_COMMAND = re.compile(r"[GM]\d+(\.\d+)?", re.ASCII)


@dataclass(frozen=True)
class _Entry:
    """What one vocabulary token is: its type, its letter and steps, and how people read it."""

    type: TokenType
    text: str
    letter: str = ""
    steps: int = 0
    fused: bool = False


def _entry(token: str) -> _Entry:
    if token in SPECIALS:
        return _Entry(TokenType.SPECIAL, token)
    if number := _NUMBER.fullmatch(token):
        letter, sign, digits = number.groups()
        steps = int(sign + digits)
        value = steps * Decimal(str(PRECISION.get(letter, DEFAULT_PRECISION)))
        return _Entry(TokenType.NUMERIC, number_text(value), letter, steps)
    if _LETTER.fullmatch(token):
        return _Entry(TokenType.PARAM, token, token)
    if _COMMAND.fullmatch(token):
        return _Entry(TokenType.COMMAND, token)
    return _fused(token)


def _fused(token: str) -> _Entry:
    """A word that the published tokenizer could not split ("Z0."); unreadable ones count as special."""
    try:
        words = parse_line(token).words
    except GcodeError:
        words = ()
    if len(words) != 1 or words[0].letter in COMMAND_LETTERS:
        return _Entry(TokenType.SPECIAL, token)
    letter = words[0].letter
    steps = round(float(words[0].value) / PRECISION.get(letter, DEFAULT_PRECISION))
    return _Entry(TokenType.NUMERIC, words[0].text, letter, steps, fused=True)


@dataclass(frozen=True)
class LegacyScheme(Scheme):
    """The published 4-digit hybrid scheme, with its quirks kept.

    A value that the vocabulary lacks is UNK, and a line is cut off after `width` tokens. A command without a
    class (G2, with the published six) has class NONE, which reads back as the first such command.
    """

    name: ClassVar[str] = "legacy"
    vocabulary: Mapping[str, int] = field(hash=False)
    commands: tuple[str, ...] = COMMANDS
    letters: tuple[str, ...] = LETTERS
    n_digits: int = 4
    width: int = 7

    def __post_init__(self) -> None:
        if sorted(self.vocabulary.values()) != list(range(len(self.vocabulary))) or any(
            self.vocabulary.get(token) != index for token, index in SPECIALS.items()
        ):
            raise TokenError(
                "The vocabulary must have the ids 0, 1, 2, ..., with the five special tokens first."
            )

    @property
    def sizes(self) -> HeadSizes:
        """The published sizes: 6 commands, 10 parameter types, 4 digits."""
        return HeadSizes(commands=len(self.commands), param_types=len(self.letters), digits=self.n_digits)

    @property
    def command_names(self) -> tuple[str, ...]:
        """The classes of the command head, NONE first."""
        return self.commands

    @property
    def size(self) -> int:
        """The number of ids."""
        return len(self.vocabulary)

    def encode(self, line: str) -> list[int]:
        """The content tokens of a line, at most `width`; UNK for what the vocabulary lacks."""
        return [self.vocabulary.get(token, UNK) for token in line_tokens(line)[: self.width]]

    def decode(self, ids: Iterable[int]) -> str:
        """The canonical line; UNK stands as "?", a number without a letter stands bare."""
        words: list[str] = []
        open_letter = False
        for token in content(ids):
            if token == BOS:
                continue
            entry = self._entry_of(token)
            text = UNREADABLE if entry.type == TokenType.SPECIAL else entry.text
            if open_letter and entry.type in (TokenType.SPECIAL, TokenType.NUMERIC) and not entry.fused:
                words[-1] += text
            else:
                words.append(text)
            open_letter = entry.type == TokenType.PARAM
        return " ".join(words)

    def text(self, token_id: int) -> str:
        """A token as people read it; malformed words as the vocabulary has them, without their point."""
        return self._entry_of(token_id).text

    def heads(self, ids: Ids) -> Heads:
        """The head classes of ids [...]; -1 where a head does not apply."""
        ids = np.asarray(ids, dtype=np.int64)
        refuse_unknown_ids(ids, self.size)
        return self._table.take(ids)

    def compose(self, heads: Heads, previous: Ids) -> Ids:
        """The ids [...] that head classes name; UNK for what the vocabulary lacks.

        SPECIAL after a letter is UNK, elsewhere EOS; a number after a letter is a plain number, elsewhere a
        malformed word such as "Z0."; a type of -1 is PAD. A zero has no sign.
        """
        refuse_unknown_ids(np.asarray(previous), self.size)
        after_letter = self._table.type[previous] == TokenType.PARAM
        command, letter = np.maximum(heads.command, 0), np.maximum(heads.param_type, 0)
        steps = join_digits(heads.digits)
        negative = (heads.sign > 0) & (steps > 0)
        number = self._numbers[after_letter.astype(np.int64), letter, negative.astype(np.int64), steps]
        kinds = [heads.type == kind for kind in (-1, TokenType.COMMAND, TokenType.PARAM, TokenType.NUMERIC)]
        choices = [np.full_like(letter, PAD), self._command_ids[command], self._letter_ids[letter], number]
        special = np.where(after_letter, UNK, EOS)
        return np.asarray(np.select(kinds, choices, default=special), dtype=np.int64)

    def to_json(self) -> dict[str, Any]:
        """Everything needed to rebuild the scheme."""
        return {
            "name": self.name,
            "vocabulary": dict(self.vocabulary),
            "commands": list(self.commands),
            "letters": list(self.letters),
            "n_digits": self.n_digits,
            "width": self.width,
        }

    @classmethod
    def from_json(cls, obj: Mapping[str, Any]) -> "LegacyScheme":
        """The scheme that `to_json` described."""
        return cls(
            {str(token): int(index) for token, index in obj["vocabulary"].items()},
            tuple(obj["commands"]),
            tuple(obj["letters"]),
            int(obj["n_digits"]),
            int(obj["width"]),
        )

    def _entry_of(self, token_id: int) -> _Entry:
        if not 0 <= token_id < self.size:
            refuse_unknown_ids(np.asarray([token_id]), self.size)
        return self._entries[token_id]

    @cached_property
    def _entries(self) -> list[_Entry]:
        return [_entry(token) for token, _ in sorted(self.vocabulary.items(), key=lambda item: item[1])]

    @cached_property
    def _table(self) -> Heads:
        """The head classes of every id of the vocabulary."""
        table = Heads.blank((self.size,), self.n_digits)
        for index, entry in enumerate(self._entries):
            if index not in (EOS, UNK) and index < len(SPECIALS):
                continue
            table.type[index] = entry.type
            if entry.type == TokenType.COMMAND:
                table.command[index] = _class_of(entry.text, self.commands)
            elif entry.type != TokenType.SPECIAL:
                table.param_type[index] = _class_of(entry.letter, self.letters)
            if entry.type == TokenType.NUMERIC:
                table.sign[index] = entry.steps < 0
                table.digits[index] = split_digits(np.asarray(abs(entry.steps)), self.n_digits)
        return table

    @cached_property
    def _command_ids(self) -> Ids:
        """The id of each command class; NONE is the first command of the vocabulary that has no class."""
        ids = [self.vocabulary.get(command, UNK) for command in self.commands]
        without = (index for index, entry in enumerate(self._entries) if self._is_unclassed(entry))
        ids[0] = next(without, UNK)
        return np.asarray(ids, dtype=np.int64)

    def _is_unclassed(self, entry: _Entry) -> bool:
        return entry.type == TokenType.COMMAND and entry.text not in self.commands

    @cached_property
    def _letter_ids(self) -> Ids:
        return np.asarray([self.vocabulary.get(letter, UNK) for letter in self.letters], dtype=np.int64)

    @cached_property
    def _numbers(self) -> Ids:
        """The id of each number, [plain, letter, negative, steps]; plain 0 holds the malformed words."""
        numbers = np.full((2, len(self.letters), 2, 10**self.n_digits), UNK, dtype=np.int64)
        # Backwards, so that of two tokens with the same heads the more frequent one stays.
        for index, entry in reversed(list(enumerate(self._entries))):
            if entry.type == TokenType.NUMERIC and abs(entry.steps) < 10**self.n_digits:
                letter = _class_of(entry.letter, self.letters)
                numbers[int(not entry.fused), letter, int(entry.steps < 0), abs(entry.steps)] = index
        return numbers


def _class_of(name: str, names: Sequence[str]) -> int:
    return names.index(name) if name in names else 0
