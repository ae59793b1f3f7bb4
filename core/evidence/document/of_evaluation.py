"""The sections that an evaluation fills: its headline, every metric, heads, operations, other methods, calibration."""

from collections.abc import Sequence

from core.evidence.calibration import reliability
from core.evidence.document import figures
from core.evidence.document.parts import Figure, Section, Table, per_cent, rows_of, span
from core.evidence.evaluation import ALL, Evaluation, MetricRow
from core.evidence.methods import best_of, describe_method, method_order
from core.evidence.metrics import MODEL, TRUTH, describe
from core.evidence.protocol_words import PROTOCOLS
from core.evidence.published import PROTOCOL, PUBLISHED

HEADLINE = ("exact_line", "line_within_row", "value_1mm", "operation", "token_free", "token")
HEADS = (
    "type",
    "command",
    "param_type",
    "number_letter",
    "sign",
    *(f"digit{place}" for place in range(1, 10)),
)
COMPARED = ("exact_line", "line_within_row", "operation", "token")
CALIBRATED = {"operation": "operation", "line": "exact line"}


def protocol_words(evaluation: Evaluation) -> str:
    """Under which protocol, and on what, the figures were reached."""
    counts, folds = evaluation.counts, ", ".join(str(fold) for fold in evaluation.folds)
    said = PROTOCOLS.get(evaluation.protocol, "a protocol that Toolmark does not know")
    fold = f"; fold{'s' if len(evaluation.folds) > 1 else ''} {folds}" if folds else ""
    read_by = f", each read by {counts.models:g} models" if counts.models != 1 else ""
    return (
        f"Protocol {evaluation.protocol} ({said}{fold}): {counts.scored:,} labelled windows of "
        f"{counts.runs} runs{read_by}; "
        f"{counts.without_label:,} windows without a label are left out."
    )


def sections(evaluation: Evaluation) -> list[Section]:
    """Every section of an evaluation, those that have nothing to say left out."""
    found = [
        _headline(evaluation),
        _metrics(evaluation),
        _heads(evaluation),
        _operations(evaluation),
        _methods(evaluation),
        _calibration(evaluation),
    ]
    return [section for section in found if section is not None]


def _rows(evaluation: Evaluation, names: Sequence[str]) -> list[MetricRow]:
    return [row for name in names if (row := evaluation.row(name)) is not None]


def metric_table(rows: Sequence[MetricRow], caption: str, published: bool = False) -> Table:
    """A row a metric: value, interval, n, how it is counted."""
    head = ("Metric", "Value", "95 % interval", "n", *(("Published",) if published else ()), "Counted")
    body = []
    for row in rows:
        value = f"{row.value:.2f} mm" if row.unit == "mm" else f"{per_cent(row.value)} %"
        said = (PUBLISHED.get((row.method, row.metric), "–"),) if published else ()
        body.append(
            (
                describe(row.metric).label,
                value,
                span(row.low, row.high, row.unit),
                f"{row.n:,}",
                *said,
                row.note,
            )
        )
    return Table(head, rows_of(body), caption)


def _headline(evaluation: Evaluation) -> Section | None:
    rows = _rows(evaluation, HEADLINE)
    if not rows:
        return None
    drawn = figures.intervals([(describe(row.metric).label, row) for row in rows])
    caption = (
        f"The model's figures with their 95 % bootstrap interval over runs. {protocol_words(evaluation)}"
    )
    return Section("headline", "The figures in short", (), (Figure(drawn, caption),))


def _metrics(evaluation: Evaluation) -> Section:
    published = evaluation.protocol == PROTOCOL
    rows = [*evaluation.table(ALL, MODEL), *evaluation.table(ALL, TRUTH)]
    table = metric_table(
        rows, f"Every metric of the model, and of the labels. {protocol_words(evaluation)}", published
    )
    return Section("metrics", "Every metric", (), (table,))


def _heads(evaluation: Evaluation) -> Section | None:
    rows = _rows(evaluation, HEADS)
    if not rows:
        return None
    body = []
    for row in rows:
        error = evaluation.row(f"ece_{row.metric}")
        lookup = evaluation.row(row.metric, ALL, "prefix lookup")
        body.append(
            (
                describe(row.metric).label,
                f"{per_cent(row.value)} %",
                span(row.low, row.high),
                f"{row.n:,}",
                _cell(error),
                _cell(lookup),
            )
        )
    drawn = figures.intervals([(describe(row.metric).label, row) for row in rows])
    words = "Each head is given the true tokens before (teacher-forced) and counted only where it applies."
    table = Table(
        ("Head", "Right", "95 % interval", "n", "Calibration error", "Prefix lookup, no sensor"),
        rows_of(body),
        protocol_words(evaluation),
    )
    return Section(
        "heads", "Head by head", (words,), (Figure(drawn, f"Heads. {protocol_words(evaluation)}"), table)
    )


def _cell(row: MetricRow | None) -> str:
    if row is None:
        return "–"
    reach = f" ({span(row.low, row.high)})" if row.low is not None else ""
    return f"{per_cent(row.value)} %{reach}" if row.unit != "mm" else f"{row.value:.2f} mm"


def _operations(evaluation: Evaluation) -> Section | None:
    groups = [group for group in (*evaluation.operations, ALL) if evaluation.table(group, MODEL)]
    names = [
        name for name in ("exact_line", "line_within_row", "value_1mm", "operation") if evaluation.row(name)
    ]
    if len(groups) < 2 or not names:
        return None
    body = []
    for group in groups:
        cells = [evaluation.row(name, group) for name in names]
        n = next((f"{row.n:,}" for row in cells if row), "–")
        body.append((group, n, *(_cell(row) for row in cells)))
    first = [(group, row) for group in groups if (row := evaluation.row(names[0], group)) is not None]
    caption = f"{describe(names[0]).label} by operation. {protocol_words(evaluation)}"
    table = Table(("Operation", "n", *(describe(name).label for name in names)), rows_of(body), caption)
    return Section(
        "operations", "Operation by operation", (), (Figure(figures.intervals(first), caption), table)
    )


def _methods(evaluation: Evaluation) -> Section | None:
    others = [m for m in evaluation.methods if m not in (MODEL, TRUTH) and describe_method(m).kind != "whole"]
    names = [name for name in COMPARED if evaluation.row(name)]
    if not others or not names:
        return None
    body, drawn = [], []
    for method in (MODEL, *sorted(others, key=method_order)):
        said, cells = describe_method(method), [evaluation.row(name, ALL, method) for name in names]
        if any(cells):
            body.append((said.label, *(_cell(row) for row in cells), said.note))
        if cells[0] is not None:
            drawn.append((said.label, cells[0]))
    words: tuple[str, ...] = ()
    best = best_of(evaluation, names[0], "sensors", "blind")
    if best is not None:
        label = describe_method(best.method).label.lower()
        words = (
            f"The best method that sees no more than the model does is {label}: {_cell(best)} (n = {best.n:,}).",
        )
    caption = (
        f"{describe(names[0]).label}: the model (blue) beside other methods. {protocol_words(evaluation)}"
    )
    table = Table(
        ("Method", *(describe(name).label for name in names), "What it sees"), rows_of(body), caption
    )
    figure = Figure(figures.intervals(drawn, (describe_method(MODEL).label,)), caption)
    return Section("methods", "Beside other methods", words, (figure, table))


def _calibration(evaluation: Evaluation) -> Section | None:
    found = []
    for name, title in CALIBRATED.items():
        tally = next((t for t in evaluation.tallies if (t.metric, t.method) == (f"ece_{name}", MODEL)), None)
        row = evaluation.row(f"ece_{name}")
        if tally is not None and row is not None:
            found.append((f"{title}: ECE {_cell(row)}", reliability(tally.sums.sum(axis=0)), row))
    if not found:
        return None
    words = (
        "A point on the diagonal means what its confidence says; its size is the number of windows behind it.",
    )
    parts: list[Table | Figure] = [
        Figure(
            figures.reliability([(title, table) for title, table, _ in found]),
            f"Confidence against the share that is right, in 15 equal bins. {protocol_words(evaluation)}",
        )
    ]
    for title, table, row in found:
        body = [
            (
                f"{100 * place / len(table):.0f} to {100 * (place + 1) / len(table):.0f} %",
                f"{items:,.0f}",
                per_cent(sure),
                per_cent(right),
            )
            for place, (items, right, sure) in enumerate(table)
            if items
        ]
        head = ("Confidence", "n", "Mean confidence, %", "Right, %")
        parts.append(Table(head, rows_of(body), f"{title}, n = {row.n:,}"))
    return Section("calibration", "Does the confidence mean what it says", words, tuple(parts))
