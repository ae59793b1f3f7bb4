"""What a verdict can be about, and what was on the page when it was given."""

import json
from dataclasses import asdict, dataclass
from typing import Literal, get_args

from core.errors import ToolmarkError
from core.recordings.windows import WINDOW_ROWS

Kind = Literal["window", "cell", "line", "run"]
KINDS: tuple[Kind, ...] = get_args(Kind)
# what each kind needs to be found again
_NEEDED: dict[str, tuple[str, ...]] = {
    "window": ("run", "start_row"),
    "cell": ("head", "true", "read"),
    "line": ("line",),
    "run": ("run",),
}
_ALLOWED = {**_NEEDED, "line": ("line", "read")}


class ReviewError(ToolmarkError):
    """Verdicts that cannot be given, kept or read."""


@dataclass(frozen=True)
class Target:
    """A window, a cell of a confusion matrix, a line, or a run.

    A window has `run` and `start_row`; a cell `head`, the `true` class and the class `read`; a line its text, and where
    it is about one confusion what it was `read` as; a run its name.

    Raises:
        ReviewError: a coordinate is missing, or is none of the kind's.
    """

    kind: Kind
    run: str = ""
    start_row: int | None = None
    head: str = ""
    true: str = ""
    read: str = ""
    line: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ReviewError(f"“{self.kind}” is nothing to judge; there are {', '.join(KINDS)}.")
        given = {name for name, value in asdict(self).items() if name != "kind" and value not in ("", None)}
        for name in _NEEDED[self.kind]:
            if name not in given:
                raise ReviewError(f"A verdict on a {self.kind} needs its {name.replace('_', ' ')}.")
        for name in sorted(given - set(_ALLOWED[self.kind])):
            raise ReviewError(f"A verdict on a {self.kind} has no {name.replace('_', ' ')}.")
        if self.start_row is not None and self.start_row < 0:
            raise ReviewError("A window's start row is 0 or more.")

    @property
    def key(self) -> str:
        """What tells this target from every other one of its dataset."""
        row = None if self.start_row is None else int(self.start_row)
        parts = [self.kind, self.run, row, self.head, self.true, self.read, self.line]
        return json.dumps(parts, ensure_ascii=False)

    @property
    def words(self) -> str:
        """The target as people call it."""
        if self.kind == "window":
            start = self.start_row or 0
            return f"{self.run} rows {start} to {start + WINDOW_ROWS - 1}"
        if self.kind == "cell":
            return f"{self.head}: {self.true} read as {self.read}"
        if self.kind == "line":
            return f"line {self.line} read as {self.read}" if self.read else f"line {self.line}"
        return f"run {self.run}"


@dataclass(frozen=True)
class Seen:
    """What was on the page when a verdict was given: by it a verdict is known to be of another model or another label.

    bundle: the bundle's digest, `bundle_name` its name; data: the digest of the run; label: the true line;
    reading: the line that was read; confidence: of that line.
    """

    bundle: str = ""
    bundle_name: str = ""
    data: str = ""
    operation: str = ""
    read_operation: str = ""
    label: str = ""
    reading: str = ""
    confidence: float | None = None
