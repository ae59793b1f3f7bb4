import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.recordings.clock import parse_times

FORMATS = ("HH:MM:SS.mmm", "MM:SS.m")


@pytest.mark.parametrize(
    ("cells", "name", "expected"),
    [
        (["14:34:23.365", "14:34:23.624"], "HH:MM:SS.mmm", [0, 0.259]),
        (["26:48.4", "26:48.9", "26:49"], "MM:SS.m", [0, 0.5, 0.6]),
        (["23:59:59.900", "00:00:00.150"], "HH:MM:SS.mmm", [0, 0.25]),
        (["59:59.8", "00:00.3", "00:00.8"], "MM:SS.m", [0, 0.5, 1.0]),
    ],
)
def test_published_formats(cells: list[str], name: str, expected: list[float]) -> None:
    times = parse_times(pd.Series(cells), FORMATS, 0.257)
    assert (times.format, times.bad) == (name, 0)
    np.testing.assert_allclose(times.time_s, expected, atol=1e-6)


def test_a_few_bad_cells_are_interpolated() -> None:
    times = parse_times(pd.Series(["00:00:01", None, "00:00:03", "soon", "00:00:05"]), FORMATS, 0.257)
    assert times.bad == 2
    np.testing.assert_allclose(times.time_s, [0, 1, 2, 3, 4])


def test_an_unknown_format_counts_rows() -> None:
    times = parse_times(pd.Series(["Monday", "Tuesday", "Wednesday"]), FORMATS, 0.25)
    assert times.format is None
    np.testing.assert_allclose(times.time_s, [0, 0.25, 0.5])


def test_seconds_and_dates() -> None:
    np.testing.assert_allclose(parse_times(pd.Series([5.0, 5.5]), ("seconds",), 0.1).time_s, [0, 0.5])
    dates = pd.Series(pd.to_datetime(["2025-01-01 10:00:00", "2025-01-01 10:00:02"]))
    np.testing.assert_allclose(parse_times(dates, FORMATS, 0.1).time_s, [0, 2])


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 86_399_999), st.lists(st.integers(1, 3_600_000), min_size=1, max_size=20))
def test_time_never_goes_back_over_midnight(start: int, steps: list[int]) -> None:
    clock = [ms % 86_400_000 for ms in np.cumsum([start, *steps]).tolist()]
    cells = [f"{m // 3600000:02d}:{m // 60000 % 60:02d}:{m // 1000 % 60:02d}.{m % 1000:03d}" for m in clock]
    times = parse_times(pd.Series(cells), FORMATS, 0.257)
    np.testing.assert_allclose(np.diff(times.time_s), np.array(steps) / 1000, atol=1e-6)
