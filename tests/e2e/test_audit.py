"""The audit of made-up runs in a real browser: it is made, says its verdict, and leads to what shows it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.e2e.conftest import JOB_MS, Desk, sitting, wait_for


@pytest.fixture(scope="module")
def audit_made(contexts: Callable[[int, str], BrowserContext], server: str) -> None:
    """The runs are audited, by the job that a person would begin."""
    with sitting(contexts(1440, "light"), server) as desk:
        page = desk.open("audit")
        page.get_by_role("button", name="Audit these runs").click()
        verdict = page.get_by_role("radio", name="What tells it").or_(
            page.get_by_role("button", name="What tells it")
        )
        expect(verdict).to_be_visible(timeout=JOB_MS)


@pytest.fixture
def audited(audit_made: None, desk: Desk) -> Desk:
    """A fresh page of a dashboard that has its audit."""
    return desk


def test_a_verdict_leads_to_a_sight_and_on_to_its_signals(audited: Desk) -> None:
    page = audited.open("audit")
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
    page = audited.open("audit")
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
