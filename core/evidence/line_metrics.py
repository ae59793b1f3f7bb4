"""How often the line is right: its values, its structure, all of it, and all of it within a row."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache

import numpy as np

from core.evidence.answers import Answers
from core.evidence.calibration import bin_sums
from core.evidence.tally import Bools, Ints, Tally, counted, share
from core.evidence.token_metrics import same_width
from core.evidence.truth import Truth
from core.gcode.tokens import EOS, PAD

MM_PER_UNIT = {"inch": Decimal("25.4"), "mm": Decimal(1)}
LENGTH_STEPS = dict.fromkeys("XYZ", Decimal("0.001")) | dict.fromkeys("RIJK", Decimal("0.0001"))
TOLERANCE_MM = Decimal(1)

# decoded text need not be G-code: "?" is a token that the vocabulary lacks, a number may have lost its letter
_WORD = re.compile(r"([A-Z])\s*([+-]?(?:\d+\.?\d*|\.\d+)|\?)?|(\?|[\d.+-]+)")

Words = tuple[tuple[str, str], ...]


def line_tallies(truth: Truth, answers: Answers, length_unit: str = "inch") -> Iterator[Tally]:
    """Value, structure and line accuracy of the free-running lines."""
    if answers.tokens is None or answers.lines is None:
        return
    n_units, method = len(truth.units), answers.method
    every = np.ones(len(truth), np.bool_)
    exact, hits, asked = value_counts(truth.lines, answers.lines, length_unit)
    yield counted("value_exact", method, exact, asked, truth.unit, n_units)
    yield counted("value_1mm", method, hits, asked, truth.unit, n_units)
    yield share("structure", method, same_structure(truth.lines, answers.lines), every, truth.unit, n_units)
    right = exact_lines(truth, answers.tokens)
    yield share("exact_line", method, right, every, truth.unit, n_units)
    near = right | near_lines(truth, answers.tokens)
    yield share("line_within_row", method, near, every, truth.unit, n_units)
    if answers.confidence is not None:
        sums = bin_sums(answers.confidence, right, truth.unit, n_units)
        yield Tally("ece_line", method, "ece", sums)
        if answers.threshold is not None:
            sure = answers.confidence >= answers.threshold
            yield share("answered", method, sure, every, truth.unit, n_units)
            yield share("answered_right", method, right, sure, truth.unit, n_units)


def exact_lines(truth: Truth, tokens: Ints) -> Bools:
    """Whether the free-running tokens are the true ones to the end, `[N]`."""
    target, given = same_width(truth.tokens, tokens)
    right: Bools = (target == given).all(axis=1)
    return right


def same_structure(true: Sequence[str], given: Sequence[str]) -> Bools:
    """Whether commands and letters are the true ones in the true order, `[N]`, whatever the values."""
    return np.array([_structure(a) == _structure(b) for a, b in zip(true, given, strict=True)], np.bool_)


def value_counts(
    true: Sequence[str], given: Sequence[str], length_unit: str = "inch"
) -> tuple[Ints, Ints, Ints]:
    """Count each line's lengths: read to the step, read within 1 mm, and asked, `[N]` each.

    The lengths are the values of X Y Z R I J K in the true line; the given line must have the letter.
    """
    counts = [_line_values(a, b, length_unit) for a, b in zip(true, given, strict=True)]
    table = np.array(counts, np.int64).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 2]


def largest_errors_mm(
    true: Sequence[str], given: Sequence[str], length_unit: str = "inch"
) -> list[float | None]:
    """How far each line's worst length is off, in mm; None where the given line has none of the true one's letters."""
    gaps = [[gap for _, gap in _gaps(a, b)] for a, b in zip(true, given, strict=True)]
    return [float(max(row) * MM_PER_UNIT[length_unit]) if row else None for row in gaps]


def _gaps(true: str, given: str) -> list[tuple[str, Decimal]]:
    """The letters of lengths that both lines have, and how far apart they are."""
    answer = _lengths(given)
    return [
        (letter, abs(value - answer[letter])) for letter, value in _lengths(true).items() if letter in answer
    ]


def _line_values(true: str, given: str, length_unit: str) -> tuple[int, int, int]:
    pairs = _gaps(true, given)
    # the truth keeps its full decimals, so half a step is the most that quantising may move it
    exact = sum(gap <= LENGTH_STEPS[letter] / 2 for letter, gap in pairs)
    close = sum(gap * MM_PER_UNIT[length_unit] <= TOLERANCE_MM for _, gap in pairs)
    return exact, close, len(_lengths(true))


@lru_cache(maxsize=1 << 16)
def _words(line: str) -> Words:
    return tuple((letter or mark, value) for letter, value, mark in _WORD.findall(line.upper()))


@lru_cache(maxsize=1 << 16)
def _structure(line: str) -> tuple[str, ...]:
    return tuple(letter + value if letter in "GMT" else letter for letter, value in _words(line))


def _lengths(line: str) -> dict[str, Decimal]:
    return {
        letter: Decimal(value)
        for letter, value in _words(line)
        if letter in LENGTH_STEPS and value not in ("", "?")
    }


def near_lines(truth: Truth, tokens: Ints) -> Bools:
    """Whether the free-running line is one that fills at most a row less than the top one, `[N]`."""
    rows = [tuple(row[(row != PAD) & (row != EOS)].tolist()) for row in same_width(truth.tokens, tokens)[1]]
    return np.array([row in near for row, near in zip(rows, truth.near, strict=True)], np.bool_)
