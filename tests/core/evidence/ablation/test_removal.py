"""Tests of `core.evidence.ablation.removal`: what each way leaves and what it takes."""

import numpy as np
import pytest
import torch

from core.errors import ToolmarkError
from core.evidence.ablation.removal import (
    WAYS,
    WORDS,
    Removal,
    RemovalError,
    kept_alone,
    removed,
    removed_input,
)
from core.model.bundle import Bundle, load_bundle
from core.model.predict import windows_input
from core.recordings.sequences import read_splits
from core.recordings.store import Store
from core.recordings.windows import Windows
from tests.pipeline import Pipeline


@pytest.fixture(scope="module")
def bundle(pipeline: Pipeline) -> Bundle:
    return load_bundle(pipeline.bundle)


@pytest.fixture(scope="module")
def windows(pipeline: Pipeline) -> Windows:
    return read_splits(pipeline.splits).test


@pytest.mark.parametrize("way", WAYS)
def test_only_what_is_named_changes(bundle: Bundle, windows: Windows, way) -> None:
    removal = Removal(("pressure",), way)
    mask = removal.mask(bundle)
    found = removed(windows, bundle, removal)
    assert 0 < mask.sum() < len(mask) and WORDS[way]
    assert np.array_equal(found.continuous[:, :, ~mask], windows.continuous[:, :, ~mask])
    assert np.array_equal(found.present[:, ~mask], windows.present[:, ~mask])
    changed = not np.array_equal(found.continuous, windows.continuous)
    assert changed or not np.array_equal(found.present, windows.present)


def test_what_each_way_leaves(bundle: Bundle, windows: Windows) -> None:
    def own(way) -> np.ndarray:
        removal = Removal(("pressure",), way)
        return removed(windows, bundle, removal).continuous[:, :, removal.mask(bundle)]

    mask = Removal(("pressure",)).mask(bundle)
    before = windows.continuous[:, :, mask]
    assert np.allclose(own("mean").mean(axis=1), before.mean(axis=1), rtol=1e-5)
    assert np.ptp(own("mean"), axis=1).max() == 0
    assert np.array_equal(own("hold")[:, -1], before[:, 0])
    offset = own("offset")
    assert np.allclose(offset.mean(axis=1), bundle.scaler.mean[mask], atol=1e-2)
    assert np.allclose(np.diff(offset, axis=1), np.diff(before, axis=1), atol=1e-3)


def test_shuffled_windows_come_from_other_runs_and_noise_is_seeded(bundle: Bundle, windows: Windows) -> None:
    removal = Removal(("pressure",), "shuffle")
    mask = removal.mask(bundle)
    found = removed(windows, bundle, removal)
    whose: dict[bytes, set[str]] = {}
    for values, run in zip(windows.continuous[:, :, mask], windows.run, strict=True):
        whose.setdefault(values.tobytes(), set()).add(run)
    came = [whose[values.tobytes()] for values in found.continuous[:, :, mask]]
    assert all(runs - {own} for runs, own in zip(came, windows.run, strict=True))
    for way in ("shuffle", "noise"):
        again = [removed(windows, bundle, Removal(("pressure",), way, seed)) for seed in (1, 1, 2)]
        assert np.array_equal(again[0].continuous, again[1].continuous)
        assert not np.array_equal(again[0].continuous, again[2].continuous)


def test_kept_alone_is_everything_else_removed(bundle: Bundle) -> None:
    alone, gone = kept_alone(bundle, ("pressure",)).mask(bundle), Removal(("pressure",)).mask(bundle)
    assert np.array_equal(alone, ~gone)


def test_nothing_to_remove_and_unknown_names_are_said(bundle: Bundle) -> None:
    with pytest.raises(RemovalError, match="choose one of missing"):
        Removal(("pressure",), "magic")  # type: ignore[arg-type]
    with pytest.raises(ToolmarkError, match="no modality"):
        Removal(("presure",)).mask(bundle)
    with pytest.raises(RemovalError, match="reads nothing of"):
        Removal(("position",)).mask(bundle)


@pytest.mark.parametrize("way", WAYS)
def test_a_window_alone_is_read_as_among_all_others(
    bundle: Bundle, windows: Windows, pipeline: Pipeline, way
) -> None:
    """What is drawn at random is the window's own, whatever else is scored with it."""
    removal = Removal(("pressure", "frame_l2.Ax"), way, 2)
    among = removed(windows, bundle, removal, windows)
    store = Store.open(pipeline.store)
    for place in (0, len(windows) // 2, len(windows) - 1):
        run, start = str(windows.run[place]), int(windows.start_row[place])
        alone = removed_input(bundle, store.recording(run).window(start), removal, windows)
        expected = windows_input(bundle, among, slice(place, place + 1))
        assert torch.equal(alone.present, expected.present)
        assert torch.equal(alone.continuous, expected.continuous)


def test_the_noise_of_a_channel_stays_when_another_is_taken_away(bundle: Bundle, windows: Windows) -> None:
    one, both = (
        removed(windows, bundle, Removal(names, "noise")) for names in (("sound",), ("sound", "gyro"))
    )
    mask = Removal(("sound",)).mask(bundle)
    assert np.array_equal(one.continuous[:, :, mask], both.continuous[:, :, mask])
