"""Which windows a reviewer is shown, and in which order."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa

from core.evidence.readings.columns import CONFIDENT_WRONG
from core.evidence.readings.filters import Filter
from core.evidence.readings.opened import NOBODY, Hand, OpenReadings
from core.evidence.readings.sql import DEFAULT_SORT, order

# run, start row
Window = tuple[str, int]
SAMPLE, DISPUTED = "sample", "disputed"
# longer queues are cut: nobody comes to their end
MOST_WINDOWS = 20_000


@dataclass(frozen=True)
class Queue:
    """A way through the windows: the filter that it begins with, and its order."""

    name: str
    label: str
    wanted: Filter
    sort: str
    note: str


_LABELLED = Filter(choices=(("labelled", ("yes",)),))
_ALL = (
    Queue(
        "confident",
        "Confident and wrong",
        Filter(choices=(("tag", (CONFIDENT_WRONG,)),)),
        "-confidence",
        "Sure by the bundle's threshold, and neither exact nor within a row: a wrong label, or the worst of errors.",
    ),
    Queue(
        "doubtful",
        "Least sure",
        _LABELLED,
        "confidence",
        "The windows whose line the model is least sure of.",
    ),
    Queue(
        SAMPLE,
        "Random sample",
        _LABELLED,
        DEFAULT_SORT,
        "Windows drawn at random: only from these can be told how many labels, or readings, are wrong altogether.",
    ),
    Queue(DISPUTED, "Disputed", Filter(), DEFAULT_SORT, "Windows on which reviewers differ."),
    Queue("all", "All", Filter(), DEFAULT_SORT, "Every window that the filter leaves, run by run."),
)
QUEUES: Mapping[str, Queue] = {queue.name: queue for queue in _ALL}


def narrowed(queue: Queue, wanted: Filter) -> Filter:
    """What a queue asks for and what a filter asks for besides; of a field that both name, the filter's word counts."""
    own = queue.wanted
    for field in wanted.fields:
        own = own.without(field)
    return Filter((*own.choices, *wanted.choices), (*own.ranges, *wanted.ranges), wanted.text)


def ordered(
    table: OpenReadings,
    wanted: Filter,
    sort: str = DEFAULT_SORT,
    hand: Hand = NOBODY,
    among: Sequence[Window] | None = None,
) -> pd.DataFrame:
    """The filtered windows in an order: `run`, `start_row`, `result`, `rid`; only those `among` some, if it is given.

    MOST_WINDOWS at most, and one more where there are more.
    """
    condition = table.where(wanted)
    within = "" if among is None else " AND (run::VARCHAR, start_row) IN (SELECT run, start_row FROM among)"
    runs, rows = zip(*among, strict=True) if among else ((), ())
    with table.cursor(hand) as cursor:
        cursor.register(
            "among", pa.table({"run": pa.array(runs, pa.string()), "start_row": pa.array(rows, pa.int64())})
        )
        return cursor.execute(
            "SELECT run::VARCHAR AS run, start_row, result::VARCHAR AS result, rid FROM readings "
            f"WHERE {condition.sql}{within} ORDER BY {order(sort)} LIMIT {MOST_WINDOWS + 1}",
            condition.parameters,
        ).df()


@dataclass(frozen=True)
class Progress:
    """Where a reviewer stands in a queue: `place` of the window looked at, the nearest ones still to be judged."""

    windows: Sequence[Window]
    judged: Collection[Window]
    place: int | None

    @property
    def left(self) -> int:
        """How many windows have no verdict yet."""
        return sum(window not in self.judged for window in self.windows)

    def onward(self) -> Window | None:
        """The next window without a verdict, from the top again after the last; None where all have one."""
        begin = 0 if self.place is None else self.place + 1
        for window in (*self.windows[begin:], *self.windows[:begin]):
            if window not in self.judged and (self.place is None or window != self.windows[self.place]):
                return window
        return None

    def beside(self, step: int) -> Window | None:
        """The window so many places on, judged or not; None beyond the ends."""
        goal = (0 if step > 0 else None) if self.place is None else self.place + step
        return self.windows[goal] if goal is not None and 0 <= goal < len(self.windows) else None
