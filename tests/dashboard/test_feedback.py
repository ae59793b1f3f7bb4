from streamlit.testing.v1 import AppTest

PAGE = """
import streamlit as st

from core.errors import ToolmarkError
from dashboard import feedback, selection


def keep() -> None:
    if st.session_state["name"] == "ears":
        raise ToolmarkError("there is one called ears already")
    st.session_state["kept"] = st.session_state["name"]


selection.turn_to("A page")
st.text_input("Name", key="name")
st.button("Keep", key="keep", on_click=feedback.attempt, args=("problem", keep))
st.button("Something else", key="else")
if problem := feedback.told("problem"):
    st.error(problem)
if st.session_state.pop("job_ends", False):
    selection.rerun()
"""


def said(app: AppTest) -> list[str]:
    assert not app.exception, app.exception
    return [each.value for each in app.error]


def refused() -> AppTest:
    app = AppTest.from_string(PAGE).run()
    app.text_input(key="name").set_value("ears")
    return app


def test_why_a_click_failed_stands_until_the_next_click() -> None:
    app = refused()
    assert said(app.button(key="keep").click().run()) == ["there is one called ears already"]
    assert said(app.button(key="else").click().run()) == []


def test_it_stands_when_the_page_draws_itself_again_meanwhile() -> None:
    app = refused()
    app.session_state["job_ends"] = True
    assert said(app.button(key="keep").click().run()) == ["there is one called ears already"]
    app.session_state["job_ends"] = True
    assert said(app.button(key="else").click().run()) == []


def test_it_goes_when_it_could_be_done_after_all() -> None:
    app = refused()
    app.button(key="keep").click().run()
    app.text_input(key="name").set_value("turns")
    assert said(app.button(key="keep").click().run()) == []
    assert app.session_state["kept"] == "turns"
