import numpy as np

from core.model.scaling import Scaler


def test_live_channels_become_standard_and_the_others_zero() -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal(50, 4, (30, 64, 3)).astype(np.float32)
    present = np.ones((30, 3), dtype=bool)
    present[:, 1] = False
    present[:15, 2] = False
    rows[:15, :, 2] = 1e6
    scaled = Scaler.fit(rows, present).apply(rows, present).numpy()
    assert abs(scaled[..., 0].mean()) < 0.01
    assert abs(scaled[..., 0].std() - 1) < 0.01
    assert not scaled[..., 1].any()
    assert not scaled[:15, :, 2].any()
    assert abs(scaled[15:, :, 2].std() - 1) < 0.01


def test_a_wild_value_is_bounded() -> None:
    rows = np.random.default_rng(0).normal(0, 1, (4, 64, 1)).astype(np.float32)
    present = np.ones((4, 1), dtype=bool)
    scaler = Scaler.fit(rows, present)
    rows[0, 0, 0] = 1e9
    assert float(scaler.apply(rows, present).max()) == scaler.clip
