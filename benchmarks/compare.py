"""How quick each view of Compare is on 100,000 evaluated windows: `python -m benchmarks.compare [WINDOWS]`.

Readings are made up as for `benchmarks.sequences` (runs of 30 windows, 9 operations, 2,300 true lines), and answers to
them: every head right nine times in ten, with a confidence. Asked is what each section of the page asks of the windows
that a filter leaves, with nothing cached between two goes but the tables in memory; the median of 5 is printed, and
first the time to open the tables, which a server does once. One thread of numpy, two of DuckDB.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.sequences import made_up
from core.evidence.comparison import calibrated, confusion, mistakes
from core.evidence.comparison.differences import differences
from core.evidence.comparison.figures import By, figures
from core.evidence.comparison.scored import Scored
from core.evidence.comparison.table import ComparisonTable
from core.evidence.readings.answered import answers_beside, head_names
from core.evidence.readings.columns import NAME
from core.evidence.readings.filters import parse
from core.evidence.readings.table import KEY
from core.gcode import SpelledScheme
from core.model.targets import with_end

WINDOWS, GOES, LIMIT_MS = 100_000, 5, 500
OPERATIONS = [f"op{i}" for i in range(9)]
FILTERS = ("", "operation:op3,op5 confidence:0.3-1")


def made_answers(readings: pa.Table, scheme: SpelledScheme) -> pa.Table:
    """Answers to made-up readings, right about nine times in ten; seeded."""
    r, n = np.random.default_rng(1), len(readings)
    lines = readings["line"].combine_chunks()
    texts = scheme.encode_batch(lines.dictionary.to_pylist())
    true = with_end(texts)[lines.indices.to_numpy()]
    heads = scheme.heads(true)
    digits = np.moveaxis(heads.digits, -1, 0)
    classes = dict(
        zip(
            head_names(scheme.n_digits),
            (heads.type, heads.command, heads.param_type, heads.sign, *digits),
            strict=True,
        )
    )
    wrong = r.random(true.shape) < 0.1
    other = true[r.permutation(n)]
    shares = r.dirichlet(np.full(9, 0.2), n)
    found: dict[str, np.ndarray] = {"operation": shares.astype(np.float32)}
    found |= {"true": true, "forced": np.where(wrong, other, true), "free": np.where(wrong, other, true)}
    for name, own in classes.items():
        said = np.where(r.random(own.shape) < 0.1, own[r.permutation(n)], own)
        found[f"forced_{name}"] = np.maximum(said, 0).astype(np.int16)
        found[f"sure_{name}"] = r.beta(9, 1, own.shape).astype(np.float32)
    arrays = [
        readings["run"].combine_chunks().cast(NAME),
        readings["start_row"].combine_chunks().cast(pa.int32()),
    ]
    for name, values in found.items():
        kind = np.int32 if name in ("true", "forced", "free") else values.dtype
        flat = pa.array(np.ascontiguousarray(values, kind).reshape(-1))
        arrays.append(pa.FixedSizeListArray.from_arrays(flat, values.shape[1]))
    counts = np.asarray(readings["values_asked"].combine_chunks())
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    errors = np.where(r.random(offsets[-1]) < 0.6, 0, r.lognormal(0, 3, offsets[-1]))
    arrays.append(pa.ListArray.from_arrays(pa.array(offsets), pa.array(errors)))
    return pa.Table.from_arrays(arrays, names=["run", "start_row", *found, "errors_mm"])


def write(folder: Path, windows: int) -> Path:
    """Both tables, as a job would have left them."""
    readings = made_up(windows)
    scheme = SpelledScheme.fit(readings["line"].combine_chunks().dictionary.to_pylist())
    told = {
        "made": "",
        "runs": {},
        "failures": {},
        "scheme": scheme.to_json(),
        "operations": OPERATIONS,
        "threshold": 0.8,
        "reads_lines": True,
    }
    out = folder / "made.parquet"
    for path, table in ((out, readings), (answers_beside(out), made_answers(readings, scheme))):
        pq.write_table(table.replace_schema_metadata({KEY: json.dumps(told).encode()}), path)
    return out


def views(table: ComparisonTable, text: str) -> dict[str, Callable[[], object]]:
    """What each section asks, from the filter on."""
    wanted = parse(text).filter
    other = parse(f"{text} operation:op1,op3,op5,op7".replace("operation:op3,op5 ", "")).filter

    def scored() -> Scored:
        return table.scored(wanted)

    bys: tuple[By, ...] = ("all", "operation", "position", "confidence", "part")
    found: dict[str, Callable[[], object]] = {
        f"figures by {by}": lambda by=by: figures(scored(), by) for by in bys
    }
    found["differences"] = lambda: differences(scored(), table.scored(other))
    found["differences by operation"] = lambda: differences(scored(), table.scored(other), "operation")
    for head in ("operation", "type", "command", "digit3"):
        found[f"confusion of {head}"] = lambda head=head: confusion.confusion(scored(), head)
    found["windows of a cell"] = lambda: confusion.cell(scored(), "digit3", "1", "2")
    found["reliability of every head"] = lambda: _reliability(scored())
    found["risk and coverage"] = lambda: calibrated.risk_coverage(scored())
    found["distances"] = lambda: mistakes.distances(scored())
    found["wrong lines"] = lambda: mistakes.wrong_lines(scored())
    found["positions and first errors"] = lambda: _positions(scored())
    return found


def _reliability(scored: Scored) -> object:
    return [calibrated.reliability(scored, head) for head in calibrated.calibrated_heads(scored)]


def _positions(scored: Scored) -> object:
    return mistakes.by_position(scored), mistakes.first_errors(scored)


def took_ms(work: Callable[[], object]) -> float:
    """The median of some goes."""
    times = []
    for _ in range(GOES):
        begin = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - begin))
    return median(times)


def main(windows: int) -> int:
    """Print every time; 1 where a view takes longer than it may."""
    worst = 0.0
    with tempfile.TemporaryDirectory() as folder:
        out = write(Path(folder), windows)
        begin = time.perf_counter()
        table = ComparisonTable.open([out])
        print(f"{windows:,} windows opened in {time.perf_counter() - begin:.1f} s")
        for text in FILTERS:
            print(f"filter: {text or 'everything'}, {len(table.scored(parse(text).filter)):,} windows")
            for name, work in views(table, text).items():
                took = took_ms(work)
                worst = max(worst, took)
                print(f"  {name:32} {took:6.0f} ms")
    print(f"slowest {worst:.0f} ms of {LIMIT_MS}")
    return int(worst > LIMIT_MS)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else WINDOWS))
