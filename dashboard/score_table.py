"""The figures of an evaluation as tables: methods beside one another, and every metric one by one."""

from collections.abc import Sequence

import pandas as pd

from core.evidence.evaluation import ALL, Evaluation, MetricRow
from core.evidence.methods import describe_method, method_order
from core.evidence.metrics import MODEL, TRUTH, describe
from core.evidence.published import PROTOCOL, PUBLISHED

# the columns of the table of methods, with short names
COMPARED = {
    "exact_line": "Exact line",
    "line_within_row": "Within a row",
    "operation": "Operation",
    "operation_run": "Operation of a run",
    "token": "Token, forced",
    "token_free": "Token, free",
    "value_exact": "Value exact",
    "value_1mm": "Within 1 mm",
}
HEADS = ("type", "command", "param_type", "sign", "digit1", "digit2", "digit3", "digit4", "digit5")
_NOTHING = ":gray[·]"


def methods_table(evaluation: Evaluation) -> pd.DataFrame:
    """A row a method in Markdown: the model first, the published figures under it, then what it is compared with."""
    metrics = [name for name in COMPARED if evaluation.row(name)]
    rows = [_method_cells(evaluation, MODEL, metrics, strong=True)]
    if evaluation.protocol == PROTOCOL:
        rows.append(_published_cells(MODEL, metrics, "Published", "the seed document's own figures"))
    others = [m for m in evaluation.methods if m not in (MODEL, TRUTH) and describe_method(m).kind != "whole"]
    for method in sorted(others, key=method_order):
        cells = _method_cells(evaluation, method, metrics)
        if set(cells[1:-1]) != {_NOTHING}:
            rows.append(cells)
    return pd.DataFrame(rows, columns=["Method", *(COMPARED[name] for name in metrics), "What it sees"])


def _method_cells(
    evaluation: Evaluation, method: str, metrics: Sequence[str], *, strong: bool = False
) -> list[str]:
    said = describe_method(method)
    name = f"**{said.label}**" if strong else said.label
    cells = [_cell(evaluation.row(metric, ALL, method), strong=strong) for metric in metrics]
    return [name, *cells, f":small[{said.note}]"]


def _published_cells(method: str, metrics: Sequence[str], name: str, note: str) -> list[str]:
    cells = [PUBLISHED.get((method, metric), _NOTHING) for metric in metrics]
    return [name, *cells, f":small[{note}]"]


def _cell(row: MetricRow | None, *, strong: bool = False) -> str:
    if row is None:
        return _NOTHING
    value = f"{100 * row.value:.1f}"
    return f"{f'**{value}**' if strong else value} {_interval(row)}".rstrip()


def _interval(row: MetricRow) -> str:
    if row.low is None or row.high is None:
        return ""
    return f":gray[:small[{100 * row.low:.1f}–{100 * row.high:.1f}]]"


def heads_table(evaluation: Evaluation) -> pd.DataFrame:
    """A row a head in Markdown: teacher-forced accuracy, n, calibration error, the lookup by prefix, published."""
    rows = []
    for name in (name for name in HEADS if evaluation.row(name)):
        row, error = evaluation.row(name), evaluation.row(f"ece_{name}")
        asked = f"{row.n:,}" if row else ""
        cells = [describe(name).label, _cell(row, strong=True), asked]
        cells += [_cell(evaluation.row(name, ALL, "prefix lookup")), _cell(error)]
        if evaluation.protocol == PROTOCOL:
            cells.append(PUBLISHED.get((MODEL, name), _NOTHING))
        rows.append(cells)
    published = ["Published"] if evaluation.protocol == PROTOCOL else []
    columns = ["Head", "Model, forced", "n", "Prefix lookup", "Calibration error", *published]
    return pd.DataFrame(rows, columns=columns)


def every_figure(evaluation: Evaluation) -> pd.DataFrame:
    """Every row of an evaluation: metric, method, group, value and interval (per cent or mm), n, how it is counted."""
    rows = [
        {
            "metric": describe(row.metric).label,
            "method": describe_method(row.method).label,
            "operation": row.group,
            "value": _scaled(row.value, row.unit),
            "low": _scaled(row.low, row.unit),
            "high": _scaled(row.high, row.unit),
            "unit": "mm" if row.unit == "mm" else "%",
            "n": row.n,
            "counted": row.note,
        }
        for row in evaluation.rows
    ]
    return pd.DataFrame(rows)


def _scaled(value: float | None, unit: str) -> float | None:
    return None if value is None else round(value if unit == "mm" else 100 * value, 2)
