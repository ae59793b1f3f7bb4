"""The section of what named people said of the readings."""

from dataclasses import replace
from math import isnan

from core.evidence.bootstrap import Interval
from core.evidence.document.parts import Section, Table, of_interval, rows_of
from core.evidence.review.agreement import SAID_HEAD, agreement, said_rows
from core.evidence.review.listing import Asked, Desk
from core.evidence.review.sample import ANSWERS, Audit

MOST_LISTED = 500


def section(desk: Desk, asked: Asked | None = None, audit: Audit | None = None) -> Section:
    """Who said what, how far they agree, what a random sample tells, and the verdicts themselves, the last first."""
    asked = asked or Asked()
    n = desk.count(asked)
    if not n:
        return Section(
            "verdicts", "Verdicts", (f"Nobody has judged anything of {desk.dataset} that is asked for here.",)
        )
    whole = sum(desk.values()["stale"].values())
    words = [f"{n:,}{f' of {whole:,}' if asked else ''} verdicts on the dataset {desk.dataset}."]
    if asked:
        words.append(
            "Those that are asked for are listed; who said what, and how far they agree, is of all that are current."
        )
    stale = 0 if asked.stale == "current" else desk.count(replace(asked, stale="stale"))
    if stale:
        words.append(
            f"{stale:,} speak of another bundle or another recording: they are listed, and counted nowhere."
        )
    ratings = desk.ratings(Asked(stale="current"))
    parts = []
    if not ratings.empty:
        parts.append(
            Table(
                SAID_HEAD,
                rows_of(said_rows(ratings)),
                f"Who said what: all {len(ratings):,} verdicts on this bundle and these recordings.",
            )
        )
        found = agreement(ratings)
        pairs = [
            (
                f"{pair.first}, {pair.second}",
                f"{pair.n:,}",
                of_interval(pair.agreement),
                coefficient(pair.kappa),
            )
            for pair in found.pairs
        ]
        if pairs:
            caption = (
                f"Agreement of pairs; of all {found.reviewers} reviewers on {found.n:,} targets that several judged: "
                f"Krippendorff's α {coefficient(found.alpha)}. Intervals are drawn over runs."
            )
            parts.append(Table(("Reviewers", "n", "Agree", "Cohen's κ"), rows_of(pairs), caption))
    if audit is not None and audit.judged:
        parts.append(_sample(audit))
    parts.append(_list(desk, asked, n))
    return Section("verdicts", "Verdicts", tuple(words), tuple(parts))


def coefficient(value: Interval) -> str:
    """A coefficient with its interval; a dash where it has no value."""
    if isnan(value.value):
        return "–"
    reach = (
        f" ({value.low:.2f} to {value.high:.2f})" if value.low is not None and value.high is not None else ""
    )
    return f"{value.value:.2f}{reach}"


def _sample(audit: Audit) -> Table:
    rows = [
        (verdict, f"{audit.total(verdict):,}", of_interval(audit.share(verdict)))
        for verdict in ANSWERS
        if audit.total(verdict) or verdict in ("model wrong", "label wrong")
    ]
    passed = f" {audit.skipped} were passed over, so the estimate may lean." if audit.skipped else ""
    caption = (
        f"A random sample: {audit.judged:,} of {audit.drawn:,} windows drawn from {audit.population:,} are judged; "
        f"shares of all {audit.population:,} with the exact 95 % interval (Clopper and Pearson 1934).{passed}"
    )
    return Table(("Verdict", "Windows", "Share of all windows"), rows_of(rows), caption)


def _list(desk: Desk, asked: Asked, n: int) -> Table:
    rows = [
        (
            entry.target.words,
            f"{entry.verdict} (stale)" if old else entry.verdict,
            entry.reviewer,
            entry.seen.label,
            entry.seen.reading,
            entry.note,
            entry.day,
        )
        for entry, old in desk.page(asked, 0, MOST_LISTED)
    ]
    caption = f"The last {len(rows):,} of {n:,} verdicts" if n > len(rows) else f"All {n:,} verdicts"
    caption += " that are asked for" if asked else ""
    head = ("About", "Verdict", "Reviewer", "Label then", "Read then", "Note", "Given, UTC")
    return Table(head, rows_of(rows), f"{caption}.")
