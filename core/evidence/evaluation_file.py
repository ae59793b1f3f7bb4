"""Evaluations as JSON: figures that a person can read first, the sums of each run after them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.evidence.bootstrap import Floats
from core.evidence.calibration import BINS
from core.evidence.evaluation import ALL, Counts, Evaluation, MetricRow
from core.evidence.metrics import MODEL, describe
from core.evidence.quantiles import BINS as MEDIAN_BINS
from core.evidence.tally import Tally, Unit
from core.evidence.truth import EvidenceError
from core.recordings.atomic import write_text

FORMAT = "toolmark evaluation 1"
DECIMALS = 5
# the model's figures mostly end within so many characters; the sums of each run follow
ENOUGH = 100_000


def evaluation_json(evaluation: Evaluation) -> dict[str, Any]:
    """The evaluation as plain JSON values; shares are rounded to 5 decimals."""
    return {
        "format": FORMAT,
        "protocol": evaluation.protocol,
        "folds": list(evaluation.folds),
        "scheme": evaluation.scheme,
        "operations": list(evaluation.operations),
        "counts": vars(evaluation.counts).copy(),
        "metrics": {
            name: describe(name).note for name in dict.fromkeys(row.metric for row in evaluation.rows)
        },
        "rows": [_row_json(row) for row in evaluation.rows],
        "units": [[unit.run, unit.operation] for unit in evaluation.units],
        "tallies": [_tally_json(tally) for tally in evaluation.tallies],
    }


def evaluation_from_json(content: Any) -> Evaluation:
    """The evaluation that `evaluation_json` wrote.

    Raises:
        EvidenceError: it is not an evaluation, or an entry of it is missing or of the wrong kind.
    """
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise EvidenceError(
            f'This is not an evaluation (its "format" is not "{FORMAT}"); evaluate the bundle again.'
        )
    try:
        units = tuple(Unit(str(run), int(operation)) for run, operation in content["units"])
        return Evaluation(
            protocol=str(content["protocol"]),
            folds=tuple(content["folds"]),
            scheme=str(content["scheme"]),
            operations=tuple(str(name) for name in content["operations"]),
            counts=Counts(**content["counts"]),
            rows=tuple(_row(entry) for entry in content["rows"]),
            units=units,
            tallies=tuple(_tally(entry, len(units)) for entry in content["tallies"]),
        )
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise EvidenceError(f"The evaluation is damaged ({error!r}); evaluate the bundle again.") from error


def write_evaluation(evaluation: Evaluation, path: Path) -> None:
    """Write the evaluation to a JSON file, a figure a line; the file appears whole or not at all."""
    content = evaluation_json(evaluation)
    lines = [f"{json.dumps(key)}: {_laid_out(value)}" for key, value in content.items()]
    write_text(path, "{\n" + ",\n".join(lines) + "\n}\n")


def read_evaluation(path: Path) -> Evaluation:
    """Read an evaluation from its JSON file.

    Raises:
        EvidenceError: the file cannot be read or is not a whole evaluation.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise EvidenceError(
            f"{path} cannot be read as an evaluation ({error}); evaluate the bundle again."
        ) from error
    try:
        return evaluation_from_json(content)
    except EvidenceError as error:
        raise EvidenceError(f"{path}: {error}") from error


@dataclass(frozen=True)
class Headline:
    """The model's figures on all windows, by metric, and how many models they are pooled over."""

    rows: dict[str, MetricRow]
    folds: int
    models: float

    @property
    def pooled(self) -> bool:
        """More than one model was scored."""
        return self.folds * self.models > 1


def read_headline(path: Path) -> Headline:
    """The head of an evaluation, without the groups and sums behind its figures: in a tenth of the time.

    Raises:
        EvidenceError: the file cannot be read or holds no such figures.
    """
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(ENOUGH)
            try:
                rows = list(_first_rows(text))
            except (ValueError, IndexError):
                text += file.read()
                rows = list(_first_rows(text))
        found = {entry["metric"]: _row(entry) for entry in rows if entry["group"] == ALL}
        return Headline(found, len(_first(text, "folds")), Counts(**_first(text, "counts")).models)
    except (OSError, ValueError, IndexError, KeyError, TypeError) as error:
        raise EvidenceError(
            f"{path} cannot be read as an evaluation ({error}); evaluate the bundle again."
        ) from error


def _first_rows(text: str) -> Iterator[dict[str, Any]]:
    """The rows of the model, which stand first in the list of rows."""
    decoder, place = json.JSONDecoder(), text.index("[", text.index('"rows":')) + 1
    while True:
        while text[place] in " \n\r\t,":
            place += 1
        if text[place] == "]":
            return
        entry, place = decoder.raw_decode(text, place)
        if entry["method"] != MODEL:
            return
        yield entry


def _first(text: str, name: str) -> Any:
    """The value of the first key of this name."""
    key = f'"{name}": '
    return json.JSONDecoder().raw_decode(text, text.index(key) + len(key))[0]


def _laid_out(value: Any) -> str:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n  " + ",\n  ".join(json.dumps(entry) for entry in value) + "\n]"
    return json.dumps(value)


def _row_json(row: MetricRow) -> dict[str, Any]:
    entry: dict[str, Any] = {"method": row.method, "metric": row.metric, "group": row.group}
    entry |= {name: _rounded(getattr(row, name)) for name in ("value", "low", "high")}
    entry |= {"n": row.n, "unit": row.unit}
    if row.note != describe(row.metric).note:
        entry["note"] = row.note
    return entry


def _row(entry: dict[str, Any]) -> MetricRow:
    return MetricRow(**{"note": describe(entry["metric"]).note, **entry})


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DECIMALS)


def _tally_json(tally: Tally) -> dict[str, Any]:
    entry: dict[str, Any] = {"method": tally.method, "metric": tally.metric, "kind": tally.kind}
    if tally.kind == "share":
        right, asked = tally.sums.T
        whole = bool((right == right.astype(np.int64)).all())
        counts = right.astype(np.int64) if whole else right.round(DECIMALS)
        return {**entry, "right": counts.tolist(), "asked": asked.astype(np.int64).tolist()}
    if tally.kind == "median":
        filled = np.argwhere(tally.sums > 0)
        return {**entry, "bins": [[int(u), int(b), int(tally.sums[u, b])] for u, b in filled]}
    return {**entry, "bins": _sparse_bins(tally.sums)}


def _sparse_bins(sums: Floats) -> list[list[float]]:
    """Only the bins that hold something: [unit, bin, items, right, summed confidence]."""
    table = sums.reshape(len(sums), -1, 3)
    return [
        [int(unit), int(level), int(items), int(right), round(float(confidence), 3)]
        for unit, level in np.argwhere(table[..., 0] > 0)
        for items, right, confidence in (table[unit, level],)
    ]


def _tally(entry: dict[str, Any], n_units: int) -> Tally:
    if entry["kind"] == "share":
        sums = np.array([entry["right"], entry["asked"]], np.float64).T
    elif entry["kind"] == "median":
        sums = np.zeros((n_units, MEDIAN_BINS))
        for unit, level, items in entry["bins"]:
            sums[int(unit), int(level)] = items
    else:
        table = np.zeros((n_units, BINS, 3))
        for unit, level, *values in entry["bins"]:
            table[int(unit), int(level)] = values
        sums = table.reshape(n_units, -1)
    if sums.shape[0] != n_units:
        raise ValueError(f"{entry['metric']} has {len(sums)} runs, not {n_units}")
    return Tally(entry["metric"], entry["method"], entry["kind"], sums)
