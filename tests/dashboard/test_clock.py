from pathlib import Path

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
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


def test_what_stands_after_finds_its_place_when_the_fragment_is_thrown_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent: list[ForwardMsg] = []
    monkeypatch.setattr(ForwardMsgQueue, "_before_enqueue_msg", sent.append)
    assert not AppTest.from_string(PAGE).run().exception
    drawn = [each for each in sent if each.HasField("delta")]
    own = {each.delta.fragment_id for each in drawn} - {""}
    assert own
    # its next turn begins before anything is sent
    queue = ForwardMsgQueue()
    monkeypatch.setattr(ForwardMsgQueue, "_before_enqueue_msg", None)
    for each in drawn:
        queue.enqueue(each)
    queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=list(own))
    places = [tuple(each.metadata.delta_path) for each in queue.flush()]
    assert places == [(0, 0), (0, 1)], "the browser ends the page where a place is skipped"


def test_whatever_draws_itself_has_a_container() -> None:
    files = [file for room in ("dashboard", "pages") for file in (ROOT / room).glob("*.py")]
    assert [file.name for file in files if "run_every" in file.read_text(encoding="utf-8")] == ["clock.py"]
