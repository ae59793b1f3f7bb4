"""The bytes of a file on their way to a parser: unpacked, in UTF-8, with their digest."""

import codecs
import gzip
import hashlib
import io
import zlib
from pathlib import Path
from typing import Any

from core.recordings.recording import RecordingError

# the longest header, and the longest row, that are looked at as a whole
HEADER_BYTES = 1 << 20
BLOCK_BYTES = 1 << 20
GZIP = b"\x1f\x8b"
UTF_8 = ("utf-8", "utf-8-sig", "ascii")


class Source:
    """The bytes of a file, unpacked where it is gzip'd and in UTF-8, with their sha256 on the way.

    RecordingError for a damaged file; it is kept in `error`, as a parser that reads may hide it.
    """

    def __init__(self, path: Path, encoding: str = "utf-8") -> None:
        self.path = path
        self.error: RecordingError | None = None
        if not path.is_file():
            raise RecordingError(f"{path} is not a file: give a .csv, .csv.gz or .parquet recording.")
        try:
            self._file = path.open("rb")
        except OSError as error:
            raise RecordingError(f"{path} cannot be read: {error.strerror}.") from None
        self._size = max(path.stat().st_size, 1)
        self.packed = self._file.peek(2)[:2] == GZIP
        self._bytes: io.BufferedIOBase = gzip.GzipFile(fileobj=self._file) if self.packed else self._file
        plain = codecs.lookup(encoding).name in UTF_8
        self._decoder = None if plain else codecs.getincrementaldecoder(encoding)()
        self._sha256 = hashlib.sha256()
        self._pending = b""
        self.tail = b""
        if path.name.lower().endswith(".gz") and not self.packed:
            self.close()
            raise RecordingError(f"{path} is not a gzip file although its name ends in .gz: fetch it again.")

    def __enter__(self) -> "Source":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    @property
    def recoded(self) -> bool:
        """The file is in another encoding than UTF-8."""
        return self._decoder is not None

    @property
    def share(self) -> float:
        """How much of the file is read, 0 to 1."""
        return min(1.0, self._file.tell() / self._size)

    @property
    def digest(self) -> str:
        """sha256 of what was read so far, unpacked and as it stands."""
        return self._sha256.hexdigest()

    def read(self, size: int) -> bytes:
        """Some of the next bytes, at most so many; b"" at the end."""
        if not self._pending:
            self._pending = self._next()
        taken, self._pending = self._pending[:size], self._pending[size:]
        return taken

    def head(self, size: int = HEADER_BYTES) -> bytes:
        """The next bytes, which are still to be read; fewer at the end of the file."""
        while len(self._pending) < size and (block := self._next()):
            self._pending += block
        return self._pending[:size]

    def skip(self, size: int) -> None:
        """Pass over bytes that `head` has shown."""
        self._pending = self._pending[size:]

    def _next(self) -> bytes:
        """A block of UTF-8, b"" at the end."""
        while raw := self._raw():
            block = raw if self._decoder is None else self._decode(raw)
            if block:
                self.tail = (self.tail + block)[-HEADER_BYTES:]
                return block
        return b""

    def _raw(self) -> bytes:
        try:
            raw = self._bytes.read(BLOCK_BYTES)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            self.error = RecordingError(f"{self.path} is a truncated or damaged gzip file: fetch it again.")
            raise self.error from None
        except OSError as error:
            self.error = RecordingError(f"{self.path} cannot be read: {error.strerror}.")
            raise self.error from None
        self._sha256.update(raw)
        return raw

    def _decode(self, raw: bytes) -> bytes:
        try:
            return self._decoder.decode(raw).encode() if self._decoder else raw
        except UnicodeDecodeError as error:
            self.error = RecordingError(f"{self.path} is not text in {error.encoding}: correct the encoding.")
            raise self.error from None


class Stream(io.RawIOBase):
    """A source for a parser, which may close it without closing the source."""

    def __init__(self, source: Source) -> None:
        super().__init__()
        self._source = source

    def readable(self) -> bool:
        """It is there to be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer; the number of bytes, 0 = the end."""
        taken = self._source.read(len(buffer))
        buffer[: len(taken)] = taken
        return len(taken)


def content_digest(path: Path) -> str:
    """sha256 of a file, unpacked where it was gzip'd."""
    with Source(path) as source:
        while source.read(BLOCK_BYTES):
            pass
        return source.digest
