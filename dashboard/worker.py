"""Work that a page waits for and that need not outlive the server: one thread does it, for all sessions in turn.

What a session asks replaces what it asked before; work that nobody asks for any more ends where it stands.
"""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import torch

from core.errors import ToolmarkError

State = Literal["none", "waiting", "working", "failed"]
# done, total, of what
Told = Callable[[int, int, str], None]
# so many sessions are worked for, and so many failures remembered; the oldest are forgotten
MOST_SESSIONS = 32
MOST_FAILURES = 64
# a thread that has nothing to do for so long ends
IDLE_S = 60.0
_LOG = logging.getLogger(__name__)


class SupersededError(Exception):
    """Nobody asks for this any more."""


@dataclass(frozen=True)
class Task:
    """Something to be done; `key` tells it from everything else. `work` tells how far it is, and keeps its result."""

    key: str
    work: Callable[[Told], None]


@dataclass(frozen=True)
class Standing:
    """How a task stands; sentence: why it failed."""

    state: State = "none"
    done: int = 0
    total: int = 0
    what: str = ""
    sentence: str = ""

    @property
    def share(self) -> float:
        """How much is done, 0 to 1."""
        return min(1.0, self.done / self.total) if self.total else 0.0


class Worker:
    """One thread beside the pages, and what the sessions want of it."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._wanted: OrderedDict[str, tuple[Task, ...]] = OrderedDict()
        self._failed: OrderedDict[str, str] = OrderedDict()
        self._now: Task | None = None
        self._told = Standing()
        self._thread: threading.Thread | None = None

    def ask(self, session: str, tasks: Sequence[Task]) -> None:
        """Want these of now on, in this order, in place of what the session wanted before."""
        with self._changed:
            left = tuple(task for task in tasks if task.key not in self._failed)
            if not left:
                self._wanted.pop(session, None)
                return
            new = session not in self._wanted
            self._wanted[session] = left
            if new:
                # who asks anew comes before who has been worked for
                self._wanted.move_to_end(session, last=False)
            while len(self._wanted) > MOST_SESSIONS:
                self._wanted.popitem()
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="scoring", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def standing(self, key: str) -> Standing:
        """How the task of a key stands."""
        with self._changed:
            if self._now is not None and self._now.key == key:
                return self._told
            if key in self._failed:
                return Standing("failed", sentence=self._failed[key])
            return Standing("waiting" if self._asked_for(key) else "none")

    def forgive(self, key: str) -> None:
        """Let a task that failed be asked for again."""
        with self._changed:
            self._failed.pop(key, None)

    def _asked_for(self, key: str) -> bool:
        return any(task.key == key for tasks in self._wanted.values() for task in tasks)

    def _serve(self) -> None:
        # the other threads draw pages: they are not to wait for this one's
        torch.set_num_threads(1)
        while (task := self._next()) is not None:
            try:
                task.work(self._tell)
            except SupersededError:
                continue
            except ToolmarkError as error:
                self._fail(task, str(error))
            except Exception as error:
                _LOG.exception("a task of the pages failed")
                self._fail(task, f"This could not be worked out: {error!r}.")
            self._done(task)

    def _next(self) -> Task | None:
        """The next task, waited for; None where there was none for a while, and the thread is to end."""
        with self._changed:
            self._now = None
            if not self._changed.wait_for(lambda: bool(self._wanted), timeout=IDLE_S):
                self._thread = None
                return None
            # who was worked for goes to the end of the line
            session, tasks = next(iter(self._wanted.items()))
            self._wanted.move_to_end(session)
            self._now, self._told = tasks[0], Standing("working")
            return tasks[0]

    def _tell(self, done: int, total: int, what: str) -> None:
        with self._changed:
            if self._now is None or not self._asked_for(self._now.key):
                raise SupersededError
            self._told = Standing("working", done, total, what)

    def _fail(self, task: Task, sentence: str) -> None:
        with self._changed:
            self._failed[task.key] = sentence
            while len(self._failed) > MOST_FAILURES:
                self._failed.popitem(last=False)

    def _done(self, task: Task) -> None:
        with self._changed:
            for session, tasks in list(self._wanted.items()):
                left = tuple(each for each in tasks if each.key != task.key)
                if left:
                    self._wanted[session] = left
                else:
                    del self._wanted[session]
