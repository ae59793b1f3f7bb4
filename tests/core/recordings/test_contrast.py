"""Statistics of channels in runs, and which channel of a run is unlike the other runs."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.recordings.contrast import (
    FARTHEST,
    STATISTICS,
    ContrastError,
    most_different,
    peers_of,
    robust_z,
    statistics_of,
    statistics_of_values,
    table_of,
    table_of_store,
)
from core.recordings.machine import Machine
from core.recordings.recording import Recording
from core.recordings.store import import_runs
from core.recordings.traces import Traces

MILL = Machine.bantam()
CHANNELS = ("frame_l2.Ax", "frame_l2.Ay", "frame_l2.Az", "x_motor")


def run_of(
    name: str, seed: int, loud: float = 1.0, rows: int = 100, frozen_from: int | None = None
) -> Traces:
    values = np.random.default_rng(seed).normal(size=(rows, 4)).astype(np.float32)
    values[:, 1] *= loud
    if frozen_from is not None:
        values[frozen_from:, :3] = values[frozen_from, :3]
    recording = Recording(name, "face", MILL, np.arange(rows) / 4, CHANNELS, values, None, None, {})
    return Traces.of(recording)


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
    monkeypatch.setattr("core.recordings.contrast.MOST_CELLS", 50)
    np.testing.assert_allclose(statistics_of(run, CHANNELS, (20, 59)), expected)
    assert statistics_of(run, ("frame_r1.Ax",))[0, STATISTICS.index("live")] == 0, "not recorded"


def test_the_channel_that_is_unlike_the_others_comes_first() -> None:
    table = table_of([*(run_of(f"run {n}", n) for n in range(9)), run_of("loud", 50, loud=4)], CHANNELS)
    peers = peers_of(table, MILL, "loud", "face")
    assert peers.words == "9 other runs of face"
    ranked = most_different(table.of_run("loud"), peers.values, CHANNELS)
    assert ranked[0].channel == "frame_l2.Ay"
    assert ranked[0].z > 6
    assert ranked[0].others == 9
    assert [abs(each.z) for each in ranked] == sorted((abs(each.z) for each in ranked), reverse=True)
    only = most_different(table.of_run("loud"), peers.values, CHANNELS, "mean")
    assert {each.statistic for each in only} == {"mean"}
    assert "usually" in ranked[0].words
    assert "n = 9" in ranked[0].words


def test_a_run_is_compared_with_others_of_its_operation_else_of_its_program() -> None:
    kinds = ["damageface", *["face150025"] * 5, "face"]
    runs = [replace(run_of(f"run {n}", n), operation=kind) for n, kind in enumerate(kinds)]
    table = table_of(runs, CHANNELS)
    assert (
        peers_of(table, MILL, "run 0", "damageface").words
        == "5 other runs of face150025, damageface, one program"
    )
    assert len(peers_of(table, MILL, "run 0", None).values) == 6
    with pytest.raises(ContrastError, match="There are 0 other runs of face, and what is usual takes 5"):
        peers_of(table, MILL, "run 6", "face")


def test_how_long_a_board_lived_is_compared_where_it_is_asked_for() -> None:
    table = table_of(
        [*(run_of(f"run {n}", n) for n in range(6)), run_of("frozen", 9, frozen_from=10)], CHANNELS
    )
    peers = peers_of(table, MILL, "frozen", "face").values
    assert [each.channel for each in most_different(table.of_run("frozen"), peers, CHANNELS)] == ["x_motor"]
    assert most_different(table.of_run("frozen"), peers, CHANNELS, "live")[0].z == -FARTHEST


def test_where_all_others_are_equal_what_differs_is_as_far_as_can_be() -> None:
    others = np.ones((5, 3))
    others[:2, 2] = 2
    z = robust_z(np.array([1.0, 1.1, 3.0]), others)
    assert z[:2].tolist() == [0, FARTHEST]
    assert 0 < z[2] < FARTHEST, "the mean deviation stands for a MAD of 0"


finite = st.floats(-1e6, 1e6, width=32)


@settings(max_examples=100, deadline=None)
@given(arrays(np.float32, (7, 4), elements=finite), arrays(np.float32, 4, elements=finite))
def test_distance_knows_no_order_and_turns_with_the_sign(others: np.ndarray, value: np.ndarray) -> None:
    z = robust_z(value.astype(float), others)
    np.testing.assert_allclose(robust_z(value.astype(float), others[::-1]), z, rtol=1e-9)
    np.testing.assert_allclose(robust_z(-value.astype(float), -others), -z, rtol=1e-9)
    assert (np.abs(z) <= FARTHEST).all()


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
