import threading
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.evidence.bootstrap import DRAWN_RUNS, interval, quick_interval
from core.evidence.readings import columns, questions
from core.evidence.readings.export import export
from core.evidence.readings.filters import FIELDS, NO, NONE, YES, Filter, parse
from core.evidence.readings.lanes import SEVERITY, lanes
from core.evidence.readings.opened import OpenReadings
from core.evidence.readings.sql import SORTS
from core.evidence.readings.table import ReadingsError
from tests.core.evidence.readings.made_tables import LINES, NAMES, kept, made_table, plain

QUICK = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
VALUES = {
    **{
        name: [text for text in NAMES[field.column] if text]
        for name, field in FIELDS.items()
        if field.column in NAMES
    },
    "run": ["run_0", "run_2"],
    "line": [line for line in LINES if line],
    "tag": [columns.TOP_2, columns.AMBIGUOUS, "mine"],
    "wrong": ["digits", "sign"],
    "right": ["type"],
    "missing": ["a", "b"],
}


@st.composite
def filters(draw: st.DrawFn) -> Filter:
    """A filter that leaves some of a made table."""
    choices, ranges = [], []
    # cells of a confusion are of the answers, which a made table has not
    known = [name for name, field in FIELDS.items() if field.kind != "cell"]
    for name in draw(st.lists(st.sampled_from(known), unique=True, max_size=3)):
        if FIELDS[name].kind == "range":
            low, high = sorted(draw(st.tuples(st.integers(0, 8), st.integers(0, 8))))
            ranges.append((name, (low / 8, draw(st.none() | st.just(high / 8)))))
        else:
            options = [YES, NO, NONE] if FIELDS[name].kind == "flag" else [*VALUES[name], NONE, "elsewhere"]
            choices.append((name, tuple(draw(st.lists(st.sampled_from(options), min_size=1, max_size=2)))))
    return Filter(tuple(choices), tuple(ranges), draw(st.sampled_from(["", "", "g1", "X2 Y3", "nowhere"])))


def loaded(seed: int, folder: Path, **size: int) -> tuple[OpenReadings, pd.DataFrame]:
    file = folder / f"made-{seed}.parquet"
    table = made_table(seed, **size)
    pq.write_table(table, file)
    return OpenReadings.load([file]), plain(table)


@QUICK
@given(wanted=filters(), seed=st.integers(0, 20), sort=st.sampled_from([*SORTS, *(f"-{s}" for s in SORTS)]))
def test_sql_answers_as_pandas_does(tmp_path: Path, wanted: Filter, seed: int, sort: str) -> None:
    table, frame = loaded(seed, tmp_path)
    tagged = [(frame.run[place], int(frame.start_row[place]), "mine") for place in range(0, len(frame), 4)]
    hand = table.hand(tagged)
    own = {place: {"mine"} for place in range(0, len(frame), 4)}
    left = kept(frame, wanted, own)
    shown = questions.page(table, wanted, sort, limit=1000, hand=hand)
    assert sorted(shown.rid.tolist()) == left
    assert questions.summary(table, wanted, hand).windows == len(left)
    for place, rid in enumerate(shown.rid.tolist()):
        at = questions.position(table, wanted, sort, frame.run[rid], int(frame.start_row[rid]), hand)
        assert at == place, "a row's place is its place in the order"
    facets = questions.facets(table, wanted, hand)
    for name in (*questions.FACETS, *questions.HISTOGRAMS):
        of_others = kept(frame, wanted.without(name), own)
        wrong = [place for place in of_others if frame.result[place] == columns.WRONG]
        if FIELDS[name].kind == "choice":
            assert sum(count.windows for count in facets[name]) == len(of_others)
            assert sum(count.wrong for count in facets[name]) == len(wrong)
        for count in facets[name]:
            if name not in questions.HISTOGRAMS:
                only = wanted.without(name).with_values(name, [count.value])
                assert count.windows == len(kept(frame, only, own)), f"{name}:{count.value}"
    table.close()


def test_the_order_is_the_same_whatever_the_page(tmp_path: Path) -> None:
    table, _ = loaded(3, tmp_path, runs=9)
    whole = questions.page(table, Filter(), "-confidence", limit=1000).rid.tolist()
    parts = [
        questions.page(table, Filter(), "-confidence", at, 5).rid.tolist() for at in range(0, len(whole), 5)
    ]
    assert [rid for part in parts for rid in part] == whole
    shares = questions.page(table, Filter(), "-confidence", limit=1000).confidence
    assert shares.dropna().is_monotonic_decreasing
    assert shares[shares.notna().sum() :].isna().all(), "empty cells come last"


def test_what_people_write_never_becomes_sql(tmp_path: Path) -> None:
    table, _ = loaded(1, tmp_path)
    for text in (
        'operation:"x\' OR 1=1 --"',
        'tag:"\'; DROP TABLE readings"',
        "text:\"%' OR ''='\"",
        "run:it's",
    ):
        assert questions.summary(table, parse(text).filter).windows == 0
    assert questions.summary(table, Filter()).windows == table.windows


def test_many_may_ask_at_once(tmp_path: Path) -> None:
    table, frame = loaded(5, tmp_path, runs=20)
    failed: list[BaseException] = []

    def ask(tag: str) -> None:
        try:
            hand = table.hand([(frame.run[0], 0, tag)])
            for _ in range(10):
                assert questions.summary(table, Filter((("tag", (tag,)),)), hand).windows == 1
                assert questions.facets(table, Filter(), hand)["tag"]
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=ask, args=(f"tag {number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed


def test_the_lanes_hold_every_window_of_the_runs_that_are_left(tmp_path: Path) -> None:
    table, frame = loaded(2, tmp_path, runs=6)
    wanted = Filter((("result", (columns.WRONG,)),))
    found = lanes(table, wanted, "worst")
    left = kept(frame, wanted, {})
    assert {lane.run for lane in found.lanes} == set(frame.run[left])
    assert sum(sum(lane.kept) for lane in found.lanes) == len(left)
    for lane in found.lanes:
        own = frame[frame.run == lane.run]
        assert list(lane.starts) == own.start_row.tolist()
        assert [SEVERITY[place] for place in lane.result] == own.result.tolist()
        assert [None if k < 0 else found.lines[k] for k in lane.read] == own.read_line.tolist()
    assert lanes(table, wanted, offset=100).lanes == ()


def test_an_export_holds_what_is_filtered_in_its_order(tmp_path: Path) -> None:
    table, frame = loaded(4, tmp_path)
    wanted, hand = parse("labelled:yes").filter, table.hand([(frame.run[0], 0, "mine")])
    shown = questions.page(table, wanted, "-mm", limit=1000, hand=hand)
    export(table, wanted, tmp_path / "e.csv", "csv", "-mm", hand)
    export(table, wanted, tmp_path / "e.parquet", "parquet", "-mm", hand)
    for found in (pd.read_csv(tmp_path / "e.csv"), pd.read_parquet(tmp_path / "e.parquet")):
        assert list(found.columns) == [*columns.SCHEMA.names, "hand_tags"]
        assert list(zip(found.run, found.start_row, strict=True)) == list(
            zip(shown.run, shown.start_row, strict=True)
        )


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 and then nothing")
    with pytest.raises(ReadingsError, match=r"bad\.parquet cannot be read as a table of readings"):
        OpenReadings.load([tmp_path / "bad.parquet"])


def test_many_runs_have_the_interval_that_drawing_them_again_gives() -> None:
    r = np.random.default_rng(0)
    asked = r.integers(5, 40, DRAWN_RUNS + 200).astype(np.float64)
    sums = np.stack([r.binomial(asked.astype(int), r.beta(4, 2, len(asked))), asked], axis=1).astype(
        np.float64
    )
    quick, drawn = quick_interval(sums), interval(sums)
    assert quick.value == drawn.value
    assert quick.low == pytest.approx(drawn.low, abs=0.005)
    assert quick.high == pytest.approx(drawn.high, abs=0.005)
