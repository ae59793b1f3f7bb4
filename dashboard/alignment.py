"""Lines laid side by side, token under token: a missing word does not make every later word look wrong."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Literal

import numpy as np

from core.errors import ToolmarkError
from core.evidence.line_metrics import LENGTH_STEPS, MM_PER_UNIT
from core.gcode.heads import TokenType
from core.gcode.scheme import Scheme
from core.model.prediction import Prediction, TokenKind
from core.recordings.windows import WindowLabel

Verdict = Literal["same", "differs", "missing", "extra", "no truth"]
END = "end"
_KINDS: dict[int, TokenKind] = {
    TokenType.SPECIAL: "unknown",
    TokenType.COMMAND: "command",
    TokenType.PARAM: "letter",
    TokenType.NUMERIC: "number",
}


@dataclass(frozen=True)
class Token:
    """One token as people read it."""

    text: str
    kind: TokenKind


@dataclass(frozen=True)
class Slot:
    """A place in a line: the command, the letter X, the number of X; `nth` counts its repeats."""

    kind: TokenKind
    letter: str
    nth: int


@dataclass(frozen=True)
class Column:
    """One slot, and each line's token in it (None where the line has nothing there)."""

    slot: Slot
    places: tuple[int | None, ...]


def true_tokens(scheme: Scheme, line: str) -> tuple[Token, ...]:
    """The tokens that a line has in a scheme, the end included."""
    ids = scheme.encode(line)
    kinds = [_KINDS[int(kind)] for kind in scheme.heads(np.asarray(ids, np.int64)).type] if ids else []
    tokens = [Token(scheme.text(token), kind) for token, kind in zip(ids, kinds, strict=True)]
    return (*tokens, Token(END, "end"))


def read_tokens(prediction: Prediction) -> tuple[Token, ...]:
    """The tokens that the model emitted, the end named as in `true_tokens`."""
    return tuple(Token(END if t.kind == "end" else t.text, t.kind) for t in prediction.tokens)


def slots(tokens: Sequence[Token]) -> tuple[Slot, ...]:
    """The slot of each token; a number (or an unknown) belongs to the letter before it."""
    seen: Counter[tuple[str, str]] = Counter()
    letter = ""
    found: list[Slot] = []
    for token in tokens:
        kind: TokenKind = token.kind
        if kind == "letter":
            letter = token.text
        elif kind in ("command", "end"):
            letter = ""
        elif letter:
            kind = "number"
        place = (kind, letter)
        found.append(Slot(kind, letter, seen[place]))
        seen[place] += 1
    return tuple(found)


def align(*lines: Sequence[Token]) -> tuple[Column, ...]:
    """Columns of several lines: the slots of the first in its order, the others' where they follow."""
    order: list[Slot] = []
    indexed: list[dict[Slot, int]] = []
    for line in lines:
        places = {slot: index for index, slot in enumerate(slots(line))}
        _merge(order, list(places))
        indexed.append(places)
    return tuple(Column(slot, tuple(places.get(slot) for places in indexed)) for slot in order)


def _merge(order: list[Slot], new: Sequence[Slot]) -> None:
    """Put the new slots into the order, each behind the slot that it follows; the end stays last."""
    after = 0
    for slot in new:
        if slot in order:
            after = order.index(slot) + 1
            continue
        ended = bool(order) and order[-1].kind == "end"
        after = min(after, len(order) - ended)
        order.insert(after, slot)
        after += 1


def verdict(truth: Token | None, read: Token | None, *, has_truth: bool) -> Verdict:
    """How a token that was read compares with the true one in the same slot."""
    if not has_truth:
        return "no truth"
    if truth is None:
        return "extra"
    if read is None:
        return "missing"
    return "same" if truth.text == read.text else "differs"


def in_words(
    truth: Token | None, read: Token | None, found: Verdict, letter: str = "", length_unit: str | None = None
) -> str:
    """A verdict as a person would say it; "" where there is nothing to say.

    A number by how much it is off, in mm where it is a length: one of a letter such as X, with the program's unit.
    """
    if found == "missing" and truth is not None:
        return "missing"
    if found == "extra":
        return "extra"
    if found == "same" and read is not None and read.text == "UNK":
        return "no value"
    if found != "differs" or truth is None or read is None:
        return ""
    try:
        off = Decimal(read.text) - Decimal(truth.text)
    except InvalidOperation:
        return "differs"
    return f"{_far(abs(off), letter, length_unit)} too {'high' if off > 0 else 'low'}"


def _far(off: Decimal, letter: str, length_unit: str | None) -> str:
    """How far that is: in mm where it is a length of a known unit, else as it stands."""
    if letter not in LENGTH_STEPS or length_unit is None:
        return _plain(off)
    return f"{float(off * MM_PER_UNIT[length_unit]):.3g} mm"


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


LineVerdict = Literal["exact", "within a row", "different", "no truth"]


def line_verdict(scheme: Scheme, prediction: Prediction, label: WindowLabel) -> LineVerdict:
    """How the line that was read compares with the window's label, and with the lines within a row of it.

    A label that is no G-code, as a file of another machine may have, is no truth.
    """
    if label.line is None:
        return "no truth"
    read = read_tokens(prediction)
    try:
        if read == true_tokens(scheme, label.line):
            return "exact"
        near = [true_tokens(scheme, line) for line in label.near]
    except ToolmarkError:
        return "no truth"
    return "within a row" if read in near else "different"
