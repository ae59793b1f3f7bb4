"""Intended programs: G-code as somebody wrote it, whose lines keep the number that they have in the file."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from core.gcode import Line, parse_program, positions
from core.gcode.modal import Units
from core.tracking.known import TrackingError


@dataclass(frozen=True)
class Intended:
    """A program that a run should have executed.

    lines: canonical, those without words left out; numbers: of each in the file, from 1, or as the controller counts.
    from_rows: put together from what rows of runs showed, so that lines too short for any row are missing.
    """

    name: str
    lines: tuple[str, ...]
    numbers: tuple[int, ...]
    from_rows: bool = False

    @property
    def digest(self) -> str:
        """What tells these lines and their numbers from all others."""
        numbered = (f"{number} {line}" for number, line in zip(self.numbers, self.lines, strict=True))
        return sha256("\n".join(numbered).encode()).hexdigest()[:16]

    @classmethod
    def of_listing(cls, name: str, listing: Mapping[int, str]) -> "Intended":
        """A program as runs showed it: the number that the controller gives a line -> the line, canonical."""
        return cls(name, tuple(listing.values()), tuple(listing), from_rows=True)

    @classmethod
    def of_text(cls, name: str, text: str, unit: Units) -> "Intended":
        """Read a G-code file's text, and see whether it can be followed.

        Raises:
            GcodeError: naming line and column of what is no G-code.
            ToolpathError: naming a line that cannot be followed.
            TrackingError: it holds no line at all.
        """
        parsed: list[Line] = parse_program(text)
        # lines without words are kept here, so that an error names the line of the file
        positions(parsed, units=unit, start=None)
        kept = [(line.text, number) for number, line in enumerate(parsed, start=1) if line.text]
        if not kept:
            raise TrackingError(f"{name} holds no line of G-code: give the program that was to be executed.")
        return cls(name, tuple(text for text, _ in kept), tuple(number for _, number in kept))

    @classmethod
    def of_bytes(cls, name: str, data: bytes, unit: Units) -> "Intended":
        """Read the bytes of a G-code file; TrackingError where they are no text, else as `of_text`."""
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise TrackingError(
                f"{name} is no text (byte {error.start + 1} of it): give a G-code file, e.g. part.nc."
            ) from None
        return cls.of_text(name, text, unit)

    @classmethod
    def read(cls, path: Path, unit: Units) -> "Intended":
        """Read a G-code file; TrackingError where it cannot be read, else as `of_text`."""
        try:
            data = path.read_bytes()
        except OSError as error:
            raise TrackingError(
                f"The program {path} cannot be read ({error.strerror}): give a G-code file."
            ) from None
        return cls.of_bytes(path.name, data, unit)
