from streamlit.testing.v1 import AppTest


def parted() -> None:
    import streamlit as st  # noqa: PLC0415

    from dashboard import parts, selection  # noqa: PLC0415

    read = selection.read().selection
    options = {"rows": "Rows", "why": "Why"} if read.section != "few" else {"why": "Why"}
    part = parts.choose("Part", "look", options, read.look)
    parts.choose("Section", "section", {"all": "All", "few": "Few"}, read.section)
    st.text(part)
    selection.hold(read)


def opened(**address: str) -> AppTest:
    app = AppTest.from_function(parted)
    for name, text in address.items():
        app.query_params[name] = text
    app.run()
    assert not app.exception
    return app


def test_a_part_is_what_the_address_says_and_then_what_was_clicked() -> None:
    app = opened(look="why")
    assert app.segmented_control(key="pick_look").value == app.text[0].value == "why"
    app.segmented_control(key="pick_look").set_value("rows").run()
    assert app.text[0].value == app.query_params["look"] == "rows"
    app.query_params["look"] = "why"
    app.run()
    assert app.segmented_control(key="pick_look").value == app.text[0].value == "why", "Back moves the page"


def test_a_part_that_there_is_not_is_the_first() -> None:
    assert opened(look="nothing").segmented_control(key="pick_look").value == "rows"


def test_another_first_part_is_highlighted_where_the_chosen_one_is_no_longer_there() -> None:
    app = opened(look="rows")
    app.segmented_control(key="pick_section").set_value("few").run()
    assert app.segmented_control(key="pick_look").value == app.text[0].value == "why"
    app.segmented_control(key="pick_section").set_value("all").run()
    assert app.segmented_control(key="pick_look").value == app.text[0].value == "rows"
    assert not app.exception
