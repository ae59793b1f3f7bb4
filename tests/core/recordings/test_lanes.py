import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from core.recordings.lanes import BUFFERING, NOTHING, Lane, lane, lanes_of, run_lengths, thinned
from core.recordings.recording import Recording, buffering_mask

CODES = st.lists(st.tuples(st.integers(-1, 4), st.integers(1, 40)), min_size=1, max_size=80)


def rows_of(stretches: list[tuple[int, int]]) -> np.ndarray:
    return np.repeat(*np.array(stretches, dtype=np.int64).T)


def made(codes: np.ndarray) -> Lane:
    return lane("state", "State", codes, ["a", "b", "c", "d", "e"])


@given(stretches=CODES)
def test_run_lengths_are_the_rows(stretches: list[tuple[int, int]]) -> None:
    codes = rows_of(stretches)
    starts, own = run_lengths(codes)
    np.testing.assert_array_equal(np.repeat(own, np.diff(np.append(starts, len(codes)))), codes)
    assert (own[1:] != own[:-1]).all()


@settings(deadline=None)
@given(stretches=CODES, most=st.integers(3, 30), data=st.data())
def test_a_thinned_view_covers_its_rows_and_keeps_what_is_long(
    stretches: list[tuple[int, int]], most: int, data: st.DataObject
) -> None:
    codes = rows_of(stretches)
    first = data.draw(st.integers(0, len(codes) - 1))
    last = data.draw(st.integers(first, len(codes) - 1))
    found = made(codes).segments(first, last, most)
    assert (found.first[0], found.last[-1]) == (first, last)
    np.testing.assert_array_equal(found.first[1:], found.last[:-1] + 1)
    every = made(codes).segments(first, last, 10**9)
    assert found.merged.sum() == len(every.first)
    share = (last - first + 1) * 2 / most
    kept = set(zip(found.first.tolist(), found.last.tolist(), found.code.tolist(), strict=True))
    for begin, end, code in zip(every.first.tolist(), every.last.tolist(), every.code.tolist(), strict=True):
        if end - begin + 1 > share + 1:
            assert (begin, end, code) in kept
    assert len(found.first) <= 2 * most + 2


def test_a_coarse_lane_is_used_from_afar(monkeypatch) -> None:
    monkeypatch.setattr("core.recordings.lanes.MOST_STRETCHES", 100)
    codes = np.arange(4000) % 3
    own = made(codes)
    coarse = Lane(*(getattr(own, n) for n in ("name", "title", "n_rows", "starts", "codes", "texts", "kinds")),
                  coarse=own.segments(0, 3999, 400))  # fmt: skip
    far, near = coarse.segments(100, 3900, 20), coarse.segments(100, 150, 1000)
    assert (far.first[0], far.last[-1], far.merged.max() > 50) == (100, 3900, True)
    np.testing.assert_array_equal(near.code, codes[100:151])
    assert thinned(near, 10**6) is near


def test_the_lanes_of_a_recording(recording: Recording) -> None:
    found = {own.name: own for own in lanes_of(recording)}
    assert {"line", "operation", "feed", "stat"} <= set(found)
    assert not {"posx", "mpox", "line_number"} & set(found)
    line, buffering = found["line"], buffering_mask(recording)
    for row in (0, 20, recording.n_rows - 1):
        assert line.at(row) == (BUFFERING if buffering[row] else recording.lines[row])
    assert found["operation"].at(3) == "face"
    assert lane("x", "X", np.array([NOTHING]), []).at(0) is None
