"""The lane of what a model reads along a run: window by window, each beside the line that was really executed there."""

import numpy as np
import pandas as pd

from core.evidence.readings.columns import EXACT, WITHIN_ROW, WRONG
from core.recordings.lanes import NOTHING, Lane, lane
from core.recordings.windows import STRIDE, WINDOW_ROWS

# how a line was read -> the kind of its stretch of the lane; any other has nothing to be compared with
KINDS = {EXACT: "right", WITHIN_ROW: "near", WRONG: "wrong"}
UNKNOWN = "read"


def readings_lane(readings: pd.DataFrame, n_rows: int) -> Lane:
    """The readings of a run as a lane: the rows around the middle of each window, a stride wide, say what was read.

    `readings` are a row a window in order, with `start_row`, `read_line` and `result` of `core.evidence.readings`.
    """
    codes = np.full(n_rows, NOTHING, dtype=np.int64)
    found: dict[tuple[str, str], int] = {}
    margin = (WINDOW_ROWS - STRIDE) // 2
    kinds = [KINDS.get(result, UNKNOWN) for result in readings["result"]]
    rows = zip(readings["start_row"].tolist(), readings["read_line"].tolist(), kinds, strict=True)
    for place, (start, line, kind) in enumerate(rows):
        first = 0 if place == 0 else start + margin
        end = n_rows if place == len(kinds) - 1 else start + margin + STRIDE
        codes[first:end] = found.setdefault((line or "", kind), len(found))
    known = [kind for kind in kinds if kind != UNKNOWN]
    title = "G-code, read" + (f" ({100 * known.count('right') / len(known):.0f} % right)" if known else "")
    return lane("read", title, codes, [text for text, _ in found], [kind for _, kind in found])
