from pathlib import Path

import pyarrow.parquet as pq
import pytest

from core.evidence.readings.filters import Filter, parse
from core.evidence.readings.opened import OpenReadings
from core.evidence.review import queue
from core.evidence.review.queue import QUEUES, Progress, narrowed, ordered
from core.evidence.review.sample import DISPUTED, audit, draw, exact_interval, opinion
from tests.core.evidence.readings.made_tables import made_table


@pytest.fixture
def table(tmp_path: Path) -> OpenReadings:
    file = tmp_path / "made.parquet"
    pq.write_table(made_table(4, runs=12, windows=9), file)
    return OpenReadings.load([file])


def test_a_sample_is_the_same_everywhere_and_a_larger_one_begins_with_it(table: OpenReadings) -> None:
    small, large = draw(table, Filter(), 10, 7), draw(table, Filter(), 25, 7)
    assert large[:10].equals(small)
    assert not draw(table, Filter(), 10, 8).equals(small)
    assert len(draw(table, Filter(), 10_000, 7)) == table.windows
    faces = draw(table, parse("operation:face").filter, 5, 7)
    assert set(faces["rid"]) <= set(ordered(table, parse("operation:face").filter)["rid"])


def test_every_window_is_drawn_equally_often(table: OpenReadings) -> None:
    drawn = [rid for seed in range(300) for rid in draw(table, Filter(), 10, seed)["rid"]]
    expected = 3000 / table.windows
    counts = [drawn.count(rid) for rid in range(table.windows)]
    assert max(abs(count - expected) for count in counts) < 5 * expected**0.5


def test_the_interval_is_the_published_one() -> None:
    # Clopper and Pearson 1934; the rule of three where nothing was found: 1 - 0.025 ** (1 / n)
    none = exact_interval(0, 20)
    assert (none.value, none.low) == (0, 0)
    assert none.high == pytest.approx(1 - 0.025 ** (1 / 20))
    some = exact_interval(10, 100)
    assert (some.low, some.high) == pytest.approx((0.0490, 0.1762), abs=1e-4)
    assert exact_interval(5, 5).high == 1
    assert exact_interval(0, 0).low is None


def test_an_audit_counts_what_was_said_and_what_was_skipped(table: OpenReadings) -> None:
    drawn = draw(table, Filter(), 6, 1)
    windows = list(zip(drawn["run"], drawn["start_row"], strict=True))
    said = {
        windows[0]: "agree",
        windows[1]: "label wrong",
        windows[4]: "label wrong",
        ("elsewhere", 0): "agree",
    }
    found = audit(drawn, table.windows, said)
    assert (found.drawn, found.judged, found.skipped) == (6, 3, 2)
    assert found.total("label wrong") == 2
    assert found.share("label wrong").value == pytest.approx(2 / 3)
    assert sum(sum(of.values()) for of in found.counts.values()) == 3


def test_the_opinion_is_that_of_most() -> None:
    assert opinion(["agree", "unclear", "agree"]) == "agree"
    assert opinion(["agree", "unclear"]) == DISPUTED


def test_a_queue_is_narrowed_by_a_filter_that_has_the_last_word(table: OpenReadings) -> None:
    found = narrowed(QUEUES["doubtful"], parse("labelled:no operation:face G1").filter)
    assert str(found) == str(parse("labelled:no operation:face G1").filter)
    assert "confident" in str(narrowed(QUEUES["confident"], parse("operation:face").filter))
    unsure = ordered(table, QUEUES["doubtful"].wanted, QUEUES["doubtful"].sort)
    assert 0 < len(unsure) < table.windows


def test_chosen_windows_are_found_beyond_where_a_queue_is_cut(
    table: OpenReadings, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = list(ordered(table, Filter())[["run", "start_row"]].itertuples(index=False, name=None))
    monkeypatch.setattr(queue, "MOST_WINDOWS", 3)
    assert len(ordered(table, Filter())) == 4, "one more tells that it is cut"
    last = ordered(table, Filter(), among=[pairs[-1], ("no run", 0)])
    assert list(zip(last["run"], last["start_row"], strict=True)) == [pairs[-1]]
    assert ordered(table, Filter(), among=[]).empty


def test_the_queue_leads_on_to_what_has_no_verdict() -> None:
    windows = [("a", row) for row in range(4)]
    way = Progress(windows, {("a", 1), ("a", 3)}, 0)
    assert way.left == 2
    assert way.onward() == ("a", 2)
    assert way.beside(1) == ("a", 1)
    assert way.beside(-1) is None
    assert Progress(windows, {("a", 3)}, 2).onward() == ("a", 0)
    assert Progress(windows, set(windows), 2).onward() is None
    assert Progress(windows, {("a", 0), ("a", 1), ("a", 3)}, 2).onward() is None
    assert Progress(windows, set(), None).onward() == ("a", 0)
    assert Progress([], set(), None).beside(1) is None
