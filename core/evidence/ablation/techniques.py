"""The published technique ablation run again: what A1 to A5 reach, really trained, every seed."""

from dataclasses import dataclass

from core.evidence.ablation.results import Figure, Results, against, figure
from core.evidence.ablation.trials import BASELINE
from core.evidence.evaluation import ALL
from core.evidence.paired import Difference
from core.evidence.published import TECHNIQUES as PUBLISHED
from core.training.presets import TECHNIQUES

WORDS = {
    "A1": "cross-entropy alone",
    "A2": "+ label smoothing 0.1",
    "A3": "+ focal loss, γ = 1",
    "A4": "+ focal loss, γ = 2",
    "A5": "+ focal loss, γ = 3",
}


@dataclass(frozen=True)
class Technique:
    """A technique over its seeds; `against` is A1 over the seeds of both, None for A1 itself."""

    name: str
    words: str
    figure: Figure
    against: Difference | None
    published: float | None


def techniques(found: Results, metric: str = "token", group: str = ALL) -> tuple[Technique, ...]:
    """What the finished trials of techniques say of a metric; none where there are none."""
    base, rows = found.of(BASELINE), []
    printed = metric == "token" and group == ALL and found.as_published
    for name in TECHNIQUES:
        own = found.of(name)
        reached = figure(own, metric, group)
        if reached is None:
            continue
        differs = None if name == BASELINE else against(base, own, metric, group)
        published = PUBLISHED[name] if printed else None
        rows.append(Technique(name, WORDS[name], reached, differs, published))
    return tuple(rows)
