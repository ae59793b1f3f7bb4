import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.evidence.baselines.warping import accumulate, band_costs, best_end, trace_back, warp_to_many


def _series(values: list[float]) -> np.ndarray:
    return np.array(values, np.float32)[:, None]


def _plain(run: np.ndarray, other: np.ndarray, band: int) -> np.ndarray:
    """The textbook recurrence, cell by cell."""
    total = np.full((len(run), len(other)), np.inf)
    for i in range(len(run)):
        for j in range(max(0, i - band), min(len(other), i + band + 1)):
            before = [total[i - 1, j] if i else np.inf, total[i, j - 1] if j else np.inf]
            before.append(total[i - 1, j - 1] if i and j else np.inf)
            best = 0.0 if i == j == 0 else min(before)
            total[i, j] = ((run[i] - other[j]) ** 2).mean() + best
    return total


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.integers(-5, 5), min_size=1, max_size=12),
    st.lists(st.integers(-5, 5), min_size=1, max_size=12),
    st.integers(1, 4),
)
def test_band_equals_the_textbook(run: list[int], other: list[int], band: int) -> None:
    ours, theirs = _series([float(v) for v in run]), _series([float(v) for v in other])
    cells = accumulate(band_costs(ours, theirs, np.array([True]), band)[None])[0]
    plain = _plain(ours, theirs, band)
    for i in range(len(run)):
        for k in range(2 * band + 1):
            j = i + k - band
            expected = plain[i, j] if 0 <= j < len(other) else np.inf
            assert cells[i, k] == pytest.approx(expected, abs=1e-6)


def test_a_delayed_run_finds_its_partners() -> None:
    signal = np.sin(np.arange(40) / 3)
    delayed = np.concatenate([np.repeat(signal[:1], 2), signal])
    [warping] = warp_to_many(_series(list(delayed)), [_series(list(signal))], np.array([[True]]), 4, 2.0)
    assert warping is not None
    assert warping.partner[5:40].tolist() == list(range(3, 38))


def test_rows_beyond_the_other_run_have_no_partner_and_cost() -> None:
    short, long = _series([1.0, 2.0, 3.0, 4.0]), _series([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0])
    [warping] = warp_to_many(long, [short], np.array([[True]]), 1, 2.0)
    [same] = warp_to_many(short, [short], np.array([[True]]), 1, 2.0)
    assert warping is not None
    assert same is not None
    assert warping.partner[:4].tolist() == [0, 1, 2, 3]
    assert (warping.partner[5:] == -1).all()
    assert warping.score > same.score == 0.0


def test_only_shared_channels_are_compared() -> None:
    run = np.array([[0.0, 9.0], [1.0, 9.0]], np.float32)
    other = np.array([[0.0, -9.0], [1.0, -9.0]], np.float32)
    shared = np.array([[True, False], [True, True]])
    one, both = warp_to_many(run, [other, other], shared, 1, 2.0)
    assert one is not None
    assert both is not None
    assert one.score == 0.0 < both.score


def test_trace_starts_at_the_first_rows() -> None:
    cells = accumulate(band_costs(_series([0, 0, 1]), _series([0, 1]), np.array([True]), 1)[None])[0]
    score, i, k = best_end(cells, 2, 2.0)
    assert score == 0.0
    assert trace_back(cells, (i, k)).tolist() == [0, 0, 1]
