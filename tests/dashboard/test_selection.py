from streamlit.testing.v1 import AppTest


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
