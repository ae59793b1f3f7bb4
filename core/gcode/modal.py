"""The controller's modal state: what a line of G-code means after the lines before it."""

import math
from dataclasses import dataclass, field
from typing import Literal

from core.errors import ToolmarkError
from core.gcode.arcs import Arc, Point
from core.gcode.words import Line

Kind = Literal["rapid", "feed", "arc_cw", "arc_ccw"]
Units = Literal["inch", "mm"]

MM_PER_UNIT = {"inch": 25.4, "mm": 1.0}
AXES = "XYZ"
KINDS: dict[str, Kind] = {"G0": "rapid", "G1": "feed", "G2": "arc_cw", "G3": "arc_ccw"}
# Plane -> first axis, second axis, axis of the helix, so that G3 turns from the first to the second.
PLANES = {"G17": (0, 1, 2), "G18": (2, 0, 1), "G19": (1, 2, 0)}
CENTRE_LETTERS = "IJK"
# In these lines the axis words are no target.
NO_MOTION = frozenset({"G4", "G10", "G92", "G92.1", "G92.2"})
CANNED_CYCLES = frozenset(f"G{number}" for number in (73, 76, *range(81, 90)))
PROBES_AND_CURVES = frozenset({"G5", "G5.1", "G5.2", "G6.2", "G33", "G38.2", "G38.3", "G38.4", "G38.5"})
CHANGED_COORDINATES = frozenset({"G7.1", "G12.1", "G16", "G30", "G51", "G52", "G68", "G92.3"})
REFUSED = CANNED_CYCLES | PROBES_AND_CURVES | CHANGED_COORDINATES


class ToolpathError(ToolmarkError):
    """A line that is G-code but cannot be followed; knows the line's 0-based index."""

    def __init__(self, what: str, line_index: int, line: Line) -> None:
        self.line_index = line_index
        super().__init__(f"Line {line_index + 1} ({line.text}): {what}.")


@dataclass(frozen=True)
class Segment:
    """One straight or circular piece of a path, ends in mm; NaN where a position is not known yet."""

    line_index: int
    kind: Kind
    start: Point
    end: Point
    feed_mm_min: float | None
    arc: Arc | None = None

    @property
    def known(self) -> bool:
        """Whether both ends are known on all axes."""
        return not any(map(math.isnan, (*self.start, *self.end)))


@dataclass
class ModalState:
    """Follows a program line by line; all lengths in mm.

    `position` is in the program's coordinates as they were at the start; `shift` is what G92 has since moved
    the origin by. `work_offset` is where the program's origin lies in the machine's coordinates, which G53
    and G28 use.
    """

    position: Point
    scale: float
    work_offset: Point = (0.0, 0.0, 0.0)
    motion: str = "G1"
    absolute: bool = True
    centre_absolute: bool = False
    plane: tuple[int, int, int] = PLANES["G17"]
    feed: float | None = None
    feed_per_minute: bool = True
    shift: list[float] = field(default_factory=lambda: [0.0, 0.0, 0.0])

    def follow(self, line: Line, index: int) -> list[Segment]:
        """Take one line and return the pieces of path that it makes."""
        commands = frozenset(line.commands)
        refused = sorted(commands & REFUSED)
        if refused:
            raise ToolpathError(f"{refused[0]} cannot be followed; rewrite it with G0 to G3", index, line)
        self._take_modes(line.commands)
        values = {word.letter: float(word.value) * self.scale for word in line.parameters}
        if "F" in values:
            self.feed = values["F"]
        if commands & NO_MOTION:
            self._move_origin(commands, values)
            return []
        target = {AXES.index(letter): value for letter, value in values.items() if letter in AXES}
        if "G28" in commands:
            return self._go_home(target, index)
        centred = any(CENTRE_LETTERS[axis] in values for axis in self.plane[:2])
        if not target and not (self.motion in ("G2", "G3") and (centred or "R" in values)):
            return []
        if self.motion not in KINDS:
            raise ToolpathError("no motion is in force; put G0, G1, G2 or G3 before the axes", index, line)
        end = self._machine_target(target) if "G53" in commands else self._target(target)
        arc = self._arc(values) if self.motion in ("G2", "G3") else None
        return [self._segment(index, KINDS[self.motion], end, arc)]

    def _take_modes(self, commands: tuple[str, ...]) -> None:
        for command in commands:
            if command in KINDS or command == "G80":
                self.motion = command
            elif command in PLANES:
                self.plane = PLANES[command]
            elif command in ("G20", "G21"):
                self.scale = MM_PER_UNIT["inch" if command == "G20" else "mm"]
            elif command in ("G90", "G91"):
                self.absolute = command == "G90"
            elif command in ("G90.1", "G91.1"):
                self.centre_absolute = command == "G90.1"
            elif command in ("G93", "G94", "G95"):
                self.feed_per_minute = command == "G94"

    def _move_origin(self, commands: frozenset[str], values: dict[str, float]) -> None:
        if "G92" in commands:
            for axis, letter in enumerate(AXES):
                if letter in values:
                    self.shift[axis] = self.position[axis] - values[letter]
        elif commands & {"G92.1", "G92.2"}:
            self.shift = [0.0, 0.0, 0.0]

    def _target(self, target: dict[int, float]) -> Point:
        origin = self.shift if self.absolute else self.position
        return self._with({axis: value + origin[axis] for axis, value in target.items()})

    def _machine_target(self, target: dict[int, float]) -> Point:
        return self._with({axis: value - self.work_offset[axis] for axis, value in target.items()})

    def _with(self, target: dict[int, float]) -> Point:
        x, y, z = (target.get(axis, self.position[axis]) for axis in range(3))
        return x, y, z

    def _go_home(self, target: dict[int, float], index: int) -> list[Segment]:
        """G28: through the given point to the machine's zero, on the given axes or on all."""
        through = [self._segment(index, "rapid", self._target(target), None)] if target else []
        home = self._machine_target(dict.fromkeys(target or range(3), 0.0))
        return [*through, self._segment(index, "rapid", home, None)]

    def _segment(self, index: int, kind: Kind, end: Point, arc: Arc | None) -> Segment:
        feed = None if kind == "rapid" or not self.feed_per_minute else self.feed
        segment = Segment(index, kind, self.position, end, feed, arc)
        self.position = end
        return segment

    def _arc(self, values: dict[str, float]) -> Arc:
        """The circle that the words give; offsets count from the start, which is the present position."""
        clockwise = self.motion == "G2"
        if "R" in values:
            return Arc(self.plane, clockwise, radius=values["R"])
        given = [axis for axis in self.plane[:2] if CENTRE_LETTERS[axis] in values]
        if not given:
            return Arc(self.plane, clockwise)
        origin = self.shift if self.centre_absolute else self.position
        first, second = (
            origin[axis] + values[CENTRE_LETTERS[axis]] if axis in given else self.position[axis]
            for axis in self.plane[:2]
        )
        return Arc(self.plane, clockwise, centre=(first, second))
