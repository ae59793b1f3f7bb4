"""A training on the demo's simulated recordings: begun, watched, stopped, resumed, promoted, all from the page."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.training.promotion import promoted
from tests.e2e.conftest import Desk, serving, wait_for

PATIENCE_MS = 180_000
TINY = (
    "stage1.hidden_dim=16",
    "stage1.loop.epochs=12",
    "stage2.d_model=16",
    "stage2.n_heads=2",
    "stage2.n_layers=1",
    "stage2.memory_views=1",
    "stage2.loop.epochs=1",
)


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the dashboard writes into."""
    return tmp_path_factory.mktemp("build")


@pytest.fixture(scope="module")
def demo_server(tmp_path_factory: pytest.TempPathFactory, build: Path) -> Iterator[str]:
    log = tmp_path_factory.mktemp("log") / "server.log"
    with serving(log, TOOLMARK_RECORDINGS="", TOOLMARK_BUNDLES="", TOOLMARK_BUILD=str(build)) as address:
        yield address


def state(page: Page, words: str) -> None:
    """Wait until the line of the training says this; a job starts a program of its own, at a low priority."""
    line = page.locator(".training-name small")
    expect(line).to_have_text(re.compile(words), timeout=PATIENCE_MS)


def begin(demo: Desk) -> Page:
    page = demo.open(f"experiments?data=demo&lab=new&set={','.join(TINY)}")
    page.get_by_role("spinbutton", name="Rows between training windows").fill("64")
    # left by the click on the button, as people do: both are heard
    page.get_by_role("textbox", name="Name").fill("tiny")
    page.get_by_role("button", name="Start 1 training").click()
    return page


def test_a_training_is_begun_watched_stopped_resumed_and_promoted(demo: Desk, build: Path) -> None:
    page = begin(demo)
    wait_for(page, "trainings=tiny")
    # the first epoch is drawn by itself, and the next ones after it
    state(page, r"running; stage 1: \d+ of 12 epochs")
    expect(page.locator('[class*="st-key-panel_stage1_loss"] canvas').first).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    state(page, r"^stopped; stage 1: \d+ of 12 epochs")
    demo.settle()
    log = build / "trainings" / "tiny" / "training" / "stage1.csv"
    before = log.read_text().splitlines()
    page.get_by_role("button", name="Resume").click()
    state(page, "^done$")
    demo.settle()
    after = log.read_text().splitlines()
    assert after[: len(before)] == before, "it went on with the epochs that were done"
    assert len(after) == 13
    expect(page.get_by_text("protocol run, 4 held-out runs")).to_be_visible()
    page.get_by_role("button", name="Promote").click()
    page.get_by_role("button", name="Promote it").click()
    wait_for(page, "bundle=tiny")
    state(page, "promoted as tiny, first choice for demo")
    demo.settle()
    expect(page.get_by_role("combobox", name=re.compile("Bundle"))).to_have_value(re.compile("tiny"))
    assert [each.name for each in promoted(build / "bundles")] == ["tiny"]
    # the first choice where no link says another
    page = demo.open("?data=demo")
    expect(page.get_by_role("combobox", name=re.compile("Bundle"))).to_have_value(re.compile("tiny"))
    page = demo.open("experiments?data=demo&trainings=tiny")
    page.get_by_role("button", name="Undo promotion").click()
    state(page, "^done$")
    demo.settle()
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.locator(".training-name").get_by_text("tiny", exact=True)).to_have_count(0)
    assert not (build / "trainings" / "tiny").exists()
