import pytest
from streamlit.testing.v1 import AppTest

from dashboard import jobs
from dashboard.jobs import Job

PAGE = """
import streamlit as st

from dashboard import job_view

job = job_view.show("k", lambda: None)
st.caption(f"{job.state}, closed: {job_view.closed('k')}")
"""


def test_what_a_person_closed_is_known_to_be_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    state = {"k": Job("k", "Audit mill", "cancelled", 3, 10)}
    monkeypatch.setattr(jobs, "look", lambda key: state.get(key, Job(key, "", "none")))
    monkeypatch.setattr(jobs, "forget", state.pop)
    app = AppTest.from_string(PAGE).run()
    assert "was cancelled after 3 of 10" in app.info[0].value
    assert app.caption[0].value == "cancelled, closed: False"
    next(button for button in app.button if button.label == "Close").click().run()
    assert not app.exception and not app.info
    assert app.caption[0].value == "none, closed: True"
