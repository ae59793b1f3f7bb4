"""An audit as JSON and as Markdown."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import pandas as pd

from core.evidence.audit.audit import Audit
from core.evidence.audit.leakage import Leakage
from core.evidence.audit.probes import Probe
from core.evidence.audit.verdict import Finding, findings, percent

FORMAT = "toolmark audit 1"
SHOWN_CHANNELS = 15
MECHANISMS = {"nothing": "no more than chance", "session": "the session", "cut": "what happens in the run"}


def audit_json(found: Audit) -> dict[str, Any]:
    """The audit as plain JSON values."""
    return {
        "format": FORMAT,
        "machine": found.machine,
        "protocol": found.protocol,
        "runs": found.runs,
        "windows": found.labels.windows,
        "findings": [asdict(finding) for finding in findings(found)],
        "leakage": _leakage_json(found.leakage) if found.leakage else None,
        "probes": [asdict(probe) | {"mechanism": probe.mechanism} for probe in found.probes],
        "labels": asdict(found.labels),
        "controller_inputs": list(found.controller_inputs),
    }


def _leakage_json(leak: Leakage) -> dict[str, Any]:
    return {
        "test_windows": len(leak.index),
        "overlapping": round(leak.overlapping, 5),
        "mean_shared_rows": round(float(leak.shared_rows.mean()), 3),
        "copies": len(leak.copies),
        "test_runs": leak.runs,
        "shared_runs": list(leak.shared_runs),
        "nearest_of_own_run": round(float(leak.own_run.mean()), 5),
        "median_distance": round(float(pd.Series(leak.distance).median()), 5),
        "remembered_operation": asdict(leak.remembered_operation),
        "remembered_line": asdict(leak.remembered_line) if leak.remembered_line else None,
    }


def probe_frame(found: Sequence[Probe]) -> pd.DataFrame:
    """A row a probe; shares in per cent."""
    return pd.DataFrame(
        {
            "sees": probe.name.replace("_", " ") if probe.kind == "modality" else probe.name,
            "kind": probe.kind,
            "operation": 100 * probe.operation.value,
            "low": _percent(probe.operation.low),
            "high": _percent(probe.operation.high),
            "usual operation": 100 * probe.usual_operation.value,
            "line": _percent(probe.line.value) if probe.line else None,
            "line low": _percent(probe.line.low) if probe.line else None,
            "line high": _percent(probe.line.high) if probe.line else None,
            "between runs": 100 * probe.between,
            "tells by": MECHANISMS[probe.mechanism],
            "windows": probe.windows,
        }
        for probe in found
    )


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


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
    between = "" if probe.between != probe.between else f"{100 * probe.between:.0f}"
    cells = [probe.name, percent(probe.operation), line, between, MECHANISMS[probe.mechanism]]
    return f"| {' | '.join(cells)} |"
