"""Which removals a table of ablations is made of: modalities, boards, pairs, alone removed or alone kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, get_args

from core.evidence.ablation.removal import Removal, RemovalError, Way, kept_alone
from core.model.bundle import Bundle

Kind = Literal["modality", "kept", "board", "pair", "named"]
KINDS: tuple[Kind, ...] = get_args(Kind)[:-1]
WORDS: dict[Kind, str] = {
    "modality": "one modality removed",
    "kept": "one modality kept, all others removed",
    "board": "one board removed",
    "pair": "two modalities removed",
    "named": "what was named removed",
}


@dataclass(frozen=True)
class Case:
    """One row of the table: the modalities or the board that it is about, and how they are removed or kept."""

    kind: Kind
    names: tuple[str, ...]
    way: Way = "missing"

    def removal(self, bundle: Bundle) -> Removal:
        """What is taken away for it."""
        names = self._names(bundle)
        return kept_alone(bundle, names, self.way) if self.kind == "kept" else Removal(names, self.way)

    def _names(self, bundle: Bundle) -> tuple[str, ...]:
        if self.kind == "named":
            return self.names
        kind: Literal["modality", "board"] = "board" if self.kind == "board" else "modality"
        return tuple(own for name in self.names for own in bundle.machine.names_of(kind, name))


def modalities(bundle: Bundle) -> tuple[str, ...]:
    """The modalities that a bundle reads, in the machine's order."""
    read = {bundle.machine.modality(channel) for channel in bundle.inputs.channels}
    return tuple(modality for modality in bundle.machine.modalities if modality in read)


def boards(bundle: Bundle) -> tuple[str, ...]:
    """The boards that a bundle reads, in the machine's order."""
    read = {bundle.machine.board(channel) for channel in bundle.inputs.channels}
    return tuple(board for board in bundle.machine.board_channels if board in read)


def kinds_named(names: Sequence[str]) -> tuple[Kind, ...]:
    """The kinds of these names; pairs need their members alone too. RemovalError for one that there is not."""
    unknown = [name for name in names if name not in KINDS]
    if unknown:
        raise RemovalError(f"There is no table of “{unknown[0]}”: choose among {', '.join(KINDS)}.")
    needed = {*names, *(("modality",) if "pair" in names else ())}
    return tuple(kind for kind in KINDS if kind in needed)


def cases(bundle: Bundle, kinds: Sequence[Kind] = ("modality",), way: Way = "missing") -> tuple[Case, ...]:
    """Every case of some kinds."""
    return tuple(case for kind in dict.fromkeys(kinds) for case in _of_kind(bundle, kind, way))


def _of_kind(bundle: Bundle, kind: Kind, way: Way) -> list[Case]:
    names = boards(bundle) if kind == "board" else modalities(bundle)
    return [Case(kind, group, way) for group in combinations(names, 2 if kind == "pair" else 1)]


def named(names: Sequence[str], way: Way = "missing") -> Case:
    """The case of all these modalities, boards or channels removed at once."""
    return Case("named", tuple(names), way)
