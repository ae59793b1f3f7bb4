"""The table of ablations: what every case costs, in points and relative to the whole model, with intervals."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from core.evidence.ablation.cases import Case, Kind
from core.evidence.ablation.scored import Ablation
from core.evidence.bootstrap import Interval
from core.evidence.evaluation import ALL, Evaluation
from core.evidence.metrics import MODEL, describe
from core.evidence.paired import FEWEST_RUNS, combined, difference, leaves_out_zero
from core.evidence.tally import Bools, Tally, by_run
from core.recordings.atomic import replacing

# the cases that are done, all of them, what is being scored
Told = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Effect:
    """What one case does to one metric of one operation (or of all).

    `whole` and `without`: the metric before and after; `points`: after less before, with its interval, paired by run;
    `relative`: points as a share of `whole`; `interaction`, of pairs alone: the points that both together cost beyond
    what each costs by itself.
    """

    case: Case
    metric: str
    group: str
    whole: float
    without: float
    points: Interval
    n: int
    runs: int
    interaction: Interval | None = None

    @property
    def relative(self) -> float:
        """Points as a share of the whole model's value; NaN where that is 0."""
        return self.points.value / self.whole if self.whole else float("nan")

    @property
    def real(self) -> bool:
        """Whether the interval of the points leaves 0 out; of too few runs nothing is concluded."""
        return self.runs >= FEWEST_RUNS and leaves_out_zero(self.points.low, self.points.high)


@dataclass(frozen=True, eq=False)
class Scores:
    """The evaluation of the whole model, and that of every case."""

    whole: Evaluation
    cases: Mapping[Case, Evaluation]

    def of(self, *kinds: Kind) -> "Scores":
        """The cases of some kinds, with what they are compared with."""
        return Scores(self.whole, {case: found for case, found in self.cases.items() if case.kind in kinds})


def score_cases(ablation: Ablation, cases: Sequence[Case], told: Told | None = None) -> Scores:
    """Score every case; what was scored before is not scored again."""
    found = {}
    whole = ablation.evaluation()
    for done, case in enumerate(cases):
        if told:
            told(done, len(cases), f"{case.kind} {', '.join(case.names)}")
        found[case] = ablation.evaluation(case.removal(ablation.bundle))
    if told:
        told(len(cases), len(cases), "")
    return Scores(whole, found)


def effects(
    scores: Scores, metrics: Sequence[str] | None = None, groups: Sequence[str] | None = None
) -> list[Effect]:
    """What each case does to some metrics or all, for some groups or for all operations together and each.

    A pair has its interaction where its members alone are among the cases: for all operations, or the groups asked for.
    """
    masks = {name: mask for name, mask in _masks(scores.whole).items() if groups is None or name in groups}
    return [
        effect
        for case, evaluation in scores.cases.items()
        for effect in _of_case(
            case,
            scores.whole,
            evaluation,
            masks,
            _singles(case, scores),
            metrics,
            everywhere=groups is not None,
        )
    ]


def _masks(whole: Evaluation) -> dict[str, Bools | None]:
    of = np.array([unit.operation for unit in whole.units], np.int64)
    return {ALL: None} | {name: of == place for place, name in enumerate(whole.operations)}


def _singles(case: Case, scores: Scores) -> tuple[Evaluation, ...]:
    """The evaluations of a pair's members, where both are there."""
    if case.kind != "pair":
        return ()
    found = [scores.cases.get(Case("modality", (name,), case.way)) for name in case.names]
    return tuple(each for each in found if each is not None) if all(found) else ()


def _of_case(
    case: Case,
    whole: Evaluation,
    evaluation: Evaluation,
    masks: Mapping[str, Bools | None],
    singles: Sequence[Evaluation],
    metrics: Sequence[str] | None,
    *,
    everywhere: bool,
) -> Iterator[Effect]:
    of_runs, of_units = (
        [_tallies(each, runs=runs) for each in (whole, evaluation, *singles)] for runs in (True, False)
    )
    for metric in of_units[0]:
        if metric not in of_units[1] or (metrics is not None and metric not in metrics):
            continue
        for group, mask in masks.items():
            before, after, *alone = (own[metric] for own in (of_runs if mask is None else of_units))
            chosen = slice(None) if mask is None else mask
            # what is asked of the believed windows alone may be asked of none
            if not before.asked[chosen].sum() or not after.asked[chosen].sum():
                continue
            found = difference(metric, before, after, mask)
            points = Interval(found.points, found.low, found.high)
            both = None
            # of every group there would be thousands that nobody asked for
            if alone and (everywhere or group == ALL):
                terms = [(1, after), (1, before), *((-1, each) for each in alone)]
                both = combined(terms, mask)
            yield Effect(case, metric, group, found.first, found.second, points, found.n, found.runs, both)


def _tallies(evaluation: Evaluation, *, runs: bool) -> dict[str, Tally]:
    """The model's tallies, a unit a run where `runs`, else a run of each operation."""
    own = [tally for tally in evaluation.tallies if tally.method == MODEL]
    return {tally.metric: tally for tally in (by_run(evaluation.units, own)[1] if runs else own)}


def frame(found: Sequence[Effect]) -> pd.DataFrame:
    """A row an effect; shares in per cent, differences in points, `relative` in per cent of the whole model's value."""
    return pd.DataFrame(
        {
            "kind": each.case.kind,
            "names": ", ".join(each.case.names),
            "way": each.case.way,
            "metric": each.metric,
            "operation": each.group,
            "n": each.n,
            "runs": each.runs,
            "whole": _percent(each.whole),
            "without": _percent(each.without),
            "points": _percent(each.points.value),
            "points_low": _percent(each.points.low),
            "points_high": _percent(each.points.high),
            "relative": _percent(each.relative),
            "real": each.real,
            "interaction": _percent(each.interaction.value) if each.interaction else None,
            "interaction_low": _percent(each.interaction.low) if each.interaction else None,
            "interaction_high": _percent(each.interaction.high) if each.interaction else None,
        }
        for each in found
    )


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 3)


def write_table(found: Sequence[Effect], path: Path) -> None:
    """The table as CSV, whole or not at all."""
    with replacing(path) as aside:
        frame(found).to_csv(aside, index=False)


SHOWN = ("operation", "exact_line", "token", "token_free", "value_1mm")


def to_markdown(found: Sequence[Effect], metrics: Sequence[str] = SHOWN) -> str:
    """A row a case, the costliest first: points of each metric with their interval, what is real in bold."""
    known = [metric for metric in metrics if any(each.metric == metric for each in found)]
    rows: dict[Case, dict[str, Effect]] = {}
    for each in found:
        if each.group == ALL:
            rows.setdefault(each.case, {})[each.metric] = each
    ordered = sorted(rows.items(), key=lambda row: row[1][known[0]].points.value)
    head = "| " + " | ".join(["", *(describe(metric).label for metric in known)]) + " |"
    whole = " | ".join(f"{100 * next(iter(rows.values()))[metric].whole:.1f}" for metric in known)
    lines = [head, "|---" * (len(known) + 1) + "|", f"| nothing removed | {whole} |"]
    for case, own in ordered:
        kept = "only " if case.kind == "kept" else "− "
        lines.append(
            f"| {kept}{', '.join(case.names)} | {' | '.join(_words(own[metric]) for metric in known)} |"
        )
    return (
        "\n".join(lines) + "\n\nPer cent, then points lost or won (95 %, paired by run); bold: 0 is left out."
    )


def _words(effect: Effect) -> str:
    low, high = effect.points.low, effect.points.high
    span = "" if low is None or high is None else f" ({100 * low:+.1f} to {100 * high:+.1f})"
    points = f"{100 * effect.points.value:+.1f}"
    return (f"**{points}**" if effect.real else points) + span
