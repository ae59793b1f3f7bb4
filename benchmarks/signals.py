"""Says how long the server takes to draw traces: of a run of ten million rows, and of one of 3,500 rows.

Server time is from the question to the bytes for the browser, which are counted; the browser is not in it.
"""

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from core.recordings.recording import Recording
from core.recordings.run_file import GROUP_ROWS, METADATA, TIME, VERSION, RunEntry, Stored
from core.recordings.store import RUNS, Store, write_index
from core.recordings.traces import Traces
from core.twin.fleet import Fleet, recordings, twin_machine
from dashboard import theme, trace_viewer
from dashboard.trace_payload import worth_drawing
from dashboard.trace_viewer import Picture

CHANNELS, SHOWN, REPEATS = 32, 12, 15
SPANS = (5_000_000, 1_000_000, 200_000, 100_000, 20_000, 3_500)


def twin_rows(wanted: int) -> Recording:
    """Runs of the twin one after the other, `wanted` rows of them, as one run."""
    parts, rows = [], 0
    for run in recordings(Fleet(runs=10_000, varied=True)):
        parts.append(run)
        rows += run.n_rows
        if rows >= wanted:
            break
    channels = [name for name in parts[0].channels if all(name in part.index for part in parts)]
    ends = np.cumsum([0.0, *(part.time_s[-1] + 0.257 for part in parts)])
    return Recording(
        name="twin",
        operation="face",
        machine=parts[0].machine,
        time_s=np.concatenate([part.time_s + end for part, end in zip(parts, ends, strict=False)])[:wanted],
        channels=tuple(channels),
        values=np.concatenate([part.matrix(channels) for part in parts])[:wanted],
        lines=tuple(line for part in parts for line in part.lines or ())[:wanted],
        line_numbers=None,
        codes={},
    )


def write_long(out: Path, rows: int) -> None:
    """Write a store of one long run: the twin's rows again and again, each time with other noise, a part at a time."""
    machine, base = twin_machine(), twin_rows(GROUP_ROWS)
    channels = base.channels[:CHANNELS]
    values, lines = base.matrix(channels), pa.array(base.lines).dictionary_encode()
    period = float(base.time_s[-1]) + 0.257
    entry = RunEntry(
        run="long", operation="face", program="F1", rows=rows, duration_s=0, labelled_rows=rows,
        buffering_rows=0, columns=len(channels) + 2, boards=2, frozen_boards=0, time_format="seconds",
        source="benchmark", digest="benchmark",
    )  # fmt: skip
    stored = Stored(version=VERSION, machine="", entry=entry, findings=[])
    names = [TIME, *channels, "gcode_string"]
    spread, rng = values.std(axis=0) * 0.05, np.random.default_rng(0)
    file = out / RUNS / "long.parquet"
    file.parent.mkdir(parents=True)
    writer = None
    for place, begin in enumerate(range(0, rows, len(values))):
        n = min(len(values), rows - begin)
        noisy = (values[:n] + rng.normal(0, 1, (n, len(channels))) * spread).astype(np.float32)
        arrays = [pa.array(base.time_s[:n] + place * period), *(pa.array(own) for own in noisy.T), lines[:n]]
        table = pa.table(arrays, names=names).unify_dictionaries()
        if writer is None:
            schema = table.schema.with_metadata({METADATA: stored.model_dump_json().encode()})
            writer = pq.ParquetWriter(file, schema, compression="zstd", use_dictionary=["gcode_string"])
        writer.write_table(table, row_group_size=GROUP_ROWS)
    if writer is not None:
        writer.close()
    write_index(out, machine)


def asked(traces: Traces, span: tuple[int, int] | None, known: set[str]) -> tuple[float, int]:
    """Milliseconds and bytes of one picture of SHOWN channels."""
    begin = time.perf_counter()
    picture = Picture(traces, traces.name, traces.channels[:SHOWN], worth_drawing(traces.lanes), span=span)
    data = trace_viewer.drawn(picture, theme.LIGHT, 1, known)
    return 1000 * (time.perf_counter() - begin), len(data)


def memory_mib() -> tuple[int, int]:
    """Peak memory of this process, and what of its memory now is its own rather than a mapped file's."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    said = {line.split(":")[0]: line.split(":")[1].split()[0] for line in status.splitlines() if "kB" in line}
    return int(said["VmHWM"]) // 1024, int(said["RssAnon"]) // 1024


def measure(traces: Traces, label: str, spans: tuple[int, ...]) -> None:
    """Print a line for the first view and for each length of a zoom, at places drawn at random."""
    rng = np.random.default_rng(1)
    firsts = [asked(traces, None, set()) for _ in range(REPEATS)]
    told(f"{label}: whole run", firsts)
    known: set[str] = set()
    asked(traces, None, known)
    told(f"{label}: a toggle", [asked(traces, None, known) for _ in range(REPEATS)])
    for span in spans:
        starts = rng.integers(0, traces.n_rows - span, REPEATS)
        told(
            f"{label}: {span:,} rows",
            [asked(traces, (int(start), int(start) + span - 1), known) for start in starts],
        )


def told(label: str, found: list[tuple[float, int]]) -> None:
    """Print the first, median and slowest time, and the largest payload."""
    times = [each[0] for each in found]
    print(
        f"| {label} | {times[0]:.1f} | {statistics.median(times):.1f} | {max(times):.1f} | "
        f"{max(each[1] for each in found) / 1000:.0f} |",
        flush=True,
    )


def look(store: Path) -> None:
    """Open the long run as a fresh server does, and draw it."""
    before = memory_mib()[1]
    begin = time.perf_counter()
    traces = Store.open(store).traces("long")
    opened = 1000 * (time.perf_counter() - begin)
    first, size = asked(traces, None, set())
    print(f"| {traces.n_rows:,} rows: opened | {opened:.1f} | | | |")
    print(f"| and drawn for the first time | {first:.1f} | | | {size / 1000:.0f} |")
    measure(traces, f"{traces.n_rows:,} rows", tuple(span for span in SPANS if span < traces.n_rows))
    peak, own = memory_mib()
    print(
        f"\nmemory of the server: {peak} MiB at the most with mapped files, {own - before} MiB more of its own"
    )


def main(rows: int) -> None:
    """Write the run, make its pyramid, draw it in a fresh process, and draw a short run."""
    folder = Path(tempfile.mkdtemp(prefix="signals_"))
    try:
        begin = time.perf_counter()
        write_long(folder / "store", rows)
        written = time.perf_counter() - begin
        file = folder / "store" / RUNS / "long.parquet"
        print(
            f"{rows:,} rows x {CHANNELS} channels: {file.stat().st_size / 1e6:.0f} MB, written in {written:.0f} s"
        )
        begin = time.perf_counter()
        Store.open(folder / "store").traces("long")
        made = time.perf_counter() - begin
        size = sum(each.stat().st_size for each in (folder / "store" / "traces").rglob("*"))
        print(f"pyramid: {size / 1e6:.0f} MB, made in {made:.0f} s, peak memory {memory_mib()[0]} MiB\n")
        print(
            "| 12 channels | first, ms | median, ms | slowest, ms | largest payload, kB |\n|---|---|---|---|---|",
            flush=True,
        )
        subprocess.run([sys.executable, __file__, "look", str(folder / "store")], check=True)
        print()
        measure(Traces.of(twin_rows(3500)), "3,500 rows of the twin", (1000, 300))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["look"]:
        look(Path(sys.argv[2]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000)
