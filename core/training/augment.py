"""Taking whole boards and modalities away at random, so that a missing one is something the model has met."""

import torch
from torch import Tensor

from core.recordings.machine import Machine


def channel_groups(channels: tuple[str, ...], machine: Machine) -> Tensor:
    """Membership `[G, C]` float32 of the channels in their boards and modalities; a lone channel is its own board."""
    names: dict[str, list[int]] = {}
    for index, channel in enumerate(channels):
        board = machine.board(channel) or channel
        names.setdefault(f"board {board}", []).append(index)
        names.setdefault(f"modality {machine.modality(channel)}", []).append(index)
    groups = torch.zeros(len(names), len(channels))
    for row, members in enumerate(names.values()):
        groups[row, members] = 1.0
    return groups


def drop_groups(present: Tensor, groups: Tensor, share: float) -> Tensor:
    """Live channels `[B, C]` after each group was taken away with probability `share`.

    Boards stand before the modalities in no order; a modality goes with a third of a board's probability, since
    it takes a channel from every board at once.
    """
    if share <= 0:
        return present
    taken = torch.rand(len(present), len(groups)) < share
    return present & ~(taken.to(groups.dtype) @ groups > 0)
