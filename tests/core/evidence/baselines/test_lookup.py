from collections.abc import Callable

import pytest

from core.evidence.baselines.lookup import PrefixLookup, clock_answers
from core.gcode.tokens import SpelledScheme
from core.recordings.windows import Windows

Make = Callable[..., Windows]


def test_prefix_lookup_answers_the_usual_next_token(scheme: SpelledScheme, make_windows: Make) -> None:
    train = make_windows(["G1 X1", "G1 X1", "G1 Y2", "G1 Y2", "G1 Y2"], operations=[0, 0, 0, 1, 1])
    test = make_windows(["G1 Y2", "G1 X1"], operations=[0, 1])
    answers = PrefixLookup.fit(train, with_position=False).answers(test, scheme)
    assert answers.forced is not None
    g1, x, one = scheme.encode("G1 X1")
    _, y, two = scheme.encode("G1 Y2")
    # operation 0 usually goes on with X; given the true Y, its 2 follows
    assert answers.forced[0, :4].tolist() == [g1, x, two, 2]
    # operation 1 never saw X: the prefix G1 X is known from the other operation
    assert answers.forced[1, :4].tolist() == [g1, y, one, 2]
    assert answers.forced[:, 4:].max() == 0
    assert answers.lines == ("G1 X1", "G1 Y2")


def test_position_is_used_where_it_was_seen(scheme: SpelledScheme, make_windows: Make) -> None:
    train = make_windows(["G1 X1", "M30", "M30"], operations=[0, 0, 0], start_rows=[0, 160, 176])
    test = make_windows(["G1 X1"] * 3, operations=[0, 0, 0], start_rows=[0, 15, 400])
    answers = PrefixLookup.fit(train, with_position=True).answers(test, scheme)
    assert answers.method == "prefix lookup with position"
    assert answers.lines == ("G1 X1", "G1 X1", "M30")


def test_free_running_lookup_stops_at_the_width(scheme: SpelledScheme, make_windows: Make) -> None:
    train = make_windows(["G1 X1 Y2 Z3"])
    answers = PrefixLookup.fit(train, with_position=False).answers(train, scheme)
    assert answers.lines == ("G1 X1 Y2 Z3",)


@pytest.mark.parametrize(("start_row", "line"), [(0, "G1 X1"), (16, "M30"), (30, "M30"), (8, "G1 X1")])
def test_clock_reads_the_nearest_row(
    scheme: SpelledScheme, make_windows: Make, start_row: int, line: str
) -> None:
    train = make_windows(
        ["G1 X1", "G1 X1", "G1 Y2", "M30", "G1 Y2"], operations=[0, 0, 0, 0, 1], start_rows=[0, 0, 0, 16, 0]
    )
    test = make_windows(["M30"], operations=[0], start_rows=[start_row])
    assert clock_answers(train, test, scheme).lines == (line,)


def test_clock_without_the_operation_answers_the_usual_line(
    scheme: SpelledScheme, make_windows: Make
) -> None:
    train = make_windows(["G1 X1", "M30", "M30"])
    assert clock_answers(train, make_windows(["M30"], operations=[7]), scheme).lines == ("M30",)
