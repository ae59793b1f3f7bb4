"""The table of readings as a file: made run by run, taken up again where it was interrupted, renewed where runs change.

Beside `READINGS.parquet` lies `READINGS.parts/` while it is made: a Parquet file a run, each written whole or not at
all. What a file was made from stands in its metadata, so that nothing is read twice and nothing stale is kept.
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
from core.evidence.readings.columns import SCHEMA, VERSION
from core.evidence.readings.source import RunSource
from core.evidence.readings.windows import readings_of
from core.model.bundle import Bundle
from core.model.reading import notes_on
from core.recordings.atomic import replacing
from core.recordings.windows import STRIDE

KEY = b"toolmark"
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
    told = json.dumps([VERSION, bundle.digest, stride, sorted(set(without))])
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
    told: dict[str, Any] = {"bundle": bundle.manifest.name, "stride": stride, "without": sorted(set(without))}
    before = described(out)
    kept = before if before is not None and before.made == made else None
    parts = parts_folder(out)
    parts.mkdir(parents=True, exist_ok=True)
    failures: dict[str, str] = {}
    for done, (run, digest) in enumerate(sorted(source.digests.items())):
        if advance is not None:
            advance(done, len(source.digests), run)
        if kept is not None and kept.knows(run, digest):
            failures |= {run: kept.failures[run]} if run in kept.failures else {}
        elif not _has_part(parts, run, made, digest):
            failures |= _read_one(
                bundle, source, run, parts, stride, without, _meta(made, {run: digest}, {}, told)
            )
    if len(failures) == len(source.digests):
        shutil.rmtree(parts, ignore_errors=True)
        some = f"None of the {len(failures)} runs could be read; the first: " if len(failures) > 1 else ""
        raise ReadingsError(some + next(iter(failures.values())))
    _merge(out, parts, source, kept, _meta(made, dict(source.digests), failures, told))
    shutil.rmtree(parts, ignore_errors=True)
    found = described(out)
    assert found is not None
    return found


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
    meta: dict[bytes, bytes],
) -> dict[str, str]:
    """Write the part of one run; the sentence of why not, by run, where it cannot be read."""
    try:
        recording = source.recording(run)
        notes_on(bundle, recording, without)
        table = readings_of(bundle, recording, stride=stride, without=without)
    except ToolmarkError as error:
        return {run: str(error)}
    with replacing(_part(parts, run)) as aside:
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
    out: Path, parts: Path, source: RunSource, kept: Readings | None, meta: dict[bytes, bytes]
) -> None:
    """Put the parts, and what is kept of the table before, into one file in the order of the runs."""
    with (
        replacing(out) as aside,
        pq.ParquetWriter(aside, SCHEMA.with_metadata(meta), compression="zstd") as writer,
    ):
        waiting: list[pa.Table] = []
        for table in _tables(out, parts, source, kept):
            waiting.append(table)
            if sum(len(one) for one in waiting) >= GROUP_ROWS:
                writer.write_table(_one(waiting))
                waiting = []
        writer.write_table(_one(waiting))


def _one(tables: Sequence[pa.Table]) -> pa.Table:
    whole = pa.concat_tables([SCHEMA.empty_table(), *tables])
    return whole.unify_dictionaries().combine_chunks()


def _tables(out: Path, parts: Path, source: RunSource, kept: Readings | None) -> Iterator[pa.Table]:
    """The readings of each run that was read."""
    before = _by_run(pq.read_table(out)) if kept is not None else {}
    for run, digest in sorted(source.digests.items()):
        file = _part(parts, run)
        if file.is_file():
            yield pq.read_table(file).replace_schema_metadata(None).cast(SCHEMA)
        elif kept is not None and kept.knows(run, digest) and run in before:
            yield before[run]


def _by_run(table: pa.Table) -> dict[str, pa.Table]:
    """The rows of each run; those of one run lie together."""
    runs = table.column("run").cast(pa.string()).to_pylist()
    begins = [place for place, run in enumerate(runs) if place == 0 or runs[place - 1] != run]
    table = table.replace_schema_metadata(None).cast(SCHEMA)
    spans = zip(begins, [*begins[1:], len(runs)], strict=True)
    return {runs[begin]: table.slice(begin, end - begin) for begin, end in spans}
