import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from core.evidence.readings.source import RunSource
from core.evidence.readings.table import made_from, read_runs
from core.evidence.review.verdicts import Verdicts
from core.model.bundle import load_bundle
from core.recordings.windows import STRIDE
from dashboard import jobs, places
from tests.e2e.conftest import Desk, kill_server, serving

LINK = "review?queue=all&part=everything&filter=run:face_001"


@pytest.fixture(scope="module")
def desk_places(
    runs: Path, scored_bundles: tuple[Path, object], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """A dashboard of its own, whose windows are read: what it is killed in the middle of is nobody else's."""
    build = tmp_path_factory.mktemp("reviewed")
    bundle = load_bundle(scored_bundles[0] / "scored")
    key = jobs.key_of(runs.absolute(), made_from(bundle, STRIDE, ()))
    read_runs(bundle, RunSource.open(runs), build / "readings" / f"{places.plain(runs.name)}-{key}.parquet")
    return {
        "TOOLMARK_RECORDINGS": str(runs),
        "TOOLMARK_BUNDLES": str(scored_bundles[0]),
        "TOOLMARK_BUILD": str(build),
    }


@pytest.fixture
def context(browser: object) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1440, "height": 1000})  # type: ignore[attr-defined]
    yield context
    context.close()


def name_reviewer(page: Page, name: str) -> None:
    page.get_by_role("button", name="Who reviews?").click()
    page.get_by_role("textbox", name="Reviewer's name").fill(name)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=name)).to_be_visible()
    page.keyboard.press("Escape")


def test_what_the_page_confirmed_is_there_after_a_kill(
    desk_places: dict[str, str], context: BrowserContext, tmp_path: Path
) -> None:
    with serving(tmp_path / "first.log", **desk_places) as address:
        desk = Desk(context.new_page(), address)
        page = desk.open(LINK)
        name_reviewer(page, "Anna Müller")
        desk.settle()
        page.locator("body").press("3")
        expect(
            page.get_by_text(re.compile(r"rows 0 to 63: label wrong, kept \d\d:\d\d:\d\d"))
        ).to_be_visible()
        kill_server(address.rpartition(":")[2])
        page.close()
    (entry,) = Verdicts(Path(desk_places["TOOLMARK_BUILD"]) / "marks.sqlite").holding(
        Path(desk_places["TOOLMARK_RECORDINGS"]).name
    )
    assert (entry.reviewer, entry.verdict) == ("Anna Müller", "label wrong")
    with serving(tmp_path / "second.log", **desk_places) as address:
        desk = Desk(context.new_page(), address)
        page = desk.open(f"{LINK}&run=face_001&row=0")
        # the browser knows who reviews, the page what was said
        expect(page.get_by_text(re.compile("label wrong by Anna Müller, kept"))).to_be_visible()
        page.get_by_role("radio", name="Report").click()
        desk.settle()
        with page.expect_download() as told:
            page.get_by_role("button", name="Download the report").click()
        report = tmp_path / "report.html"
        told.value.save_as(report)
        page.goto(f"file://{report}")
        expect(page.get_by_role("heading", name=re.compile("Verdicts"))).to_be_visible()
        expect(page.get_by_role("cell", name="Anna Müller").first).to_be_visible()
        assert not [one for one in desk.complaints if "file://" not in one]


def test_a_queue_is_walked_by_keys_and_a_verdict_found_again_in_the_table(
    desk_places: dict[str, str], context: BrowserContext, tmp_path: Path
) -> None:
    with serving(tmp_path / "server.log", **desk_places) as address:
        desk = Desk(context.new_page(), address)
        page = desk.open("review?queue=all&part=everything&filter=run:pocket_001")
        name_reviewer(page, "Ben")
        desk.settle()
        for key, row in (("1", 16), ("2", 32)):
            page.locator("body").press(key)
            page.wait_for_url(re.compile(rf"row={row}\b"))
            desk.settle()
        page.get_by_role("button", name="Undo").click()
        page.wait_for_url(re.compile(r"row=16\b"))
        desk.settle()
        page.locator("body").press("p")
        page.wait_for_url(re.compile(r"row=0\b"))
        desk.settle()
        page.get_by_role("radio", name="Verdicts").click()
        desk.settle()
        expect(page.get_by_text(re.compile(r"\d+ of \d+ verdicts? that hold"))).to_be_visible()
        page.locator(".dvn-scroller").first.click(position={"x": 15, "y": 28 + 14})
        desk.settle()
        expect(page.get_by_text("pocket_001 rows 0 to 63").last).to_be_visible()
        page.get_by_role("button", name="Predict").click()
        page.wait_for_url(re.compile(r"/predict\?.*run=pocket_001&row=0\b"))
        assert not desk.complaints
