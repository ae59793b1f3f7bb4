"""Writes moves as lines of G-code in the dialect of the recordings: inches, modal words left out, no number padded."""

from dataclasses import dataclass, field

DECIMALS = 4
RAPID, FEED, CLOCKWISE, COUNTER = "G0", "G1", "G2", "G3"


def number(value: float) -> str:
    """A number as the recordings write it: `1.575`, `-0.125`, `0.`, `22.`."""
    text = f"{value:.{DECIMALS}f}".rstrip("0")
    return "0." if text in ("0.", "-0.") else text


@dataclass
class Writer:
    """Collects the lines of a program; coordinates in inches, feeds in inches a minute.

    A word that would say what is already in force is left out, and a move that goes nowhere writes no line.
    """

    lines: list[str] = field(default_factory=list)
    command: str = ""
    feed: str = ""
    at: dict[str, str] = field(default_factory=dict)

    def say(self, line: str) -> None:
        """A line as it stands."""
        self.lines.append(line)

    def rapid(self, x: float | None = None, y: float | None = None, z: float | None = None) -> None:
        """G0; the recordings repeat it whenever Z begins to move alone."""
        if z is not None and x is None and self.command == RAPID and "Z" in self.at:
            self.command = ""
        self._move(RAPID, {"X": x, "Y": y, "Z": z})

    def cut(
        self,
        x: float | None = None,
        y: float | None = None,
        z: float | None = None,
        feed: float | None = None,
    ) -> None:
        """G1 in a straight line."""
        self._move(FEED, {"X": x, "Y": y, "Z": z}, feed)

    def arc(self, x: float, y: float, radius: float, *, clockwise: bool, feed: float | None = None) -> None:
        """G2 or G3 by its radius, less than half a turn or just half; both coordinates are written."""
        radius_word = f"R{number(radius)}"
        self.at.pop("X", None)
        self.at.pop("Y", None)
        self._move(CLOCKWISE if clockwise else COUNTER, {"X": x, "Y": y}, feed, radius_word)

    def _move(
        self, command: str, target: dict[str, float | None], feed: float | None = None, last: str = ""
    ) -> None:
        words = {axis: number(value) for axis, value in target.items() if value is not None}
        words = {axis: text for axis, text in words.items() if self.at.get(axis) != text}
        if not words:
            return
        parts = [] if command == self.command else [command]
        parts += [f"{axis}{text}" for axis, text in words.items()]
        parts += [last] if last else []
        if feed is not None and number(feed) != self.feed:
            self.feed = number(feed)
            parts.append(f"F{self.feed}")
        self.command = command
        self.at |= words
        self.lines.append(" ".join(parts))
