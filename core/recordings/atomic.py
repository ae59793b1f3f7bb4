"""Writes a file beside its place first, so that nobody ever finds half of it."""

import os
import shutil
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


@contextmanager
def replacing_folder(path: str | Path) -> Iterator[Path]:
    """As `replacing`, for a folder: a new one to fill, which takes the place of `path` at the end, or vanishes."""
    path = Path(path).absolute()
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{os.getpid()}.{path.name}")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    try:
        yield aside
        # a folder is not replaced in one step; one that is half away is found to be missing, never to be wrong
        shutil.rmtree(path, ignore_errors=True)
        aside.replace(path)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
