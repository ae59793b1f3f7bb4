"""The section of what an audit of the recordings found: leaks, what names the session, how firm the labels are."""

from core.evidence.audit.audit import Audit
from core.evidence.audit.verdict import findings
from core.evidence.audit.words import headline
from core.evidence.document.parts import Section, Table, rows_of
from core.evidence.protocol_words import PROTOCOLS

TITLE = "Does the number mean what it says"
# runs are split under the first as under the second, and its inputs are the same
SAME_SPLIT = {"program": "blind"}


def audited_as(protocol: str) -> str:
    """The protocol under which runs are audited for figures of a protocol."""
    return SAME_SPLIT.get(protocol, protocol)


def section(audit: Audit | None, protocol: str) -> Section:
    """The verdict, and each finding with why it matters and what to do; `protocol` is that of the report's figures."""
    if audit is None:
        own = audited_as(protocol)
        words = (
            f"No audit of these recordings under protocol {own} was at hand, so leaks, sessions and labels are not "
            f"judged here. `python -m core audit RUNS --protocol {own} --json AUDIT.json` makes one, and the option "
            "--audit AUDIT.json of a report brings it in.",
        )
        return Section("audit", TITLE, words)
    found = findings(audit)
    claim, said = headline(found, audit.unjudged)
    loud = [each for each in found if each.weight != "fine"]
    clean = " ".join(each.sentence for each in found if each.weight == "fine")
    table = Table(
        ("Weight", "What was found", "Why it matters", "What to do"),
        rows_of([(each.weight, each.sentence, each.because, each.remedy) for each in loud]),
        f"Findings of the audit, {_about(audit)}; the gravest first, intervals are 95 % over runs.",
    )
    words = (
        f"{claim}{f' ({said})' if said else ''}.",
        f"Audited on {audit.made} UTC: {_about(audit)} ({PROTOCOLS.get(audit.protocol, audit.protocol)}).",
        *((_other(audit, protocol),) if audit.protocol != protocol else ()),
        *((f"Looked for and not found: {clean}",) if clean else ()),
    )
    return Section("audit", TITLE, words, (table,) if loud else ())


def _about(audit: Audit) -> str:
    runs = f"{audit.runs:,} run{'s' * (audit.runs != 1)}"
    return f"{runs} of {audit.machine}, {audit.labels.windows:,} windows, protocol {audit.protocol}"


def _other(audit: Audit, protocol: str) -> str:
    if audit.protocol == audited_as(protocol):
        return f"Under protocol {protocol} the inputs are those of {audit.protocol}, but the split is another one."
    return (
        f"The figures of this report were reached under protocol {protocol}, not {audit.protocol}: what is said of the "
        "split and of the inputs need not hold for them."
    )
