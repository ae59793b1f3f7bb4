"""Boards and modalities taken away, or taken from another run at the same place: what training adds to the recordings.

A missing board is then something that the model has met, and no pattern of offsets and boards names the session.
"""

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
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


class Partners:
    """For each training window the windows of the same operation whose place differs by half a row at most."""

    def __init__(self, place: NDArray[np.float32], operation: NDArray[np.int64]) -> None:
        known = np.isfinite(place)
        key = np.where(known, np.rint(np.nan_to_num(place)).astype(np.int64), -1) * 1000 + operation
        # a window whose place is not known has only itself
        key = np.where(known, key, -1 - np.arange(len(place)))
        self.order = np.argsort(key, kind="stable")
        _, inverse, counts = np.unique(key, return_inverse=True, return_counts=True)
        self.first = np.concatenate([[0], np.cumsum(counts)])[inverse]
        self.count = counts[inverse]

    def draw(self, index: Tensor) -> Tensor:
        """A partner `[B]` for each window of `index [B]`, drawn at random, possibly the window itself."""
        windows = index.numpy()
        chosen = (torch.rand(len(windows)).numpy() * self.count[windows]).astype(np.int64)
        return torch.from_numpy(self.order[self.first[windows] + chosen])


def swap_boards(
    own: tuple[Tensor, Tensor], other: tuple[Tensor, Tensor], groups: ChannelGroups, share: float
) -> tuple[Tensor, Tensor]:
    """Rows `[B, T, C]` and live channels `[B, C]`: in a `share` of the windows, half of the boards are the other's."""
    boards = groups.members[groups.rate == 1.0]
    taken = (torch.rand(len(own[0]), len(boards)) < 0.5).to(boards.dtype) @ boards > 0
    taken &= torch.rand(len(taken), 1) < share
    return torch.where(taken[:, None], other[0], own[0]), torch.where(taken, other[1], own[1])
