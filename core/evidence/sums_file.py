"""Many evaluations of the same windows in one small file: the sums of each run alone, from which tables are made again.

What was asked is the same in nearly all of them, so it is written once. Only shares of the model are kept.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from core.evidence.evaluation import Counts, Evaluation
from core.evidence.metrics import MODEL
from core.evidence.tally import Tally, Unit
from core.evidence.truth import EvidenceError
from core.recordings.atomic import write_text

Told = Mapping[str, Any]


def slim(evaluation: Evaluation) -> Evaluation:
    """What such a file keeps of an evaluation: the model's counted shares, without rows."""
    kept = tuple(t for t in evaluation.tallies if t.method == MODEL and t.kind == "share" and _whole(t))
    return replace(evaluation, rows=(), tallies=kept)


def _whole(tally: Tally) -> bool:
    return bool((tally.sums == tally.sums.round()).all())


def write_sums(path: Path, form: str, told: Told, every: Sequence[tuple[Told, Evaluation]]) -> None:
    """Write evaluations, a line each, with what is told of each and of all; the file appears whole or not at all.

    Raises:
        EvidenceError: they are of different runs.
    """
    first = every[0][1]
    asked: list[list[int]] = []
    lines = []
    for own, evaluation in every:
        if evaluation.units != first.units:
            raise EvidenceError(
                f"What is to be written to {path} was scored on different runs: score it again."
            )
        lines.append(_small({**own, "right": _right(slim(evaluation), asked)}))
    head = {
        "format": form,
        **told,
        "protocol": first.protocol,
        "folds": list(first.folds),
        "scheme": first.scheme,
        "operations": list(first.operations),
        "counts": vars(first.counts),
        "units": [[unit.run, unit.operation] for unit in first.units],
        "asked": asked,
    }
    parts = [f"{json.dumps(key)}: {_small(value)}" for key, value in head.items()]
    parts.append('"every": [\n' + ",\n".join(lines) + "\n]")
    write_text(path, "{\n" + ",\n".join(parts) + "\n}\n")


def _small(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _right(evaluation: Evaluation, asked: list[list[int]]) -> dict[str, Any]:
    right = {}
    for tally in evaluation.tallies:
        hits, items = tally.sums.T.astype(np.int64).tolist()
        if items not in asked:
            asked.append(items)
        right[tally.metric] = [asked.index(items), hits]
    return right


def read_sums(path: Path, form: str) -> tuple[Told, list[tuple[Told, Evaluation]]]:
    """What `write_sums` wrote: what was told of all, and each evaluation with what was told of it.

    Raises:
        EvidenceError: the file cannot be read, is of another form, or is damaged.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise EvidenceError(f"{path} cannot be read ({error}): make it again.") from error
    if not isinstance(content, dict) or content.get("format") != form:
        raise EvidenceError(f'{path} is something else (its "format" is not "{form}"): give another file.')
    try:
        return content, [(own, _evaluation(content, own["right"])) for own in content["every"]]
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise EvidenceError(f"{path} is damaged ({error!r}): make it again.") from error


def _evaluation(content: dict[str, Any], right: Mapping[str, Any]) -> Evaluation:
    units = tuple(Unit(str(run), int(operation)) for run, operation in content["units"])
    tallies = []
    for metric, (place, hits) in right.items():
        sums = np.array([hits, content["asked"][place]], np.float64).T
        if sums.shape != (len(units), 2):
            raise ValueError(f"{metric} has {len(sums)} runs, not {len(units)}")
        tallies.append(Tally(str(metric), MODEL, "share", sums))
    return Evaluation(
        protocol=str(content["protocol"]),
        folds=tuple(content["folds"]),
        scheme=str(content["scheme"]),
        operations=tuple(map(str, content["operations"])),
        counts=Counts(**content["counts"]),
        rows=(),
        units=units,
        tallies=tuple(tallies),
    )
