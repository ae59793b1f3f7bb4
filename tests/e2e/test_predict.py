import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Desk

WINDOW = "predict?run=face_002&row=64"
NEAR_MISS = 4


def parameters(page: Page) -> str:
    return page.url.partition("?")[2]


def test_truth_stands_above_prediction_in_one_column(desk: Desk) -> None:
    page = desk.open(WINDOW)
    rows = page.locator(".tokens tr")
    expect(rows).to_have_count(2)
    columns = rows.nth(0).locator("td").count()
    assert rows.nth(1).locator("td").count() == columns > 3
    for place in range(columns):
        above, below = (
            rows.nth(row).locator("td .cell, td .nothing").nth(place).bounding_box() for row in (0, 1)
        )
        assert above and below
        assert abs(above["x"] - below["x"]) < NEAR_MISS
        assert above["y"] < below["y"]


def test_mismatches_are_told_in_words(desk: Desk) -> None:
    page = desk.open(WINDOW)
    wrong = page.locator(".tokens .off")
    # an untrained model cannot be right
    expect(wrong.first).to_be_visible()
    for cell in wrong.all():
        expect(cell.locator(".says")).not_to_be_empty()


def test_a_token_tells_what_else_was_considered(desk: Desk) -> None:
    page = desk.open(WINDOW)
    tokens = page.locator(".tokens button.cell")
    tokens.first.click()
    detail = page.locator(".tokens .detail")
    expect(detail.locator("h4")).to_contain_text(tokens.first.locator(".text").inner_text())
    assert detail.locator(".alternatives .line").count() > 1
    assert detail.locator(".heads .line").count() > 1
    page.keyboard.press("ArrowRight")
    expect(detail.locator("h4")).to_contain_text(tokens.nth(1).locator(".text").inner_text())
    expect(tokens.nth(1)).to_be_focused()


def test_keys_and_buttons_step_through_the_run(desk: Desk) -> None:
    page = desk.open(WINDOW)
    page.get_by_role("button", name="Next").click()
    page.wait_for_url(re.compile("row=80"))
    desk.settle()
    page.locator("body").press("n")
    page.wait_for_url(re.compile("row=96"))
    desk.settle()
    page.locator("body").press("p")
    page.wait_for_url(re.compile("row=80"))
    expect(page.get_by_text("Window: rows 80 to 143")).to_be_visible()


def test_clicks_count_before_the_page_has_been_drawn_again(desk: Desk) -> None:
    page = desk.open("predict?run=face_002&row=0")
    button = page.get_by_role("button", name="Next")
    for _ in range(3):
        button.click(no_wait_after=True)
        page.wait_for_timeout(300)
    page.wait_for_url(re.compile("row=48"))
    expect(page.get_by_text("Window: rows 48 to 111")).to_be_visible()


def test_a_copied_link_reopens_the_same_view(desk: Desk) -> None:
    page = desk.open("predict?run=pocket_001&row=48&without=proximity,sound&channels=temperature")
    expect(page.locator(".tokens")).not_to_be_empty()
    first = page.locator(".tokens").inner_text()
    link = parameters(page)
    assert {"run=pocket_001", "row=48", "protocol=run"} <= set(link.split("&"))
    page.goto("about:blank")
    page = desk.open(f"predict?{link}")
    expect(page.locator(".tokens")).to_have_text(first, use_inner_text=True)
    assert set(parameters(page).split("&")) == set(link.split("&"))


def test_the_browsers_back_moves_the_page(desk: Desk) -> None:
    page = desk.open(WINDOW)
    page.get_by_role("button", name="Next").click()
    page.wait_for_url(re.compile("row=80"))
    desk.settle()
    page.go_back()
    expect(page.get_by_text("Window: rows 64 to 127")).to_be_visible()


def test_muting_shows_the_change_beside_the_unmuted(desk: Desk) -> None:
    page = desk.open(WINDOW)
    before = page.locator(".tokens tr").nth(1).inner_text()
    desk.settle()
    # typed, for a list that has just been scrolled hears no click yet
    page.get_by_role("combobox", name=re.compile("Mute for the model")).fill("proximity")
    page.get_by_role("option", name="proximity", exact=True).click()
    expect(page.locator(".tokens tr")).to_have_count(3)
    expect(page.locator(".tokens tr").nth(2)).to_contain_text("Changed")
    assert page.locator(".tokens tr").nth(1).inner_text() == before
    page.wait_for_url(re.compile("without=proximity"))


def test_the_charts_are_drawn(desk: Desk) -> None:
    page = desk.open(WINDOW)
    for key in ("traces", "operations"):
        canvas = page.locator(f".st-key-{key} canvas").first
        expect(canvas).to_be_visible()
        painted = canvas.evaluate(
            "c => new Set(c.getContext('2d').getImageData(0, 0, c.width, c.height).data).size"
        )
        assert painted > 20, "more than one flat colour"


@pytest.mark.parametrize("desk", [(900, "light"), (900, "dark"), (1440, "dark")], indirect=True)
def test_nothing_is_cut_off_at_other_sizes(desk: Desk) -> None:
    page = desk.open(f"{WINDOW}&without=proximity,motor_current")
    main = page.get_by_test_id("stMain")
    assert main.evaluate("m => m.scrollWidth - m.clientWidth") <= 1, "the page scrolls sideways"
    for label in ("Recording", "Mute for the model", "Traces"):
        expect(page.get_by_text(label, exact=True).first).to_be_visible()


@pytest.mark.parametrize("desk", [(1440, "light"), (1440, "dark")], indirect=True)
def test_words_in_the_token_table_can_be_read(desk: Desk) -> None:
    page = desk.open(WINDOW)
    dim = page.evaluate(CONTRAST)
    assert not dim, f"too little contrast: {dim}"


CONTRAST = """() => {
  const light = c => {
    const f = v => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4 }
    return 0.2126 * f(c[0]) + 0.7152 * f(c[1]) + 0.0722 * f(c[2])
  }
  const parse = text => (text.match(/[\\d.]+/g) || []).map(Number)
  const over = (top, under) => {
    const a = top.length > 3 ? top[3] : 1
    return [0, 1, 2].map(i => a * top[i] + (1 - a) * under[i])
  }
  const page = parse(getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor)
  const root = [...document.querySelectorAll('*')].map(e => e.shadowRoot?.querySelector('.tokens')).find(Boolean)
  const dim = []
  for (const node of root.querySelectorAll('.text, .share, .says, .changed, th.row, small, h4, h5, code, b')) {
    if (!node.textContent.trim()) continue
    let ground = page
    const behind = []
    for (let e = node; e && e !== root; e = e.parentElement) behind.unshift(parse(getComputedStyle(e).backgroundColor))
    for (const colour of behind) if (colour.length) ground = over(colour, ground)
    const [a, b] = [light(over(parse(getComputedStyle(node).color), ground)), light(ground)].sort((x, y) => y - x)
    if ((a + 0.05) / (b + 0.05) < 4.5) dim.push(`${node.className || node.tagName}: ${node.textContent}`)
  }
  return dim
}"""


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ("predict?run=a_unlabelled", "no truth"),
        ("predict?run=face_short", "has 40 rows and a window takes 64"),
        ("predict?run=face_text", "number column"),
        ("predict?run=nowhere", "nowhere"),
        ("predict?data=elsewhere", "elsewhere"),
        ("predict?bundle=lost", "lost"),
    ],
)
def test_what_is_not_there_is_said(desk: Desk, link: str, words: str) -> None:
    page = desk.open(link)
    expect(page.get_by_text(words).first).to_be_visible()


def test_choosing_leads_out_of_a_dead_link(desk: Desk) -> None:
    page = desk.open("predict?run=nowhere")
    page.get_by_role("combobox", name=re.compile("Recording")).click()
    page.get_by_role("option", name="face_001").click()
    expect(page.locator(".tokens tr").first).to_be_visible()
    page.wait_for_url(re.compile("run=face_001"))


def test_a_click_while_the_page_is_still_being_drawn_keeps_what_the_link_named(desk: Desk) -> None:
    desk.page.goto(f"{desk.server}/predict?run=pocket_002")
    desk.page.get_by_role("button", name="Next").click()
    # a window further on, and of the same run
    expect(desk.page).to_have_url(re.compile(r"row=\d+"))
    page = desk.settle()
    expect(page).to_have_url(re.compile("run=pocket_002"))


def test_a_clicked_token_is_in_the_address_and_lights_up_where_the_decoder_looked(desk: Desk) -> None:
    page = desk.open(WINDOW)
    tokens = page.locator(".tokens button.cell")
    tokens.nth(1).click()
    page.wait_for_url(re.compile("token=1"))
    desk.settle()
    expect(tokens.nth(1)).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_text("Shaded: where the decoder's last layer looked")).to_be_visible()
    page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile("token=2"))
    desk.settle()
    expect(tokens.nth(2)).to_be_focused()
    page.reload()
    desk.settle()
    expect(page.locator(".tokens button.cell").nth(2)).to_have_attribute("aria-pressed", "true")


def test_keys_move_the_start_by_a_row_and_the_original_stays(desk: Desk) -> None:
    page = desk.open(WINDOW)
    page.locator("body").press("k")
    page.wait_for_url(re.compile("change=shift"))
    expect(page.locator(".tokens tr")).to_have_count(3)
    expect(page.get_by_text("Window: rows 64 to 127")).to_be_visible()
    page.get_by_role("button", name="Back to the original").click()
    expect(page.locator(".tokens tr")).to_have_count(2)


def test_noise_and_a_given_beginning_are_read_at_once(desk: Desk) -> None:
    page = desk.open(WINDOW)
    page.get_by_role("button", name="Noise, offset").click()
    amount = page.get_by_role("spinbutton", name="Noise (sd)")
    for value in ("1.5", "0.5"):
        amount.fill(value)
        amount.press("Enter")
        page.wait_for_url(re.compile(f"change=noise%28accelerometer_x%2C{value}sd%2C1%29"))
        desk.settle()
        expect(amount).to_be_visible()
    page.keyboard.press("Escape")
    begin = page.get_by_role("textbox", name="Begin the line with")
    begin.fill("G1 X1.5 Y")
    begin.press("Enter")
    expect(page.locator(".tokens button.cell[data-given]")).to_have_count(4)
    begin.fill("X1 X2")
    begin.press("Enter")
    expect(page.get_by_text("cannot stand there")).to_be_visible()
    # the noise is still asked for, and shown
    expect(page.get_by_text("The other changes are shown without it")).to_be_visible()
    expect(page.locator(".tokens tr")).to_have_count(3)


def test_what_a_reading_rests_on_is_drawn(desk: Desk) -> None:
    page = desk.open(f"{WINDOW}&look=why")
    expect(page.get_by_text("completeness gap")).to_be_visible()
    expect(page.locator(".st-key-attribution canvas").first).to_be_visible()
    page.get_by_text("Occlusion", exact=True).click()
    page.wait_for_url(re.compile("why=occlusion"))
    expect(page.get_by_text("need not add up")).to_be_visible()
