"""What a fresh clone shows: the demo's simulated recordings and the model trained on the twin."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Desk, serving


@pytest.fixture(scope="module")
def demo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    log = tmp_path_factory.mktemp("log") / "server.log"
    with serving(log, TOOLMARK_RECORDINGS="", TOOLMARK_BUNDLES="") as address:
        yield address


def test_the_demo_is_read_and_says_that_the_machine_is_simulated(demo: Desk) -> None:
    page = demo.open("predict?data=demo")
    expect(page.get_by_text("simulated machine").first).to_be_visible()
    expect(page.get_by_text(re.compile("Simulated mill"))).to_be_visible()
    # the bundle that was trained on the same machine is the one that is opened
    expect(page.get_by_text("run protocol").first).to_be_visible()
    expect(page.get_by_text(re.compile("held-out runs, each read by 3 models"))).to_be_visible()
    expect(page.get_by_test_id("stAlert")).to_have_count(0)
    expect(page.get_by_text(re.compile("sure of the line"))).to_be_visible()


def test_a_bundle_of_another_machine_is_said_to_be_one(demo: Desk) -> None:
    page = demo.open("predict?data=demo&bundle=bantam")
    expect(page.get_by_text(re.compile("was trained on another machine"))).to_be_visible()
