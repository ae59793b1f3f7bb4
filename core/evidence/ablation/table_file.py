"""Everything that was scored of one bundle, on the same windows and by one way of removal, in one small file."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

from core.evidence.ablation.cases import Case, Kind
from core.evidence.ablation.removal import WAYS, Way
from core.evidence.ablation.scored import Ablation
from core.evidence.ablation.shapley import Shapley, Value
from core.evidence.ablation.table import Scores
from core.evidence.ablation.tested import HELD_OUT, ORDER, part_to_score
from core.evidence.bootstrap import Interval
from core.evidence.evaluation import Evaluation
from core.evidence.readings.source import RunSource
from core.evidence.split_part import Part
from core.evidence.sums_file import read_sums, slim, write_sums
from core.evidence.truth import EvidenceError
from core.model.bundle import Bundle
from core.recordings.sequences import MANIFEST
from core.recordings.store import INDEX

FORMAT = "toolmark ablations 1"
_KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, eq=False)
class Ablated:
    """What was scored. `digest` is the bundle's, `windows` that of the windows.

    modalities: those that the bundle reads, in the machine's order; part: of the bundle's own split.
    """

    name: str
    digest: str
    machine: str
    way: Way
    windows: str
    modalities: tuple[str, ...]
    scores: Scores
    part: Part = HELD_OUT
    shapley: Shapley | None = None
    created: str = ""

    @property
    def protocol(self) -> str:
        """The protocol of the bundle."""
        return self.scores.whole.protocol

    def has(self, kind: Kind) -> bool:
        """Whether cases of a kind were scored."""
        return any(case.kind == kind for case in self.scores.cases)

    def joined(self, earlier: "Ablated") -> "Ablated":
        """This with what was scored earlier, where that is of the same bundle, windows and way; else this alone."""
        if self.about != earlier.about:
            return self
        scores = Scores(self.scores.whole, {**earlier.scores.cases, **self.scores.cases})
        return replace(self, scores=scores, shapley=self.shapley or earlier.shapley)

    @property
    def about(self) -> tuple[str, str, str]:
        """What tells it from all others."""
        return self.digest, self.windows, self.way


def part_scored(bundle: Bundle, path: Path) -> Part:
    """Which part of the bundle's own split is scored of window files or recordings."""
    if (path / MANIFEST).is_file() and not (path / INDEX).is_file():
        return HELD_OUT
    return part_to_score(bundle, RunSource.open(path)).part


def ablated(
    ablation: Ablation,
    way: Way,
    modalities: tuple[str, ...],
    scores: Scores,
    shapley: Shapley | None,
    part: Part = HELD_OUT,
) -> Ablated:
    """What was just scored, of a part of the bundle's split."""
    bundle = ablation.bundle
    kept = Scores(slim(scores.whole), {case: slim(found) for case, found in scores.cases.items()})
    now = datetime.now(UTC).isoformat(timespec="seconds")
    name, machine = bundle.manifest.name, bundle.machine.name
    return Ablated(name, bundle.digest, machine, way, ablation.digest, modalities, kept, part, shapley, now)


def write_ablated(found: Ablated, path: Path) -> None:
    """Write it, a case a line; what the file holds of the same bundle, windows and way stays in it."""
    if path.is_file():
        found = found.joined(read_ablated(path))
    told = {
        "bundle": found.name,
        "digest": found.digest,
        "machine": found.machine,
        "way": found.way,
        "windows": found.windows,
        "modalities": list(found.modalities),
        "created": found.created,
        "part": found.part,
        "shapley": _shapley_json(found.shapley) if found.shapley else None,
    }
    every: list[tuple[Mapping[str, Any], Evaluation]] = [({"kind": "whole", "names": []}, found.scores.whole)]
    every += [
        ({"kind": case.kind, "names": list(case.names)}, evaluation)
        for case, evaluation in found.scores.cases.items()
    ]
    write_sums(path, FORMAT, told, every)


def read_ablated(path: Path) -> Ablated:
    """What `write_ablated` wrote.

    Raises:
        EvidenceError: the file cannot be read, is something else, or is damaged.
    """
    told, every = read_sums(path, FORMAT)
    try:
        way = next(way for way in WAYS if way == told["way"])
        cases = {
            Case(_kind(own["kind"]), tuple(map(str, own["names"])), way): evaluation
            for own, evaluation in every[1:]
        }
        return Ablated(
            str(told["bundle"]),
            str(told["digest"]),
            str(told["machine"]),
            way,
            str(told["windows"]),
            tuple(map(str, told["modalities"])),
            Scores(every[0][1], cases),
            next(part for part in ORDER if part == told["part"]),
            _shapley(told["shapley"]) if told["shapley"] else None,
            str(told["created"]),
        )
    except (KeyError, TypeError, ValueError, IndexError, StopIteration) as error:
        raise EvidenceError(f"{path} is damaged ({error!r}): score it again.") from error


def _kind(name: Any) -> Kind:
    return next(kind for kind in _KINDS if kind == name)


def _shapley_json(found: Shapley) -> dict[str, Any]:
    values = [
        [v.player, v.metric, *(round(x or 0.0, 5) for x in (*vars(v.interval).values(), v.sampling))]
        for v in found.values
    ]
    return {"orders": found.orders, "total": found.total, "values": values}


def _shapley(told: Mapping[str, Any]) -> Shapley:
    values = tuple(
        Value(str(player), str(metric), Interval(float(value), float(low), float(high)), float(sampling))
        for player, metric, value, low, high, sampling in told["values"]
    )
    return Shapley(values, int(told["orders"]), {str(k): float(v) for k, v in told["total"].items()})
