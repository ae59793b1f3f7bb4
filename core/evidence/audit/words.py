"""How findings weigh altogether, and how each probe tells what it tells, in a sentence with its figures."""

from collections.abc import Sequence
from math import isnan

from core.evidence.audit.finding import Finding, percent
from core.evidence.audit.probes import Mechanism, Probe, above

MECHANISMS: dict[Mechanism, str] = {
    "nothing": "no more than chance",
    "session": "the session",
    "cut": "what happens in the run",
}


def headline(found: Sequence[Finding], unjudged: Sequence[str] = ()) -> tuple[str, str]:
    """How the findings weigh altogether, and what that rests on; what could not be looked at is no good news."""
    grave, warnings = (sum(each.weight == weight for each in found) for weight in ("grave", "warning"))
    if grave:
        claim = "The figures do not yet mean what they say"
    elif warnings:
        claim = "Nothing grave, but read the warnings before a figure is quoted"
    else:
        looked = "could be" if unjudged else "was"
        claim = f"Nothing that {looked} looked for speaks against the figures"
    counts = [f"{grave:,} grave"] if grave else []
    counts += [f"{warnings:,} warning{'s' * (warnings != 1)}"] if warnings else []
    said = [", ".join(counts)] if counts else []
    said += [f"not judged: {', '.join(unjudged)}"] if unjudged else []
    return claim, "; ".join(said)


def sight_name(probe: Probe) -> str:
    """What a probe sees, as people say it."""
    return probe.name.replace("_", " ") if probe.kind == "modality" else probe.name


def mechanism_words(probe: Probe) -> str:
    """By what a probe tells the operation."""
    if probe.mechanism == "nothing":
        return (
            f"No more than chance: {percent(probe.operation)} of operations, and always saying the most frequent one "
            f"is right in {percent(probe.usual_operation)}. {_levels(probe)}"
        ).strip()
    if probe.kind == "presence":
        return (
            "Which boards answer is settled before the cut begins. Where runs of one operation were recorded with the "
            f"same boards, the boards name the operation. {_between(probe)}"
        )
    if probe.kind == "elapsed":
        return (
            "Runs of some operations are longer than those of others: a late row can only be of one of them. No sensor "
            "is in it."
        )
    if probe.kind == "controller":
        return (
            "The controller's own position and state are the answer itself, not something that a sensor felt."
        )
    if probe.mechanism == "session":
        begin = (
            "The weather, the room and the warmth of the machine, which no cut makes"
            if probe.kind == "ambient"
            else "It stands at another height in every session and hardly moves within a run"
        )
        return f"{begin}. {_between(probe)} {_levels(probe)}".strip()
    return f"{_between(probe)} {_levels(probe)} {_cut(probe)}".strip()


def _cut(probe: Probe) -> str:
    """What follows for a probe that does not only stand still in a run."""
    still, moving = probe.still, probe.moving
    if still is None or moving is None:
        return ""
    if not above(moving, probe.usual_operation):
        return "Whether that height is the day's or the cut's cannot be told from these runs."
    if still.value >= moving.value:
        return "What happens in the run tells it too; some of the rest may be the session."
    return "So what happens in the run is felt, and not only its day."


def _between(probe: Probe) -> str:
    if isnan(probe.between):
        return "It never changes."
    share, within = _share(probe.between), _share(1 - probe.between)
    return f"{share[:1].upper()}{share[1:]} of its variance lies between runs, {within} within them."


def _share(share: float) -> str:
    if 0.995 <= share < 1:
        return "more than 99 %"
    if 0 < share < 0.005:
        return "less than 1 %"
    return f"{100 * share:.0f} %"


def _levels(probe: Probe) -> str:
    if probe.still is None or probe.moving is None:
        return ""
    several = len(probe.channels) > 1
    missing = " (which of its channels are live among it)" if several else " (whether it is live among it)"
    return (
        f"How high it stands in each run, and nothing else, tells the operation in {percent(probe.still)}; without "
        f"that, what is left{missing} tells it in {percent(probe.moving)}."
    )
