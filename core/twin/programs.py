"""Programs of the twin: the nine operations as parametric G-code, and any number of others."""

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from core.errors import ToolmarkError
from core.gcode.arcs import Point
from core.gcode.modal import ToolpathError
from core.gcode.toolpath import Move, toolpath
from core.twin.clearing import Clearing, Loops, Rectangles, Rings, Spiral, Sweeps
from core.twin.constants import constants
from core.twin.dialect import Writer, number

FIRST_MOTION_LINE = 16
# the offset of G54 and of G55 differ, as the two fixtures of the recordings do
FIXTURES = ("G54", "G55")
# fine enough that a polyline of the smallest arc is as long as the arc within 0.1 %
CHORD_TOLERANCE_MM = 0.0003
_LINEAR = re.compile(r"^(G1 )?[XY][^R]*$")


@dataclass(frozen=True)
class Program:
    """A G-code file: `lines` numbered from 1; what the machine reports begins with the line `first`.

    name: e.g. A1; top_mm: height of the stock over program zero; large_tool: the quarter-inch end mill.
    """

    name: str
    lines: tuple[str, ...]
    fixture: str
    top_mm: float
    large_tool: bool
    first: int = FIRST_MOTION_LINE

    @property
    def motion(self) -> tuple[str, ...]:
        """The lines from `first` on, M30 included."""
        return self.lines[self.first - 1 :]

    def moves(self, start: Point = (0.0, 0.0, 0.0)) -> list[Move]:
        """The moves of the motion lines, mm in program coordinates, begun at `start` (machine coordinates)."""
        offset = work_offset(self.fixture)
        begin = tuple(here - shift for here, shift in zip(start, offset, strict=True))
        return toolpath(
            self.lines[self.first - 1 :],
            start=(begin[0], begin[1], begin[2]),
            work_offset=offset,
            chord_tolerance_mm=CHORD_TOLERANCE_MM,
        )

    def edited(self, seed: int) -> "Program":
        """The program with one coordinate of one cutting line moved by 0.1 to 0.2 inch."""
        rng = np.random.default_rng([seed, 7])
        cuts = [i for i, line in enumerate(self.lines) if i > self.first + 3 and _LINEAR.match(line)]
        for index in rng.permutation(cuts).tolist():
            changed = replace(
                self, lines=(*self.lines[:index], _moved(self.lines[index], rng), *self.lines[index + 1 :])
            )
            # an arc that begins where the edited line ends may no longer fit its radius
            with suppress(ToolpathError):
                changed.moves()
                return changed
        raise ToolmarkError(f"The program {self.name} has no line that can be edited.")


def _moved(line: str, rng: np.random.Generator) -> str:
    words = line.split()
    place = next(i for i, word in enumerate(words) if word[0] in "XY")
    value = float(words[place][1:]) + float(rng.choice([-1, 1]) * rng.uniform(0.1, 0.2))
    words[place] = words[place][0] + number(value)
    return " ".join(words)


def work_offset(fixture: str) -> Point:
    """Machine position minus program position, mm, of a fixture's coordinates."""
    controller = constants().controller
    return controller.work_offset if fixture == FIXTURES[0] else controller.work_offset_150025


def program_of(name: str, clearing: Clearing, *, fixture: str, top: float, large_tool: bool) -> Program:
    """Write the program of a clearing; `top` is the stock's height in inches over program zero."""
    writer = Writer(_header(name, fixture, large_tool))
    clearing.write(writer)
    for line in ("M5", "G53 G0 Z0.", "M30"):
        writer.say(line)
    return Program(name, tuple(writer.lines), fixture, 25.4 * top, large_tool)


def _header(name: str, fixture: str, large_tool: bool) -> list[str]:
    """The lines before the motion, so many that it begins in line 16."""
    tool = ("T2", "0.25") if large_tool else ("T1", "0.125")
    return [
        f"({name})",
        "(Toolmark twin: a simulated mill)",
        f"({tool[0]} D={tool[1]} flat end mill, two flutes)",
        "G90 G94",
        "G17",
        "G20",
        "G49",
        "G40",
        "G53 G0 Z0.",
        "(clearing)",
        f"{tool[0]} M6",
        tool[0],
        "S12000 M3",
        "G4 P3.",
        fixture,
    ]


def _recipes() -> dict[str, tuple[Clearing, bool]]:
    """Program -> its clearing and whether it is one of the large tool (150025)."""
    return {
        "A1": (
            Spiral((1.05, 1.05), (2.1, 2.1), 0.1, -0.125, 0.045, 0.075, 7.3, 22.0, entry=0.12, pitch=0.045),
            False,
        ),
        "P1": (
            Rings((1.2, 1.2), (1.95, 1.95), 0.1, -0.125, 0.05, 0.05, 7.3, 22.0, entry=0.12, pitch=0.04),
            False,
        ),
        "F1": (Sweeps((-0.1254, 0.0427), (3.275, 3.0295), 0.025, 0.0, 0.1659, 0.1, 7.3, 22.0), False),
        "A2": (Loops((0.025, 0.025), (3.385, 3.385), 0.025, 0.0, 0.13, 0.2, 13.3, 40.0), True),
        "P2": (Rectangles((-0.071, -0.071), (3.481, 3.481), 0.025, 0.0, 0.146, 0.1, 13.3, 40.0), True),
        "F2": (Sweeps((-0.25, 0.05), (3.55, 3.45), 0.025, 0.0, 0.145, 0.1, 13.3, 40.0), True),
    }


BASE = {"adaptive": "A1", "pocket": "P1", "face": "F1"}
LARGE = {"adaptive": "A2", "pocket": "P2", "face": "F2"}


def program_name(operation: str) -> str:
    """The program that an operation executes; a damaged machine executes those of 150025."""
    shape = operation.removeprefix("damage").removesuffix("150025")
    names = BASE if operation == shape else LARGE
    if shape not in names:
        raise ToolmarkError(f"The twin has no operation {operation!r}: choose one of the mill's nine.")
    return names[shape]


@lru_cache(maxsize=64)
def program_for(operation: str, variant: int | None = None) -> Program:
    """The program of an operation; with `variant` another one of the same kind, every number a different one."""
    name = program_name(operation)
    clearing, large = _recipes()[name]
    if variant is not None:
        clearing, name = _varied(clearing, variant), f"{name}-{variant}"
    return program_of(name, clearing, fixture=FIXTURES[large], top=clearing.top, large_tool=large)


def _varied(clearing: Clearing, variant: int) -> Clearing:
    """The same kind of clearing of another region, depth, step and feed."""
    rng = np.random.default_rng([variant, *type(clearing).__name__.encode()])
    width = (clearing.high[0] - clearing.low[0]) * rng.uniform(0.55, 1.0)
    height = (clearing.high[1] - clearing.low[1]) * rng.uniform(0.55, 1.0)
    # within the block, or as far over its edges as the recorded program goes
    corners = zip(clearing.low, clearing.high, (width, height), strict=True)
    left, front = (float(rng.uniform(min(low, 0.0), max(high, 3.4) - side)) for low, high, side in corners)
    return replace(
        clearing,
        low=(left, front),
        high=(left + width, front + height),
        bottom=clearing.bottom - float(rng.uniform(0.0, 0.04)),
        step=clearing.step * float(rng.uniform(0.8, 1.3)),
        feed=clearing.feed * float(rng.uniform(0.8, 1.25)),
    )
