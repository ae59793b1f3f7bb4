"""Made-up and real recordings for the tests of this room."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from core.recordings.machine import Machine
from core.recordings.reader import read_recording, recording_from_frame
from core.recordings.recording import Recording
from tests.synthetic import write_run, write_runs


@pytest.fixture(scope="session")
def machine() -> Machine:
    return Machine.bantam()


@pytest.fixture(scope="session")
def run_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(tmp_path_factory.mktemp("runs") / "face_003_aligned.csv.gz")


@pytest.fixture(scope="session")
def recording(run_file: Path) -> Recording:
    return read_recording(run_file)


@pytest.fixture(scope="session")
def runs_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_runs(tmp_path_factory.mktemp("folder"))


@pytest.fixture(scope="session")
def real_runs(recordings_dir: Path, machine: Machine) -> dict[str, Recording]:
    """The 114 real runs."""
    runs = (read_recording(path, machine) for path in sorted(recordings_dir.glob("*.csv.gz")))
    return {run.name: run for run in runs}


@pytest.fixture
def make_recording(machine: Machine) -> Callable[..., Recording]:
    """A recording from a table that a test has changed."""

    def make(frame: pd.DataFrame, name: str = "face_001") -> Recording:
        return recording_from_frame(frame, name, machine)

    return make
