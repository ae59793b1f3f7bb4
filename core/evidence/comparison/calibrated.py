"""Whether confidence means what it says: reliability by bin, and how right the answers are that one would believe."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.evidence.bootstrap import DRAWN_RUNS, BootstrapConfig, Interval, interval
from core.evidence.calibration import BINS
from core.evidence.calibration import reliability as reliability_of
from core.evidence.comparison.normal import normal_interval
from core.evidence.comparison.scored import Scored
from core.evidence.metrics import order

CURVE_POINTS = 200


@dataclass(frozen=True, eq=False)
class Reliability:
    """The bins of one head's confidence (columns low, high, n, right, confidence; n = 0 where empty), and its ECE."""

    head: str
    bins: pd.DataFrame
    error: Interval
    n: int


@dataclass(frozen=True, eq=False)
class RiskCoverage:
    """How right the surest lines are: columns share (of the windows), exact, within_row and confidence (the least).

    threshold: the bundle's, None without one; at: the share of windows and of exact lines among them that it gives.
    """

    curve: pd.DataFrame
    threshold: float | None
    at: tuple[float, float] | None
    n: int


def calibrated_heads(scored: Scored) -> tuple[str, ...]:
    """What has a confidence: the operation, the line, and every head under teacher forcing."""
    names = [tally.metric for tally in scored.tallies if tally.kind == "ece"]
    return tuple(
        name.removeprefix("ece_") for name in sorted(names, key=lambda n: order(n.removeprefix("ece_")))
    )


def reliability(scored: Scored, head: str, bootstrap: BootstrapConfig | None = None) -> Reliability:
    """The reliability diagram of a head (of `calibrated_heads`), in the bins of its ECE."""
    tally = next(tally for tally in scored.tallies if tally.metric == f"ece_{head}")
    table = reliability_of(tally.sums.sum(axis=0))
    edges = np.arange(BINS + 1) / BINS
    bins = pd.DataFrame(
        {
            "low": edges[:-1],
            "high": edges[1:],
            "n": table[:, 0].astype(np.int64),
            "right": table[:, 1],
            "confidence": table[:, 2],
        }
    )
    few = len(tally.sums) <= DRAWN_RUNS
    error = interval(tally.sums, tally.statistic, bootstrap) if few else normal_interval(tally)
    return Reliability(head, bins, error, int(tally.asked.sum()))


def risk_coverage(scored: Scored) -> RiskCoverage:
    """How right the lines are when only the surest are believed, from few to all; windows alike sure go together."""
    lines = scored.lines
    if lines is None or lines.confidence is None or not len(scored):
        return RiskCoverage(
            pd.DataFrame(columns=["share", "exact", "within_row", "confidence"]), None, None, 0
        )
    sure = np.argsort(-lines.confidence, kind="stable")
    confidence, n = lines.confidence[sure], len(sure)
    last = np.flatnonzero(np.diff(confidence, append=-1.0) != 0)
    answered = last + 1
    curve = pd.DataFrame(
        {
            "share": answered / n,
            "exact": np.cumsum(lines.exact[sure])[last] / answered,
            "within_row": np.cumsum(lines.within_row[sure])[last] / answered,
            "confidence": confidence[last],
        }
    )
    some = np.unique(np.linspace(0, len(curve) - 1, min(CURVE_POINTS, len(curve))).astype(np.int64))
    threshold, at = scored.answers.threshold, None
    if threshold is not None and lines.sure is not None and lines.sure.any():
        at = float(lines.sure.mean()), float(lines.exact[lines.sure].mean())
    return RiskCoverage(curve.iloc[some].reset_index(drop=True), threshold, at, n)
