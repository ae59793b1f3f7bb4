"""Programs of the twin, planned and simulated once for the tests of this room."""

import pandas as pd
import pytest

from core.twin.constants import constants
from core.twin.motion import Trajectory
from core.twin.plant import trajectory_of
from core.twin.programs import Program, program_for
from core.twin.run import RunOptions, simulate

SIX = ("adaptive", "adaptive150025", "face", "face150025", "pocket", "pocket150025")


@pytest.fixture(params=SIX)
def program(request: pytest.FixtureRequest) -> Program:
    return program_for(request.param)


@pytest.fixture
def trajectory(program: Program) -> Trajectory:
    return trajectory_of(program, constants().controller.park)


@pytest.fixture(scope="session")
def pocket_run() -> pd.DataFrame:
    """A clean run of the pocket program."""
    return simulate(program_for("pocket"), RunOptions(seed=3, start=constants().controller.park))
