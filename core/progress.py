"""How far a long command is, told to whoever started it: a small file that is always whole."""

import json
import os
import time
from pathlib import Path
from typing import Any

from core.recordings.atomic import write_text

VARIABLE = "TOOLMARK_PROGRESS"
# more often than this nobody looks
EVERY_S = 0.25


class ProgressFile:
    """Writes `done`, `total` and `text` of a command into the file that TOOLMARK_PROGRESS names; else does nothing.

    `began` is what was done when the command was first heard of: work that an earlier one had done tells nothing of
    the pace of this one. Times are seconds of the epoch.
    """

    def __init__(self, what: str) -> None:
        named = os.environ.get(VARIABLE)
        self.path = Path(named) if named else None
        self._told: dict[str, Any] = {"what": what}
        self._written = 0.0

    def tell(self, done: int, total: int | None, text: str) -> None:
        """Say how far the command is; what comes too soon after the last word is left out, but for the end."""
        if self.path is None:
            return
        now = time.time()
        if "since" not in self._told or self._told.get("total") != total:
            self._told |= {"since": now, "began": done}
        self._told |= {"done": done, "total": total, "text": text, "at": now}
        if now - self._written >= EVERY_S or done == total:
            self._written = now
            write_text(self.path, json.dumps(self._told))
