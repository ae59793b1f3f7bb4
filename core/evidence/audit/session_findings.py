"""What an audit found that names the session, and with it the operations that were recorded in it."""

from collections.abc import Iterator, Sequence

from core.evidence.audit.audit import Audit
from core.evidence.audit.finding import Finding, Weight, percent
from core.evidence.audit.probes import Probe, above

# from this accuracy on, knowing the session is knowing the operation
GRAVE = 0.5
MOST_NAMES = 8


def sessions(audit: Audit) -> Iterator[Finding]:
    """What tells the operation by standing at another height in every session; or that nothing does."""
    told = [probe for probe in audit.probes if probe.mechanism == "session"]
    for probe in told:
        if probe.kind in ("presence", "ambient"):
            verb = "tells" if probe.kind == "presence" else "tell"
            yield _session(audit, probe, f"{probe.name[:1].upper()}{probe.name[1:]} alone {verb}")
    for kind, what in (("modality", "modalities"), ("board", "boards"), ("channel", "channels")):
        own = [probe for probe in told if probe.kind == kind]
        if own:
            yield _session(audit, own[0], _list_words(own, what), own)
            break
    if audit.probes and not told:
        yield _no_session(audit)


def _no_session(audit: Audit) -> Finding:
    """That nothing names the session, as far as these runs can show that."""
    usual = audit.probes[0].usual_operation
    # where saying one thing always may be right in every run, nothing can be more right
    if usual.high is None or usual.high >= 1:
        return Finding(
            "note",
            "Whether anything names the session cannot be judged: the most frequent operation alone is right in "
            f"{percent(usual)} of windows.",
            "The runs are too few, or too many of them are of one operation.",
            "Bring in more runs of the others.",
            "probes",
        )
    levels = [(probe, probe.still) for probe in audit.probes if probe.still and above(probe.still, usual)]
    open_ = [(one, still) for one, still in levels if one.moving is None or not above(one.moving, usual)]
    if open_:
        best, still = max(open_, key=lambda each: each[1].value)
        several = f" So it is with {len(open_) - 1} more." if len(open_) > 1 else ""
        return Finding(
            "note",
            f"How high {best.name.replace('_', ' ')} stands in each run tells the operation in {percent(still)} of "
            f"windows, and nothing else of it does.{several}",
            "Whether that height is the day's or the cut's cannot be told from these runs.",
            "Record every operation in every session.",
            "probes",
            best.name,
        )
    return Finding("fine", "Nothing that stands still through a run tells the operation.", "", "", "probes")


def _session(audit: Audit, probe: Probe, begin: str, several: Sequence[Probe] = ()) -> Finding:
    """What is told by what names the session: by one sight, or by several of which the best one is given."""
    shares = [each.between for each in several or (probe,)]
    lowest, highest = 100 * min(shares), 100 * max(shares)
    much = f"{lowest:.0f} %" if round(lowest) == round(highest) else f"{lowest:.0f} to {highest:.0f} %"
    weight, seen, remedy = _as_seen(audit, probe)
    return Finding(
        weight,
        f"{begin} the operation in {percent(probe.operation)} of the windows of runs that were not learned from; the "
        f"most frequent operation would be right in {100 * probe.usual_operation.value:.0f} %.",
        f"{much} of the variance of what is seen lies between runs: it knows the session, and with it the operations "
        f"that were recorded in sessions of their own.{seen}",
        remedy,
        "probes",
        probe.name,
    )


def _as_seen(audit: Audit, probe: Probe) -> tuple[Weight, str, str]:
    """How grave it is that a probe knows the session: what the inputs of the protocol still show of it decides."""
    every_session = "Record every operation in every session."
    if probe.kind == "presence" and audit.inputs and audit.inputs.hide_presence:
        said = (
            f" The inputs of protocol {audit.protocol} have no mask of it; but a board that is not there reads 0 in "
            "every row, and that can be learned."
        )
        return "warning", said, f"{every_session} Or read only boards that all runs have."
    seen = audit.seen(probe)
    if seen is None:
        said = f" The inputs of protocol {audit.protocol} leave it out."
        return "note", said, every_session
    open_ = above(seen, probe.usual_operation)
    weight: Weight = ("grave" if seen.value >= GRAVE else "warning") if open_ else "note"
    said = ""
    if seen is not probe.operation:
        said = (
            f" The inputs of protocol {audit.protocol} have the level of each run taken away: what is left tells the "
            f"operation in {percent(seen)}{'' if open_ else ', no more than chance'}."
        )
    remedy = "Quote the protocol blind beside run, or record every operation in every session."
    return (
        weight,
        said,
        remedy if open_ and audit.protocol != "blind" else "Record every operation in every session.",
    )


def _list_words(own: Sequence[Probe], what: str) -> str:
    names = [probe.name.replace("_", " ") for probe in own]
    if len(own) == 1:
        return f"{names[0][:1].upper()}{names[0][1:]} alone tells"
    others = ", ".join(names[1:MOST_NAMES])
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return f"{len(own)} {what} tell by what stands still in a run ({others}{more}); the best, {names[0]}, alone tells"
