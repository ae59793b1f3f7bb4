"""What the tool takes away is what it sweeps, and only once."""

import numpy as np
import pytest

from core.twin.constants import constants
from core.twin.motion import Trajectory
from core.twin.plant import trajectory_of
from core.twin.programs import Program, program_for
from core.twin.stock import Stock

CUTTING = constants().cutting
LENGTH_MM, DEPTH_MM, TOP_MM = 25.4, 1.27, 2.54


@pytest.fixture
def slot() -> tuple[Program, Trajectory]:
    """A slot of one inch, half a tenth deep, well inside the block."""
    body = ("G0 X1. Y1. Z0.6", "G1 Z0.05 F20.", "X2.", "G0 Z0.6", "M5", "G53 G0 Z0.", "M30")
    program = Program("slot", (*program_for("pocket").lines[:15], *body), "G54", TOP_MM, large_tool=False)
    return program, trajectory_of(program, constants().controller.park)


def removed(watts: np.ndarray) -> float:
    return float(watts.sum() * CUTTING.step / CUTTING.specific_energy)


def test_a_slot_is_as_large_as_what_the_tool_sweeps(slot: tuple[Program, Trajectory]) -> None:
    radius = CUTTING.tool_radius
    volume = (LENGTH_MM * 2 * radius + np.pi * radius**2) * DEPTH_MM
    # a grid of half a millimetre makes a round tool a little larger or smaller
    assert removed(Stock(slot[0], CUTTING).cut(slot[1])) == pytest.approx(volume, rel=0.15)


def test_a_second_pass_cuts_air(slot: tuple[Program, Trajectory]) -> None:
    stock = Stock(slot[0], CUTTING)
    assert removed(stock.cut(slot[1])) > 0
    assert removed(stock.cut(slot[1])) == 0


def test_there_is_no_power_while_nothing_is_cut(slot: tuple[Program, Trajectory]) -> None:
    watts = Stock(slot[0], CUTTING).cut(slot[1])
    speed = slot[1].position_at(np.arange(len(watts)) * CUTTING.step)[:, 2]
    assert (watts[speed > TOP_MM] == 0).all()
