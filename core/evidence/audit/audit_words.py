"""An audit as tables for people: a row a probe, and the whole as Markdown."""

from collections.abc import Sequence
from math import isnan

import pandas as pd

from core.evidence.audit.audit import Audit
from core.evidence.audit.finding import Finding, percent
from core.evidence.audit.probes import Probe
from core.evidence.audit.verdict import findings
from core.evidence.audit.words import MECHANISMS, sight_name
from core.evidence.bootstrap import Interval

SHOWN_CHANNELS = 15


def probe_frame(found: Sequence[Probe]) -> pd.DataFrame:
    """A row a probe; shares in per cent, intervals as text."""
    return pd.DataFrame(
        {
            "sees": sight_name(probe),
            "kind": probe.kind,
            "operation": 100 * probe.operation.value,
            "operation interval": _span(probe.operation),
            "line": _percent(probe.line),
            "line interval": _span(probe.line),
            "between runs": 100 * probe.between,
            "level": _percent(probe.still),
            "rest": _percent(probe.moving),
            "tells by": MECHANISMS[probe.mechanism],
            "windows": probe.windows,
        }
        for probe in found
    )


def _percent(found: Interval | None) -> float | None:
    return None if found is None else 100 * found.value


def _span(found: Interval | None) -> str:
    if found is None or found.low is None or found.high is None:
        return ""
    return f"{100 * found.low:.1f} to {100 * found.high:.1f}"


def to_markdown(found: Audit) -> str:
    """The findings, then what every probe tells; of single channels the best."""
    lines = [
        f"Audit of {found.runs} runs of {found.machine}, {found.labels.windows:,} windows, protocol {found.protocol}."
    ]
    lines += ["", *(_finding(each) for each in findings(found)), ""]
    channels = [probe for probe in found.probes if probe.kind == "channel"]
    shown = [probe for probe in found.probes if probe.kind != "channel"] + channels[:SHOWN_CHANNELS]
    if shown:
        lines += [
            "| sees alone | operation | line | variance between runs | tells by |",
            "|---|---|---|---|---|",
        ]
        lines += [_probe(probe) for probe in shown]
        usual = shown[0]
        line = f", line {100 * usual.usual_line.value:.1f}" if usual.usual_line else ""
        lines += [
            "",
            f"Per cent, of whole runs that were not learned from (95 % over runs); chance: operation "
            f"{100 * usual.usual_operation.value:.1f}{line}.",
        ]
    if len(channels) > SHOWN_CHANNELS:
        lines.append(f"{len(channels) - SHOWN_CHANNELS} more channels are in the JSON.")
    return "\n".join(lines)


def _finding(each: Finding) -> str:
    return f"- {each.weight}: " + " ".join(
        part for part in (each.sentence, each.because, each.remedy) if part
    )


def _probe(probe: Probe) -> str:
    line = percent(probe.line) if probe.line else ""
    between = "" if isnan(probe.between) else f"{100 * probe.between:.0f}"
    cells = [probe.name, percent(probe.operation), line, between, MECHANISMS[probe.mechanism]]
    return f"| {' | '.join(cells)} |"
