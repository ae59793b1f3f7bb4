"""How often the line is right: its values, its structure, all of it, and all of it within a row."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from functools import lru_cache
from typing import Any

import numpy as np

from core.evidence.answers import Answers, Reals
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


@dataclass(frozen=True, eq=False)
class LineScores:
    """How right each of N free-running lines is: right or not `[N]`, lengths counted `[N]`, and how sure it was."""

    exact: Bools
    within_row: Bools
    structure: Bools
    values_exact: Ints
    values_close: Ints
    values_asked: Ints
    confidence: Reals | None = None
    sure: Bools | None = None

    def take(self, index: Ints) -> "LineScores":
        """The scores of some of the lines."""

        def some(part: Any) -> Any:
            return None if part is None else part[index]

        return LineScores(*(some(getattr(self, each.name)) for each in fields(self)))


def line_scores(truth: Truth, answers: Answers, length_unit: str = "inch") -> LineScores | None:
    """Score the free-running lines one by one; None for a method that says none."""
    if answers.tokens is None or answers.lines is None:
        return None
    values = value_counts(truth.lines, answers.lines, length_unit)
    exact = exact_lines(truth, answers.tokens)
    sure = None
    if answers.confidence is not None and answers.threshold is not None:
        sure = np.asarray(answers.confidence >= answers.threshold, np.bool_)
    return LineScores(
        exact=exact,
        within_row=exact | near_lines(truth, answers.tokens),
        structure=same_structure(truth.lines, answers.lines),
        values_exact=values[0],
        values_close=values[1],
        values_asked=values[2],
        confidence=answers.confidence,
        sure=sure,
    )


def line_tallies(truth: Truth, answers: Answers, length_unit: str = "inch") -> Iterator[Tally]:
    """Value, structure and line accuracy of the free-running lines."""
    scores = line_scores(truth, answers, length_unit)
    if scores is not None:
        yield from scored_tallies(scores, answers.method, truth.unit, len(truth.units))


def scored_tallies(scores: LineScores, method: str, unit: Ints, n_units: int) -> Iterator[Tally]:
    """The tallies of lines that are already scored; `unit` `[N]`."""
    every = np.ones(len(unit), np.bool_)
    yield counted("value_exact", method, scores.values_exact, scores.values_asked, unit, n_units)
    yield counted("value_1mm", method, scores.values_close, scores.values_asked, unit, n_units)
    yield share("structure", method, scores.structure, every, unit, n_units)
    yield share("exact_line", method, scores.exact, every, unit, n_units)
    yield share("line_within_row", method, scores.within_row, every, unit, n_units)
    if scores.confidence is not None:
        yield Tally("ece_line", method, "ece", bin_sums(scores.confidence, scores.exact, unit, n_units))
    if scores.sure is not None:
        yield share("answered", method, scores.sure, every, unit, n_units)
        yield share("answered_right", method, scores.exact, scores.sure, unit, n_units)


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


def value_errors_mm(
    true: Sequence[str], given: Sequence[str], length_unit: str = "inch"
) -> list[list[float]]:
    """How far each length of each true line is off, in mm; infinitely far where the given line lacks its letter."""
    scale = MM_PER_UNIT[length_unit]
    found = []
    for one, other in zip(true, given, strict=True):
        gaps = [float(gap * scale) for _, gap in _gaps(one, other)]
        found.append([*gaps, *[float("inf")] * (len(_lengths(one)) - len(gaps))])
    return found


def largest_errors_mm(errors: Sequence[Sequence[float]]) -> list[float | None]:
    """How far each line's worst length is off, of `value_errors_mm`; None where no letter of a length is in both."""
    there = [[error for error in line if error != float("inf")] for line in errors]
    return [max(line) if line else None for line in there]


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
