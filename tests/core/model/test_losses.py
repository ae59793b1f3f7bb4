import pytest
import torch
import torch.nn.functional as F

from core.model.losses import focal_loss, reconstruction_loss


def test_without_gamma_it_is_cross_entropy_where_the_head_applies() -> None:
    logits, target = torch.randn(2, 5, 4), torch.tensor([[0, 1, 2, -1, -1], [3, -1, 0, 0, 1]])
    applies = target >= 0
    expected = F.cross_entropy(logits[applies], target[applies])
    assert float(focal_loss(logits, target)) == pytest.approx(float(expected))


@pytest.mark.parametrize("gamma", [1.0, 2.0, 3.0])
def test_gamma_discounts_by_the_certainty(gamma: float) -> None:
    logits, target = torch.tensor([[2.0, 0.0, 0.0]]), torch.tensor([0])
    certainty = float(logits.softmax(-1)[0, 0])
    expected = -((1 - certainty) ** gamma) * torch.log(torch.tensor(certainty))
    assert float(focal_loss(logits, target, gamma)) == pytest.approx(float(expected), rel=1e-5)


def test_a_head_that_applies_nowhere_costs_nothing_and_can_be_differentiated() -> None:
    logits = torch.randn(2, 3, requires_grad=True)
    loss = focal_loss(logits, torch.full((2,), -1))
    loss.backward()
    assert float(loss.detach()) == 0.0


def test_reconstruction_counts_live_channels_only() -> None:
    clean, restored = torch.zeros(1, 4, 2), torch.ones(1, 4, 2)
    restored[..., 1] = 100.0
    assert float(reconstruction_loss(restored, clean, torch.tensor([[True, False]]))) == 1.0
