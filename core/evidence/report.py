"""Evaluations laid out as Markdown tables."""

from collections.abc import Sequence

from core.evidence.evaluation import ALL, Evaluation, MetricRow
from core.evidence.metrics import MODEL, TRUTH, describe
from core.evidence.published import PUBLISHED

COMPARED = (
    "operation",
    "operation_run",
    "token",
    "token_free",
    "value_exact",
    "exact_line",
    "line_within_row",
)
READ_BACK = (
    "operation_run",
    "exact_line",
    "line_within_row",
    "value_1mm",
    "row_line",
    "row_line_within_row",
    "position",
    "run_position",
    "lines_in_order",
    "program",
    "ece_row",
)
BY_OPERATION = ("operation", "token", "value_exact", "exact_line", "line_within_row")


def to_markdown(evaluation: Evaluation, published: bool = False) -> str:
    """Tables of metrics, operations and baselines, in per cent; `published` adds the seed's figures."""
    parts = [_heading(evaluation), _metric_table(evaluation, published), _operation_table(evaluation)]
    if len(_methods(evaluation)) > 1:
        parts.append(_method_table(evaluation, published))
    if any(evaluation.row("position", method=method) for method in evaluation.methods):
        parts.append(_track_table(evaluation))
    return "\n\n".join(parts) + "\n"


def tracks_to_markdown(evaluation: Evaluation) -> str:
    """The table of the runs that were read back."""
    return f"{_heading(evaluation)}\n\n{_track_table(evaluation)}\n"


def _heading(evaluation: Evaluation) -> str:
    counts = evaluation.counts
    read_by = f", each read by {counts.models:g} models" if counts.models != 1 else ""
    folds = ", ".join(str(fold) for fold in evaluation.folds)
    where = f"protocol `{evaluation.protocol}`" + (f", fold {folds}" if folds else "")
    return (
        f"{counts.scored} windows of {counts.runs} runs{read_by}, {where}, scheme `{evaluation.scheme}`; "
        f"{counts.without_label} windows without a label are left out; {counts.tied} labels are tied. "
        "Per cent unless said, with the 95 % bootstrap interval over runs."
    )


def _metric_table(evaluation: Evaluation, published: bool) -> str:
    rows = [*evaluation.table(ALL, MODEL), *evaluation.table(ALL, TRUTH)]
    header = ["metric", "value", "95 % interval", "n", *(["published, `seed`"] if published else [])]
    body = [
        [describe(row.metric).label, _figure(row, row.value), _interval(row), str(row.n)]
        + ([PUBLISHED.get((row.method, row.metric), "")] if published else [])
        for row in rows
    ]
    return _table(header, body)


def _operation_table(evaluation: Evaluation) -> str:
    metrics = [name for name in BY_OPERATION if evaluation.row(name)]
    header = ["operation", "windows", *(describe(name).label for name in metrics)]
    body = []
    for group in (*evaluation.operations, ALL):
        cells = [evaluation.row(name, group) for name in metrics]
        asked = evaluation.row("structure", group) or next((row for row in cells if row), None)
        if asked is not None:
            body.append([group, str(asked.n), *(_cell(row) for row in cells)])
    return _table(header, body)


def _method_table(evaluation: Evaluation, published: bool) -> str:
    header = ["method", *(describe(name).label for name in COMPARED)]
    body = []
    for method in _methods(evaluation):
        cells = [_cell(evaluation.row(name, ALL, method)) for name in COMPARED]
        if published and (method, "token") in PUBLISHED:
            place = COMPARED.index("token")
            cells[place] = f"{cells[place]} (published {PUBLISHED[method, 'token']})"
        body.append([method, *cells])
    return _table(header, body)


def _track_table(evaluation: Evaluation) -> str:
    """The runs that were read back: a column a method."""
    methods = [method for method in evaluation.methods if evaluation.row("position", method=method)]
    body = []
    for name in READ_BACK:
        cells = [evaluation.row(name, method=method) for method in methods]
        if any(cells):
            unit = next(" (mm)" if row.unit == "mm" else "" for row in cells if row)
            body.append([describe(name).label + unit, *(_cell(row) for row in cells)])
    return _table(["read back", *methods], body)


def _methods(evaluation: Evaluation) -> list[str]:
    """The model and what answers windows as it does."""
    read_back = {method for method in evaluation.methods if evaluation.row("position", method=method)}
    return [method for method in evaluation.methods if method != TRUTH and method not in read_back]


def _cell(row: MetricRow | None) -> str:
    if row is None:
        return "-"
    return _figure(row, row.value) + (f" ({_interval(row)})" if row.low is not None else "")


def _interval(row: MetricRow) -> str:
    if row.low is None or row.high is None:
        return "-"
    return f"{_figure(row, row.low)} to {_figure(row, row.high)}"


def _figure(row: MetricRow, value: float) -> str:
    return f"{value:.2f}" if row.unit == "mm" else f"{100 * value:.1f}"


def _table(header: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
