"""How quick the Sequences page's questions are at a million windows: `python -m benchmarks.sequences [WINDOWS]`.

A table of readings is made up in a temporary folder with the columns, the number of different values and the shares of
right and wrong of a real one: runs of 30 windows, 9 operations, 2,300 true lines, 40,000 lines read, tags and boards in
a few hundred combinations. Asked is what the page asks when a filter changes: a page of 100 rows, the counts with their
figures and intervals, nine facets and two histograms, and where the selected window stands. The median of 7 goes is
printed, with nothing cached between them but DuckDB's table in memory; two threads.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from core.evidence.readings import columns, questions
from core.evidence.readings.columns import HEADS, SCHEMA
from core.evidence.readings.filters import parse
from core.evidence.readings.opened import OpenReadings

WINDOWS, OF_RUN, GOES, LIMIT_MS = 1_000_000, 30, 7, 300
FILTERS = (
    "",
    "result:wrong",
    "operation:op3,op5 exact:no confidence:0.8-1",
    'tag:"ambiguous label" part:"held out"',
    "G1 X1.2",
    "wrong:digits missing:board2 purity:0-0.3",
    "run:run_00042",
)
SORTS = ("run", "-confidence", "mm", "line", "-purity")


def made_up(n: int) -> pa.Table:
    """A table of readings of n windows; seeded, so that every machine has the same."""
    r = np.random.default_rng(0)
    runs, of_run = -(-n // OF_RUN), np.arange(n) // OF_RUN
    operation = r.integers(0, 9, runs)[of_run]
    said = np.where(r.random(n) < 0.93, operation, r.integers(0, 9, n))
    lines = [f"G{i % 4} X{i / 997:.4f} Y{i / 331:.4f}" for i in range(2300)]
    read = [f"G{i % 4} X{i / 9973:.3f} Y{i / 3313:.3f}" for i in range(40_000)]
    operations = [f"op{i}" for i in range(9)]
    exact, near, asked = r.random(n) < 0.6, r.random(n) < 0.4, np.full(n, 3, np.int16)
    confidence, rows = r.beta(3, 2, n).astype(np.float32), r.integers(1, 40, n).astype(np.int16)
    boards = [columns.joined(f"board{i}" for i in range(15) if k >> (i % 8) & 1) for k in range(256)]
    wrong = [columns.joined(h for i, h in enumerate(HEADS) if k >> i & 1) for k in range(32)]
    tags = [columns.joined(t for i, t in enumerate(columns.AUTOMATIC_TAGS) if k >> i & 1) for k in range(16)]
    result = np.where(exact, 0, np.where(near, 1, 2))
    absent = r.integers(0, 256, runs)[of_run]

    def names(values: list[str], which: np.ndarray) -> pa.Array:
        return pa.DictionaryArray.from_arrays(pa.array(which.astype(np.int32)), pa.array(values))

    found: dict[str, object] = {
        "run": names([f"run_{i:05d}" for i in range(runs)], of_run),
        "start_row": np.arange(n) % OF_RUN * 16,
        "end_row": np.arange(n) % OF_RUN * 16 + 63,
        "part": names(["trained on", "held out", "validation"], r.integers(0, 3, runs)[of_run]),
        "operation": names(operations, operation),
        "read_operation": names(operations, said),
        "operation_confidence": r.random(n),
        "second_operation": names(operations, r.integers(0, 9, n)),
        "operation_right": operation == said,
        "line": names(lines, r.integers(0, 2300, n)),
        "command": names(["G0", "G1", "G2", columns.NO_COMMAND], r.integers(0, 4, n)),
        "label_rows": rows,
        "purity": rows / 64,
        "tied": r.random(n) < 0.3,
        "near_lines": r.integers(1, 5, n),
        "buffering_rows": np.where(np.arange(n) % OF_RUN == 0, 9, 0),
        "labelled": np.ones(n, np.bool_),
        "read_line": names(read, r.integers(0, 40_000, n)),
        "read_command": names(["G0", "G1", "G2", columns.NO_COMMAND], r.integers(0, 4, n)),
        "confidence": confidence,
        "sure": confidence > 0.8,
        "second_line": names(read, r.integers(0, 40_000, n)),
        "result": names([columns.EXACT, columns.WITHIN_ROW, columns.WRONG], result),
        "exact": exact,
        "within_row": exact | near,
        "structure": exact | (r.random(n) < 0.7),
        "top2": exact | (r.random(n) < 0.1),
        "first_wrong": r.integers(0, 7, n),
        "first_wrong_head": names(list(HEADS), r.integers(0, 5, n)),
        "wrong_heads": names(wrong, r.integers(0, 32, n)),
        "right_heads": names(wrong, r.integers(0, 32, n)),
        "error_mm": r.exponential(3, n),
        "values_exact": np.minimum(asked, 2),
        "values_close": np.minimum(asked, 2),
        "values_asked": asked,
        "missing_boards": names(boards, absent),
        "frozen_boards": names(boards, absent),
        "absent_boards": names(boards, absent),
        "absent": r.integers(0, 8, runs)[of_run],
        "tags": names(tags, r.integers(0, 16, n)),
    }
    found |= {f"{head}_{what}": asked for head in ("token", *HEADS) for what in ("right", "asked")}
    arrays = [pa.array(found[field.name]).cast(field.type) for field in SCHEMA]
    return pa.Table.from_arrays(arrays, schema=SCHEMA)


def timed(ask: Callable[[], object]) -> float:
    """Median time in ms."""
    taken = []
    for _ in range(GOES):
        begin = time.perf_counter()
        ask()
        taken.append(1000 * (time.perf_counter() - begin))
    return median(taken)


def main(n: int = WINDOWS) -> None:
    """Print a line a question; status 1 where a new filter takes longer than LIMIT_MS."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "readings.parquet"
        pq.write_table(made_up(n), file, compression="zstd", row_group_size=100_000)
        begin = time.perf_counter()
        table = OpenReadings.load([file])
        size = file.stat().st_size / 2**20
        print(f"{n:,} windows, {size:.0f} MiB of Parquet, loaded in {time.perf_counter() - begin:.1f} s")
        hand = table.hand([(f"run_{i:05d}", 16, "to check") for i in range(0, 1000, 3)])
        slow = False
        print(
            f"{'filter':<48}{'sort':<14}{'windows':>10}{'page':>8}{'counts':>8}{'facets':>8}{'place':>8}{'all ms':>8}"
        )
        cases = (
            [(text, "run") for text in FILTERS]
            + [("", sort) for sort in SORTS[1:]]
            + [("result:wrong", "-mm")]
        )
        for text, sort in cases:
            wanted = parse(text).filter
            whole = questions.summary(table, wanted, hand)
            there = questions.page(table, wanted, sort, whole.windows // 2, 1)
            run, row = there.run[0], int(there.start_row[0])
            parts = (
                timed(lambda: questions.page(table, wanted, sort, 0, 100, hand)),  # noqa: B023
                timed(lambda: questions.summary(table, wanted, hand)),  # noqa: B023
                timed(lambda: questions.facets(table, wanted, hand)),  # noqa: B023
                timed(lambda: questions.position(table, wanted, sort, run, row, hand)),  # noqa: B023
            )
            slow = slow or sum(parts) > LIMIT_MS
            figures = "".join(f"{part:8.0f}" for part in (*parts, sum(parts)))
            print(f"{text or '(none)':<48}{sort:<14}{whole.windows:>10,}{figures}")
        deep = timed(lambda: questions.page(table, parse("").filter, "-confidence", n // 2, 100, hand))
        print(f"a page from the middle of the table sorted by confidence: {deep:.0f} ms")
        sys.exit(int(slow))


if __name__ == "__main__":
    main(*(int(text) for text in sys.argv[1:]))
