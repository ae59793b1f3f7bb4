"""Tests of `core.evidence.ablation.naming`: as few names as can be, for just the channels that are meant."""

import pytest

from core.evidence.ablation.naming import channels_of, fewest_names
from core.model.bundle import Bundle, load_bundle
from tests.pipeline import Pipeline


@pytest.fixture(scope="module")
def bundle(pipeline: Pipeline) -> Bundle:
    return load_bundle(pipeline.bundle)


@pytest.mark.parametrize(
    ("meant", "named"),
    [
        ((), ()),
        (("frame_l1",), ("frame_l1",)),
        (("magnetometer",), ("magnetometer",)),
        (("frame_l1.Ax",), ("frame_l1.Ax",)),
        (("gyro", "sound", "frame_l2"), ("gyro", "frame_l2", "sound")),
        (("frame_l1", "frame_l2.Ax", "spindle"), ("frame_l1", "frame_l2.Ax", "spindle")),
    ],
)
def test_modalities_and_boards_are_named_where_all_of_one_is_meant(
    bundle: Bundle, meant: tuple[str, ...], named: tuple[str, ...]
) -> None:
    channels = channels_of(bundle, meant)
    found = fewest_names(bundle, channels)
    assert set(found) == set(named)
    assert channels_of(bundle, found) == channels


def test_all_but_one_channel_is_named_without_it(bundle: Bundle) -> None:
    every = frozenset(bundle.inputs.channels)
    left = every - {"frame_l2.Ax"}
    found = fewest_names(bundle, left)
    assert channels_of(bundle, found) == left
    assert "frame_l2" not in found and "accelerometer_x" not in found
