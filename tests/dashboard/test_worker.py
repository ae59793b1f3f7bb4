"""Tests of `dashboard.worker`: what is asked replaces what was asked, what nobody wants ends, failures are said."""

import threading
import time
from collections.abc import Callable

import pytest

from core.errors import ToolmarkError
from dashboard.worker import Task, Told, Worker

PATIENCE_S = 10.0


def wait_for(what: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not what():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.005)


class Bench:
    """Tasks that write down what they did; one goes on until its gate is opened, and tells all the while."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.began: list[str] = []
        self.gate = threading.Event()

    def quick(self, key: str) -> Task:
        return Task(key, lambda told: self.done.append(key))

    def long(self, key: str) -> Task:
        def work(told: Told) -> None:
            self.began.append(key)
            while not self.gate.wait(0.005):
                told(1, 4, "windows")
            self.done.append(key)

        return Task(key, work)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_tasks_are_done_in_order_and_then_nothing_stands(bench: Bench) -> None:
    worker = Worker()
    worker.ask("a", [bench.quick("one"), bench.quick("two")])
    wait_for(lambda: bench.done == ["one", "two"])
    wait_for(lambda: worker.standing("two").state == "none")


def test_a_newer_question_takes_the_place_of_an_older_one(bench: Bench) -> None:
    worker = Worker()
    worker.ask("a", [bench.long("old"), bench.quick("never")])
    wait_for(lambda: worker.standing("old").state == "working" and worker.standing("old").share == 0.25)
    assert worker.standing("never").state == "waiting"
    worker.ask("a", [bench.quick("new")])
    wait_for(lambda: bench.done == ["new"])
    assert worker.standing("old").state == worker.standing("never").state == "none"


def test_what_another_session_wants_too_is_not_ended(bench: Bench) -> None:
    worker = Worker()
    worker.ask("a", [bench.long("shared")])
    wait_for(lambda: bench.began == ["shared"])
    worker.ask("b", [bench.long("shared")])
    worker.ask("a", [bench.quick("new")])
    bench.gate.set()
    wait_for(lambda: bench.done == ["shared", "new"])


def test_sessions_take_turns(bench: Bench) -> None:
    worker = Worker()
    worker.ask("a", [bench.long("first"), bench.quick("a2"), bench.quick("a3")])
    wait_for(lambda: bench.began == ["first"])
    worker.ask("b", [bench.quick("b1"), bench.quick("b2")])
    bench.gate.set()
    wait_for(lambda: len(bench.done) == 5)
    assert bench.done == ["first", "b1", "a2", "b2", "a3"]


@pytest.mark.parametrize(
    ("error", "said"),
    [(ToolmarkError("The run is gone."), "The run is gone."), (ValueError("odd"), "could not be worked out")],
)
def test_a_failure_is_said_and_not_tried_again_unasked(bench: Bench, error: Exception, said: str) -> None:
    worker, tries = Worker(), []

    def fail(told: Told) -> None:
        tries.append(1)
        raise error

    worker.ask("a", [Task("bad", fail), bench.quick("good")])
    wait_for(lambda: bench.done == ["good"])
    assert worker.standing("bad").state == "failed"
    assert said in worker.standing("bad").sentence
    worker.ask("a", [Task("bad", fail), bench.quick("again")])
    wait_for(lambda: bench.done == ["good", "again"])
    assert len(tries) == 1
    worker.forgive("bad")
    worker.ask("a", [Task("bad", fail)])
    wait_for(lambda: len(tries) == 2)
