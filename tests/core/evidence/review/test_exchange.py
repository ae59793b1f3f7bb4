import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from core.evidence.review.exchange import from_csv, merge, to_csv
from core.evidence.review.targets import ReviewError, Seen, Target
from core.evidence.review.verdicts import COLUMNS, VERDICTS, WITHDRAWN, Entry, Verdicts, reviewer_problem

WINDOW = Target("window", run="face_001", start_row=64)
SEEN = Seen(bundle="b1", bundle_name="first", label="G1 X1", reading="G1 Y1", confidence=0.75)
# whatever can stand in a file: line ends, quotes, formulas, other scripts
signs = some.characters(exclude_categories=["Cs"], exclude_characters="\0")
texts, filled = some.text(signs, max_size=40), some.text(signs, min_size=1, max_size=40)
parts = some.text(
    some.characters(exclude_categories=["C", "Z"], exclude_characters=","), min_size=1, max_size=12
)
names = some.lists(parts, min_size=1, max_size=3).map(" ".join)
targets = some.one_of(
    some.builds(Target, some.just("window"), run=filled, start_row=some.integers(0, 10**9 - 1)),
    some.builds(Target, some.just("cell"), head=filled, true=filled, read=filled),
    some.builds(Target, some.just("line"), line=filled, read=texts),
    some.builds(Target, some.just("run"), run=filled),
)
seen = some.builds(
    Seen, texts, texts, texts, texts, texts, texts, texts, some.none() | some.floats(0, 1, allow_nan=False)
)
entries = some.builds(
    Entry,
    number=some.just(0),
    at=some.integers(0, 4 * 10**15),
    dataset=filled,
    target=targets,
    reviewer=names.filter(lambda name: reviewer_problem(name) is None),
    verdict=some.sampled_from((*VERDICTS, WITHDRAWN)),
    note=texts,
    seen=seen,
)


@given(some.lists(entries, max_size=6))
@settings(max_examples=60, deadline=None)
def test_every_text_comes_back_as_it_was(given_: list[Entry]) -> None:
    assert list(from_csv(to_csv(given_))) == given_


@given(some.lists(entries, max_size=6))
@settings(max_examples=8, deadline=None)
def test_importing_twice_brings_nothing_new(
    tmp_path_factory: pytest.TempPathFactory, given_: list[Entry]
) -> None:
    kept = Verdicts(tmp_path_factory.mktemp("merged") / "marks.sqlite")
    text = to_csv(given_)
    first = merge(kept, from_csv(text))
    assert first.new == len({entry.identity for entry in given_})
    again = merge(kept, from_csv(text))
    assert (again.new, again.conflicts) == (0, ())
    assert to_csv(kept.entries()) == to_csv(dict.fromkeys(given_))


def test_formulas_are_not_run_by_a_spreadsheet() -> None:
    entry = Entry(0, 0, "mill", WINDOW, "Ann", "agree", '=HYPERLINK("http://x")', Seen())
    row = next(csv.DictReader(io.StringIO(to_csv([entry]))))
    assert row["note"].startswith("'=")
    assert row["at"] == "1970-01-01T00:00:00.000000Z"


def test_two_desks_come_to_the_same_whichever_is_merged_first(tmp_path: Path) -> None:
    here, there = Verdicts(tmp_path / "here.sqlite"), Verdicts(tmp_path / "there.sqlite")
    here.give("mill", WINDOW, "Ann", "agree", "", SEEN)
    here.give("mill", WINDOW, "Ben", "unclear", "", SEEN)
    there.give("mill", WINDOW, "Ann", "model wrong", "", SEEN)
    mine, theirs = here.entries(), there.entries()
    said = merge(here, theirs)
    assert (said.new, said.known, len(said.conflicts)) == (1, 0, 1)
    assert said.sentence.startswith("1 new, 0 known already; the two sides differ on face_001 rows 64 to 127")
    assert "Ann: agree here, model wrong in the file" in said.sentence
    merge(there, mine)
    for side in (here, there):
        assert {(entry.reviewer, entry.verdict) for entry in side.holding("mill")} == {
            ("Ann", "model wrong"),
            ("Ben", "unclear"),
        }
        assert len(side.history("mill", WINDOW)) == 3


def test_an_older_verdict_is_history_and_does_not_hold(tmp_path: Path) -> None:
    here, there = Verdicts(tmp_path / "here.sqlite"), Verdicts(tmp_path / "there.sqlite")
    there.give("mill", WINDOW, "Ann", "model wrong", "", SEEN)
    here.give("mill", WINDOW, "Ann", "agree", "", SEEN)
    assert merge(here, there.entries()).new == 1
    assert [entry.verdict for entry in here.holding("mill")] == ["agree"]
    assert [entry.verdict for entry in here.history("mill", WINDOW)] == ["model wrong", "agree"]


def test_a_file_that_only_goes_on_is_no_conflict(tmp_path: Path) -> None:
    here, there = Verdicts(tmp_path / "here.sqlite"), Verdicts(tmp_path / "there.sqlite")
    here.give("mill", WINDOW, "Ann", "agree", "", SEEN)
    merge(there, here.entries())
    there.give("mill", WINDOW, "Ann", "unclear", "", SEEN)
    assert merge(here, there.entries()).conflicts == ()
    assert [entry.verdict for entry in here.holding("mill")] == ["unclear"]


def test_a_row_that_was_edited_is_told_and_both_are_kept(tmp_path: Path) -> None:
    here = Verdicts(tmp_path / "here.sqlite")
    here.give("mill", WINDOW, "Ann", "agree", "", SEEN)
    edited = to_csv(here.entries()).replace(",agree,", ",unclear,")
    said = merge(here, from_csv(edited))
    assert "Ann: agree here, unclear in the file" in said.sentence
    assert [entry.verdict for entry in here.holding("mill")] == ["agree"]
    assert len(here.history("mill", WINDOW)) == 2


def table(**changes: str) -> str:
    good = {
        **dict.fromkeys(COLUMNS, ""),
        "at": "2026-01-31T14:03:22Z",
        "dataset": "mill",
        "kind": "window",
        "run": "face_001",
        "start_row": "64",
        "reviewer": "Ann",
        "verdict": "agree",
    }
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, COLUMNS)
    writer.writeheader()
    writer.writerows([good, good | changes])
    return file.getvalue()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"verdict": "yes"}, "Row 3, column verdict: “yes” is no verdict"),
        ({"start_row": "x"}, "Row 3, column start_row: “x” is not a row number"),
        ({"start_row": "1" * 12}, "Row 3, column start_row"),
        ({"at": "yesterday"}, "Row 3, column at: “yesterday” is not a time"),
        ({"at": "2026-01-31T14:03:22"}, "Row 3, column at"),
        ({"confidence": "sure"}, "Row 3, column confidence"),
        ({"reviewer": ""}, "Row 3, column reviewer: A verdict needs its reviewer's name"),
        ({"kind": "day"}, "Row 3, column kind: “day” is nothing to judge"),
        ({"run": ""}, "Row 3, column kind: A verdict on a window needs its run"),
        ({"dataset": ""}, "Row 3, column dataset"),
        ({"label": "x" * 4001}, "Row 3, column label: 4,001 characters"),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_taken(changes: dict[str, str], sentence: str) -> None:
    assert len(from_csv(table())) == 2
    with pytest.raises(ReviewError) as said:
        from_csv(table(**changes))
    assert str(said.value).startswith(sentence)
    assert str(said.value).endswith("Nothing was imported.")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "lacks the column at"),
        ("a,b\n1,2\n", "lacks the column at"),
        (",".join([*COLUMNS, "colour"]) + "\n", "a column 'colour', which is none of verdicts"),
        (",".join([*COLUMNS, "at"]) + "\n", "a column twice"),
        (",".join(COLUMNS) + "\n1,2\n", "Row 2, column kind: 2 cells, not"),
        (",".join(COLUMNS) + '\n"open', "is no CSV"),
    ],
)
def test_a_file_that_is_none_is_said(text: str, sentence: str) -> None:
    with pytest.raises(ReviewError) as said:
        from_csv(text)
    assert sentence in str(said.value)
