import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.address import PARAMETERS, Selection, choose, clamp_row, keep_known, parse, serialise

names = st.text(
    st.characters(codec="utf-8", exclude_characters=",()", exclude_categories=("C", "Z")), min_size=1
)
some_names = st.lists(names, max_size=3, unique=True).map(tuple)
rows = st.integers(0, 999_999)
selections = st.builds(
    Selection,
    dataset=st.none() | names,
    run=st.none() | names,
    start_row=st.none() | rows,
    channels=some_names,
    without=some_names,
    span=st.none() | st.tuples(rows, rows).map(lambda pair: (min(pair), max(pair))),
    shift=st.none() | st.integers(-999, 999),
    filter=st.none() | names,
)


@given(selections)
def test_a_link_reopens_the_same_selection(selection: Selection) -> None:
    parsed = parse(serialise(selection))
    assert parsed.selection == selection
    assert not parsed.problems


@given(st.dictionaries(st.sampled_from(sorted(PARAMETERS.values())), st.text()))
def test_no_link_is_an_error(parameters: dict[str, str]) -> None:
    parsed = parse(parameters)
    assert parse(serialise(parsed.selection)).selection == parsed.selection


@pytest.mark.parametrize("row", ["x", "-1", "1.5", "1e3", "١", "99999999999"])
def test_a_row_that_is_no_row_is_a_problem_in_words(row: str) -> None:
    parsed = parse({"row": row, "run": "face_003"})
    assert parsed.selection.run == "face_003"
    assert parsed.selection.start_row is None
    assert row in parsed.problems[0]


@pytest.mark.parametrize(
    ("name", "text"), [("rows", "90-10"), ("rows", "5"), ("shift", "1.5"), ("a", "-3"), ("page", "two")]
)
def test_what_a_link_says_in_vain_is_told(name: str, text: str) -> None:
    parsed = parse({name: text})
    assert parsed.selection == Selection()
    assert text in parsed.problems[0]


def test_derived_channels_keep_their_commas() -> None:
    wanted = ("rms(frame_l2.Proximity,16)", "spindle", "minus(spindle,mean(spindle,9))")
    assert parse(serialise(Selection(channels=wanted))).selection.channels == wanted


def test_what_is_not_chosen_is_not_in_the_link() -> None:
    assert serialise(Selection()) == {}
    assert serialise(Selection(start_row=0)) == {"row": "0"}


def test_choose_never_replaces_what_was_asked_for() -> None:
    assert choose(None, ("a", "b")) == "a"
    assert choose("b", ("a", "b")) == "b"
    assert choose("c", ("a", "b")) is None
    assert choose(None, ()) is None
    assert choose(None, ("a", "b"), "b") == "b"
    assert choose("a", ("a", "b"), "b") == "a"


def test_rows_are_clamped_to_windows_that_exist() -> None:
    assert clamp_row(None, 9, 100) == 9
    assert clamp_row(0, 9, 100) == 0
    assert clamp_row(500, 9, 100) == 100


def test_unknown_names_are_kept_apart() -> None:
    assert keep_known(("b", "x", "a"), ("a", "b")) == (("b", "a"), ("x",))
