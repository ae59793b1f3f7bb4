"""Statistics of channels in runs, and the table of them."""

from pathlib import Path

import numpy as np
import pytest

from core.recordings.run_statistics import (
    STATISTICS,
    statistics_of,
    statistics_of_values,
    table_of_store,
)
from core.recordings.store import import_runs
from tests.core.recordings.made_runs import CHANNELS, run_of


def test_statistics_are_what_they_are_called() -> None:
    values = np.array([[1, np.nan], [3, np.nan], [2, 5], [2, 5]] * 4, dtype=np.float32)
    first, second = statistics_of_values(values)
    found = dict(zip(STATISTICS, first.tolist(), strict=True))
    assert found["mean"] == pytest.approx(2)
    assert found["range"] == pytest.approx(2)
    assert found["rms"] == pytest.approx(np.sqrt(4.5))
    assert found["live"] == 1
    assert found["change"] == pytest.approx(np.sqrt(np.mean(np.diff(values[:, 0]) ** 2)))
    assert second[STATISTICS.index("live")] == 0.5
    assert second[STATISTICS.index("change")] == 0


def test_a_board_that_froze_early_has_no_statistic_but_how_long_it_lived() -> None:
    found = statistics_of(run_of("a", 0, frozen_from=20), CHANNELS)
    assert np.isnan(found[0, : len(STATISTICS) - 1]).all()
    assert found[0, STATISTICS.index("live")] == pytest.approx(0.21, abs=0.011)
    assert np.isfinite(found[3]).all(), "a motor is no board"


def test_statistics_of_a_range_are_those_of_its_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    run = run_of("a", 0)
    expected = statistics_of_values(run.columns.values(CHANNELS, 20, 59).T)
    monkeypatch.setattr("core.recordings.run_statistics.MOST_CELLS", 50)
    np.testing.assert_allclose(statistics_of(run, CHANNELS, (20, 59)), expected)
    assert statistics_of(run, ("frame_r1.Ax",))[0, STATISTICS.index("live")] == 0, "not recorded"


def test_the_table_of_a_store_is_made_once(
    runs_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = import_runs([runs_folder], tmp_path / "store")
    seen: list[int] = []
    made = table_of_store(store, tmp_path / "kept", progress=lambda done, total: seen.append(total))
    assert seen == [len(store.names)] * len(store.names)
    again = table_of_store(store, tmp_path / "kept", progress=lambda done, total: pytest.fail("made again"))
    np.testing.assert_array_equal(made.values, again.values)
    assert (again.runs, again.operations, again.channels) == (made.runs, made.operations, made.channels)
    file = next((tmp_path / "kept").iterdir())
    file.write_bytes(file.read_bytes()[:200])
    assert table_of_store(store, tmp_path / "kept").runs == made.runs, "a damaged table is made anew"
