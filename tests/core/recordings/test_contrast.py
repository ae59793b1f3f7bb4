"""Statistics of channels in runs, and which channel of a run is unlike the other runs."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.recordings.contrast import FARTHEST, ContrastError, most_different, peers_of, robust_z
from core.recordings.run_statistics import (
    table_of,
)
from tests.core.recordings.made_runs import CHANNELS, MILL, run_of


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
