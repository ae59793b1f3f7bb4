"""The beginning of a line, given to the decoder in place of what it would have written."""

import re

import numpy as np

from core.errors import ToolmarkError
from core.gcode import COMMAND_LETTERS, UNK, GcodeError, Heads, Scheme, TokenType, parse_line
from core.model.digits import Ints
from core.model.grammar import Classes, Grammar

_OPEN = re.compile(r"(.*?)\s*([A-Za-z])\s*", re.DOTALL)


class PrefixError(ToolmarkError):
    """A beginning that no line of a model can have."""


def prefix_tokens(scheme: Scheme, text: str) -> Ints:
    """The tokens `[P]` of the beginning of a line; it may end with a letter whose number is left to the model.

    Raises:
        GcodeError: where the text is not G-code.
        PrefixError: where the scheme has no tokens for it, or too few.
    """
    open_word = _OPEN.fullmatch(text)
    if open_word and open_word[2].upper() in COMMAND_LETTERS:
        raise PrefixError(
            f"{open_word[2].upper()} at the end of “{text}” has no number, and a command is one token: write for "
            f"example {open_word[2].upper()}1."
        )
    # a letter alone is no G-code: it is encoded with a number, which is then left to the model
    whole = f"{text.rstrip()}0" if open_word else text
    try:
        ids, words = scheme.encode(whole), parse_line(whole).words
    except GcodeError as error:
        raise GcodeError(error.what, error.column, text) from error
    given = ids[:-1] if open_word else ids
    if UNK in given:
        raise PrefixError(
            f"The vocabulary of this model lacks a word of “{text}”: it can neither read nor write it."
        )
    if len(ids) > scheme.width or len(scheme.decode(given).split()) != len(words):
        raise PrefixError(
            f"“{text}” takes more tokens than the {scheme.width} that this model writes in a line."
        )
    return np.asarray(given, dtype=np.int64)


def classes_of(heads: Heads, place: int, batch: int) -> Classes:
    """The classes of the token at a place of heads `[P]`, for a batch of lines: `[B]`, digits `[B, D]`."""
    named = {head: getattr(heads, head)[place] for head in ("type", "command", "param_type", "sign")}
    classes = {head: np.full(batch, value) for head, value in named.items()}
    return classes | {"digits": np.tile(heads.digits[place], (batch, 1))}


def refuse_malformed(grammar: Grammar, classes: Classes, word: str) -> None:
    """Raise PrefixError where the grammar does not allow a token next."""
    kind, rows = classes["type"], np.arange(len(classes["type"]))
    allowed = grammar.types()[rows, kind]
    if (kind == TokenType.COMMAND).any():
        allowed &= grammar.commands_left[rows, classes["command"]]
    if ((kind == TokenType.PARAM) | (kind == TokenType.NUMERIC)).any():
        allowed &= grammar.letters(kind)[rows, classes["param_type"]]
    if not allowed.all():
        raise PrefixError(
            f"“{word}” cannot stand there in a line of this model: the commands that it learned come first, then "
            "letters with their numbers, none of them twice and no number longer than those it learned."
        )
