"""The reviewer's way, from the headline to a single token and back out with a report, without a dead end."""

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.conftest import Desk, Place, wait_for

# the whole test part is read while the test waits
PATIENCE_MS = 180_000


def test_from_the_headline_to_the_report(visitor: Desk, place: Place, tmp_path: Path) -> None:
    desk = visitor
    page = desk.open(f"?{place.link}")
    # the headline, and on to what it is made of
    expect(page.get_by_text(re.compile(r"^Exact line")).first).to_be_visible()
    page.get_by_role("button", name=re.compile("Where it fails")).click()
    scores = page.locator(".scores table")
    expect(scores).to_be_visible(timeout=PATIENCE_MS)
    desk.settle()
    # a head
    page.locator(".scores").get_by_role("button", name="Digit 3", exact=True).first.click()
    wait_for(page, "section=confusion", "head=digit3")
    desk.settle()
    # a cell that is wrong: it has as many windows as it says
    cells = page.locator(".grid td button")
    names = cells.evaluate_all("cells => cells.map(cell => cell.getAttribute('aria-label'))")
    found = [re.match(r"(\S+) read as (\S+): ([\d,]*\d)", name) for name in names]
    place_of, named = next((at, one) for at, one in enumerate(found) if one and one[1] != one[2])
    cells.nth(place_of).click()
    wait_for(page, f"cell={named[1]}>{named[2]}")
    desk.settle()
    expect(page.get_by_text(re.compile(rf"^{named[3]} tokens? in [\d,]+ windows?\.$"))).to_be_visible()
    # a window, at the token that is meant
    page.get_by_role("button", name="Open in Predict").click()
    page.wait_for_url(re.compile(r"/predict\?"))
    wait_for(page, "token=given-")
    desk.settle()
    window = re.search(r"run=(\w+)&row=(\d+)", page.url)
    assert window
    expect(page.get_by_text("What each head said")).to_be_visible()
    # another token of the same line
    page.locator(".tokens td[role=button], .tokens td button, .tokens [tabindex]").first.click()
    desk.settle()
    expect(page.get_by_text("What the model considered here")).to_be_visible()
    # a verdict by a reviewer with a name
    page.get_by_role("button", name="Who reviews?").click()
    page.get_by_role("textbox", name="Reviewer's name").fill("Grace")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Grace")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Model wrong").click()
    expect(page.get_by_text(re.compile(r"model wrong by Grace, kept \d\d:\d\d:\d\d"))).to_be_visible()
    # and the report holds it
    page.get_by_role("link", name="Review").click()
    page.wait_for_url(re.compile(r"/review"))
    desk.settle()
    page.get_by_role("radio", name="Report", exact=True).or_(
        page.get_by_role("button", name="Report", exact=True)
    ).first.click()
    wait_for(page, "desk=report")
    desk.settle()
    with page.expect_download(timeout=PATIENCE_MS) as download:
        page.get_by_test_id("stDownloadButton").get_by_role("button").first.click()
    file = tmp_path / "report.html"
    download.value.save_as(file)
    text = file.read_text(encoding="utf-8")
    assert "Grace" in text and window[1] in text and "model wrong" in text
    assert not re.search(r"""(?:src|href)\s*=\s*["']?https?:""", text)
