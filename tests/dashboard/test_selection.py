import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

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


def controlled() -> None:
    import streamlit as st  # noqa: PLC0415

    from dashboard import selection  # noqa: PLC0415

    read = selection.read().selection
    key = selection.lead("pick", read.start_row or 0)
    st.slider("row", 0, 100, key=key, on_change=selection.follow, args=("start_row", key))
    st.button("next", on_click=selection.change, kwargs={"start_row": (read.start_row or 0) + 16})
    st.text(str(read.start_row))
    selection.hold(read)


def test_widget_address_and_selection_follow_one_another() -> None:
    app = AppTest.from_function(controlled)
    app.query_params["row"] = "32"
    app.run()
    assert app.slider[0].value == 32, "the address leads the widget"
    app.slider[0].set_value(40).run()
    assert app.query_params["row"] == "40", "the widget leads the address"
    app.button[0].click().run()
    assert (app.text[0].value, app.slider[0].value, app.query_params["row"]) == ("56", 56, "56")
    app.query_params["row"] = "8"
    app.run()
    assert app.slider[0].value == 8, "Back moves the page"


def test_a_click_is_not_lost_to_an_address_that_lags_behind() -> None:
    app = AppTest.from_function(controlled)
    app.query_params["row"] = "0"
    app.run()
    app.button[0].click().run()
    app.query_params["row"] = "0"  # the browser sends its old address with the second, quick click
    app.button[0].click().run()
    assert app.text[0].value == "32"


def test_a_switch_of_pages_empties_the_address_and_keeps_the_selection() -> None:
    app = AppTest.from_function(controlled)
    app.query_params["row"] = "24"
    app.run()
    app.query_params.clear()
    app.run()
    assert app.text[0].value == "24"
    assert app.query_params["row"] == "24"


def turned() -> None:
    import streamlit as st  # noqa: PLC0415

    from dashboard import selection  # noqa: PLC0415

    key = selection.lead("pick", 0)
    st.button("turn", on_click=selection.turn_to, args=("other",))
    st.button("late", on_click=selection.follow, args=("start_row", key))
    st.slider("row", 0, 100, key=key, on_change=selection.follow, args=("start_row", key))


def test_a_click_on_what_a_change_of_page_took_away_is_let_go() -> None:
    app = AppTest.from_function(turned).run()
    app.session_state["selection_page"] = "one"
    app.button[0].click()
    app.button[1].click()
    app.run()
    assert not app.exception
