"""The second line: what the decoder would have written had it changed its mind once.

Of all words of the greedy line, the one whose second choice comes closest to its first is changed: a command into the
second command, a number into its second digits or the other sign. The line's structure stays, so it is well formed. A
beam would also find second lines that differ in several words; it takes about thirty times as long.
"""

from typing import NamedTuple

import numpy as np

from core.gcode import BOS, EOS, PAD, Scheme, TokenType
from core.model.decoding import Choice, Decoded, as_heads
from core.model.digits import Floats, Ints
from core.model.grammar import Bools, Classes


class _Second(NamedTuple):
    """The second choice at one position: ids `[B]`, and how close it comes to the first, `[B]`, 0 = there is none."""

    ids: Ints
    closeness: Floats


def second_lines(scheme: Scheme, decoded: Decoded) -> Ints:
    """Tokens `[B, L]` of the second line of each greedy one; those of the line itself where nothing can be changed."""
    tokens = decoded.tokens
    before = np.concatenate([np.full((len(tokens), 1), BOS), tokens[:, :-1]], axis=1)
    written = (tokens != PAD) & (tokens != EOS)
    found = [
        _second(scheme, step, before[:, place], written[:, place]) for place, step in enumerate(decoded.steps)
    ]
    closeness = np.stack([one.closeness for one in found], axis=1)
    place, rows = closeness.argmax(axis=1), np.arange(len(tokens))
    changed = tokens.copy()
    ids = np.stack([one.ids for one in found], axis=1)[rows, place]
    changed[rows, place] = np.where(closeness[rows, place] > 0, ids, tokens[rows, place])
    return changed


def _second(scheme: Scheme, step: Choice, before: Ints, written: Bools) -> _Second:
    classes, kind = step.classes, step.classes["type"]
    command, share_command = _runner_up(step.probabilities["command"], classes["command"])
    sign = step.probabilities["sign"]
    chosen_sign = np.maximum(classes["sign"], 0)
    rows = np.arange(len(kind))
    share_sign = _ratio(sign[rows, 1 - chosen_sign], sign[rows, chosen_sign])
    strings = step.numbers.shares.prod(axis=-1)
    share_digits = _ratio(strings[:, 1], strings[:, 0])
    number = written & (kind == TokenType.NUMERIC)
    other_digits = number & (share_digits >= share_sign)
    other_sign = number & ~other_digits
    other_command = written & (kind == TokenType.COMMAND)
    changed: Classes = dict(classes)
    changed["command"] = np.where(other_command, command, classes["command"])
    changed["sign"] = np.where(other_sign, 1 - chosen_sign, classes["sign"])
    changed["digits"] = np.where(other_digits[:, None], step.numbers.digits[:, 1], classes["digits"])
    closeness = np.select(
        [other_command, other_digits, other_sign], [share_command, share_digits, share_sign], 0
    )
    return _Second(scheme.compose(as_heads(changed), before), closeness.astype(np.float32))


def _runner_up(shares: Floats, chosen: Ints) -> tuple[Ints, Floats]:
    """The most probable class but the chosen one, and its share of the chosen one's."""
    rows, first = np.arange(len(shares)), np.maximum(chosen, 0)
    others = shares.copy()
    others[rows, first] = 0
    second = others.argmax(axis=1)
    return second, _ratio(others[rows, second], shares[rows, first])


def _ratio(second: Floats, first: Floats) -> Floats:
    return np.where(first > 0, np.minimum(second / np.maximum(first, 1e-12), 1), 0).astype(np.float32)
