"""The second table of readings: what was answered at every position of every window, one row a window.

It lies beside the first (`X.parquet`, `X.answers.parquet`) with the same windows in the same order. Its columns are
lists of one length: `true`, `forced` and `free` hold token ids (0 = PAD, nothing was asked), `forced_HEAD` the class
that a head named given the true tokens before, `sure_HEAD` how sure it was, `operation` the operations' probabilities.
The classes of the true and of the free-running tokens are those that the bundle's scheme gives their ids. `errors_mm`
says how far each length of the true line is off, infinitely far where the line that was read lacks its letter.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.evidence.readings.columns import NAME
from core.evidence.readings.scores import Labelled
from core.gcode.tokens import Heads
from core.model.bundle import Bundle
from core.model.prediction import BatchPrediction
from core.recordings.windows import Windows

FORCED, SURE = "forced_", "sure_"


def answers_beside(readings: Path) -> Path:
    """Where the second table of a table of readings lies."""
    return readings.with_name(f"{readings.stem}.answers.parquet")


def head_names(n_digits: int) -> tuple[str, ...]:
    """The heads of the decoder, the digits one by one."""
    return ("type", "command", "param_type", "sign", *(f"digit{place + 1}" for place in range(n_digits)))


def answer_schema(bundle: Bundle) -> pa.Schema:
    """The columns of a bundle's answers; one that reads no lines has only those of the operation."""
    fields = [("run", NAME), ("start_row", pa.int32())]
    fields += [("operation", pa.list_(pa.float32(), len(bundle.operations)))]
    if bundle.reads_lines:
        width = bundle.scheme.width + 1
        fields += [(name, pa.list_(pa.int32(), width)) for name in ("true", "forced", "free")]
        heads = head_names(bundle.scheme.sizes.digits)
        fields += [(f"{FORCED}{head}", pa.list_(pa.int16(), width)) for head in heads]
        fields += [(f"{SURE}{head}", pa.list_(pa.float32(), width)) for head in heads]
        fields += [("errors_mm", pa.list_(pa.float64()))]
    return pa.schema(fields)


def answer_table(bundle: Bundle, windows: Windows, read: BatchPrediction, found: Labelled | None) -> pa.Table:
    """The answers for the windows of a run."""
    schema, n = answer_schema(bundle), len(windows)
    arrays: dict[str, NDArray[Any]] = {
        "run": windows.run,
        "start_row": windows.start_row,
        "operation": read.operation_probabilities,
    }
    errors: list[list[float]] = [[] for _ in range(n)]
    if bundle.reads_lines:
        width = bundle.scheme.width + 1
        arrays |= {"free": read.tokens} | _positions(found, n, width, bundle.scheme.sizes.digits)
        if found is not None:
            for place, line in zip(found.index.tolist(), found.errors_mm, strict=True):
                errors[place] = line
    columns = [
        pa.array(errors, field.type) if field.name == "errors_mm" else _column(arrays[field.name], field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def _positions(found: Labelled | None, n: int, width: int, n_digits: int) -> dict[str, NDArray[Any]]:
    """What is known position by position, `[n, width]` each; zeros for windows without a label."""
    names = head_names(n_digits)
    blank: dict[str, NDArray[Any]] = {name: np.zeros((n, width), np.int32) for name in ("true", "forced")}
    blank |= {f"{FORCED}{name}": np.zeros((n, width), np.int16) for name in names}
    blank |= {f"{SURE}{name}": np.zeros((n, width), np.float32) for name in names}
    if found is None:
        return blank
    own = slice(0, found.truth.tokens.shape[1])
    said = forced_classes(found.forced.heads)
    blank["true"][found.index, own] = found.truth.tokens
    blank["forced"][found.index, own] = found.forced.predicted
    for name in names:
        blank[f"{FORCED}{name}"][found.index, own] = said[name]
        blank[f"{SURE}{name}"][found.index, own] = found.forced.probabilities[name]
    return blank


def forced_classes(heads: Heads) -> dict[str, NDArray[np.int64]]:
    """The classes `[N, T]` of each head, the digits one by one."""
    digits = heads.digits
    classes = (heads.type, heads.command, heads.param_type, heads.sign, *np.moveaxis(digits, -1, 0))
    return dict(zip(head_names(digits.shape[-1]), classes, strict=True))


def _column(values: NDArray[Any], kind: pa.DataType) -> pa.Array:
    if kind == NAME:
        return pa.array(values.tolist(), pa.string()).cast(NAME)
    if not pa.types.is_fixed_size_list(kind):
        return pa.array(values, kind)
    flat = pa.array(np.ascontiguousarray(values).reshape(-1).astype(kind.value_type.to_pandas_dtype()))
    return pa.FixedSizeListArray.from_arrays(flat, kind.list_size)


def matrix(table: pa.Table, name: str) -> NDArray[Any]:
    """A column of lists of one length as `[N, length]`."""
    size = table.schema.field(name).type.list_size
    parts = [chunk.flatten().to_numpy().reshape(-1, size) for chunk in table.column(name).chunks]
    kind = table.schema.field(name).type.value_type.to_pandas_dtype()
    return np.concatenate(parts) if parts else np.zeros((0, size), kind)
