"""Taking whole boards and modalities away at random, so that a missing one is something the model has met."""

from typing import NamedTuple

import torch
from torch import Tensor

from core.recordings.machine import Machine

# a modality takes a channel from every board at once, so it goes more seldom than a board
MODALITY_SHARE = 1 / 10


class ChannelGroups(NamedTuple):
    """Groups of channels that go together: membership `[G, C]`, and how often each goes, relative `[G]`."""

    members: Tensor
    rate: Tensor


def channel_groups(channels: tuple[str, ...], machine: Machine) -> ChannelGroups:
    """The boards and the modalities of the channels; a channel without a board is a board of its own."""
    groups: dict[tuple[str, str], list[int]] = {}
    for index, channel in enumerate(channels):
        groups.setdefault(("board", machine.board(channel) or channel), []).append(index)
        groups.setdefault(("modality", machine.modality(channel)), []).append(index)
    members = torch.zeros(len(groups), len(channels))
    for row, indices in enumerate(groups.values()):
        members[row, indices] = 1.0
    rate = torch.tensor([MODALITY_SHARE if kind == "modality" else 1.0 for kind, _ in groups])
    return ChannelGroups(members, rate)


def drop_groups(present: Tensor, groups: ChannelGroups, share: float) -> Tensor:
    """Live channels `[B, C]` after each board went with probability `share`, and each modality with a tenth of it."""
    if share <= 0:
        return present
    taken = torch.rand(len(present), len(groups.rate)) < share * groups.rate
    return present & ~(taken.to(groups.members.dtype) @ groups.members > 0)
