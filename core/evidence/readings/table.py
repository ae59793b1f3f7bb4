"""The table of readings as a file: made run by run, taken up again where it was interrupted, renewed where runs change.

Beside `READINGS.parquet` lies the table of the answers (see `answered`), and `READINGS.parts/` while both are made: two
Parquet files a run, each written whole or not at all. What a file was made from stands in its metadata, so that nothing
is read twice and nothing stale is kept. Runs that the bundle never saw are read first.
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from core.errors import ToolmarkError
from core.evidence.readings.answered import answer_schema, answers_beside
from core.evidence.readings.columns import SCHEMA, VERSION
from core.evidence.readings.source import RunSource
from core.evidence.readings.window_parts import WindowParts, windows_drawn_again
from core.evidence.readings.windows import run_tables
from core.model.bundle import Bundle
from core.model.reading import notes_on
from core.recordings.atomic import replacing
from core.recordings.windows import STRIDE

KEY = b"toolmark"
ANSWERS = "answers"
# rows that are written at once: parts of a few windows each would make the file slow to scan
GROUP_ROWS = 100_000
# called before each run with the runs that are done, all runs, and the run's name
Advance = Callable[[int, int, str], None]


class ReadingsError(ToolmarkError):
    """A table of readings that cannot be made or used."""


@dataclass(frozen=True)
class Readings:
    """What a table of readings was made from.

    made: the bundle, stride and muting; runs: run -> digest of each that is in it; failures: run -> why it is not.
    """

    path: Path
    made: str
    runs: Mapping[str, str]
    failures: Mapping[str, str]
    about: Mapping[str, Any]

    def misses(self, source: RunSource) -> tuple[str, ...]:
        """Runs of the source that are not in the table as they are now."""
        return tuple(run for run, digest in sorted(source.digests.items()) if not self.knows(run, digest))

    def knows(self, run: str, digest: str) -> bool:
        """Whether this very run was read, or could not be."""
        return self.runs.get(run) == digest


def made_from(bundle: Bundle, stride: int = STRIDE, without: Sequence[str] = ()) -> str:
    """What tells the readings of a bundle, stride and muting from all others."""
    # a split by windows is drawn again by the counts of the evaluation that the bundle keeps
    counts = bundle.metrics.get("units") if bundle.protocol == "seed" else None
    told = json.dumps([VERSION, bundle.digest, stride, sorted(set(without)), counts])
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def parts_folder(out: Path) -> Path:
    """Where the parts of a table lie while it is made."""
    return out.with_suffix(".parts")


def read_runs(
    bundle: Bundle,
    source: RunSource,
    out: Path,
    *,
    stride: int = STRIDE,
    without: Sequence[str] = (),
    advance: Advance | None = None,
) -> Readings:
    """Read every window of every run into the table at `out`; what is there already and still true is kept.

    Raises:
        ReadingsError: no run could be read; the first one's sentence is said.
    """
    made = made_from(bundle, stride, without)
    told = _told(bundle, stride, without)
    kept = _kept(out, made)
    parts = parts_folder(out)
    (parts / ANSWERS).mkdir(parents=True, exist_ok=True)
    failures: dict[str, str] = {}
    drawn: WindowParts | None = None
    for done, run in enumerate(reading_order(bundle, source)):
        digest = source.digests[run]
        if advance is not None:
            advance(done, len(source.digests), run)
        if kept is not None and kept.knows(run, digest):
            failures |= {run: kept.failures[run]} if run in kept.failures else {}
        elif not _has_part(parts, run, made, digest):
            drawn = windows_drawn_again(bundle, source, stride) if drawn is None else drawn
            meta = _meta(made, {run: digest}, {}, told)
            failures |= _read_one(bundle, source, run, parts, stride, without, drawn.get(run), meta)
    if len(failures) == len(source.digests):
        shutil.rmtree(parts, ignore_errors=True)
        some = f"None of the {len(failures)} runs could be read; the first: " if len(failures) > 1 else ""
        raise ReadingsError(some + next(iter(failures.values())))
    meta = _meta(made, dict(source.digests), failures, told)
    # the first table comes last: it is what says that both are there
    _merge(answers_beside(out), parts / ANSWERS, source, kept, answer_schema(bundle), meta)
    _merge(out, parts, source, kept, SCHEMA, meta)
    shutil.rmtree(parts, ignore_errors=True)
    found = described(out)
    assert found is not None
    return found


def reading_order(bundle: Bundle, source: RunSource) -> list[str]:
    """The runs as they are read: those that the bundle holds out first, for these are what is scored."""
    held_out = set(bundle.manifest.runs.get("test", ())) - set(bundle.manifest.runs.get("train", ()))
    return sorted(source.digests, key=lambda run: (run not in held_out, run))


def _told(bundle: Bundle, stride: int, without: Sequence[str]) -> dict[str, Any]:
    """What the tables say of themselves, so that they can be scored without the bundle."""
    return {
        "bundle": bundle.manifest.name,
        "protocol": bundle.protocol,
        "stride": stride,
        "without": sorted(set(without)),
        "scheme": bundle.manifest.scheme,
        "operations": list(bundle.operations),
        "threshold": bundle.calibration.threshold or None,
        "reads_lines": bundle.reads_lines,
    }


def _kept(out: Path, made: str) -> Readings | None:
    """The table as it was before, where it was made from the same and its answers are beside it."""
    before, beside = described(out), described(answers_beside(out))
    if before is None or beside is None or before.made != made:
        return None
    return before if (beside.made, beside.runs) == (made, before.runs) else None


def described(path: Path) -> Readings | None:
    """What a table or a part was made from; None where there is none, or one of another version."""
    try:
        told = json.loads(pq.read_schema(path).metadata[KEY])
        return Readings(path, told["made"], told["runs"], told["failures"], told)
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError):
        return None


def finished_parts(out: Path, made: str) -> tuple[Path, ...]:
    """The parts that are done of a table that is being made."""
    folder = parts_folder(out)
    files = sorted(folder.glob("[!.]*.parquet")) if folder.is_dir() else []
    return tuple(file for file in files if (found := described(file)) is not None and found.made == made)


def _read_one(
    bundle: Bundle,
    source: RunSource,
    run: str,
    parts: Path,
    stride: int,
    without: Sequence[str],
    drawn: Sequence[str] | None,
    meta: dict[bytes, bytes],
) -> dict[str, str]:
    """Write the parts of one run; the sentence of why not, by run, where it cannot be read."""
    try:
        recording = source.recording(run)
        notes_on(bundle, recording, without)
        tables = run_tables(bundle, recording, stride=stride, without=without, parts=drawn)
    except ToolmarkError as error:
        return {run: str(error)}
    for folder, table in ((parts / ANSWERS, tables.answers), (parts, tables.readings)):
        with replacing(_part(folder, run)) as aside:
            pq.write_table(table.replace_schema_metadata(meta), aside, compression="zstd")
    return {}


def _part(parts: Path, run: str) -> Path:
    # a run's name may hold anything that a file's may
    return parts / f"{run}.parquet"


def _has_part(parts: Path, run: str, made: str, digest: str) -> bool:
    found = described(_part(parts, run))
    return found is not None and found.made == made and found.knows(run, digest)


def _meta(
    made: str, runs: Mapping[str, str], failures: Mapping[str, str], told: Mapping[str, Any]
) -> dict[bytes, bytes]:
    said = {**told, "made": made, "runs": dict(runs), "failures": dict(failures)}
    return {KEY: json.dumps(said, ensure_ascii=False).encode()}


def _merge(
    out: Path,
    parts: Path,
    source: RunSource,
    kept: Readings | None,
    schema: pa.Schema,
    meta: dict[bytes, bytes],
) -> None:
    """Put the parts, and what is kept of the table before, into one file in the order of the runs."""
    with (
        replacing(out) as aside,
        pq.ParquetWriter(aside, schema.with_metadata(meta), compression="zstd") as writer,
    ):
        waiting: list[pa.Table] = []
        for table in _tables(out, parts, source, kept, schema):
            waiting.append(table)
            if sum(len(one) for one in waiting) >= GROUP_ROWS:
                writer.write_table(_one(waiting, schema))
                waiting = []
        writer.write_table(_one(waiting, schema))


def _one(tables: Sequence[pa.Table], schema: pa.Schema) -> pa.Table:
    whole = pa.concat_tables([schema.empty_table(), *tables])
    return whole.unify_dictionaries().combine_chunks()


def _tables(
    out: Path, parts: Path, source: RunSource, kept: Readings | None, schema: pa.Schema
) -> Iterator[pa.Table]:
    """The windows of each run that was read."""
    found = _by_run(pq.read_table(out)) if kept is not None else {}
    for run, digest in sorted(source.digests.items()):
        file = _part(parts, run)
        if file.is_file():
            yield pq.read_table(file).replace_schema_metadata(None).cast(schema)
        elif kept is not None and kept.knows(run, digest) and run in found:
            yield found[run].cast(schema)


def _by_run(table: pa.Table) -> dict[str, pa.Table]:
    """The rows of each run; those of one run lie together."""
    runs = table.column("run").cast(pa.string()).to_pylist()
    begins = [place for place, run in enumerate(runs) if place == 0 or runs[place - 1] != run]
    table = table.replace_schema_metadata(None)
    spans = zip(begins, [*begins[1:], len(runs)], strict=True)
    return {runs[begin]: table.slice(begin, end - begin) for begin, end in spans}
