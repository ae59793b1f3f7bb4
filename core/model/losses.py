"""Losses of both stages."""

import torch
import torch.nn.functional as F
from torch import Tensor

from core.model.decoder import HeadLogits


def focal_loss(logits: Tensor, target: Tensor, gamma: float = 0.0, smoothing: float = 0.0) -> Tensor:
    """Mean focal loss over the positions where a head applies.

    Lin et al. 2017, equation 4, on label-smoothed cross-entropy; gamma 0 is plain cross-entropy.

    Args:
        logits: `[..., K]`.
        target: `[...]` int64 class, -1 where the head does not apply.
        gamma: how much well-classified positions are discounted.
        smoothing: share of the target spread evenly over the classes.

    Returns:
        A scalar; 0 when the head applies nowhere.
    """
    applies = target >= 0
    if not bool(applies.any()):
        return logits.sum() * 0.0
    chosen, wanted = logits[applies], target[applies]
    loss = F.cross_entropy(chosen, wanted, reduction="none", label_smoothing=smoothing)
    if gamma:
        certainty = chosen.softmax(dim=-1).gather(-1, wanted[:, None]).squeeze(-1)
        loss = loss * (1 - certainty) ** gamma
    return loss.mean()


def decoder_loss(
    logits: HeadLogits, targets: dict[str, Tensor], gamma: float, smoothing: float, digits: Tensor
) -> Tensor:
    """Sum of the heads' losses; a digit counts as one head each.

    Args:
        logits: what the decoder says, `[B, L, ...]`.
        targets: head -> `[B, L]` classes (digits `[B, L, D]`), -1 where the head does not apply.
        gamma: focal gamma.
        smoothing: label smoothing.
        digits: digit logits `[B, L, D, 10]`, continued by the digit chain where there is one.
    """
    total = torch.zeros((), device=digits.device)
    for head in ("type", "command", "param_type", "sign"):
        total = total + focal_loss(getattr(logits, head), targets[head], gamma, smoothing)
    for place in range(digits.shape[2]):
        total = total + focal_loss(digits[:, :, place], targets["digits"][:, :, place], gamma, smoothing)
    return total


def reconstruction_loss(restored: Tensor, clean: Tensor, present: Tensor) -> Tensor:
    """Mean squared error of the restored rows `[B, T, C]` over live channels `[B, C]`."""
    weight = present.to(clean.dtype)[:, None].expand_as(clean)
    return ((restored - clean) ** 2 * weight).sum() / weight.sum().clamp(min=1.0)


def place_loss(logits: Tensor, place: Tensor, program_of: Tensor, spread: float) -> Tensor:
    """Cross-entropy with a place known to about `spread` rows: a Gaussian over its neighbours in the same program.

    Args:
        logits: `[B, P]`.
        place: `[B]` fractional place, NaN = unknown.
        program_of: program of each place `[P]`.
        spread: standard deviation in rows.

    Returns:
        A scalar; 0 when no place is known.
    """
    known = torch.isfinite(place)
    if not bool(known.any()):
        return logits.sum() * 0.0
    centre = place[known, None]
    reach = max(1, round(3 * spread))
    near = centre.round().long() + torch.arange(-reach, reach + 1)
    inside = near.clamp(0, len(program_of) - 1)
    own = (near == inside) & (program_of[inside] == program_of[inside[:, reach : reach + 1]])
    weight = torch.exp(-0.5 * ((near - centre) / spread) ** 2) * own
    weight = weight / weight.sum(dim=1, keepdim=True)
    return -(weight * F.log_softmax(logits[known], dim=-1).gather(1, inside)).sum(dim=1).mean()
