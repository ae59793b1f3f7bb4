"""Locks of files: the system lets go of one whatever ends its holder, so a lock that is held means work under way."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE_S = 2.0


@contextmanager
def locked(path: Path, *, shared: bool = False) -> Iterator[int | None]:
    """The lock of a file for as long as it is needed: its number, None where somebody else has it.

    shared: it is had together with others that share it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        yield None
        return
    try:
        yield file
    finally:
        os.close(file)


@contextmanager
def patiently(path: Path) -> Iterator[int | None]:
    """The same, waiting a little: whoever looks whether a lock is held has it for an instant."""
    end = time.monotonic() + PATIENCE_S
    while True:
        with locked(path) as file:
            if file is not None or time.monotonic() > end:
                yield file
                return
        time.sleep(0.02)


def held(path: Path) -> bool:
    """Whether somebody has the lock of a file."""
    if not path.exists():
        return False
    # two that look at once are not in each other's way
    with locked(path, shared=True) as own:
        return own is None
