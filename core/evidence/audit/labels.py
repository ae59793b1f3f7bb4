"""How firm the labels of the windows are: purity, ties, near lines, buffering rows, and what a vocabulary lacks."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.evidence.audit.data import AuditData
from core.gcode import UNK, Scheme

# labels by the share of their window that they fill
PURITY_BINS = 16
UNKNOWN_OPERATION = "unknown"


@dataclass(frozen=True)
class OperationLabels:
    """The labels of one operation's windows; `purity`: how many labels fill each sixteenth of their window."""

    operation: str
    windows: int
    without_label: int
    tied: int
    near: int
    mean_purity: float
    purity: tuple[int, ...]


@dataclass(frozen=True)
class Labels:
    """Counts and shares over all windows.

    purity: mean share of a labelled window's rows that its label fills; tied, near: shares of the labelled windows in
    which another line fills as many rows, or at most one row less; lines: different labels; buffering: labelled windows
    that hold some of the buffering_rows; with_buffering: runs that have such rows. unknown: share of the labelled
    windows that hold a token which the vocabulary lacks, None where no vocabulary is given.
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
    with_buffering: int
    operations: tuple[OperationLabels, ...]
    unknown: float | None = None

    @property
    def labelled(self) -> int:
        """Windows that have a label."""
        return self.windows - self.without_label


def labels(data: AuditData, scheme: Scheme | None = None) -> Labels:
    """Look at the label of every window; `scheme`: the vocabulary that a model would be scored with."""
    windows = data.windows
    known = np.flatnonzero(windows.labelled)
    length = windows.continuous.shape[1]
    buffering = windows.labelled & _buffering(data)
    near = _near(data)
    return Labels(
        windows=len(windows),
        without_label=int((~windows.labelled).sum()),
        without_operation=int((windows.operation_type < 0).sum()),
        lines=len(np.unique(windows.gcode[known])),
        purity=_mean(windows.top_rows[known] / length),
        tied=_mean(windows.tied[known]),
        near=_mean(near[known]),
        buffering=int(buffering.sum()),
        buffering_rows=sum(len(rows) for rows in data.buffering.values()),
        with_buffering=sum(len(rows) > 0 for rows in data.buffering.values()),
        operations=tuple(_of_operation(data, near, place) for place in np.unique(windows.operation_type)),
        unknown=_unknown(data, scheme) if scheme is not None and len(known) else None,
    )


def _of_operation(data: AuditData, near: NDArray[np.bool_], place: int) -> OperationLabels:
    windows = data.windows
    own = windows.operation_type == place
    known = own & windows.labelled
    filled = windows.top_rows[known] / windows.continuous.shape[1]
    counts, _ = np.histogram(filled, bins=PURITY_BINS, range=(0, 1))
    return OperationLabels(
        operation=data.machine.operations[place] if place >= 0 else UNKNOWN_OPERATION,
        windows=int(own.sum()),
        without_label=int((own & ~windows.labelled).sum()),
        tied=int(windows.tied[known].sum()),
        near=int(near[known].sum()),
        mean_purity=_mean(filled),
        purity=tuple(counts.tolist()),
    )


def _buffering(data: AuditData) -> NDArray[np.bool_]:
    """Windows that hold a row whose line number races ahead."""
    length = data.windows.continuous.shape[1]
    found = np.zeros(len(data.windows), np.bool_)
    for run, rows in data.buffering.items():
        own = np.flatnonzero(data.windows.run == run)
        starts = data.windows.start_row[own]
        found[own] = np.searchsorted(rows, starts + length) > np.searchsorted(rows, starts)
    return found


def _near(data: AuditData) -> NDArray[np.bool_]:
    """Windows in which more than the label fills as many rows as it, or one less."""
    return np.array([text.count("\n") > 0 for text in data.windows.near.tolist()], np.bool_)


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _unknown(data: AuditData, scheme: Scheme) -> float:
    """The share of labelled windows whose line the scheme cannot say in full."""
    lines = data.windows.gcode[data.windows.labelled]
    texts, which = np.unique(lines, return_inverse=True)
    lacking = (scheme.encode_batch([str(text) for text in texts]) == UNK).any(axis=1)
    return float(lacking[which].mean())
