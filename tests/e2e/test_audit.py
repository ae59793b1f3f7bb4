"""The audit of made-up runs in a real browser: it is made, says its verdict, and leads to what shows it."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Desk, wait_for

PATIENCE_MS = 150_000


@pytest.fixture
def audited(desk: Desk) -> Desk:
    """The page with its audit made: the first test that asks starts the job, as a person would."""
    page = desk.open("audit")
    offer = page.get_by_role("button", name="Audit these runs")
    verdict = page.get_by_role("radio", name="What tells it").or_(
        page.get_by_role("button", name="What tells it")
    )
    expect(offer.or_(verdict).first).to_be_visible()
    if offer.is_visible():
        offer.click()
        expect(verdict).to_be_visible(timeout=PATIENCE_MS)
    desk.settle()
    return desk


def test_a_verdict_leads_to_a_sight_and_on_to_its_signals(audited: Desk) -> None:
    page = audited.page
    page.get_by_role("button", name="Show", exact=True).first.click()
    wait_for(page, "finding=")
    audited.open("audit?finding=probes&sight=frame_l2.Temperature")
    expect(page.get_by_text("frame_l2.Temperature, run by run")).to_be_visible()
    expect(page.locator(".st-key-audit_tells canvas").first).to_be_visible()
    expect(page.locator(".st-key-audit_levels canvas").first).to_be_visible()
    page.get_by_role("button", name=re.compile("Open frame_l2.Temperature of .* in Signals")).click()
    page.wait_for_url(re.compile(r"/signals\?"))
    wait_for(page, "channels=frame_l2.Temperature")
    audited.settle()


def test_parts_and_protocols_are_kept_in_the_address(audited: Desk) -> None:
    page = audited.page
    for name, part in (("Labels", "labels"), ("Baselines", "baselines"), ("Split", "split")):
        page.get_by_role("radio", name=name, exact=True).or_(
            page.get_by_role("button", name=name, exact=True)
        ).first.click()
        wait_for(page, f"finding={part}")
        audited.settle()
    page.get_by_role("radio", name="blind", exact=True).or_(
        page.get_by_role("button", name="blind", exact=True)
    ).first.click()
    wait_for(page, "figures=blind")
    audited.settle()
    expect(page.get_by_text("Not audited yet")).to_be_visible()


def test_a_label_opens_its_windows(audited: Desk) -> None:
    page = audited.open("audit?finding=labels")
    page.get_by_role("button", name="Windows", exact=True).first.click()
    page.wait_for_url(re.compile(r"/sequences\?"))
    wait_for(page, "filter=")
    audited.settle()


@pytest.mark.parametrize("desk", [(700, "dark")], indirect=True)
def test_nothing_sticks_out_of_a_narrow_page(audited: Desk) -> None:
    for part in ("split", "probes", "labels", "baselines", "protocols"):
        page = audited.open(f"audit?finding={part}")
        width = page.get_by_test_id("stMain").evaluate("main => main.scrollWidth - main.clientWidth")
        assert width <= 0
