from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parents[2]


PAGE = """
import streamlit as st

from dashboard.clock import by_the_clock


@by_the_clock(1.0)
def progress(done: int) -> None:
    st.progress(done, text="under way")


progress(40)
st.caption("what stands after it")
"""


def test_what_stands_after_keeps_its_place_without_it() -> None:
    app = AppTest.from_string(PAGE).run()
    assert not app.exception
    block, after = app.main[0], app.main[1]
    # the place is taken by a container of the page, and what draws itself is in there
    assert block.type in ("flex_container", "vertical", "container")
    assert after.value == "what stands after it"


@pytest.mark.parametrize("folder", ["dashboard", "pages"])
def test_whatever_draws_itself_has_a_container(folder: str) -> None:
    files = [file for file in (ROOT / folder).glob("*.py") if "run_every" in file.read_text(encoding="utf-8")]
    assert [file.name for file in files] in ([], ["clock.py"])
