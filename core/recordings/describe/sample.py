"""A few blocks of rows from all over a file, read without reading the file."""

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from core.recordings.describe.sniff import Sniffed
from core.recordings.parts import FileFormat
from core.recordings.recording import RecordingError
from core.recordings.source import Source
from core.recordings.table import Table

# cells of a sample in all, and its blocks of rows that follow each other
CELLS, BLOCKS = 400_000, 4
MOST_ROWS, LEAST_ROWS = 2000, 40
# of a packed file only so much is unpacked
UNPACKED_BYTES = 8 << 20


@dataclass(frozen=True, eq=False)
class Sample:
    """Some rows of a file: blocks of rows that follow each other, with the file's columns; rows: of the file, about."""

    path: Path
    blocks: tuple[pd.DataFrame, ...]
    rows: int


def take_sample(path: Path, sniffed: Sniffed) -> Sample:
    """Read some blocks of a file; RecordingError where that is no table."""
    if not sniffed.line_end:
        return _of_parquet(path)
    table = Table(path, sniffed.form)
    table.close()
    names = table.names
    rows = _rows(len(names))
    texts, share = _texts(path, sniffed.form, rows)
    frames = [_parsed(text, names, sniffed.form, path) for text in texts]
    frames = [frame for frame in frames if len(frame)]
    if not frames:
        raise RecordingError(f"{path} has a header but no rows: record the run again or leave the file out.")
    read = sum(len(frame) for frame in frames)
    return Sample(path, tuple(frames), max(read, round(read / max(share, 1e-9))))


def _rows(columns: int) -> int:
    return max(LEAST_ROWS, min(MOST_ROWS, CELLS // (BLOCKS * max(columns, 1))))


def _of_parquet(path: Path) -> Sample:
    try:
        file = pq.ParquetFile(path)
        total, rows = file.metadata.num_rows, _rows(file.metadata.num_columns)
        batches = file.iter_batches(rows)
        blocks = [
            pa.Table.from_batches([batch]).to_pandas() for batch, _ in zip(batches, range(2), strict=False)
        ]
    except (OSError, ValueError, pa.ArrowException) as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise RecordingError(
            f"{path} is a truncated or damaged Parquet file ({reason}): write it again."
        ) from None
    if not total:
        raise RecordingError(f"{path} has a header but no rows: record the run again or leave the file out.")
    return Sample(path, tuple(block for block in blocks if len(block)), total)


def _texts(path: Path, form: FileFormat, rows: int) -> tuple[list[str], float]:
    """Blocks of lines, and the share of the file that they are."""
    with Source(path, form.encoding) as source:
        head = source.head(1 << 20)
        width = max(1.0, len(head) / max(1, len(re.findall(rb"\r\n|\n|\r", head))))
        size = int(width * rows * 1.2) + 256
        # places in the file are those of its text only where neither was unpacked or put into UTF-8
        if source.packed or source.recoded:
            data = source.head(UNPACKED_BYTES)
            whole = len(data) < UNPACKED_BYTES
            texts = list(_spread(data, size, _beginning(data, form)))
            share = sum(len(text) for text in texts) / len(data)
            return texts, share if whole else share * max(source.share, 1e-6)
        begin = _beginning(head, form)
    total = path.stat().st_size
    texts = []
    with path.open("rb") as file:
        for block in range(BLOCKS):
            at = (
                begin + (total - begin - size) * block // (BLOCKS - 1)
                if total > begin + size * BLOCKS
                else None
            )
            if at is None and block:
                break
            file.seek(begin if at is None else at)
            data = file.read(size if at is not None else size * BLOCKS)
            texts.append(
                _whole_lines(data, first=block == 0, last=file.tell() >= total).decode("utf-8", "replace")
            )
    return texts, sum(len(text) for text in texts) / max(total - begin, 1)


def _spread(data: bytes, size: int, begin: int) -> Iterator[str]:
    if len(data) <= begin + size * BLOCKS:
        yield _whole_lines(data[begin:], first=True, last=True).decode("utf-8", "replace")
        return
    for block in range(BLOCKS):
        at = begin + (len(data) - begin - size) * block // (BLOCKS - 1)
        yield _whole_lines(data[at : at + size], first=block == 0, last=False).decode("utf-8", "replace")


def _beginning(head: bytes, form: FileFormat) -> int:
    """Where the rows begin, in bytes."""
    at = len(head) - len(head.removeprefix(codecs.BOM_UTF8).lstrip(b"\r\n"))
    skipped = form.skip_lines + (1 + form.skip_after_header if form.header else 0)
    ends = re.compile(rb"\r\n|\n|\r")
    while form.comment and head[at:].lstrip().startswith(form.comment.encode()):
        at = _after(ends, head, at)
    for _ in range(skipped):
        at = _after(ends, head, at)
    return at


def _after(ends: re.Pattern[bytes], head: bytes, at: int) -> int:
    found = ends.search(head, at)
    return found.end() if found else len(head)


def _whole_lines(data: bytes, *, first: bool, last: bool) -> bytes:
    """Without the line that begins before, and the line that ends behind the block."""
    if not first:
        found = re.search(rb"\r\n|\n|\r(?!\n)", data)
        data = data[found.end() :] if found else b""
    if not last:
        cut = max(data.rfind(b"\n"), data.rfind(b"\r"))
        data = data[: cut + 1]
    return data


def _parsed(text: str, names: list[str], form: FileFormat, path: Path) -> pd.DataFrame:
    if not text.strip():
        return pd.DataFrame(columns=names)
    try:
        frame = pd.read_csv(
            io.StringIO(text),
            header=None,
            names=names,
            index_col=False,
            sep=r"\s+" if form.delimiter == " " else form.delimiter,
            decimal=form.decimal,
            comment=form.comment,
            low_memory=False,
            on_bad_lines="skip",
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError, ValueError) as error:
        reason = str(error).strip().splitlines()[0].rstrip(".")
        raise RecordingError(f"{path} is not a table: {reason}.") from None
    return frame
