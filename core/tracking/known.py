"""What a walk knows: the learned programs, which of them it may meet, and the operations that execute them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import ToolmarkError
from core.gcode import canonical, parse_program
from core.model.bundle import Bundle
from core.recordings.programs import Programs, Timeline

# a file is a learned program where this share of the learned lines stands in it
SAME_PROGRAM = 0.5


class TrackingError(ToolmarkError):
    """A run that cannot be tracked."""


@dataclass(frozen=True, eq=False)
class Known:
    """Programs `[n]`, those of them that may be met, and which operations execute each."""

    programs: Programs
    operations: tuple[str, ...]
    program_of: Mapping[str, str]
    allowed: NDArray[np.bool_] | None = None

    @classmethod
    def of(cls, bundle: Bundle, library: Sequence[str] = ()) -> "Known":
        """What a bundle learned, held to the `library`: names of learned programs, or their G-code files.

        Raises:
            TrackingError: the bundle has learned no programs, or not that one.
        """
        programs = bundle.programs
        if not bundle.reads_lines:
            raise TrackingError(
                f"The bundle {bundle.path} learned from recordings without program lines: it tells the operation of "
                "a window (predict), but cannot read a run back."
            )
        if not programs.n_places:
            raise TrackingError(
                f"The bundle {bundle.path} has learned no programs to walk through: train it with the preset best."
            )
        allowed = None
        if library:
            names = {_learned(entry, programs) for entry in library}
            allowed = np.array([timeline.program in names for timeline in programs.timelines])
        return cls(programs, bundle.operations, bundle.machine.programs, allowed)

    def operation(self, program: int, said: NDArray[np.floating]) -> str:
        """The operation `[O]` for which most was said, among those that execute a program."""
        name = self.programs.timelines[program].program
        fits = np.array([self.program_of.get(one, one) == name for one in self.operations])
        fits = fits if fits.any() else np.ones(len(fits), dtype=bool)
        return self.operations[int(np.where(fits, said, -np.inf).argmax())]


def _learned(entry: str, programs: Programs) -> str:
    """The learned program that a name or a file means."""
    if entry in programs.index:
        return entry
    names = ", ".join(sorted(programs.index))
    path = Path(entry)
    if not path.is_file():
        raise TrackingError(
            f"{entry!r} is no program that the bundle has learned, and no file: choose among {names}."
        )
    lines = frozenset(read_program(path))
    shares = {t.program: share_of(t, lines) for t in programs.timelines}
    best = max(shares, key=lambda name: shares[name])
    if shares[best] < SAME_PROGRAM:
        raise TrackingError(
            f"{path} is no program that the bundle has learned (the nearest is {best}: "
            f"{100 * shares[best]:.0f} % of its lines stand in it). Only learned programs can be recognised ({names}); "
            "leave out --library for others."
        )
    return best


def share_of(timeline: Timeline, lines: frozenset[str]) -> float:
    """How many of the learned lines of a program stand among `lines` (canonical)."""
    own = {canonical(line) for line in timeline.listing.values()}
    return len(own & lines) / max(len(own), 1)


def read_program(path: Path) -> list[str]:
    """The canonical lines of a G-code file, those without words left out.

    Raises:
        TrackingError: the file cannot be read.
        GcodeError: it holds something that is not G-code.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise TrackingError(f"The program {path} cannot be read ({error}): give a G-code file.") from None
    return [line.text for line in parse_program(text) if line.text]
