from pathlib import Path

import numpy as np
import pytest

from core.recordings import pyramid as pyramid_module
from core.recordings import stored_traces
from core.recordings import traces as traces_module
from core.recordings.clock_gaps import clock_gaps
from core.recordings.pyramid import DESCRIPTION, PyramidError, open_pyramid
from core.recordings.store import Store, StoreError, import_runs
from core.recordings.traces import Traces
from tests.synthetic import run_frame, write_run


@pytest.fixture
def long_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store in which every run of more than a hundred rows is long, and its close-ups are of 60 rows at most."""
    monkeypatch.setattr(stored_traces, "LONG_ROWS", 100)
    monkeypatch.setattr(traces_module, "READ_ROWS", 60)
    monkeypatch.setattr(pyramid_module, "TOP_BUCKETS", 4)
    monkeypatch.setattr("core.recordings.run_file.GROUP_ROWS", 50)
    frame = run_frame(rows=600)
    frame.loc[100:180, "frame_l2.Gx"] = np.nan
    frame.loc[333, "spindle"] = 99.0
    frame.to_csv(tmp_path / "face_001_aligned.csv", index=False)
    return import_runs([tmp_path / "face_001_aligned.csv"], tmp_path / "store")


def test_a_long_run_is_drawn_as_an_open_one(long_store: Store) -> None:
    stored, opened = long_store.traces("face_001"), Traces.of(long_store.recording("face_001"))
    assert stored.recording is None
    assert stored.pyramid is not None
    assert (stored.channels, stored.n_rows, stored.frozen) == (opened.channels, opened.n_rows, opened.frozen)
    np.testing.assert_allclose(stored.seconds, opened.seconds)
    for name in ("spindle", "frame_l2.Gx", "spindle1.Ax"):
        np.testing.assert_allclose(stored.spread(name), opened.spread(name), rtol=1e-6)
    for one, other in zip(stored.lanes, opened.lanes, strict=True):
        assert (one.name, one.texts, one.kinds) == (other.name, other.texts, other.kinds)
        np.testing.assert_array_equal(one.starts, other.starts)
        np.testing.assert_array_equal(one.codes, other.codes)


def test_close_up_every_row_is_read_and_from_afar_the_extremes(long_store: Store) -> None:
    traces, values = (
        long_store.traces("face_001"),
        long_store.recording("face_001").matrix(("spindle", "frame_l2.Gx")),
    )
    close = traces.view(("spindle", "frame_l2.Gx"), 90, 140, 400)
    assert close.rows_a_point == 1
    for place, trace in enumerate(close.traces):
        np.testing.assert_array_equal(trace.points.values, values[90:141, place])
    assert (close.traces[1].holes.tolist(), close.traces[1].missing) == ([[100, 140]], 41)
    far = traces.view(("spindle", "frame_l2.Gx"), 0, 599, 40)
    assert far.rows_a_point == 15
    assert float(np.nanmax(far.traces[0].points.values)) == 99.0
    assert far.traces[1].missing == 81
    begin, end = far.traces[1].holes[0].tolist()
    # from afar a hole is as long as the buckets that are all empty
    assert 100 <= begin <= end <= 180


@pytest.mark.parametrize("width", [5, 17, 300])
def test_every_view_from_afar_holds_the_extremes_of_its_rows(long_store: Store, width: int) -> None:
    traces = long_store.traces("face_001")
    values = long_store.recording("face_001").channel("frame_l2.Ax")
    for first, last in ((0, 599), (37, 401), (500, 599)):
        own = traces.view(("frame_l2.Ax",), first, last, width).traces[0].points.values
        assert np.nanmin(own) <= values[first : last + 1].min()
        assert np.nanmax(own) >= values[first : last + 1].max()


def test_a_pyramid_is_made_once_and_again_where_it_is_another_runs_or_damaged(long_store: Store) -> None:
    folder = long_store.path / "traces" / "face_001"
    made = (folder / DESCRIPTION).stat().st_mtime_ns
    long_store.traces("face_001")
    assert (folder / DESCRIPTION).stat().st_mtime_ns == made
    with pytest.raises(PyramidError, match="another run"):
        open_pyramid(folder, "other")
    (folder / DESCRIPTION).write_text("{")
    assert long_store.traces("face_001").n_rows == 600
    with pytest.raises(PyramidError, match="holds no traces"):
        open_pyramid(folder / "nowhere", "any")


def test_a_store_that_cannot_be_written_to_has_its_pyramids_elsewhere(
    long_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (long_store.path / "traces" / "face_001" / DESCRIPTION).unlink()
    build = stored_traces.build

    def refuse(folder: Path, *rest: object) -> object:
        if folder.is_relative_to(long_store.path):
            raise PermissionError(13, "Permission denied")
        return build(folder, *rest)

    monkeypatch.setattr(stored_traces, "build", refuse)
    assert long_store.traces("face_001", tmp_path / "aside").n_rows == 600
    assert list((tmp_path / "aside").glob("*/seconds.npy"))
    with pytest.raises(PyramidError, match="make that folder writable"):
        long_store.traces("face_001")


def test_a_damaged_long_run_says_so(long_store: Store) -> None:
    (long_store.path / "runs" / "face_001.parquet").write_bytes(b"PAR1")
    with pytest.raises(StoreError, match="missing or damaged: import"):
        long_store.traces("face_001")


def test_an_open_run(tmp_path: Path) -> None:
    import_runs([write_run(tmp_path / "face_002_aligned.csv", rows=90)], tmp_path / "s")
    traces = Store.open(tmp_path / "s").traces("face_002")
    assert traces.pyramid is None
    view = traces.view(traces.channels[:3], -5, 10_000, 500)
    assert (view.first, view.last, view.rows_a_point) == (0, 89, 1)
    assert traces.clamped(80, 200) == (80, 89)
    assert traces.clamped(500, 700, 30) == (60, 89)
    assert traces.clamped(-9, 3, 200) == (0, 89)
    assert traces.row_at(float(traces.seconds[17])) == 17
    assert traces.frozen == {"spindle1": 6}
    assert traces.spread("spindle1.Ax").deviation >= 0


def test_gaps_of_the_clock() -> None:
    seconds = np.cumsum([0, *[0.25] * 20, 0.5, 9.0, *[0.25] * 5])
    gaps = clock_gaps(seconds)
    assert (gaps.rows.tolist(), gaps.seconds.tolist()) == ([21], [9.0])
    assert not len(clock_gaps(seconds[:1]).rows)
