"""Tests of `core.evidence.ablation.combinations`: kept under names, of one machine, beside slices and tags."""

from pathlib import Path

import pytest

from core.evidence.ablation.combinations import CombinationError, Combinations
from core.evidence.ablation.removal import Removal
from core.evidence.readings.marks import Marks

FAST = Removal(("sound", "frame_l1.Ax"), "noise", 3)


def test_combinations_are_kept_renamed_and_deleted(tmp_path: Path) -> None:
    kept = Combinations(tmp_path / "marks.sqlite")
    assert kept.every("mill") == ()
    kept.keep("mill", "ears", FAST)
    kept.keep("mill", "all of gyro", Removal(("gyro",)))
    kept.keep("lathe", "ears", Removal(("sound",)))
    assert [(each.name, each.removal) for each in kept.every("mill")] == [
        ("ears", FAST),
        ("all of gyro", Removal(("gyro",))),
    ]
    kept.rename("mill", "ears", "ears and frame")
    kept.delete("mill", "all of gyro")
    assert [each.name for each in Combinations(kept.path).every("mill")] == ["ears and frame"]
    assert [each.name for each in kept.every("lathe")] == ["ears"]
    # the same file holds the slices
    Marks(kept.path).save_slice("mill", "faces", "operation:face")
    assert len(kept.every("mill")) == len(Marks(kept.path).slices("mill")) == 1


def test_no_name_is_given_twice_and_nothing_has_none(tmp_path: Path) -> None:
    kept = Combinations(tmp_path / "marks.sqlite")
    kept.keep("mill", "ears", FAST)
    kept.keep("mill", "eyes", Removal(("colour",)))
    for act in (
        lambda: kept.keep("mill", "ears", Removal(("gyro",))),
        lambda: kept.rename("mill", "eyes", "ears"),
    ):
        with pytest.raises(CombinationError, match="already"):
            act()
    with pytest.raises(CombinationError, match="take something away first"):
        kept.keep("mill", "nothing", Removal(()))
    for name in ("", "a,b", "x" * 61):
        with pytest.raises(CombinationError):
            kept.keep("mill", name, FAST)
    with pytest.raises(CombinationError, match="any more"):
        kept.rename("mill", "gone", "new")
    assert {each.name: each.removal.names for each in kept.every("mill")} == {
        "ears": FAST.names,
        "eyes": ("colour",),
    }
