"""What could be read at best: the true place of a window known, but not how late its run's sensors are."""

import numpy as np

from core.evidence.answers import Answers, line_answers
from core.model.bundle import Bundle
from core.recordings.windows import Windows


def place_answers(bundle: Bundle, windows: Windows) -> list[Answers]:
    """The most probable line at the place that each window's sensors really show; none without learned programs."""
    if not bundle.programs.n_places:
        return []
    known, table = bundle.known_lines.lines, bundle.known_lines.table.numpy()
    place = np.nan_to_num(windows.place, nan=0.0).round().astype(np.int64)
    best = table[np.clip(place, 0, len(table) - 1)].argmax(axis=1)
    placed = np.isfinite(windows.place).tolist()
    lines = [known[i] if at else "" for i, at in zip(best.tolist(), placed, strict=True)]
    return [line_answers("place known, lag not", lines, bundle.scheme)]
