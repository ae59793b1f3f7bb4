"""How long the server works on each run of a page; told only where somebody asks for it."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# names a file that each run of a page adds a line to: page, seconds
TIMINGS_VARIABLE = "TOOLMARK_TIMINGS"


@contextmanager
def timed(page: str) -> Iterator[None]:
    """Time a run of a page, also one that is cut short."""
    file = os.environ.get(TIMINGS_VARIABLE)
    begin = time.perf_counter()
    try:
        yield
    finally:
        if file:
            with Path(file).open("a", encoding="utf-8") as log:
                log.write(f"{page},{time.perf_counter() - begin:.4f}\n")
