"""The sections that a table of readings fills: what was read for what, how far lengths are off, whom to believe."""

from core.evidence.comparison.calibrated import risk_coverage
from core.evidence.comparison.confusion import OPERATION, confusion, heads
from core.evidence.comparison.figures import figures as figures_of
from core.evidence.comparison.mistakes import distances, first_errors, wrong_lines
from core.evidence.comparison.scored import Scored
from core.evidence.document import figures
from core.evidence.document.of_evaluation import HEADLINE, metric_table
from core.evidence.document.parts import Figure, Section, Table, per_cent, rows_of

WRONG_LINES = 40
DRAWN_HEADS = (OPERATION, "type", "command", "param_type")


def sections(scored: Scored, about: str) -> list[Section]:
    """The sections of some scored windows; `about` says which windows these are."""
    if not len(scored):
        return [
            Section("windows", "The windows", (f"{about}: none of them has a label, so nothing is scored.",))
        ]
    found = [
        _figures(scored, about),
        _confusions(scored, about),
        _mistakes(scored, about),
        _believed(scored, about),
    ]
    return [section for section in found if section is not None]


def _said(scored: Scored, about: str) -> str:
    return f"{about}: {len(scored):,} labelled windows of {scored.runs} runs."


def _figures(scored: Scored, about: str) -> Section:
    rows = sorted(figures_of(scored), key=lambda row: (row.metric not in HEADLINE,))
    words = (
        "These are the windows of one table of readings, read by this one bundle; each figure is counted as in an "
        "evaluation, its interval drawn over runs.",
        *_learned(scored),
    )
    return Section("windows", "The windows", words, (metric_table(rows, _said(scored, about)),))


def _learned(scored: Scored) -> tuple[str, ...]:
    """How many of the windows prove little, because the bundle learned from their runs."""
    parts = [str(part) for part in scored.named("part")]
    learned = sum("trained on" in part for part in parts)
    return (
        (f"{learned:,} of the {len(parts):,} are of runs that the bundle learned from, and flatter it.",)
        if learned
        else ()
    )


def _confusions(scored: Scored, about: str) -> Section | None:
    parts: list[Table | Figure] = []
    there = heads(scored)
    for head in (name for name in DRAWN_HEADS if name in there):
        found = confusion(scored, head)
        if 2 <= len(found.labels) <= figures.MOST_CLASSES:
            name = head.replace("_", " ").replace("param type", "parameter type")
            how = "" if head == OPERATION else ", teacher-forced, where the head applies"
            caption = f"Confusion of the {name}{how}: counts, n = {found.n:,}. {_said(scored, about)}"
            parts.append(Figure(figures.matrix(found.labels, found.counts), caption))
    words = (
        "True classes stand at the left; colour is the share of the true class, orange where it is wrong.",
    )
    return Section("confusion", "What was read for what", words, tuple(parts)) if parts else None


def _mistakes(scored: Scored, about: str) -> Section | None:
    found = wrong_lines(scored, WRONG_LINES)
    if found.empty:
        return None
    said = _said(scored, about)
    body = [
        (
            row["line"],
            row["read_line"] or "no line",
            f"{row['times']:,}",
            f"{row['within_row']:,}",
            f"{row['runs']:,}",
            f"{per_cent(row['confidence'])} %",
            f"{row['run']}, row {row['start_row']}",
        )
        for row in found.to_dict("records")
    ]
    head = ("True line", "Read as", "Windows", "Within a row", "Runs", "Mean confidence", "Surest example")
    parts: list[Table | Figure] = [
        Table(head, rows_of(body), f"The commonest lines not read exactly. {said}")
    ]
    first = first_errors(scored)
    where = [(row["position"], row["head"], f"{row['windows']:,}") for row in first.to_dict("records")]
    parts.append(
        Table(("Token", "Head", "Windows"), rows_of(where), f"Where a line first goes wrong. {said}")
    )
    off = distances(scored)
    if off.n:
        marked = [
            (f"{row['mm']:g} mm", f"{per_cent(row['share'])} %") for row in off.marked.to_dict("records")
        ]
        caption = (
            f"Lengths read free-running at most so far off, n = {off.n:,}; {off.lost:,} were not read at all."
        )
        parts.append(Table(("Off by at most", "Lengths"), rows_of(marked), f"{caption} {said}"))
    return Section("mistakes", "The commonest mistakes", (), tuple(parts))


def _believed(scored: Scored, about: str) -> Section | None:
    found = risk_coverage(scored)
    if not found.n:
        return None
    words = "Lines are believed in the order of their confidence: the further left, the fewer and the surer."
    if found.at is not None:
        words += (
            f" At the bundle's threshold ({found.threshold:.2f}, the mark) {per_cent(found.at[0])} % of lines are "
            f"believed and {per_cent(found.at[1])} % of these are exact."
        )
    figure = Figure(figures.coverage(found.curve, found.at), f"n = {found.n:,}. {_said(scored, about)}")
    return Section("believed", "Which lines can be believed", (words,), (figure,))
