"""The log of one stage of a training, as its CSV file tells."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any


@dataclass(frozen=True, eq=False)
class StageLog:
    """One stage's log, a value an epoch in each column; planned, patience: as the preset says, None = not known."""

    name: str
    columns: Mapping[str, tuple[float, ...]]
    planned: int | None
    patience: int | None

    @property
    def done(self) -> int:
        """Epochs done."""
        return len(self.columns["epoch"])

    @property
    def best(self) -> int:
        """The place of the first epoch with the best score, whose weights are kept."""
        scores = self.columns["score"]
        return scores.index(max(scores))

    @property
    def score(self) -> float:
        """The best validation score."""
        return max(self.columns["score"])

    @property
    def seconds(self) -> float:
        """How long its epochs took."""
        return self.columns["seconds"][-1]

    @property
    def ended_early(self) -> bool:
        """It stopped before its last epoch, since the score had not become better for as long as the patience is."""
        if self.planned is None or self.patience is None:
            return False
        return self.done < self.planned and self.done - 1 - self.best >= self.patience

    @property
    def over(self) -> bool:
        """No epoch will follow."""
        return self.ended_early or (self.planned is not None and self.done >= self.planned)

    @property
    def epoch_s(self) -> float:
        """Seconds of an epoch, the median of those done."""
        ends = self.columns["seconds"]
        return median(after - before for before, after in zip((0.0, *ends), ends, strict=False))


def read_log(file: Path, preset: Mapping[str, Any]) -> StageLog | None:
    """The log of a stage; None where it has no epoch yet, or is none of ours."""
    try:
        with file.open(newline="", encoding="utf-8") as opened:
            rows = list(csv.DictReader(opened))
        columns = {name: tuple(float(row[name]) for row in rows) for name in rows[0]}
    except (OSError, ValueError, TypeError, IndexError, csv.Error):
        return None
    if not {"epoch", "loss", "score", "seconds"} <= columns.keys():
        return None
    loop = as_dict(as_dict(preset.get(file.stem)).get("loop"))
    planned, patience = loop.get("epochs"), loop.get("patience")
    return StageLog(
        file.stem,
        columns,
        planned if isinstance(planned, int) else None,
        patience if isinstance(patience, int) else None,
    )


def as_dict(value: object) -> dict[str, Any]:
    """A value that should be a dictionary; an empty one where it is none."""
    return value if isinstance(value, dict) else {}
