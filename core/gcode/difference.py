"""Two programs laid side by side: which lines stand in both, which were changed and in which words."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from rapidfuzz.distance import Indel, Levenshtein

from core.gcode.words import GcodeError, parse_line

DiffKind = Literal["same", "changed", "missing", "extra"]
# how many lines further on the changed form of a line is looked for
REACH = 8


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
    """Lay two programs side by side so that as many lines as possible stand in both (longest common subsequence).

    A line is missing where the second program lacks it and extra where only the second has it. A missing and an extra
    line in each other's place are one changed line where they are alike.
    """
    steps: list[Step] = []
    taken: list[int] = []
    put: list[int] = []
    for op in Indel.opcodes(list(first), list(second)):
        if op.tag == "equal":
            steps += _replaced(taken, put, first, second)
            taken, put = [], []
            own, other = range(op.src_start, op.src_end), range(op.dest_start, op.dest_end)
            steps += [Step("same", i, j) for i, j in zip(own, other, strict=True)]
        else:
            taken += range(op.src_start, op.src_end)
            put += range(op.dest_start, op.dest_end)
    return [*steps, *_replaced(taken, put, first, second)]


def _replaced(
    taken: Sequence[int], put: Sequence[int], first: Sequence[str], second: Sequence[str]
) -> list[Step]:
    """A stretch without a line in common: each line that was taken out beside the next alike one that was put in."""
    found: list[Step] = []
    left: list[Step] = []
    begin = 0
    for i in taken:
        partner = next(
            (k for k in range(begin, min(begin + REACH, len(put))) if alike(first[i], second[put[k]])), None
        )
        if partner is None:
            left.append(Step("missing", i, None))
            continue
        found += [*left, *(Step("extra", None, j) for j in put[begin:partner])]
        left = []
        found.append(Step("changed", i, put[partner], changed_words(first[i], second[put[partner]])))
        begin = partner + 1
    return [*found, *left, *(Step("extra", None, j) for j in put[begin:])]


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
