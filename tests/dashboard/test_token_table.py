from pathlib import Path

import pytest

from core.gcode import EOS, SpelledScheme
from dashboard.alignment import true_tokens
from dashboard.token_table import FRONTEND, Json, Reading, Truth, flips, table_of
from tests.dashboard.predictions import prediction_of

SCHEME = SpelledScheme(("G0", "G1", "M30"))
LINE = "G1 X1.575 Y0.25"
TRUTH = Truth(true_tokens(SCHEME, LINE), (*SCHEME.encode(LINE), EOS), "fills 12 of 64 rows", "inch")


def table(*lines: str, truth: bool = True, pinned: str | None = None, given: int = 0) -> Json:
    readings = [
        Reading(
            f"reading {n}",
            "a note",
            prediction_of(SCHEME, line),
            f"other{n}" if n else "read",
            given=n * given,
        )
        for n, line in enumerate(lines)
    ]
    return table_of(SCHEME, TRUTH if truth else None, readings, pinned)


def column(found: Json, text: str) -> int:
    return next(
        place for place, cell in enumerate(found["rows"][0]["cells"]) if cell and cell["text"] == text
    )


def test_truth_stands_above_what_was_read() -> None:
    found = table("G1 X1.575 Y0.25")
    assert [row["kind"] for row in found["rows"]] == ["truth", "read"]
    assert [cell["text"] for cell in found["rows"][0]["cells"]] == ["G1", "X", "1.575", "Y", "0.25", "end"]
    assert {cell["verdict"] for cell in found["rows"][1]["cells"]} == {"same"}
    assert found["words"] == [0, 1, 1, 2, 2, 3], "a letter and its number are one word"


def test_mismatches_are_said_in_words() -> None:
    found = table("G1 X1.6 F22")
    cells = found["rows"][1]["cells"]
    said = {cell["says"] for cell in cells if cell}
    assert {"0.635 mm too high", "missing", "extra"} <= said


def test_a_token_has_its_confidence_alternatives_and_heads() -> None:
    cell = table("G1 X1.6 Y0.25")["rows"][1]["cells"][2]
    assert cell["confidence"] == pytest.approx(0.8)
    assert cell["alternatives"] == [["1.6", 0.8], ["9", 0.125]]
    assert cell["truth"] == "1.575"
    heads = {head["name"]: head["classes"] for head in cell["heads"]}
    assert heads["digit 1"][4] == ["4", 1.0, False, False]
    assert [text for text, *_ in heads["digit 1"]] == list("0123456789"), "digits stand in their order"
    assert heads["digit 1"][0][2:] == [True, True], "chosen, and the true one too"
    assert heads["sign"] == [["−", pytest.approx(0.7), False, False], ["+", pytest.approx(0.3), True, True]]
    assert "command" not in heads, "a number has no command"
    assert "sign: −  70.0%" in cell["short"], "hovering tells the heads too"


def test_muting_shows_what_changed_against_the_first_reading() -> None:
    found = table("G1 X1.575 Y0.25", "G1 X1.5 Z2")
    changed = {cell["text"]: cell.get("changed") for cell in found["rows"][2]["cells"] if cell}
    assert changed["1.5"] == "was 1.575"
    assert changed["Z"] == "new"
    assert changed[""] == "gone"
    assert changed["G1"] is None


def test_without_truth_nothing_is_called_wrong() -> None:
    found = table("G1 X1.6", truth=False)
    assert [row["kind"] for row in found["rows"]] == ["read"]
    assert {cell["verdict"] for cell in found["rows"][0]["cells"]} == {"no truth"}
    assert not any(cell["says"] for cell in found["rows"][0]["cells"])


def test_an_empty_line_is_an_end_alone() -> None:
    found = table("")
    assert found["rows"][1]["cells"][-1]["text"] == "end"
    assert found["rows"][1]["cells"][0]["says"] == "missing"


def test_the_least_sure_token_is_open_at_first() -> None:
    assert table("G1 X1.6")["pinned"] == "0"
    assert table("G1 X1.6", "G1 X2", pinned="other1-2")["pinned"] == "other1-2"
    assert table("G1 X1.6", pinned="other1-2")["pinned"] == "0", "a link to what is not there"


def test_given_tokens_are_neither_right_nor_wrong() -> None:
    found = table("G1 X1.575 Y0.25", "G0 X2 Y0.25", given=3)
    verdicts = [cell["verdict"] for cell in found["rows"][2]["cells"]]
    assert verdicts == ["given"] * 3 + ["same"] * 3
    assert flips(found, "reading 1") == (0, 3)


def test_taught_tokens_stand_under_the_true_ones_whatever_they_are() -> None:
    taught = Reading("taught", "", prediction_of(SCHEME, "X1 G0 Y0.25"), "given", by_position=True)
    found = table_of(SCHEME, TRUTH, [Reading("read", "", prediction_of(SCHEME, "G1")), taught])
    assert [cell["text"] for cell in found["rows"][2]["cells"]] == ["X", "1", "G0", "Y", "0.25", "end"]
    assert [cell["verdict"] for cell in found["rows"][2]["cells"]][:3] == ["differs"] * 3


@pytest.mark.parametrize("name", ["tokens.js", "tokens.css"])
def test_the_browser_side_writes_text_never_markup(name: str) -> None:
    source = Path(FRONTEND / name).read_text(encoding="utf-8")
    assert "innerHTML" not in source
    assert "http" not in source, "nothing is fetched from elsewhere"
