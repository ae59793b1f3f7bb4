"""Where the boards stand on the drawing of a machine: by their mounting places, or as a grid where nobody told them."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from core.recordings.machine import Machine
from core.twin.constants import constants

Place = tuple[float, float, float]
# a board's tile and the letters of its name, in units of the drawing
TILE, TALL = 39.0, 20.0
LETTER, LETTERS_TALL = 5.9, 12.0
WIDTH, HIGHEST = 440.0, 420.0
MARGIN = 6.0
# where the mill stands while it is drawn, mm: its axes in the middle, so that no board hides another
POSE: Place = (70.0, 50.0, 0.0)
# an oblique view from the front and above: depth goes up, and a little to the right
_RIGHT, _UP, _DEPTH_RIGHT, _DEPTH_UP = 1.0, 0.85, 0.36, 0.72


class Tile(NamedTuple):
    """A board on the drawing: the middle of its tile, and of its name's letters."""

    board: str
    x: float
    y: float
    name_x: float
    name_y: float


class Shape(NamedTuple):
    """A part of the machine: the corners of a face as the points of an SVG polygon; kind: how it is filled."""

    points: str
    kind: str


@dataclass(frozen=True)
class Layout:
    """A drawing: its size, the machine's parts from the back to the front, and the boards."""

    width: float
    height: float
    shapes: tuple[Shape, ...]
    tiles: tuple[Tile, ...]


class _Box(NamedTuple):
    """A part of a mill, from one corner to the opposite one, mm."""

    low: Place
    high: Place
    kind: str


# The mill's parts in the pose, from the back to the front; sizes follow from the places of its boards.
_MILL = (
    _Box((-22, -34, -44), (182, 162, -32), "base"),
    _Box((-16, 150, -32), (176, 156, 104), "wall"),
    _Box((-22, 0, -32), (-10, 156, 84), "wall"),
    _Box((8, -40, -30), (152, 100, -20), "bed"),
    _Box((38, -12, -20), (122, 66, -8), "stock"),
    _Box((-10, 92, 72), (170, 104, 108), "beam"),
    _Box((44, 80, 56), (96, 92, 124), "carriage"),
    _Box((56, 52, 30), (84, 80, 122), "spindle"),
    _Box((67, 63, 2), (73, 69, 30), "tool"),
    _Box((170, 0, -32), (182, 156, 84), "glass"),
)


def layout(machine: Machine) -> Layout:
    """The drawing of a machine: its own places, those of the Bantam mill for boards of its names, else a grid."""
    boards = tuple(machine.board_channels)
    if machine.places and set(boards) <= set(machine.places):
        return _mounted({board: machine.places[board] for board in boards}, ())
    known = constants().boards
    if boards and set(boards) <= set(known):
        return _mounted({board: _posed(known[board].at, known[board].carried) for board in boards}, _MILL)
    return _grid(boards)


def _posed(at: Place, carried: Place) -> Place:
    x, y, z = (here + share * axis for here, share, axis in zip(at, carried, POSE, strict=True))
    return x, y, z


def _seen(place: Place) -> tuple[float, float]:
    """A place in mm on the drawing, not yet scaled: x to the right, y down."""
    x, y, z = place
    return _RIGHT * x + _DEPTH_RIGHT * y, -(_UP * z + _DEPTH_UP * y)


def _mounted(places: Mapping[str, Place], parts: Sequence[_Box]) -> Layout:
    parts = parts or (_outline(places.values()),)
    seen = {board: _seen(place) for board, place in places.items()}
    corners = [_seen(corner) for part in parts for corner in _corners(part)]
    all_x, all_y = zip(*corners, *seen.values(), strict=True)
    beside, above = TILE / 2 + MARGIN, TALL / 2 + LETTERS_TALL + MARGIN
    across, down = max(all_x) - min(all_x), max(all_y) - min(all_y)
    scale = min((WIDTH - 2 * beside) / max(across, 1.0), (HIGHEST - 2 * above) / max(down, 1.0))
    left, top = min(all_x) - (WIDTH / scale - across) / 2, min(all_y)

    def drawn(point: tuple[float, float]) -> tuple[float, float]:
        return (point[0] - left) * scale, above + (point[1] - top) * scale

    middles = _apart({board: drawn(point) for board, point in seen.items()})
    # tiles that were moved apart may need room above
    lift = max(above - min(y for _, y in middles.values()), 0.0)
    middles = {board: (x, y + lift) for board, (x, y) in middles.items()}
    height = max(drawn((0.0, max(all_y)))[1] + lift, *(y for _, y in middles.values())) + above
    shapes = []
    for part in parts:
        for face in _faces(part):
            points = [drawn(_seen(corner)) for corner in face]
            shapes.append(Shape(" ".join(f"{x:.1f},{y + lift:.1f}" for x, y in points), part.kind))
    return Layout(WIDTH, height, tuple(shapes), _named(middles, height))


def _outline(places: Collection[Place]) -> _Box:
    """A plain body around the boards of a machine that nobody has drawn."""
    low = [min(place[axis] for place in places) for axis in range(3)]
    high = [max(place[axis] for place in places) for axis in range(3)]
    return _Box((low[0], low[1], low[2]), (high[0], high[1], high[2]), "glass")


def _corners(part: _Box) -> list[Place]:
    (x, y, z), (right, back, top) = part.low, part.high
    return [(i, j, k) for i in (x, right) for j in (y, back) for k in (z, top)]


def _faces(part: _Box) -> list[list[Place]]:
    """The faces of a part that are seen from the front, the left and above."""
    (x, y, z), (right, back, top) = part.low, part.high
    upper = [(x, y, top), (right, y, top), (right, back, top), (x, back, top)]
    front = [(x, y, z), (right, y, z), (right, y, top), (x, y, top)]
    return [upper, front]


def _apart(middles: Mapping[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    """Tiles that would hide one another moved apart, as little as is needed."""
    found = {board: list(middle) for board, middle in middles.items()}
    for _ in range(60):
        moved = False
        names = list(found)
        for place, one in enumerate(names):
            for other in names[place + 1 :]:
                across = found[other][0] - found[one][0]
                down = found[other][1] - found[one][1]
                over_x, over_y = TILE + 4 - abs(across), TALL + 4 - abs(down)
                if over_x <= 0 or over_y <= 0:
                    continue
                moved = True
                axis, step = (0, over_x) if over_x <= over_y else (1, over_y)
                sign = 1 if (across, down)[axis] >= 0 else -1
                found[one][axis] -= sign * step / 2
                found[other][axis] += sign * step / 2
        if not moved:
            break
    return {board: (min(max(x, TILE / 2), WIDTH - TILE / 2), y) for board, (x, y) in found.items()}


class _Area(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    def shared(self, other: "_Area") -> float:
        """How much of the two areas is the same."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(across, 0.0) * max(down, 0.0)


def _named(middles: Mapping[str, tuple[float, float]], height: float) -> tuple[Tile, ...]:
    """Each tile with its name beside it, below where there is room, so that names hide neither tiles nor names."""
    taken = {
        board: _Area(x - TILE / 2, y - TALL / 2, x + TILE / 2, y + TALL / 2)
        for board, (x, y) in middles.items()
    }
    areas = list(taken.values())
    tiles = []
    for board, (x, y) in middles.items():
        half = LETTER * len(board) / 2
        below, beside = (TALL + LETTERS_TALL) / 2 + 1, TILE / 2 + half + 3
        wanted = [(x, y + below), (x, y - below), (x + beside, y), (x - beside, y)]
        wanted = [(min(max(nx, half + 1), WIDTH - half - 1), ny) for nx, ny in wanted]
        spots = [
            _Area(nx - half, ny - LETTERS_TALL / 2, nx + half, ny + LETTERS_TALL / 2) for nx, ny in wanted
        ]
        hidden = [
            sum(spot.shared(area) for area in areas) + (0 if spot.top >= 0 and spot.bottom <= height else 999)
            for spot in spots
        ]
        best = min(range(len(spots)), key=lambda place: hidden[place])
        areas.append(spots[best])
        tiles.append(
            Tile(board, round(x, 1), round(y, 1), round(wanted[best][0], 1), round(wanted[best][1], 1))
        )
    return tuple(tiles)


def _grid(boards: Sequence[str]) -> Layout:
    """Boards in rows, in the order of the machine file."""
    longest = max((len(board) for board in boards), default=1)
    wide = max(TILE, LETTER * longest) + 10
    columns = max(int((WIDTH - 2 * MARGIN) // wide), 1)
    columns = min(columns, max(math.ceil(math.sqrt(2.5 * len(boards))), 1))
    wide = max(wide, min((WIDTH - 2 * MARGIN) / columns, 110.0))
    tall = TALL + LETTERS_TALL + 12
    tiles = []
    for place, board in enumerate(boards):
        x = MARGIN + wide * (place % columns + 0.5)
        y = MARGIN + tall * (place // columns) + TALL / 2
        tiles.append(Tile(board, x, y, x, y + (TALL + LETTERS_TALL) / 2 + 1))
    rows = max(math.ceil(len(boards) / columns), 1)
    return Layout(max(2 * MARGIN + wide * columns, 120.0), 2 * MARGIN + tall * rows, (), tuple(tiles))
