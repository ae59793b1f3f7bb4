"""A random sample of windows for an unbiased audit, and what its verdicts say of all windows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from scipy.stats import beta

from core.evidence.bootstrap import Interval
from core.evidence.readings.filters import Filter
from core.evidence.readings.opened import NOBODY, Hand, OpenReadings
from core.evidence.review.verdicts import VERDICTS

LEVEL = 0.95
# reviewers say different things, as many the one as the other
DISPUTED = "disputed"
ANSWERS = (*VERDICTS, DISPUTED)


@dataclass(frozen=True)
class Audit:
    """What reviewers say of a random sample of `population` windows.

    drawn: windows of the sample; judged: of these, how many have a verdict; skipped: windows without one that stand
    before the last one judged; counts: how the model's line compares with the label -> verdict -> windows.
    """

    population: int
    drawn: int
    judged: int
    skipped: int
    counts: Mapping[str, Mapping[str, int]]

    def total(self, verdict: str) -> int:
        """How many windows have a verdict."""
        return sum(of_result.get(verdict, 0) for of_result in self.counts.values())

    def share(self, verdict: str) -> Interval:
        """The share of all windows that would have this verdict, with its 95 % interval."""
        return exact_interval(self.total(verdict), self.judged)


def draw(table: OpenReadings, wanted: Filter, n: int, seed: int, hand: Hand = NOBODY) -> pd.DataFrame:
    """`n` of the filtered windows at random without replacement: `run`, `start_row`, `result`, `rid`.

    The order is that of a hash of the seed and the window: the same seed draws the same windows on every machine, and a
    larger sample begins with the smaller one.
    """
    condition = table.where(wanted)
    with table.cursor(hand) as cursor:
        return cursor.execute(
            "SELECT run::VARCHAR AS run, start_row, result::VARCHAR AS result, rid FROM readings "
            f"WHERE {condition.sql} ORDER BY md5(concat(?, ':', run::VARCHAR, ':', start_row)), rid LIMIT {int(n)}",
            [*condition.parameters, str(int(seed))],
        ).df()


def exact_interval(hits: int, n: int) -> Interval:
    """A share with its 95 % interval (Clopper and Pearson 1934): never too narrow, and wide where none was found."""
    if not n:
        return Interval(float("nan"), None, None)
    tail = (1 - LEVEL) / 2
    low = float(beta.ppf(tail, hits, n - hits + 1)) if hits else 0.0
    high = float(beta.ppf(1 - tail, hits + 1, n - hits)) if hits < n else 1.0
    return Interval(hits / n, low, high)


def opinion(said: Sequence[str]) -> str:
    """What most of the reviewers of one target say, a verdict each; DISPUTED where none has more than the others."""
    counts: dict[str, int] = {}
    for verdict in said:
        counts[verdict] = counts.get(verdict, 0) + 1
    best = max(counts.values())
    leading = [verdict for verdict, count in counts.items() if count == best]
    return leading[0] if len(leading) == 1 else DISPUTED


def audit(drawn: pd.DataFrame, population: int, opinions: Mapping[tuple[str, int], str]) -> Audit:
    """What the opinions, by run and start row, say of a drawn sample."""
    counts: dict[str, dict[str, int]] = {}
    judged, last = 0, -1
    rows = zip(drawn["run"], drawn["start_row"], drawn["result"], strict=True)
    for place, (run, row, result) in enumerate(rows):
        said = opinions.get((run, int(row)))
        if said is not None:
            of_result = counts.setdefault(result, {})
            of_result[said] = of_result.get(said, 0) + 1
            judged, last = judged + 1, place
    return Audit(population, len(drawn), judged, last + 1 - judged, counts)
