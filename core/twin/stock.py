"""The block of material: what each moment of a program cuts out of it."""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from core.twin.constants import Cutting
from core.twin.motion import Trajectory
from core.twin.programs import Program

Floats = NDArray[np.float64]


class Stock:
    """A square block as a grid of heights; cutting lowers them. Lengths in mm, in program coordinates.

    A second pass of the same program finds the block as the first one left it, and cuts air.
    """

    def __init__(self, program: Program, cutting: Cutting) -> None:
        self.cutting = cutting
        self.radius = cutting.tool_radius_150025 if program.large_tool else cutting.tool_radius
        # a rim of one tool radius, so that the tool may hang over the edge
        self.rim = math.ceil(self.radius / cutting.cell) + 1
        cells = [round(side / cutting.cell) for side in cutting.stock]
        self.heights = np.full((cells[0] + 2 * self.rim, cells[1] + 2 * self.rim), -np.inf)
        self.heights[self.rim : self.rim + cells[0], self.rim : self.rim + cells[1]] = program.top_mm
        reach = np.arange(-self.rim, self.rim + 1) * cutting.cell
        self.disc = reach[:, None] ** 2 + reach[None, :] ** 2 <= self.radius**2

    def cut(self, trajectory: Trajectory) -> Floats:
        """Cutting power in W `[T]` at the times `steps(trajectory)`; the heights are lowered."""
        positions = trajectory.position_at(steps(trajectory, self.cutting))
        volumes = [self._remove(x, y, z) for x, y, z in positions.tolist()]
        return np.asarray(volumes) * self.cutting.specific_energy / self.cutting.step

    def _remove(self, x: float, y: float, z: float) -> float:
        """Volume that the tool at a place takes away, mm3."""
        row, column = round(x / self.cutting.cell), round(y / self.cutting.cell)
        width = 2 * self.rim + 1
        if not (row >= 0 and row + width <= len(self.heights)):
            return 0.0
        if not (column >= 0 and column + width <= self.heights.shape[1]):
            return 0.0
        patch = self.heights[row : row + width, column : column + width]
        above = np.where(self.disc, patch - z, 0.0)
        over = above > 0
        if not over.any():
            return 0.0
        patch[over] = z
        return float(above[over].sum()) * self.cutting.cell**2


def steps(trajectory: Trajectory, cutting: Cutting) -> Floats:
    """The times at which the removal is reckoned."""
    return np.arange(0.0, trajectory.duration_s + cutting.step, cutting.step)


@lru_cache(maxsize=16)
def power_of_passes(program: Program, trajectory: Trajectory, cutting: Cutting, passes: int) -> list[Floats]:
    """Cutting power of each pass, W; the passes share one block."""
    stock = Stock(program, cutting)
    return [stock.cut(trajectory) for _ in range(passes)]
