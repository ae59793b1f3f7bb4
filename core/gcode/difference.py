"""Two programs laid side by side: which lines stand in both, which were changed and in which words."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from rapidfuzz.distance import Levenshtein, Opcode

from core.gcode.words import GcodeError, parse_line

DiffKind = Literal["same", "changed", "missing", "extra"]


@dataclass(frozen=True)
class Step:
    """One row of a comparison: the index of the line in the first program and in the second, None where it has none.

    words: of a changed line the indices of the words that differ, in the first and in the second.
    """

    kind: DiffKind
    first: int | None
    second: int | None
    words: tuple[tuple[int, ...], tuple[int, ...]] = ((), ())


def difference(first: Sequence[str], second: Sequence[str]) -> list[Step]:
    """Lay two programs side by side, with the fewest lines inserted, deleted and replaced (Levenshtein 1966).

    A line is missing where the second program lacks it and extra where only the second has it. Lines in each other's
    place that have no word in common are one missing and one extra line, unless their letters are the same.
    """
    steps: list[Step] = []
    for op in Levenshtein.opcodes(list(first), list(second)):
        steps += _steps(op, first, second)
    return steps


def _steps(op: Opcode, first: Sequence[str], second: Sequence[str]) -> list[Step]:
    own, other = range(op.src_start, op.src_end), range(op.dest_start, op.dest_end)
    if op.tag == "equal":
        return [Step("same", i, j) for i, j in zip(own, other, strict=True)]
    if op.tag == "delete":
        return [Step("missing", i, None) for i in own]
    if op.tag == "insert":
        return [Step("extra", None, j) for j in other]
    found: list[Step] = []
    left: list[Step] = []
    for i, j in zip(own, other, strict=True):
        if alike(first[i], second[j]):
            found += [*left, Step("changed", i, j, changed_words(first[i], second[j]))]
            left = []
        else:
            # what was taken out of a stretch stands together, before what was put in
            taken, put = [s for s in left if s.second is None], [s for s in left if s.first is None]
            left = [*taken, Step("missing", i, None), *put, Step("extra", None, j)]
    return [*found, *left]


def alike(one: str, other: str) -> bool:
    """Whether two lines are one line that was changed: the same letters, or a word in common besides the command."""
    a, b = words_of(one), words_of(other)
    if [word[:1] for word in a] == [word[:1] for word in b]:
        return True
    return any(word in b for word in a if word[:1] not in "GM")


def changed_words(one: str, other: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The places of the words that differ between two lines, in each of them."""
    a, b = words_of(one), words_of(other)
    ours: list[int] = []
    theirs: list[int] = []
    for op in Levenshtein.opcodes(list(a), list(b)):
        if op.tag != "equal":
            ours += range(op.src_start, op.src_end)
            theirs += range(op.dest_start, op.dest_end)
    return tuple(ours), tuple(theirs)


@lru_cache(maxsize=1 << 14)
def words_of(line: str) -> tuple[str, ...]:
    """The words of a line as they are written; what is no G-code counts as one word."""
    try:
        return tuple(word.text for word in parse_line(line).words)
    except GcodeError:
        return (line,)


def applied(steps: Sequence[Step], first: Sequence[str], second: Sequence[str]) -> list[str]:
    """The second program as the steps make it out of the first: what they say is the same is taken from the first."""
    made = []
    for step in steps:
        if step.kind == "same" and step.first is not None:
            made.append(first[step.first])
        elif step.second is not None:
            made.append(second[step.second])
    return made
