"""How firm the labels of the windows are: purity, ties, near lines, buffering rows, and what a vocabulary lacks."""

from dataclasses import dataclass

import numpy as np

from core.evidence.audit.data import AuditData
from core.gcode import UNK, Scheme


@dataclass(frozen=True)
class Labels:
    """Counts and shares over all windows.

    purity: mean share of a labelled window's rows that its label fills; tied, near: shares of the labelled windows in
    which another line fills as many rows, or at most one row less; lines: different labels; unknown: share of the
    labelled windows that hold a token which the vocabulary lacks, None where no vocabulary is given.
    """

    windows: int
    without_label: int
    without_operation: int
    lines: int
    purity: float
    tied: float
    near: float
    buffering: int
    buffering_rows: int
    unknown: float | None = None


def labels(data: AuditData, scheme: Scheme | None = None) -> Labels:
    """Look at the label of every window; `scheme`: the vocabulary that a model would be scored with."""
    windows = data.windows
    known = np.flatnonzero(windows.labelled)
    length = windows.continuous.shape[1]
    near = np.array([text.count("\n") > 0 for text in windows.near[known].tolist()], np.bool_)
    ahead = np.array([data.buffering.get(str(run), 0) for run in windows.run], np.int64)
    buffering = windows.labelled & (windows.start_row < ahead)
    return Labels(
        windows=len(windows),
        without_label=int((~windows.labelled).sum()),
        without_operation=int((windows.operation_type < 0).sum()),
        lines=len(np.unique(windows.gcode[known])),
        purity=_mean(windows.top_rows[known] / length),
        tied=_mean(windows.tied[known]),
        near=_mean(near),
        buffering=int(buffering.sum()),
        buffering_rows=int(sum(data.buffering.values())),
        unknown=_unknown(data, scheme) if scheme is not None and len(known) else None,
    )


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _unknown(data: AuditData, scheme: Scheme) -> float:
    """The share of labelled windows whose line the scheme cannot say in full."""
    lines = data.windows.gcode[data.windows.labelled]
    texts, which = np.unique(lines, return_inverse=True)
    lacking = (scheme.encode_batch([str(text) for text in texts]) == UNK).any(axis=1)
    return float(lacking[which].mean())
