"""A file read in parts is the file read at once."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.recordings import table as table_module
from core.recordings.clock import Clock, parse_times
from core.recordings.parts import FileFormat
from core.recordings.reader import read_recording
from core.recordings.recording import RecordingError
from core.recordings.resample import Resampler, Rows, joined
from core.recordings.source import content_digest
from core.recordings.table import Table
from tests.synthetic import write_run


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_module, "LEAST_PART_ROWS", 7)
    monkeypatch.setattr(table_module, "PART_CELLS", 1)


@pytest.mark.parametrize("name", ["face_001.csv", "face_001.csv.gz"])
def test_parts_make_the_same_run(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write_run(tmp_path / name, rows=100)
    whole = read_recording(file)
    monkeypatch.setattr(table_module, "LEAST_PART_ROWS", 7)
    monkeypatch.setattr(table_module, "PART_CELLS", 1)
    parts = read_recording(file)
    np.testing.assert_array_equal(parts.values, whole.values)
    np.testing.assert_array_equal(parts.time_s, whole.time_s)
    assert parts.lines == whole.lines
    np.testing.assert_array_equal(parts.line_numbers, whole.line_numbers)


@pytest.mark.usefixtures("small_parts")
def test_the_row_of_a_bad_cell_is_counted_over_the_parts(tmp_path: Path) -> None:
    file = write_run(tmp_path / "face_001.csv", rows=50)
    frame = pd.read_csv(file).astype({"spindle": object})
    frame.loc[30, "spindle"] = "high"
    frame.to_csv(file, index=False)
    with pytest.raises(RecordingError, match="'high' in the number column 'spindle', row 31 "):
        read_recording(file)


@pytest.mark.usefixtures("small_parts")
def test_the_digest_is_that_of_the_whole_file(tmp_path: Path) -> None:
    file = write_run(tmp_path / "face_001.csv", rows=50)
    table = Table(file, FileFormat())
    assert sum(len(part) for part in table.parts()) == 50
    assert table.digest == content_digest(file)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ({"delimiter": ";", "decimal": ","}, "t;a\n0;1,5\n1;2,5\n"),
        ({"delimiter": " "}, "t  a\n0  1.5\n1 2.5\n"),
        ({"delimiter": "\t"}, "t\ta\n0\t1.5\n1\t2.5\n"),
        ({"skip_lines": 2}, "made by\nnobody\nt,a\n0,1.5\n1,2.5\n"),
        ({"skip_after_header": 1}, "t,a\ns,A\n0,1.5\n1,2.5\n"),
        ({"comment": "#"}, "# one\n# two\nt,a\n0,1.5\n1,2.5\n"),
        ({}, "t,a,\n0,1.5,\n1,2.5,\n"),
        ({}, "t,a\n0,1.5,\n1,2.5,\n"),
        ({"encoding": "utf-16"}, "t,a\n0,1.5\n1,2.5\n"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_formats_and_line_ends(tmp_path: Path, form: dict[str, object], text: str, end: str) -> None:
    file = tmp_path / "a.csv"
    described = FileFormat.model_validate(form)
    file.write_bytes(text.replace("\n", end).encode(described.encoding))
    frame = pd.concat(Table(file, described).parts())
    assert list(frame.columns[:2]) == ["t", "a"]
    assert frame["a"].tolist() == [1.5, 2.5]


def test_no_header(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("1,2\n3,4\n")
    frame = pd.concat(Table(tmp_path / "a.csv", FileFormat(header=False)).parts())
    assert list(frame.columns) == ["column_1", "column_2"]
    assert len(frame) == 2


@pytest.mark.parametrize(
    ("cells", "form", "seconds"),
    [
        ([1000, 1500, 2000], "milliseconds", [0, 0.5, 1]),
        ([5e6, 6e6, 7e6], "microseconds", [0, 1, 2]),
        ([1_700_000_000.0, 1_700_000_000.5], "epoch seconds", [0, 0.5]),
        ([1_700_000_000_000, 1_700_000_000_250], "epoch milliseconds", [0, 0.25]),
        (["2024-05-01T10:00:00", "2024-05-01T10:00:00.250"], "ISO 8601", [0, 0.25]),
        (["2024-05-01 10:00:00+02:00", "2024-05-01 10:00:02+02:00"], "ISO 8601", [0, 2]),
        (["01.05.2024 10:00:00", "01.05.2024 10:00:00.5"], "DD.MM.YYYY HH:MM:SS", [0, 0.5]),
        (["05/13/2024 23:59:59", "05/14/2024 00:00:01"], "MM/DD/YYYY HH:MM:SS", [0, 2]),
        (["10:00:00,5", "10:00:01,0"], "HH:MM:SS.mmm", [0, 0.5]),
    ],
)
def test_times_of_many_kinds(cells: list[object], form: str, seconds: list[float]) -> None:
    times = parse_times(pd.Series(cells), (form,), 1.0)
    np.testing.assert_allclose(times.time_s, seconds, atol=1e-5)
    assert times.format == form


@settings(deadline=None)
@given(
    steps=st.lists(st.integers(1, 5000), min_size=2, max_size=60),
    start=st.integers(0, 86_399_999),
    cuts=st.lists(st.integers(1, 59), max_size=4),
)
def test_a_clock_read_in_parts_is_the_clock(steps: list[int], start: int, cuts: list[int]) -> None:
    ms = [(start + sum(steps[:n])) % 86_400_000 for n in range(len(steps))]
    cells = pd.Series([f"{m // 3600000}:{m // 60000 % 60:02d}:{m / 1000 % 60:06.3f}" for m in ms])
    whole = parse_times(cells, ("HH:MM:SS.mmm",), 1.0).time_s
    clock = Clock(("HH:MM:SS.mmm",), 1.0)
    bounds = [0, *sorted({cut for cut in cuts if cut < len(cells)}), len(cells)]
    parts = [clock.seconds(cells.iloc[a:b]) for a, b in pairwise(bounds)]
    np.testing.assert_allclose(np.concatenate(parts), whole, atol=1e-6)


@settings(deadline=None)
@given(
    lengths=st.lists(st.integers(1, 40), min_size=1, max_size=6),
    period=st.sampled_from([0.1, 0.25, 1.0]),
    seed=st.integers(0, 99),
)
def test_resampling_in_parts_is_resampling_at_once(lengths: list[int], period: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = sum(lengths)
    values = rng.normal(0, 1, (n, 3)).astype(np.float32)
    values[rng.random((n, 3)) < 0.1] = np.nan
    labels, operations = rng.integers(-1, 3, n), rng.integers(-1, 2, n)
    rows = Rows(np.cumsum(rng.random(n) / 10), values, labels, rng.normal(0, 1, (n, 1)), operations)

    def run(parts: list[Rows]) -> Rows:
        resampler = Resampler(period, ["mean", "rms", "deviation"])
        made = [resampler.add(part) for part in parts]
        last = resampler.finish()
        return joined([*made, last] if last is not None else made)

    ends = np.cumsum([0, *lengths])
    whole = run([rows])
    parts = run([rows.part(slice(int(a), int(b))) for a, b in pairwise(ends)])
    for one, other in zip(whole, parts, strict=True):
        np.testing.assert_array_equal(one, other)
    bins = np.floor(rows.time_s / period + 1e-6)
    for place, at in enumerate(np.unique(bins)):
        own = rows.values[bins == at]
        with np.errstate(invalid="ignore"):
            assert len(whole) == len(np.unique(bins))
            np.testing.assert_allclose(
                whole.values[place, 0], pd.Series(own[:, 0].astype(float)).mean(), rtol=1e-4, atol=1e-6
            )
            np.testing.assert_allclose(
                whole.values[place, 2], pd.Series(own[:, 2].astype(float)).std(ddof=0), rtol=1e-4, atol=1e-6
            )
