import torch

from core.recordings.machine import Machine
from core.training.augment import channel_groups, drop_groups

CHANNELS = ("frame_l2.Ax", "frame_l2.Pressure", "y_bed__1.Ax", "y_bed__1.Pressure", "spindle")


def test_boards_and_modalities_go_as_wholes() -> None:
    groups = channel_groups(CHANNELS, Machine.bantam())
    assert {tuple(row) for row in groups.members.int().tolist()} == {
        (1, 1, 0, 0, 0),
        (0, 0, 1, 1, 0),
        (0, 0, 0, 0, 1),
        (1, 0, 1, 0, 0),
        (0, 1, 0, 1, 0),
    }
    torch.manual_seed(0)
    kept = drop_groups(torch.ones(20_000, 5, dtype=torch.bool), groups, 0.3)
    # a board's channel stays if neither its board (0.3) nor its modality (0.03) went
    assert abs(kept[:, 0].float().mean() - 0.7 * 0.97) < 0.02
    together = (kept[:, 0] == kept[:, 1]).float().mean()
    apart = (kept[:, 0] == kept[:, 3]).float().mean()
    assert together > apart


def test_nothing_goes_without_a_share_and_nothing_comes_back() -> None:
    groups = channel_groups(CHANNELS, Machine.bantam())
    present = torch.tensor([[True, False, True, True, False]])
    assert torch.equal(drop_groups(present, groups, 0.0), present)
    assert not (drop_groups(present.repeat(100, 1), groups, 0.5) & ~present).any()
