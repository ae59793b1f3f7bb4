"""What every test may ask for."""

import os
from pathlib import Path
from typing import Any

import pytest
import torch
from xdist.scheduler import LoadScopeScheduling

from tests.pipeline import Pipeline, build_pipeline

# the models of the tests are tiny: more threads only get into each other's way
torch.set_num_threads(1)

BROWSER = "tests/e2e/"
JOURNEYS = tuple(f"{BROWSER}test_{name}.py" for name in ("evidence", "experiments", "path"))
PROJECT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("TOOLMARK_SHARED", PROJECT.parent / "shared"))


def _needed(path: Path) -> Path:
    if not path.exists():
        pytest.skip(f"the real recordings are not here ({path.name} not found; set TOOLMARK_SHARED)")
    return path


@pytest.fixture(scope="session")
def recordings_dir() -> Path:
    """The folder of the 114 real runs; skips where it is not there."""
    return _needed(SHARED / "data" / "bantam" / "runs")


@pytest.fixture(scope="session")
def reference_dir() -> Path:
    """The folder of the reference vocabulary, corpus and channel list; skips where it is not there."""
    return _needed(SHARED / "data" / "reference")


@pytest.fixture(scope="session")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """Made-up runs, their store, windows under `run`, and a small bundle trained on them."""
    return build_pipeline(tmp_path_factory.mktemp("pipeline"), "run")


@pytest.fixture(scope="session")
def seed_pipeline(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """The same under `seed`, with the published token scheme."""
    return build_pipeline(tmp_path_factory.mktemp("seed_pipeline"), "seed")


class OneBrowser(LoadScopeScheduling):  # type: ignore[misc]
    """On several cores one worker takes the tests with a browser; of the others a file's tests stay together."""

    def _split_scope(self, nodeid: str) -> str:
        return BROWSER if _turn(nodeid) == 0 else nodeid.split("::", maxsplit=1)[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneBrowser:
    """How tests are dealt out to workers."""
    return OneBrowser(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests with a browser take longest, so on several cores they begin first."""
    items.sort(key=lambda item: _turn(item.nodeid))


def _turn(nodeid: str) -> int:
    """When a test's turn is: 0 with a browser, 1 without, 2 whole journeys, which whoever is done first begins."""
    if not nodeid.startswith(BROWSER):
        return 1
    return 2 if nodeid.startswith(JOURNEYS) else 0
