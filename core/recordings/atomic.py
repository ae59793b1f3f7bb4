"""Writes a file beside its place first, so that nobody ever finds half of it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """A path in the same folder to write to; it takes the place of `path` at the end, or vanishes."""
    path = Path(path).absolute()
    path.parent.mkdir(parents=True, exist_ok=True)
    # hidden and with the ending kept: writers add endings of their own, and readers of the folder skip it
    aside = path.with_name(f".{os.getpid()}.{path.name}")
    try:
        yield aside
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def write_text(path: str | Path, text: str) -> None:
    """Replace a text file in one step."""
    with replacing(path) as aside:
        aside.write_text(text, encoding="utf-8")


def write_bytes(path: str | Path, data: bytes) -> None:
    """Replace a binary file in one step."""
    with replacing(path) as aside:
        aside.write_bytes(data)
