import numpy as np
import torch

from core.model.calibration import Calibration, fit_line, fit_temperature, least_sure


def test_the_temperature_undoes_overconfidence() -> None:
    torch.manual_seed(0)
    true_logits = torch.randn(20_000, 5)
    target = torch.distributions.Categorical(logits=true_logits).sample()
    assert abs(fit_temperature(true_logits * 2.5, target) - 2.5) < 0.15
    assert abs(fit_temperature(true_logits, target) - 1.0) < 0.06


def test_a_head_that_applies_nowhere_keeps_its_logits() -> None:
    assert fit_temperature(torch.randn(3, 4), torch.full((3,), -1)) == 1.0


def test_the_line_s_logistic_gives_the_share_that_is_right() -> None:
    rng = np.random.default_rng(0)
    product = rng.uniform(0.02, 0.98, 20_000).astype(np.float32)
    right = rng.uniform(size=20_000) < product**2
    calibration = Calibration({}, fit_line(product, right))
    confidence = calibration.line_confidence(product)
    for low in (0.1, 0.4, 0.7):
        bin_ = (confidence > low) & (confidence < low + 0.2)
        assert abs(confidence[bin_].mean() - right[bin_].mean()) < 0.05


def test_it_survives_json() -> None:
    calibration = Calibration({"type": 1.2}, (0.9, -0.1))
    assert Calibration.from_json(calibration.to_json()) == calibration


def test_the_threshold_is_where_enough_of_what_is_surer_was_right() -> None:
    confidence = np.linspace(1, 0.01, 100, dtype=np.float32)
    right = np.arange(100) < 45
    found = least_sure(confidence, right, 0.9)
    assert right[confidence >= found].mean() >= 0.9
    assert right[confidence >= found - 0.011].mean() < 0.9
    assert least_sure(confidence, np.zeros(100, bool), 0.9) > 1
