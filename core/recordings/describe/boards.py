"""How the names of a machine's columns divide into a board and a quantity: found over all of them."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from core.recordings.describe.lexicon import AXIS, DIRECTED, Meaning, meaning
from core.recordings.describe.units import bare
from core.recordings.parts import plain_name

# the surer signs first: `frame_l1.Ax` divides at the point
SIGNS = (".", "|", ":", "/", "_", " ", "-")


class Division(NamedTuple):
    """Where a name divides: at the first or the last sign, the board before or behind it."""

    sign: str
    at_first: bool
    board_before: bool

    def of(self, name: str) -> tuple[str, str] | None:
        """(board, quantity) of a name; None where it does not divide."""
        name = bare(name)
        before, found, after = name.partition(self.sign) if self.at_first else name.rpartition(self.sign)
        if not found or not before.strip() or not after.strip():
            return None
        return (before, after) if self.board_before else (after, before)

    @property
    def spoken(self) -> str:
        """The division in words."""
        where = "before" if self.board_before else "behind"
        return f"the board stands {where} the {'first' if self.at_first else 'last'} {self.sign!r}"


DIVISIONS = tuple(
    Division(sign, at_first, before)
    for sign in SIGNS
    for at_first in (True, False)
    for before in (True, False)
)


def find_boards(meanings: Mapping[str, Meaning]) -> tuple[dict[str, tuple[str, str]], Division | None]:
    """Column -> (board, quantity), of the columns that have a board; and the division that finds most of them.

    A division is a good one where what it calls a quantity says by itself what the column measures, and where the
    same quantities occur on several boards or a board has several quantities.
    """
    best: dict[str, tuple[str, str]] = {}
    chosen: Division | None = None
    score = (0, 0)
    for division in DIVISIONS:
        found = _divided(meanings, division)
        counts = Counter(quantity for _, quantity in found.values())
        # of two that find as many, the one by which several boards measure the same
        own = (len(found), sum(counts[quantity] > 1 for _, quantity in found.values()))
        if own > score:
            best, chosen, score = found, division, own
    return {
        name: (plain_name(board), plain_name(quantity)) for name, (board, quantity) in best.items()
    }, chosen


def _divided(meanings: Mapping[str, Meaning], division: Division) -> dict[str, tuple[str, str]]:
    found = {}
    for name, own in meanings.items():
        parts = division.of(name)
        if parts and _is_quantity(*parts, own):
            found[name] = parts
    boards = Counter(board for board, _ in found.values())
    quantities = Counter(quantity for _, quantity in found.values())
    return {name: (b, q) for name, (b, q) in found.items() if boards[b] > 1 or quantities[q] > 1}


def _is_quantity(board: str, quantity: str, own: Meaning) -> bool:
    alone = meaning(quantity)
    if alone is None or alone.modality.partition("_")[0] != own.modality.partition("_")[0]:
        return False
    directed = own.modality.startswith(DIRECTED)
    if directed and AXIS.fullmatch(board.strip().lower()):
        return False
    other = meaning(board)
    return other is None or other.role not in ("side", "ambient") or other.sure < 0.5


def unique_names(columns: Sequence[str]) -> dict[str, str]:
    """Column -> a plain name of its own."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for column in columns:
        name = plain = re.sub(r"^__+", "_", plain_name(column))
        number = 2
        while name in taken:
            name, number = f"{plain}_{number}", number + 1
        taken.add(name)
        found[column] = name
    return found
