"""An audit as a JSON file: its findings, which a person can read, then everything that a page draws; and back."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.evidence.audit.audit import Audit
from core.evidence.audit.labels import Labels, OperationLabels
from core.evidence.audit.leakage import Leakage
from core.evidence.audit.levels import Levels
from core.evidence.audit.probes import Probe
from core.evidence.audit.verdict import findings
from core.evidence.bootstrap import Interval
from core.evidence.truth import EvidenceError
from core.recordings.atomic import write_text
from core.recordings.inputs import InputSpec

# raised whenever an audit finds otherwise or keeps more, so that older ones are made again
FORMAT = "toolmark audit 4"
DECIMALS, DIGITS = 5, 6
Json = dict[str, Any]


def audit_json(found: Audit) -> Json:
    """The audit as plain JSON values; `findings` are for people, all else is what they are made from."""
    return {
        "format": FORMAT,
        "made": found.made,
        "machine": found.machine,
        "protocol": found.protocol,
        "runs": found.runs,
        "operations": found.operations,
        "windows": found.labels.windows,
        "length": found.length,
        "unsplit": found.unsplit,
        "left_out": dict(found.left_out or {}),
        "controller_inputs": list(found.controller_inputs),
        "inputs": found.inputs.to_json() if found.inputs else None,
        "findings": [asdict(finding) for finding in findings(found)],
        "labels": _labels_json(found.labels),
        "leakage": _leakage_json(found.leakage) if found.leakage else None,
        "probes": [probe_json(probe) for probe in found.probes],
        "levels": _levels_json(found.levels),
    }


def write_audit(found: Audit, path: Path) -> None:
    """Write the audit, an entry or a probe a line; the file appears whole or not at all."""
    lines = [f"{json.dumps(key)}: {_laid_out(value)}" for key, value in audit_json(found).items()]
    write_text(path, "{\n" + ",\n".join(lines) + "\n}\n")


def read_audit(path: Path) -> Audit:
    """The audit of a file.

    Raises:
        EvidenceError: the file cannot be read, is of another version or damaged.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise EvidenceError(f"{path} cannot be read as an audit ({error}); audit the runs again.") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise EvidenceError(
            f"{path} is no audit of this version (its “format” is not “{FORMAT}”); audit the runs again."
        )
    try:
        return _audit(content)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise EvidenceError(f"{path} is damaged ({error!r}); audit the runs again.") from error


def _audit(content: Json) -> Audit:
    return Audit(
        machine=content["machine"],
        protocol=content["protocol"],
        runs=content["runs"],
        operations=content["operations"],
        length=content["length"],
        leakage=_leakage(content["leakage"]) if content["leakage"] else None,
        probes=tuple(probe_of(entry) for entry in content["probes"]),
        labels=_labels(content["labels"]),
        levels=_levels(content["levels"]),
        controller_inputs=tuple(content["controller_inputs"]),
        inputs=InputSpec.from_json(content["inputs"]) if content["inputs"] else None,
        left_out=content["left_out"],
        unsplit=content["unsplit"],
        made=content["made"],
    )


def _laid_out(value: Any) -> str:
    """JSON of a value; of a list of objects one a line."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n  " + ",\n  ".join(map(_compact, value)) + "\n]"
    return _compact(value)


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _interval_json(found: Interval | None) -> list[float | None] | None:
    if found is None:
        return None
    return [_rounded(share) for share in (found.value, found.low, found.high)]


def _interval(entry: Sequence[float | None]) -> Interval:
    value, low, high = entry
    return Interval(_real(value), low, high)


def _rounded(value: float | None) -> float | None:
    """A number with few digits; JSON has no NaN."""
    return None if value is None or isnan(value) else round(value, DECIMALS)


def _real(value: float | None) -> float:
    return float("nan") if value is None else float(value)


_OF_PROBES = ("operation", "usual_operation", "line", "usual_line", "still", "moving")


def probe_json(probe: Probe) -> Json:
    """A probe as plain JSON values."""
    entry: Json = {"name": probe.name, "kind": probe.kind, "mechanism": probe.mechanism}
    entry |= {name: _interval_json(getattr(probe, name)) for name in _OF_PROBES}
    channels = list(probe.channels)
    return entry | {"between": _rounded(probe.between), "windows": probe.windows, "channels": channels}


def probe_of(entry: Json) -> Probe:
    """The probe that `probe_json` wrote."""
    own = {name: _interval(entry[name]) if entry[name] else None for name in _OF_PROBES}
    return Probe(
        name=entry["name"],
        kind=entry["kind"],
        operation=_interval(entry["operation"]),
        usual_operation=_interval(entry["usual_operation"]),
        line=own["line"],
        usual_line=own["usual_line"],
        between=_real(entry["between"]),
        windows=entry["windows"],
        still=own["still"],
        moving=own["moving"],
        channels=tuple(entry["channels"]),
    )


def _leakage_json(leak: Leakage) -> Json:
    runs = sorted({*leak.run.tolist(), *leak.near_run.tolist()})
    place = {run: number for number, run in enumerate(runs)}
    return {
        "train": leak.train,
        "test": len(leak),
        "test_runs": leak.runs,
        "shared_runs": list(leak.shared_runs),
        "overlapping": round(leak.overlapping, DECIMALS),
        "copies": int(leak.copies.sum()),
        "nearest_of_own_run": round(float(leak.own_run.mean()), DECIMALS),
        "remembered_operation": _interval_json(leak.remembered_operation),
        "remembered_line": _interval_json(leak.remembered_line),
        "runs": runs,
        "run": [place[run] for run in leak.run.tolist()],
        "row": leak.row.tolist(),
        "near_run": [place[run] for run in leak.near_run.tolist()],
        "near_row": leak.near_row.tolist(),
        "distance": [round(each, DECIMALS) for each in leak.distance.tolist()],
        "shared_rows": leak.shared_rows.tolist(),
        "same_operation": leak.same_operation.astype(int).tolist(),
        "same_line": leak.same_line.astype(int).tolist(),
        "alive": leak.alive.astype(int).tolist(),
    }


def _leakage(entry: Json) -> Leakage:
    names = np.array(entry["runs"], np.str_)
    line = entry["remembered_line"]
    return Leakage(
        train=entry["train"],
        run=names[entry["run"]],
        row=np.array(entry["row"], np.int64),
        near_run=names[entry["near_run"]],
        near_row=np.array(entry["near_row"], np.int64),
        distance=np.array(entry["distance"], np.float64),
        shared_rows=np.array(entry["shared_rows"], np.int64),
        same_operation=np.array(entry["same_operation"], np.bool_),
        same_line=np.array(entry["same_line"], np.bool_),
        alive=np.array(entry["alive"], np.bool_),
        runs=entry["test_runs"],
        shared_runs=tuple(entry["shared_runs"]),
        remembered_operation=_interval(entry["remembered_operation"]),
        remembered_line=_interval(line) if line else None,
    )


_OF_LABELS = ("purity", "tied", "near")


def _labels_json(found: Labels) -> Json:
    entry = asdict(found) | {name: _rounded(getattr(found, name)) for name in (*_OF_LABELS, "unknown")}
    of_each = [each | {"mean_purity": _rounded(each["mean_purity"])} for each in entry["operations"]]
    return entry | {"operations": of_each}


def _labels(entry: Json) -> Labels:
    of_each = tuple(
        OperationLabels(**each | {"purity": tuple(each["purity"]), "mean_purity": _real(each["mean_purity"])})
        for each in entry["operations"]
    )
    shares = {name: _real(entry[name]) for name in _OF_LABELS}
    return Labels(**entry | shares | {"operations": of_each})


def _levels_json(found: Levels) -> Json:
    entry: Json = {name: list(getattr(found, name)) for name in ("runs", "operations", "rows", "channels")}
    return entry | {name: _numbers(getattr(found, name)) for name in ("mean", "low", "high")}


def _numbers(values: NDArray[np.float32]) -> list[list[float | None]]:
    """A list a channel, with as many digits as a float32 holds; null = no value."""
    return [
        [None if isnan(value) else float(f"{value:.{DIGITS}g}") for value in column]
        for column in values.T.tolist()
    ]


def _levels(entry: Json) -> Levels:
    shape = (len(entry["channels"]), len(entry["runs"]))
    mean, low, high = (np.array(entry[name], np.float32).reshape(shape).T for name in ("mean", "low", "high"))
    return Levels(
        runs=tuple(entry["runs"]),
        operations=tuple(entry["operations"]),
        rows=tuple(entry["rows"]),
        channels=tuple(entry["channels"]),
        mean=mean,
        low=low,
        high=high,
    )
