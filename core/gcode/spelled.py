"""Our own token scheme: a number is spelled by sign and digits, so that no value is ever UNK."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cached_property
from itertools import groupby
from typing import Any, ClassVar

import numpy as np

from core.gcode.heads import (
    BOS,
    EOS,
    PAD,
    SPECIAL_NAMES,
    UNK,
    Heads,
    HeadSizes,
    Ids,
    TokenType,
    join_digits,
    split_digits,
)
from core.gcode.scheme import NONE, UNREADABLE, Scheme, TokenError, content, refuse_unknown_ids
from core.gcode.words import COMMAND_LETTERS, Word, number_text, parse_line

# N and O number lines and programs; they are never part of what a line does.
LETTERS = tuple("ABCDEFGHIJKLMPQRSTUVWXYZ")
# Each letter's step as a power of ten, as published where the published scheme has the letter.
STEP_EXPONENTS = (
    dict.fromkeys(LETTERS, -3)
    | dict.fromkeys("RIJKE", -4)
    | dict.fromkeys("GM", -1)
    | dict.fromkeys("FTDHL", 0)
    | {"S": 1}
)
_LETTER_INDEX = {letter: index for index, letter in enumerate(LETTERS)}


def steps_of(word: Word) -> int:
    """A word's value in whole steps of its letter, rounded half to even."""
    scaled = word.value.scaleb(-STEP_EXPONENTS[word.letter])
    return int(scaled.to_integral_value(ROUND_HALF_EVEN))


def value_of(letter: str, steps: int) -> Decimal:
    """The value of a number of steps of a letter."""
    return Decimal(steps).scaleb(STEP_EXPONENTS[letter])


def quantise(line: str) -> str:
    """The canonical line with every value rounded to its letter's step; a minus zero becomes zero."""
    return " ".join(_quantised(word) for word in parse_line(line).words)


def _quantised(word: Word) -> str:
    return word.letter + number_text(value_of(word.letter, steps_of(word)))


@dataclass(frozen=True)
class SpelledScheme(Scheme):
    """Commands that were learned are one token; any other word is its letter and its number, digit by digit.

    A number is a whole count of the letter's steps, written with `n_digits` digits. A larger one takes
    several NUMERIC tokens, the most significant first: the sign stands on the first, the others have sign 0.
    Ids from `base` on hold letter, sign and steps reversibly; commands and letters lie below it.
    """

    name: ClassVar[str] = "spelled"
    commands: tuple[str, ...]
    n_digits: int = 5
    width: int = 7

    def __post_init__(self) -> None:
        if not 1 <= self.n_digits <= 15:
            raise TokenError(f"A number of {self.n_digits} digits cannot be spelled; choose 1 to 15.")
        wrong = [
            text
            for text in self.commands
            if not text or text[0] not in COMMAND_LETTERS or quantise(text) != text
        ]
        if wrong or len(set(self.commands)) < len(self.commands):
            raise TokenError(
                f"The commands {self.commands} must be canonical and distinct, such as G1 or M30."
            )

    @classmethod
    def fit(cls, lines: Iterable[str], *, n_digits: int = 5, width: int = 7) -> "SpelledScheme":
        """Learn the commands, most frequent first, and the width, at least `width`, from training lines."""
        counts = Counter(quantise(line) for line in lines)
        commands: Counter[str] = Counter()
        for line, count in counts.items():
            for text in parse_line(line).commands:
                commands[text] += count
        ordered = sorted(commands, key=lambda text: (-commands[text], text))
        return cls(tuple(ordered), n_digits, width).with_room_for(counts)

    def with_room_for(self, lines: Iterable[str]) -> "SpelledScheme":
        """The scheme, its width at least that of the longest of these lines; empty ones count for nothing."""
        longest = max((len(self.encode(line)) for line in lines if line), default=0)
        return replace(self, width=max(self.width, longest))

    @property
    def sizes(self) -> HeadSizes:
        """The number of classes of each head; class 0 of command and parameter type is NONE."""
        return HeadSizes(commands=1 + len(self.commands), param_types=1 + len(LETTERS), digits=self.n_digits)

    @property
    def letters(self) -> tuple[str, ...]:
        """The classes of the parameter type head, NONE first."""
        return (NONE, *LETTERS)

    @property
    def command_names(self) -> tuple[str, ...]:
        """The classes of the command head, NONE first."""
        return (NONE, *self.commands)

    @cached_property
    def first_letter(self) -> int:
        """The id of the letter A."""
        return len(SPECIAL_NAMES) + len(self.commands)

    @cached_property
    def base(self) -> int:
        """The first numeric id."""
        return self.first_letter + len(LETTERS)

    @cached_property
    def size(self) -> int:
        """The number of ids, almost all of them numeric."""
        return self.base + len(LETTERS) * 2 * self._radix

    @cached_property
    def _radix(self) -> int:
        return int(10**self.n_digits)

    @cached_property
    def _command_ids(self) -> dict[str, int]:
        return {text: index for index, text in enumerate(self.commands, start=len(SPECIAL_NAMES))}

    def encode(self, line: str) -> list[int]:
        """The content tokens of a line; a line of more than `width` tokens is encoded in full.

        Raises:
            GcodeError: where the line is not G-code.
        """
        return [token for word in parse_line(line).words for token in self._encode_word(word)]

    def _encode_word(self, word: Word) -> Iterator[int]:
        if word.letter in COMMAND_LETTERS:
            command = self._command_ids.get(_quantised(word))
            if command is not None:
                yield command
                return
        letter = _LETTER_INDEX[word.letter]
        yield self.first_letter + letter
        steps = steps_of(word)
        for place, chunk in enumerate(self._chunks(abs(steps))):
            sign = int(steps < 0 and place == 0)
            yield self.base + (letter * 2 + sign) * self._radix + chunk

    def _chunks(self, steps: int) -> list[int]:
        chunks = [steps % self._radix]
        while steps := steps // self._radix:
            chunks.insert(0, steps % self._radix)
        return chunks

    def decode(self, ids: Iterable[int]) -> str:
        """The canonical line; consecutive numbers are joined, a number without a letter stands bare."""
        words: list[str] = []
        open_letter = False
        for is_number, group in groupby(content(ids), key=lambda token: token >= self.base):
            run = list(group)
            texts = [self._number(run)] if is_number else [self._plain(token) for token in run]
            for text in filter(None, texts):
                if open_letter and (is_number or text == UNREADABLE):
                    words[-1] += text
                else:
                    words.append(text)
                open_letter = text in _LETTER_INDEX
        return " ".join(words)

    def _plain(self, token: int) -> str:
        if token == BOS:
            return ""
        return self.text(token) if token >= len(SPECIAL_NAMES) or token < 0 else UNREADABLE

    def _number(self, chunks: list[int]) -> str:
        owner, negative, steps = self._numeric(chunks[0])
        for chunk in chunks[1:]:
            steps = steps * self._radix + self._numeric(chunk)[2]
        return number_text(value_of(owner, -steps if negative else steps))

    def _numeric(self, token: int) -> tuple[str, bool, int]:
        self._check(np.asarray(token))
        owner, steps = divmod(int(token) - self.base, self._radix)
        return LETTERS[owner // 2], bool(owner % 2), steps

    def _check(self, ids: Ids) -> None:
        refuse_unknown_ids(ids, self.size)

    def text(self, token_id: int) -> str:
        """A token as people read it; a number stands in its letter's step."""
        if token_id >= self.base:
            return self._number([token_id])
        self._check(np.asarray(token_id))
        if token_id >= self.first_letter:
            return LETTERS[token_id - self.first_letter]
        if token_id >= len(SPECIAL_NAMES):
            return self.commands[token_id - len(SPECIAL_NAMES)]
        return SPECIAL_NAMES[token_id]

    def heads(self, ids: Ids) -> Heads:
        """The head classes of ids [...]; -1 where a head does not apply."""
        ids = np.asarray(ids, dtype=np.int64)
        self._check(ids)
        heads = Heads.blank(ids.shape, self.n_digits)
        heads.type[(ids == EOS) | (ids == UNK)] = TokenType.SPECIAL
        command = (ids >= len(SPECIAL_NAMES)) & (ids < self.first_letter)
        heads.type[command] = TokenType.COMMAND
        heads.command[command] = ids[command] - len(SPECIAL_NAMES) + 1
        letter = (ids >= self.first_letter) & (ids < self.base)
        heads.type[letter] = TokenType.PARAM
        heads.param_type[letter] = ids[letter] - self.first_letter + 1
        number = ids >= self.base
        owner, steps = np.divmod(ids[number] - self.base, self._radix)
        heads.type[number] = TokenType.NUMERIC
        heads.param_type[number] = owner // 2 + 1
        heads.sign[number] = owner % 2
        heads.digits[number] = split_digits(steps, self.n_digits)
        return heads

    def compose(self, heads: Heads, previous: Ids) -> Ids:
        """The ids [...] that head classes name.

        SPECIAL is EOS, a type of -1 is PAD; a command or letter of class NONE names nothing and gives UNK.
        A zero has no sign. `previous` is not needed here, since each number carries its letter.
        """
        letter = heads.param_type - 1
        steps = join_digits(heads.digits)
        sign = np.where(steps > 0, np.maximum(heads.sign, 0), 0)
        number = self.base + (letter * 2 + sign) * self._radix + steps
        kinds = [heads.type == kind for kind in (-1, TokenType.COMMAND, TokenType.PARAM, TokenType.NUMERIC)]
        command = np.where(heads.command > 0, heads.command - 1 + len(SPECIAL_NAMES), UNK)
        param = np.where(letter >= 0, letter + self.first_letter, UNK)
        choices = [np.full_like(letter, PAD), command, param, np.where(letter >= 0, number, UNK)]
        return np.asarray(np.select(kinds, choices, default=EOS), dtype=np.int64)

    def to_json(self) -> dict[str, Any]:
        """Everything needed to rebuild the scheme."""
        return {
            "name": self.name,
            "commands": list(self.commands),
            "n_digits": self.n_digits,
            "width": self.width,
        }

    @classmethod
    def from_json(cls, obj: Mapping[str, Any]) -> "SpelledScheme":
        """The scheme that `to_json` described."""
        return cls(tuple(obj["commands"]), int(obj["n_digits"]), int(obj["width"]))
