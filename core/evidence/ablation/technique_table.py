"""The techniques as a table, published figures beside ours: CSV and Markdown."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from core.evidence.ablation.modality_table import percent, points
from core.evidence.ablation.results import Results
from core.evidence.ablation.techniques import Technique, techniques
from core.evidence.evaluation import ALL
from core.evidence.metrics import describe
from core.recordings.atomic import replacing

SHOWN = ("token", "exact_line")


def frame(found: Results) -> pd.DataFrame:
    """A row a technique, metric and operation: values in per cent, differences to A1 in points."""
    return pd.DataFrame(_rows(found))


def _rows(found: Results) -> Iterator[dict[str, object]]:
    for metric in found.metrics:
        for group in (ALL, *found.operations):
            for each in techniques(found, metric, group):
                yield _row(found, each, metric, group)


def _row(found: Results, each: Technique, metric: str, group: str) -> dict[str, object]:
    reached, differs = each.figure, each.against
    return {
        "technique": each.name,
        "what": each.words,
        "protocol": found.protocol,
        "seeds": len(reached.seeds),
        "metric": metric,
        "operation": group,
        "value": percent(reached.interval.value),
        "low": percent(reached.interval.low),
        "high": percent(reached.interval.high),
        "n": reached.n,
        "runs": reached.runs,
        "lowest seed": percent(min(reached.single)),
        "highest seed": percent(max(reached.single)),
        "points to A1": percent(differs.points) if differs else None,
        "points low": percent(differs.low) if differs else None,
        "points high": percent(differs.high) if differs else None,
        "relative to A1": percent(differs.relative) if differs else None,
        "published": each.published,
    }


def write_table(found: Results, path: Path) -> None:
    """The table as CSV, whole or not at all."""
    with replacing(path) as aside:
        frame(found).to_csv(aside, index=False)


def to_markdown(found: Results, metrics: tuple[str, ...] = SHOWN) -> str:
    """A table a metric: pooled value and interval, spread of the seeds, difference to A1, published figure."""
    parts = []
    for metric in (metric for metric in metrics if metric in found.metrics):
        said = describe(metric)
        lines = [
            f"{said.label} under `{found.protocol}`, {said.note}; per cent.",
            "",
            "| technique | pooled (95 %) | n | seeds: lowest to highest | points to A1 (95 %) | published |",
            "|---|---|---|---|---|---|",
            *map(_line, techniques(found, metric)),
        ]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _line(each: Technique) -> str:
    reached = each.figure
    low, high = reached.interval.low, reached.interval.high
    span = "" if low is None or high is None else f" ({100 * low:.2f} to {100 * high:.2f})"
    cells = [
        f"{each.name}: {each.words}",
        f"{100 * reached.interval.value:.2f}{span}",
        f"{reached.n:,}",
        f"{len(reached.seeds)}: {100 * min(reached.single):.2f} to {100 * max(reached.single):.2f}",
        points(each.against),
        "" if each.published is None else f"{each.published:.2f}",
    ]
    return f"| {' | '.join(cells)} |"
