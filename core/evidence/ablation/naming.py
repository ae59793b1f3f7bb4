"""The fewest names that stand for some channels: modalities and boards where all of one is meant, else channels."""

from collections.abc import Collection, Iterable

from core.evidence.ablation.cases import boards, modalities
from core.model.bundle import Bundle


def channels_of(bundle: Bundle, names: Iterable[str]) -> frozenset[str]:
    """The channels that a bundle reads among those that the names stand for.

    Raises:
        ToolmarkError: a name that the machine lacks.
    """
    return frozenset(bundle.machine.resolve(list(names))).intersection(bundle.inputs.channels)


def fewest_names(bundle: Bundle, channels: Collection[str]) -> tuple[str, ...]:
    """Names that stand for just these channels of a bundle: the one that covers most first, then what is left.

    A choice of the greatest is not always the least in number, but never names a channel that another name covers.
    """
    wanted = frozenset(channels)
    left, found = set(wanted), []
    groups = {name: channels_of(bundle, [name]) for name in (*modalities(bundle), *boards(bundle))}
    groups = {name: own for name, own in groups.items() if own and own <= wanted}
    while groups:
        best = max(groups, key=lambda name: len(groups[name] & left))
        covered = groups.pop(best) & left
        if not covered:
            break
        found.append(best)
        left -= covered
    found += [name for name in bundle.inputs.channels if name in left]
    return tuple(found)
