"""How the published tables differ from the same trainings run again, in sentences that their figures decide."""

from collections.abc import Sequence
from itertools import pairwise

from core.evidence.ablation.modality_table import Loss, Modality, modalities
from core.evidence.ablation.results import Results
from core.evidence.ablation.techniques import Technique, techniques
from core.evidence.ablation.trials import FULL
from core.evidence.metrics import MODEL
from core.evidence.published import MACHINE, MODALITIES, PROTOCOL, PUBLISHED, TECHNIQUES

METRIC = "token"
BASE = FULL["seed"]
WHOLE = float(PUBLISHED[(MODEL, METRIC)])
# a printed figure has two decimals
_ROUNDED = 0.006
SPARSE = (
    "The published tables give one figure a row: no interval, no number of seeds, and no word on whether a modality "
    "was removed at inference or left out of the training. Here the two are told apart."
)


def explained(found: Results) -> list[str]:
    """What is to be said beside both tables, whichever of them has rows."""
    said = [SPARSE, printed_drops(), printed_twice()]
    if found.protocol != PROTOCOL:
        said.append(
            f"The published figures are of windows split at random (`{PROTOCOL}`). Under `{found.protocol}` whole runs "
            "are held out, so a gap to them is the cost of that, not a fault of either table."
        )
    if found.as_published:
        said += [*of_techniques(techniques(found, METRIC)), *of_modalities(modalities(found, BASE, METRIC))]
    else:
        said.append(_others(found))
    return [sentence for sentence in said if sentence]


def _others(found: Results) -> str:
    """Why nothing here is held against what was published."""
    if found.changes:
        changed = ", ".join(found.changes)
        return f"Trained with changes ({changed}), so nothing of it is held against what was published."
    return (
        f"These are of {found.machine}, the published ones of {MACHINE}: nothing of it is held against them."
    )


def printed_drops() -> str:
    """Whether the drops that were printed are points or shares of the full model's value."""
    kinds = {_kind(value, drop) for value, drop in MODALITIES.values() if drop}
    name, (value, drop) = next(iter(MODALITIES.items()))
    relative = 100 * (value - WHOLE) / WHOLE
    if kinds == {"points"}:
        return (
            f"The published drops carry a per cent sign but are points: {WHOLE:.2f} to {value:.2f} without {name} is "
            f"{_signed(drop)} points; as a share of {WHOLE:.2f} it is {_signed(relative)} %. "
            "Here both are given, and named."
        )
    if kinds == {"relative"}:
        points = _signed(value - WHOLE)
        return f"The published drops are shares of {WHOLE:.2f}, not points: without {name} {points} points."
    return "The published drops are points in some rows and shares of the full model's value in others."


def _kind(value: float, drop: float) -> str:
    if abs(drop - (value - WHOLE)) < _ROUNDED:
        return "points"
    return "relative" if abs(drop - 100 * (value - WHOLE) / WHOLE) < _ROUNDED else "neither"


def printed_twice() -> str:
    """Whether the full model has one figure in both published tables."""
    if TECHNIQUES[BASE] == WHOLE:
        return ""
    return (
        f"The published model, technique {BASE}, has two figures there: {TECHNIQUES[BASE]:.2f} among the techniques "
        f"and {WHOLE:.2f} as the full model of the modalities."
    )


def of_techniques(found: Sequence[Technique]) -> list[str]:
    """Whether the techniques differ by more than seeds do, and whether the published figures lie in our intervals."""
    if len(found) < 2:
        return []
    values = [100 * each.figure.interval.value for each in found]
    span = max(values) - min(values)
    printed = max(TECHNIQUES.values()) - min(TECHNIQUES.values())
    said = [
        f"Our techniques lie within {span:.2f} points of one another, the published ones within {printed:.2f}."
    ]
    spreads = [100 * (max(e.figure.single) - min(e.figure.single)) for e in found if len(e.figure.single) > 1]
    if spreads:
        said.append(f"The seeds of one technique differ by up to {max(spreads):.2f} points.")
    real = [each.name for each in found if each.against and each.against.real]
    told = sum(each.against is not None for each in found)
    if told:
        which = f"only those of {_listed(real)} leave" if real else "none leaves"
        said.append(f"Of {told} differences to A1 {which} 0 out of the interval.")
    return [" ".join([*said, _within(found)]).strip()]


def _within(found: Sequence[Technique]) -> str:
    known = [each for each in found if each.published is not None and each.figure.interval.low is not None]
    inside = [each.name for each in known if _holds(each, each.published or 0.0)]
    if not known:
        return ""
    return f"{len(inside)} of {len(known)} published figures lie within our interval."


def _holds(each: Technique, printed: float) -> bool:
    low, high = each.figure.interval.low, each.figure.interval.high
    return low is not None and high is not None and 100 * low <= printed <= 100 * high


def of_modalities(found: Sequence[Modality]) -> list[str]:
    """Whether what was published of each modality holds, at inference and retrained."""
    said = []
    for how, losses in (
        ("removed at inference", {each.name: each.removed for each in found}),
        ("left out of the training", {each.name: each.retrained for each in found}),
    ):
        known = {name: loss for name, loss in losses.items() if loss and name in MODALITIES}
        bounded = {name: loss for name, loss in known.items() if loss.against.low is not None}
        for place, inside in (("outside", False), ("within", True)):
            names = [_beside(name, loss) for name, loss in bounded.items() if _inside(name, loss) == inside]
            if names:
                said.append(f"The published drop lies {place} our interval, {how}: {'; '.join(names)}.")
        said.append(_ranked(how, known))
    return [sentence for sentence in said if sentence]


def _inside(name: str, loss: Loss) -> bool:
    low, high = loss.against.low, loss.against.high
    return low is not None and high is not None and 100 * low <= MODALITIES[name][1] <= 100 * high


def _beside(name: str, loss: Loss) -> str:
    own, drop = loss.against, MODALITIES[name][1]
    span = (
        ""
        if own.low is None or own.high is None
        else f", {_signed(100 * own.low)} to {_signed(100 * own.high)}"
    )
    return f"{_plain(name)} (published {_signed(drop)}, ours {_signed(100 * own.points)}{span})"


def _signed(points: float) -> str:
    said = f"{points:+.2f}"
    return said[1:] if not said.strip("+-0.") else said.replace("-", "\N{MINUS SIGN}")


def _ranked(how: str, known: dict[str, Loss]) -> str:
    """The order of modalities beside the published one, where all of them are there."""
    if set(known) != set(MODALITIES):
        return ""
    ours = sorted(known, key=lambda name: known[name].against.points)
    theirs = sorted(MODALITIES, key=lambda name: MODALITIES[name][1])
    sure = all(_apart(known[one], known[other]) for one, other in pairwise(ours))
    doubt = (
        "" if sure else " Intervals of neighbours overlap, so with other runs and seeds it may be another."
    )
    if ours == theirs:
        return f"The order, {how}, is the published one.{doubt}"
    return f"The order, {how}, is {_listed(ours)}; published: {_listed(theirs)}.{doubt}"


def _apart(less: Loss, more: Loss) -> bool:
    """Whether the intervals of two losses do not touch."""
    high, low = less.against.high, more.against.low
    return high is not None and low is not None and high < low


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(_plain, names))


def _plain(name: str) -> str:
    return name.replace("_", " ")
