from hypothesis import given
from hypothesis import strategies as st

from core.gcode import LegacyScheme, SpelledScheme
from core.recordings.windows import WindowLabel
from dashboard.alignment import Token, align, in_words, line_verdict, slots, true_tokens, verdict
from tests.dashboard.predictions import prediction_of

SCHEME = SpelledScheme(("G0", "G1", "G3", "M30"))


def tokens(line: str) -> tuple[Token, ...]:
    return true_tokens(SCHEME, line)


def texts(line: str, other: str) -> list[tuple[str | None, str | None]]:
    first, second = tokens(line), tokens(other)
    return [
        (None if a is None else first[a].text, None if b is None else second[b].text)
        for a, b in (column.places for column in align(first, second))
    ]


def test_a_missing_word_does_not_shift_the_ones_behind_it() -> None:
    assert texts("G1 X1 Y2 F22", "G1 Y2 F22") == [
        ("G1", "G1"),
        ("X", None),
        ("1", None),
        ("Y", "Y"),
        ("2", "2"),
        ("F", "F"),
        ("22", "22"),
        ("end", "end"),
    ]


def test_an_extra_word_stands_where_it_was_read_and_the_end_stays_last() -> None:
    assert texts("G1 X1", "G1 X1 Y2") == [
        ("G1", "G1"),
        ("X", "X"),
        ("1", "1"),
        (None, "Y"),
        (None, "2"),
        ("end", "end"),
    ]


def test_a_line_may_begin_without_a_command() -> None:
    assert texts("X1", "G1 X1")[0] == (None, "G1")


lines = st.lists(
    st.tuples(st.sampled_from("XYZRF"), st.integers(-9999, 9999)), max_size=4, unique_by=lambda word: word[0]
).map(lambda words: "G1 " + " ".join(f"{letter}{value / 1000}" for letter, value in words))


@given(lines, lines)
def test_every_token_of_every_line_has_one_column(line: str, other: str) -> None:
    first, second = tokens(line), tokens(other)
    columns = align(first, second)
    for place, line_tokens in enumerate((first, second)):
        shown = [column.places[place] for column in columns if column.places[place] is not None]
        assert sorted(shown) == list(range(len(line_tokens)))
    assert [column.places[0] for column in columns if column.places[0] is not None] == list(range(len(first)))
    assert columns[-1].slot.kind == "end"


def test_a_number_too_long_for_one_token_has_a_slot_for_each() -> None:
    found = slots(tokens("G1 X123456.789"))
    assert [(slot.kind, slot.letter, slot.nth) for slot in found[2:4]] == [
        ("number", "X", 0),
        ("number", "X", 1),
    ]


def test_an_unknown_of_the_published_vocabulary_is_the_number_of_its_letter() -> None:
    legacy = LegacyScheme({"PAD": 0, "BOS": 1, "EOS": 2, "UNK": 3, "MASK": 4, "G1": 5, "X": 6})
    found = true_tokens(legacy, "G1 X1.575")
    assert [token.text for token in found] == ["G1", "X", "UNK", "end"]
    assert slots(found)[2].kind == "number"


def test_verdicts_in_words() -> None:
    number = Token("1.575", "number")
    assert verdict(number, number, has_truth=True) == "same"
    assert in_words(number, Token("1.55", "number"), "differs") == "0.025 too low"
    assert in_words(number, Token("-1.5", "number"), "differs") == "3.075 too low"
    assert in_words(number, Token("100", "number"), "differs") == "98.425 too high"
    assert in_words(Token("G1", "command"), Token("G0", "command"), "differs") == "differs"
    unknown = Token("UNK", "unknown")
    assert in_words(unknown, unknown, "same") == "no value", (
        "UNK for UNK counts as published, and says nothing"
    )
    assert verdict(number, None, has_truth=True) == "missing"
    assert verdict(None, number, has_truth=True) == "extra"
    assert verdict(None, number, has_truth=False) == "no truth"


def test_a_line_is_exact_within_a_row_or_different() -> None:
    label = WindowLabel("G1 X1.5", 12, False, ("G1 X1.5", "G1 X2"))
    assert line_verdict(SCHEME, prediction_of(SCHEME, "G1 X1.5"), label) == "exact"
    assert line_verdict(SCHEME, prediction_of(SCHEME, "G01 X2."), label) == "within a row"
    assert line_verdict(SCHEME, prediction_of(SCHEME, "G1 X3"), label) == "different"
    assert line_verdict(SCHEME, prediction_of(SCHEME, "G1 X3"), WindowLabel(None, 0, False, ())) == "no truth"


def test_values_are_compared_to_their_step() -> None:
    label = WindowLabel("G1 X1.50004", 12, False, ("G1 X1.50004",))
    assert line_verdict(SCHEME, prediction_of(SCHEME, "G1 X1.5"), label) == "exact"
