from pathlib import Path

import pytest

from core.evidence.review.listing import Asked, Desk
from core.evidence.review.targets import Seen, Target
from core.evidence.review.verdicts import Verdicts

CELL = Target("cell", head="command", true="G1", read="G2")


def window(row: int, run: str = "face_001") -> Target:
    return Target("window", run=run, start_row=row)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    kept = Verdicts(tmp_path / "marks.sqlite")
    now, before = Seen("b2", "new", "d1", "face", label="G1 X1"), Seen("b1", "old", "d1", "face")
    kept.give("mill's", window(0), "Ann", "agree", "", now)
    kept.give("mill's", window(0), "Ben", "label wrong", "odd", now)
    kept.give("mill's", window(16), "Ann", "agree", "", now)
    kept.give("mill's", window(16), "Ben", "agree", "", before)
    kept.give("mill's", window(32), "Ann", "unclear", "", Seen("b2", "new", "d0"))
    kept.give("mill's", CELL, "Ann", "model wrong", "", Seen("b2", "new"))
    kept.withdraw(kept.give("mill's", window(48), "Ann", "agree", "", now))
    kept.give("other", window(0), "Ann", "agree", "", now)
    return Desk(kept, "mill's", "b2", {"face_001": "d1"})


def test_verdicts_on_another_bundle_or_recording_are_stale(desk: Desk) -> None:
    stale = desk.page(Asked(stale="stale", sort="time"))
    assert [(entry.reviewer, entry.target.start_row, old) for entry, old in stale] == [
        ("Ben", 16, True),
        ("Ann", 32, True),
    ]
    assert desk.values()["stale"] == {"current": 4, "stale": 2}


def test_everything_can_be_asked_at_once_and_read_back_from_an_address(desk: Desk) -> None:
    asked = Asked(
        ("Ann", "Ben"), ("agree", "label wrong"), ("window",), ("face",), ("face_001",), "current", "ODD"
    )
    assert Asked.parse(str(asked)) == asked
    assert [entry.reviewer for entry, _ in desk.page(asked)] == ["Ben"]
    assert desk.count(asked) == 1
    assert Asked.parse("stale=perhaps&sort=beauty&colour=red") == Asked()
    assert not Asked(sort="time")
    assert desk.page(Asked(kind=("cell",)))[0][0].target == CELL


@pytest.mark.parametrize("sort", ["time", "reviewer", "verdict", "kind", "run", "operation", "confidence"])
def test_pages_follow_one_another_in_every_order(desk: Desk, sort: str) -> None:
    for way in (sort, f"-{sort}"):
        whole = [entry.number for entry, _ in desk.page(Asked(sort=way))]
        parts = [desk.page(Asked(sort=way), place, 2) for place in (0, 2, 4, 6)]
        assert [entry.number for part in parts for entry, _ in part] == whole
        assert len(whole) == desk.count(Asked()) == 6


def test_values_judged_and_disputed_are_of_what_holds(desk: Desk) -> None:
    assert desk.values()["reviewer"] == {"Ann": 4, "Ben": 2}
    assert desk.judged("Ann") == {("face_001", 0), ("face_001", 16)}
    assert desk.judged() == {("face_001", 0), ("face_001", 16)}
    assert desk.judged("Ben") == {("face_001", 0)}
    assert desk.disputed() == [("face_001", 0)]
    ratings = desk.ratings()
    assert len(ratings) == 4
    assert ratings[ratings.kind == "cell"].run.tolist() == [CELL.key]
