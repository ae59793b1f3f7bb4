"""Which mistakes are made: how far lengths are off, the commonest wrong lines, and where a line first goes wrong."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.evidence.bootstrap import Floats
from core.evidence.comparison.scored import Scored
from core.evidence.metrics import order
from core.evidence.tally import Bools, Ints
from core.evidence.token_metrics import token_items

# mm, from below the finest step to the size of the machine
DISTANCES = np.geomspace(0.01, 300.0, 91)
MARKED_MM = (0.1, 1.0, 10.0)


@dataclass(frozen=True, eq=False)
class Distances:
    """How far the lengths of the true lines are off, free-running: n of them, `lost` whose letter was not read at all.

    curve: columns mm and share (of all n that are at most so far off); marked: the same at 0.1, 1 and 10 mm.
    """

    curve: pd.DataFrame
    marked: pd.DataFrame
    n: int
    lost: int


def distances(scored: Scored) -> Distances:
    """The lengths of the scored lines by how far they are off."""
    begins, counts = scored.table.errors_from[scored.row], np.diff(scored.table.errors_from)[scored.row]
    errors = np.sort(scored.table.errors_mm[_spans(begins, counts)])
    n = len(errors)
    lost = int(np.isinf(errors).sum())

    def within(mm: Floats) -> pd.DataFrame:
        return pd.DataFrame({"mm": mm, "share": np.searchsorted(errors, mm, side="right") / max(n, 1)})

    return Distances(within(DISTANCES), within(np.array(MARKED_MM)), n, lost)


def _spans(begins: Ints, counts: Ints) -> Ints:
    """The indices of spans of an array, one after another."""
    total = int(counts.sum())
    before = np.repeat(np.cumsum(counts) - counts, counts)
    return np.repeat(begins, counts) + np.arange(total) - before


def wrong_lines(scored: Scored, most: int = 100) -> pd.DataFrame:
    """The commonest lines that were not read exactly, with what was read, the most frequent first.

    Columns: line, read_line, times (windows), within_row (of these), runs, confidence (mean), and the surest window of
    each as an example: run, start_row.
    """
    columns = ["line", "read_line", "times", "within_row", "runs", "confidence", "run", "start_row"]
    if scored.lines is None:
        return pd.DataFrame(columns=columns)
    wrong = np.flatnonzero(~scored.lines.exact)
    codes = pd.DataFrame(
        {
            "line": scored.column("line")[wrong],
            "read": scored.column("read_line")[wrong],
            "run": scored.column("run")[wrong],
            "within_row": scored.lines.within_row[wrong],
            "confidence": scored.column("confidence")[wrong].astype(np.float64),
            "place": wrong,
        }
    ).sort_values("confidence", ascending=False, kind="stable")
    found = (
        codes.groupby(["line", "read"], sort=False)
        .agg(
            times=("place", "size"),
            within_row=("within_row", "sum"),
            runs=("run", "nunique"),
            confidence=("confidence", "mean"),
            place=("place", "first"),
        )
        .reset_index()
        .sort_values(["times", "line", "read"], ascending=[False, True, True])
        .head(most)
    )
    place = found["place"].to_numpy(np.int64)
    found = found.assign(
        line=scored.named("line")[place],
        read_line=scored.named("read_line")[place],
        run=scored.named("run")[place],
        start_row=scored.column("start_row")[place],
    )
    return found[columns].reset_index(drop=True)


def by_position(scored: Scored) -> pd.DataFrame:
    """Token by token (position from 1): n, the share right given the true tokens before, and free-running.

    `survives`: the share of all lines that are right free-running up to and with this position, at the last one the
    exact lines.
    """
    if scored.lines is None or not len(scored):
        return pd.DataFrame(columns=["position", "n", "forced", "free", "survives"])
    items = token_items(scored.truth, scored.answers)
    width = scored.truth.tokens.shape[1]
    (forced, asked), (free, _) = items["token"], items["token_free"]
    upto = np.logical_and.accumulate(free[:, :width] | ~asked, axis=1)
    n = asked.sum(axis=0)

    def mean(mask: Bools) -> Floats:
        right = (mask & asked).sum(axis=0)
        shares: Floats = np.divide(right, n, out=np.full(width, np.nan), where=n > 0)
        return shares

    found = pd.DataFrame(
        {
            "position": np.arange(width) + 1,
            "n": n,
            "forced": mean(forced),
            "free": mean(free[:, :width]),
            "survives": upto.mean(axis=0),
        }
    )
    return found[found["n"] > 0].reset_index(drop=True)


def first_errors(scored: Scored) -> pd.DataFrame:
    """Where free-running lines first leave the true one: position (from 1), head, and how many windows."""
    if scored.lines is None:
        return pd.DataFrame(columns=["position", "head", "windows"])
    wrong = ~scored.lines.exact
    pairs = pd.DataFrame(
        {
            "position": scored.column("first_wrong")[wrong].astype(np.int64) + 1,
            "head": scored.named("first_wrong_head")[wrong],
        }
    )
    found = pairs.groupby(["position", "head"]).size().rename("windows").reset_index()
    words = {"parameter type": "param_type", "digits": "digit1"}
    rows = zip(found["position"].tolist(), found["head"].tolist(), strict=True)
    rank = [(position, order(words.get(head, head))) for position, head in rows]
    return found.iloc[sorted(range(len(found)), key=lambda place: rank[place])].reset_index(drop=True)


def first_error_windows(scored: Scored, position: int, head: str) -> pd.DataFrame:
    """The windows whose free-running line first goes wrong at a position (from 1) in a head; `token` counts from 0."""
    mask = (scored.column("first_wrong") == position - 1) & (scored.named("first_wrong_head") == head)
    names = ("run", "operation", "line", "read_line")
    return pd.DataFrame(
        {name: scored.named(name)[mask] for name in names}
        | {name: scored.column(name)[mask] for name in ("start_row", "confidence")}
        | {"token": np.full(int(mask.sum()), position - 1)}
    )
