import multiprocessing
import sqlite3
import time
from dataclasses import replace
from pathlib import Path

import pytest

from core.evidence.review.targets import ReviewError, Seen, Target
from core.evidence.review.verdicts import VERDICTS, WITHDRAWN, Verdicts

WINDOW = Target("window", run="face_001", start_row=64)
SEEN = Seen(bundle="b1", bundle_name="first", label="G1 X1", reading="G1 Y1", confidence=0.75)


@pytest.fixture
def kept(tmp_path: Path) -> Verdicts:
    return Verdicts(tmp_path / "deep" / "marks.sqlite")


def test_a_verdict_is_kept_with_what_was_seen(kept: Verdicts) -> None:
    given = kept.give("mill", WINDOW, "Ann", "label wrong", "see row 80", SEEN)
    (found,) = kept.holding("mill")
    assert found == given
    assert (found.verdict, found.note, found.seen) == ("label wrong", "see row 80", SEEN)
    assert kept.holding("other") == ()


def test_every_kind_of_target_is_found_again(kept: Verdicts) -> None:
    targets = [
        WINDOW,
        Target("cell", head="command", true="G1", read="G2"),
        Target("line", line="G1 X3.275", read="G1 X-0.125"),
        Target("line", line="G1 X3.275"),
        Target("run", run="face_001"),
    ]
    for target in targets:
        kept.give("mill", target, "Ann", "unclear")
    assert [entry.target for entry in kept.holding("mill")] == targets
    assert {entry.target for entry in kept.holding("mill", run="face_001")} == {targets[0], targets[4]}
    assert [entry.target for entry in kept.holding("mill", targets[1:3])] == targets[1:3]
    assert kept.holding("mill", []) == ()


@pytest.mark.parametrize(
    ("coordinates", "sentence"),
    [
        ({"kind": "window", "run": "a"}, "needs its start row"),
        ({"kind": "window", "run": "a", "start_row": -1}, "0 or more"),
        ({"kind": "cell", "head": "sign", "true": "+"}, "needs its read"),
        ({"kind": "run", "run": "a", "line": "G0"}, "has no line"),
        ({"kind": "day"}, "nothing to judge"),
    ],
)
def test_a_target_that_is_none_is_refused(coordinates: dict[str, object], sentence: str) -> None:
    with pytest.raises(ReviewError, match=sentence):
        Target(**coordinates)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("reviewer", "verdict", "note", "sentence"),
    [
        ("", "agree", "", "needs its reviewer's name"),
        ("a,b", "agree", "", "cannot be a reviewer's name"),
        (" Ann", "agree", "", "cannot be a reviewer's name"),
        ("x" * 41, "agree", "", "40 characters at most"),
        ("Ann", "right", "", "no verdict; there are agree"),
        ("Ann", WITHDRAWN, "", "no verdict"),
        ("Ann", "agree", "x" * 2001, "shorten it"),
        ("Ann", "agree", "\ud800", "no file can keep"),
    ],
)
def test_what_cannot_be_kept_is_refused_whole(
    kept: Verdicts, reviewer: str, verdict: str, note: str, sentence: str
) -> None:
    with pytest.raises(ReviewError, match=sentence):
        kept.give("mill", WINDOW, reviewer, verdict, note)
    assert kept.entries() == ()


def test_a_change_is_another_entry_and_the_last_one_holds(kept: Verdicts) -> None:
    kept.give("mill", WINDOW, "Ann", "agree", "", SEEN)
    kept.give("mill", WINDOW, "Ben", "agree", "", SEEN)
    kept.give("mill", WINDOW, "Ann", "model wrong", "looked again", SEEN)
    assert [(entry.reviewer, entry.verdict) for entry in kept.holding("mill")] == [
        ("Ben", "agree"),
        ("Ann", "model wrong"),
    ]
    assert [entry.verdict for entry in kept.history("mill", WINDOW)] == ["agree", "agree", "model wrong"]


def test_a_verdict_on_another_bundle_stands_beside(kept: Verdicts) -> None:
    kept.give("mill", WINDOW, "Ann", "agree", "", SEEN)
    kept.give("mill", WINDOW, "Ann", "model wrong", "", Seen(bundle="b2"))
    assert {(entry.seen.bundle, entry.verdict) for entry in kept.holding("mill")} == {
        ("b1", "agree"),
        ("b2", "model wrong"),
    }


def test_undo_puts_back_what_was_said_before_and_is_told_in_the_history(kept: Verdicts) -> None:
    first = kept.give("mill", WINDOW, "Ann", "agree", "fine", SEEN)
    second = kept.give("mill", WINDOW, "Ann", "unclear", "", SEEN)
    back = kept.undo(second)
    assert (back.verdict, back.note) == ("agree", "fine")
    with pytest.raises(ReviewError, match="was changed since"):
        kept.undo(second)
    kept.withdraw(back)
    assert kept.holding("mill") == ()
    assert [entry.verdict for entry in kept.history("mill", WINDOW)] == [
        "agree",
        "unclear",
        "agree",
        WITHDRAWN,
    ]
    only = kept.give("mill", WINDOW, "Ben", "agree", "", SEEN)
    assert kept.undo(only).verdict == WITHDRAWN
    assert first.number == 1


def test_a_note_never_overwrites_a_newer_verdict(kept: Verdicts) -> None:
    old = kept.give("mill", WINDOW, "Ann", "agree", "", SEEN)
    kept.give("mill", WINDOW, "Ann", "label wrong", "", SEEN)
    with pytest.raises(ReviewError, match="was changed since"):
        kept.annotate(old, "fine")
    (now,) = kept.holding("mill")
    assert now.verdict == "label wrong"
    noted = kept.annotate(now, "see row 80")
    assert (noted.verdict, noted.note, noted.seen) == ("label wrong", "see row 80", SEEN)
    with pytest.raises(ReviewError, match="shorten it"):
        kept.annotate(noted, "x" * 2001)


def test_undo_never_brings_back_what_was_said_of_another_recording(kept: Verdicts) -> None:
    before, after = replace(SEEN, data="first"), replace(SEEN, data="second", reading="G1 Z1")
    kept.give("mill", WINDOW, "Ann", "agree", "fine", before)
    of_new = kept.give("mill", WINDOW, "Ann", "unclear", "", after)
    assert kept.undo(of_new).verdict == WITHDRAWN
    assert kept.holding("mill") == ()


def test_undo_puts_back_what_was_seen_then(kept: Verdicts) -> None:
    kept.give("mill", WINDOW, "Ann", "agree", "", SEEN)
    second = kept.give("mill", WINDOW, "Ann", "unclear", "", replace(SEEN, label="G1 X2"))
    assert kept.undo(second).seen == SEEN


def test_a_clock_that_goes_back_loses_no_change(kept: Verdicts, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.give("mill", WINDOW, "Ann", "agree", "", SEEN)
    monkeypatch.setattr("core.evidence.review.verdicts.now", lambda: 1000)
    kept.give("mill", WINDOW, "Ann", "unclear", "", SEEN)
    assert [entry.verdict for entry in kept.holding("mill")] == ["unclear"]


def test_the_history_can_be_neither_changed_nor_shortened(kept: Verdicts) -> None:
    kept.give("mill", WINDOW, "Ann", "agree")
    file = sqlite3.connect(kept.path)
    for sql in ("UPDATE verdicts SET verdict = 'unclear'", "DELETE FROM verdicts"):
        with pytest.raises(sqlite3.IntegrityError, match="history of verdicts is never"):
            file.execute(sql)


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "marks.sqlite").write_text("not a database, but long enough to be looked at" * 50)
    with pytest.raises(ReviewError, match=r"marks\.sqlite cannot be used"):
        Verdicts(tmp_path / "marks.sqlite").holding("mill")


def review_until_killed(file: Path, name: str, heard: Path) -> None:
    """Give verdicts, and write down each that was said to be kept."""
    kept = Verdicts(file)
    with heard.open("wb", buffering=0) as said:
        for row in range(100_000):
            # half of the windows are judged by all, half by this reviewer alone
            target = Target("window", run="all" if row % 2 else name, start_row=row)
            entry = kept.give("mill", target, name, VERDICTS[row % 4], f"{row}", SEEN)
            said.write(f"{entry.identity}\n".encode())


def test_ten_reviewers_killed_in_the_middle_lose_nothing_that_was_confirmed(tmp_path: Path) -> None:
    file = tmp_path / "marks.sqlite"
    heard = [tmp_path / f"{number}.txt" for number in range(10)]
    forked = multiprocessing.get_context("fork")
    people = [
        forked.Process(target=review_until_killed, args=(file, f"reviewer {number}", said))
        for number, said in enumerate(heard)
    ]
    for person in people:
        person.start()
    end = time.monotonic() + 60
    while time.monotonic() < end and not all(lines_of(said) >= 10 for said in heard):
        time.sleep(0.05)
    for person in people:
        person.kill()
        person.join()
    assert all(lines_of(said) >= 10 for said in heard), "a reviewer never came to ten verdicts"
    confirmed = {line for said in heard for line in said.read_text().splitlines() if len(line) == 32}
    entries = Verdicts(file).entries()
    assert confirmed <= {entry.identity for entry in entries}
    # at most one verdict a reviewer was kept but not heard of
    assert len(entries) <= len(confirmed) + 10
    assert len(Verdicts(file).holding("mill")) == len(entries)
    assert sqlite3.connect(file).execute("PRAGMA integrity_check").fetchone() == ("ok",)


def lines_of(file: Path) -> int:
    return file.read_bytes().count(b"\n") if file.exists() else 0
