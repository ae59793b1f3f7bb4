"""The table in a file of .csv, .csv.gz or .parquet, part by part; what is wrong with it is said in one sentence."""

import codecs
import csv
import io
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from core.recordings.parts import FileFormat
from core.recordings.recording import RecordingError
from core.recordings.source import BLOCK_BYTES, Source, Stream

# cells and rows of a part: about 64 MB as numbers
PART_CELLS, PART_ROWS, LEAST_PART_ROWS = 1 << 22, 1 << 18, 1 << 10
# how every Parquet file begins
PARQUET = b"PAR1"

# called after each part with the rows read so far and the share of the file that is read, 0 to 1
Listener = Callable[[int, float], None]


class Table:
    """A file opened as a table: the names of its columns, and its rows part by part.

    wanted: the columns to read, None = all. text: columns that stay text. RecordingError for what is no table.
    """

    def __init__(self, path: Path, form: FileFormat, text: Collection[str] = ()) -> None:
        self.path = path
        self._form = form
        self._text = text
        self._source = Source(path, form.encoding)
        try:
            self.is_parquet = self._source.head(len(PARQUET)) == PARQUET
            self.names = self._parquet_names() if self.is_parquet else self._csv_names()
        except BaseException:
            self._source.close()
            raise
        self.digest = ""

    def close(self) -> None:
        """Leave the file where its rows are not wanted."""
        self._source.close()

    def parts(
        self, wanted: Collection[str] | None = None, listen: Listener | None = None
    ) -> Iterator[pd.DataFrame]:
        """The rows in order, some thousand at a time; afterwards `digest` is that of the file."""
        rows = 0
        with self._source:
            for frame in self._parquet(wanted) if self.is_parquet else self._csv(wanted):
                rows += len(frame)
                if len(frame):
                    yield frame
                if listen is not None:
                    listen(rows, self._source.share)
            while self._source.read(BLOCK_BYTES):
                pass
            self.digest = self._source.digest
        if not rows:
            raise RecordingError(
                f"{self.path} has a header but no rows: record the run again or leave the file out."
            )

    def _part_rows(self, wanted: Collection[str] | None) -> int:
        columns = len(self.names) if wanted is None else len(wanted)
        return max(LEAST_PART_ROWS, min(PART_ROWS, PART_CELLS // max(columns, 1)))

    def _parquet_names(self) -> list[str]:
        try:
            return [str(name) for name in pq.read_schema(self.path).names]
        except (OSError, pa.ArrowException) as error:
            raise self._damaged(error) from None

    def _parquet(self, wanted: Collection[str] | None) -> Iterator[pd.DataFrame]:
        columns = None if wanted is None else [name for name in self.names if name in wanted]
        try:
            file = pq.ParquetFile(self.path)
            for batch in file.iter_batches(self._part_rows(wanted), columns=columns):
                yield pa.Table.from_batches([batch]).to_pandas()
        except (OSError, ValueError, pa.ArrowException) as error:
            raise self._damaged(error) from None

    def _damaged(self, error: Exception) -> RecordingError:
        reason = str(error).splitlines()[0].rstrip(".")
        return RecordingError(
            f"{self.path} is a truncated or damaged Parquet file ({reason}): write it again."
        )

    def _csv_names(self) -> list[str]:
        head = self._source.head()
        if not head.strip():
            raise RecordingError(f"{self.path} is empty: record the run again or leave the file out.")
        if b"\x00" in head[:65536]:
            raise RecordingError(
                f"{self.path} is not a table: it holds binary data where comma-separated text is expected."
            )
        head = self._skip(head, len(head) - len(head.removeprefix(codecs.BOM_UTF8).lstrip(b"\r\n")))
        for _ in range(self._form.skip_lines):
            head = self._skip(head, _line_bytes(head))
        while self._form.comment and head.lstrip().startswith(self._form.comment.encode()):
            head = self._skip(head, _line_bytes(head))
        if not self._form.header:
            return [f"column_{number + 1}" for number in range(len(self._fields(head)))]
        head = self._skip(head, len(head) - len(head.lstrip()) if self._form.delimiter != "\t" else 0)
        names = self._header(head)
        head = self._skip(head, _line_bytes(head))
        for _ in range(self._form.skip_after_header):
            head = self._skip(head, _line_bytes(head))
        return self._with_last(names, self._fields(head))

    def _skip(self, head: bytes, size: int) -> bytes:
        self._source.skip(size)
        return head[size:]

    def _header(self, head: bytes) -> list[str]:
        try:
            names = self._split(uncommented(_line(head).decode("utf-8")))
        except (UnicodeDecodeError, csv.Error):
            raise RecordingError(
                f"{self.path} is not a table: its first line is not UTF-8 text; "
                "if it has another encoding, name it in the machine file."
            ) from None
        names = [name.strip() for name in names]
        names = [name or f"Unnamed: {place}" for place, name in enumerate(names)]
        twice = (
            [name for name in dict.fromkeys(names) if names.count(name) > 1]
            if len(set(names)) < len(names)
            else []
        )
        if twice:
            raise RecordingError(f"{self.path} has the column {twice[0]!r} twice: keep one of them.")
        return names

    def _with_last(self, names: list[str], first: list[str]) -> list[str]:
        """The names, and one for what follows the delimiter at the end of every row."""
        if len(first) == len(names) + 1 and not first[-1].strip():
            return [*names, f"Unnamed: {len(names)}"]
        if len(first) > len(names):
            raise RecordingError(
                f"{self.path} has rows with more fields than its header has: write the table again."
            )
        return names

    def _fields(self, head: bytes) -> list[str]:
        """The fields of the next line that is not blank."""
        head = head.lstrip(b"\r\n")
        try:
            return self._split(_line(head).decode("utf-8", errors="replace")) if head else []
        except csv.Error:
            return []

    def _split(self, line: str) -> list[str]:
        comment = self._form.comment
        line = line.partition(comment)[0] if comment and not line.startswith(comment) else line
        if self._form.delimiter == " ":
            return line.split()
        return next(csv.reader([line], delimiter=self._form.delimiter), [])

    def _csv(self, wanted: Collection[str] | None) -> Iterator[pd.DataFrame]:
        known = set(self.names)
        rows = 0
        try:
            with pd.read_csv(
                io.BufferedReader(Stream(self._source), BLOCK_BYTES),
                header=None,
                names=self.names,
                index_col=None,
                usecols=None if wanted is None else [name for name in self.names if name in wanted],
                sep=r"\s+" if self._form.delimiter == " " else self._form.delimiter,
                decimal=self._form.decimal,
                comment=self._form.comment,
                encoding="utf-8",
                low_memory=False,
                dtype=dict.fromkeys(known & set(self._text), "str"),
                chunksize=self._part_rows(wanted),
            ) as parts:
                for frame in parts:
                    rows += len(frame)
                    yield frame
        except (pd.errors.ParserError, pd.errors.EmptyDataError, ValueError) as error:
            if self._source.error is not None:
                raise self._source.error from None
            if isinstance(error, pd.errors.EmptyDataError):
                return
            raise self._no_table(error) from None
        self._check_end(rows)

    def _no_table(self, error: Exception) -> RecordingError:
        reason = str(error).strip().splitlines()[0]
        reason = reason.removeprefix("Error tokenizing data. C error: ").rstrip(".")
        return RecordingError(f"{self.path} is not a table of comma-separated values: {reason}.")

    def _check_end(self, n_rows: int) -> None:
        # a file that was cut off ends within a row; pandas would fill that row up with empty cells
        tail = self._source.tail
        if tail.endswith((b"\n", b"\r")) or not n_rows:
            return
        fields = len(self._split(tail.splitlines()[-1].decode("utf-8", errors="replace")))
        if fields < len(self.names):
            raise RecordingError(
                f"{self.path} ends in the middle of row {n_rows} ({fields} of {len(self.names)} fields): "
                "fetch it again."
            )


def uncommented(header: str) -> str:
    """A header without the sign of a comment that it may stand behind."""
    return header.lstrip("# ") if header.startswith("#") else header


def _line(head: bytes) -> bytes:
    """The first line, of any kind of end, without it."""
    lines = head[: _line_bytes(head)].splitlines()
    return lines[0] if lines else b""


def _line_bytes(head: bytes) -> int:
    """How many bytes the first line has, with its end."""
    ends = [place for end in (b"\n", b"\r") if (place := head.find(end)) >= 0]
    if not ends:
        return len(head)
    return min(ends) + (2 if head[min(ends) : min(ends) + 2] == b"\r\n" else 1)
