"""The techniques as a table, published figures beside ours: CSV and Markdown."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from core.evidence.ablation.techniques import Technique
from core.evidence.metrics import describe
from core.recordings.atomic import replacing

METRICS = (
    "token",
    "token_free",
    "operation",
    "type",
    "command",
    "param_type",
    "sign",
    "exact_line",
    "line_within_row",
)


def frame(found: Sequence[Technique]) -> pd.DataFrame:
    """A row a technique and metric: values in per cent, differences to A1 in points."""
    return pd.DataFrame(_rows(found))


def _rows(found: Sequence[Technique]) -> Iterator[dict[str, object]]:
    for each in found:
        for metric in METRICS:
            row, against = each.pooled.row(metric), each.difference(metric)
            if row is None:
                continue
            lowest, highest = each.spread(metric)
            yield {
                "technique": each.name,
                "what": each.words,
                "protocol": each.pooled.protocol,
                "seeds": len(each.seeds),
                "metric": metric,
                "value": _percent(row.value),
                "low": _percent(row.low),
                "high": _percent(row.high),
                "n": row.n,
                "lowest seed": _percent(lowest),
                "highest seed": _percent(highest),
                "points to A1": _percent(against.points) if against else None,
                "points low": _percent(against.low) if against else None,
                "points high": _percent(against.high) if against else None,
                "published": each.published if metric == "token" else None,
            }


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 2)


def write_table(found: Sequence[Technique], path: Path) -> None:
    """The table as CSV, whole or not at all."""
    with replacing(path) as aside:
        frame(found).to_csv(aside, index=False)


def to_markdown(found: Sequence[Technique], metrics: Sequence[str] = ("token", "exact_line")) -> str:
    """A table a metric: pooled value and interval, spread of the seeds, difference to A1, published figure."""
    protocol = found[0].pooled.protocol
    parts = []
    for metric in metrics:
        said = describe(metric)
        lines = [f"{said.label} under `{protocol}`, {said.note}; per cent.", ""]
        lines += [
            "| technique | pooled (95 %) | n | seeds: lowest to highest | points to A1 (95 %) | published |"
        ]
        lines += [
            "|---|---|---|---|---|---|",
            *(_line(each, metric) for each in found if each.pooled.row(metric)),
        ]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _line(each: Technique, metric: str) -> str:
    row, against = each.pooled.row(metric), each.difference(metric)
    assert row is not None
    lowest, highest = each.spread(metric)
    cells = [
        f"{each.name}: {each.words}",
        f"{100 * row.value:.2f}{_span(row.low, row.high)}",
        f"{row.n:,}",
        f"{len(each.seeds)}: {100 * lowest:.2f} to {100 * highest:.2f}",
        f"{100 * against.points:+.2f}{_span(against.low, against.high)}" if against else "",
        f"{each.published:.2f}" if metric == "token" else "",
    ]
    return f"| {' | '.join(cells)} |"


def _span(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f" ({100 * low:.2f} to {100 * high:.2f})"
