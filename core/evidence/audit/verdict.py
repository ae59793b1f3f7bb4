"""What an audit means, in sentences: what was found, why it matters, and what to do."""

from collections.abc import Callable, Iterator

from core.evidence.audit.audit import Audit
from core.evidence.audit.finding import WEIGHTS, Finding, percent
from core.evidence.audit.session_findings import sessions
from core.evidence.paired import FEWEST_RUNS

# shares above which labels are worth a sentence
TIED, NEAR, UNKNOWN, UNLABELLED = 0.1, 0.25, 0.05, 0.05
# points over the most frequent line that make a probe of the line worth a sentence
LINE_GAIN = 0.1


def findings(audit: Audit) -> list[Finding]:
    """Everything that was found, the gravest first; what was looked for and is clean is said too."""
    found = [finding for rule in RULES for finding in rule(audit)]
    return sorted(found, key=lambda finding: WEIGHTS.index(finding.weight))


def _unjudged(audit: Audit) -> Iterator[Finding]:
    """What cannot be judged, and why."""
    if audit.leakage is None:
        why = f" {audit.unsplit}" if audit.unsplit else ""
        yield Finding(
            "note",
            f"Whether training and test share anything cannot be judged: there are no two parts.{why}",
            "",
            "Bring more runs in.",
        )
    if not audit.probes:
        few = f"{audit.runs} run{'s' * (audit.runs != 1)} of {audit.operations or 'no'} known operation"
        yield Finding(
            "note",
            f"What names the session cannot be judged: there {'is' if audit.runs == 1 else 'are'} {few}"
            f"{'s' * (audit.operations > 1)}.",
            f"It takes {FEWEST_RUNS} runs, and two operations to tell apart.",
            "Bring more runs in, and name their operations.",
            "probes",
        )
    if audit.left_out:
        name, why = next(iter(audit.left_out.items()))
        yield Finding(
            "note",
            f"{len(audit.left_out):,} run{'s have' if len(audit.left_out) > 1 else ' has'} no window and "
            f"{'are' if len(audit.left_out) > 1 else 'is'} left out, as {name}: {why}",
            "",
            "",
            "labels",
        )


def _split(audit: Audit) -> Iterator[Finding]:
    leak = audit.leakage
    if leak is None:
        return
    n = len(leak)
    if leak.overlapping > 0:
        rows = float(leak.shared_rows[leak.shared_rows > 0].mean())
        line = f", and the line in {percent(leak.remembered_line)}" if leak.remembered_line else ""
        yield Finding(
            "grave",
            f"{100 * leak.overlapping:.0f} % of the {n:,} test windows share rows with a training window, {rows:.0f} "
            f"of {audit.length} on the mean; {len(leak.shared_runs)} of the {leak.runs} test runs are training runs.",
            "Memory passes for skill: the most similar training window alone tells the operation in "
            f"{percent(leak.remembered_operation)} of them{line}.",
            "Split by whole runs (protocol run), and quote that figure.",
        )
    else:
        yield Finding("fine", f"None of the {n:,} test windows shares a row with a training window.", "")
    copies = int(leak.copies.sum())
    if copies:
        yield Finding(
            "grave",
            f"{copies:,} of the {n:,} test windows have the same values as a training window with which they share no "
            "row.",
            "A recording is there twice under two names, once to learn from and once to be scored on.",
            "Take one of the two out, or put both into the same part.",
        )
    else:
        yield Finding("fine", "No test window is a copy of a training window under another name.", "")


def _controller(audit: Audit) -> Iterator[Finding]:
    probe = next((probe for probe in audit.probes if probe.kind == "controller"), None)
    sentence = ""
    if probe is not None:
        line = f" and the line in {percent(probe.line)}" if probe.line else ""
        sentence = (
            f"The controller's own columns alone tell the operation in {percent(probe.operation)}{line}."
        )
    if audit.controller_inputs:
        n, names = len(audit.controller_inputs), ", ".join(audit.controller_inputs)
        which = f"{n} of them are inputs" if sentence else "The controller's own columns are inputs"
        yield Finding(
            "grave",
            f"{sentence} {which}: {names}.".strip(),
            "They are the answer: a model that reads them needs no sensor.",
            "Leave them out (any protocol but seed).",
            "probes" if probe else "split",
            probe.name if probe else None,
        )
    elif (
        probe
        and probe.line
        and probe.line.value > (probe.usual_line.value if probe.usual_line else 0) + LINE_GAIN
    ):
        yield Finding(
            "note",
            sentence,
            f"They are the answer; the inputs of protocol {audit.protocol} leave them out, as they should.",
            "",
            "probes",
            probe.name,
        )


def _clock(audit: Audit) -> Iterator[Finding]:
    probe = next((probe for probe in audit.probes if probe.kind == "elapsed"), None)
    if probe is None or probe.line is None or probe.usual_line is None or not probe.tells_line:
        return
    yield Finding(
        "note",
        f"The row number alone, without any sensor and without the operation, tells the line in "
        f"{percent(probe.line)} of windows; the most frequent line is right in {100 * probe.usual_line.value:.0f} %.",
        "Runs of a program keep time, so how long it has run says where it is.",
        "Hold a figure against the clock, which is told the operation too.",
        "probes",
        probe.name,
    )


def _labels(audit: Audit) -> Iterator[Finding]:
    own = audit.labels
    if own.unknown is not None and own.unknown > UNKNOWN:
        yield Finding(
            "grave",
            f"{100 * own.unknown:.0f} % of labelled windows hold a token that the vocabulary lacks.",
            "Saying “unknown” for it counts as right, though no value was read.",
            "Spell numbers digit by digit, as every protocol but seed does.",
            "labels",
        )
    if own.tied > TIED or own.near > NEAR:
        yield Finding(
            "note",
            f"In {100 * own.tied:.0f} % of {own.labelled:,} labelled windows another line fills as many rows as the "
            f"label, in {100 * own.near:.0f} % as many or one less; a label fills {100 * own.purity:.0f} % of its "
            "window on the mean.",
            "Such a label turns on a fraction of a second, so exact lines cannot reach 100 %.",
            "Read “line within a row” beside “exact line”.",
            "labels",
        )
    if own.windows and own.without_label / own.windows > UNLABELLED and own.lines:
        yield Finding(
            "note",
            f"{own.without_label:,} of {own.windows:,} windows have no label and are left out of scoring.",
            "What cannot be scored may be the harder part.",
            "Look at them on Sequences (labelled: no).",
            "labels",
        )
    if not own.lines:
        yield Finding(
            "note",
            f"None of the {own.windows:,} windows has a line.",
            "Only operations can be told and judged.",
            "",
            "labels",
        )
    if own.buffering:
        yield Finding(
            "note",
            f"{own.buffering:,} labelled windows hold some of the {own.buffering_rows:,} rows at the start of a "
            "program in which the controller's line numbers race ahead.",
            "These rows are real sensor data under a wrong line; they are left out of the labels.",
            "",
            "labels",
        )
    if own.without_operation:
        yield Finding(
            "note",
            f"{own.without_operation:,} of {own.windows:,} windows have no known operation.",
            "Neither leaks nor sessions can be judged by them.",
            "Name the operation in the file's name or column (machine file, operation_from).",
            "labels",
        )


RULES: tuple[Callable[[Audit], Iterator[Finding]], ...] = (
    _split,
    sessions,
    _controller,
    _clock,
    _labels,
    _unjudged,
)
