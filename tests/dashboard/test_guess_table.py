import pytest

from core.recordings.describe import ColumnGuess, Proposal, Settings, guess, proposal_with
from core.recordings.parts import FileFormat
from dashboard import guess_table
from tests.strange import drives


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Proposal:
    return guess([drives(tmp_path_factory.mktemp("drives"), rows=300)])


def names(columns: list[ColumnGuess]) -> list[str]:
    return [column.name for column in columns]


def test_columns_are_filtered_by_role_and_text(before: Proposal) -> None:
    some = guess_table.shown(before, before, {}, roles=["side"], text="current")
    assert names(some) == [f"CURRENT|{axis}" for axis in (1, 2, 3, 6)]


def test_the_least_sure_come_first_and_stay_while_they_are_mended(before: Proposal) -> None:
    first = guess_table.shown(before, before, {})
    assert [c.confidence for c in first] == sorted(c.confidence for c in before.columns)
    changes = {first[0].name: {"role": "ignored"}}
    after = guess_table.shown(proposal_with(before, changes), before, changes)
    assert names(after) == names(first)
    assert guess_table.table(after[:1], proposal_with(before, changes), changes)["state"][0] == "corrected"


def test_an_edit_is_kept_and_one_back_to_the_guess_is_none(before: Proposal) -> None:
    own = guess_table.shown(before, before, {}, text="current|1")
    changes = guess_table.edited({}, before, own, {0: {"board": " head ", "scale": 2}})
    assert changes == {"CURRENT|1": {"board": "head", "scale": 2.0}}
    assert guess_table.edited(changes, before, own, {0: {"board": "1", "scale": None}}) == {}


def test_one_field_of_many_columns(before: Proposal) -> None:
    own = guess_table.shown(before, before, {}, text="current")
    changes = guess_table.set_all({}, before, own, "role", "ambient")
    assert len(changes) == 4
    assert {proposal_with(before, changes).column(name).role for name in changes} == {"ambient"}


def test_what_is_wrong_is_a_sentence_with_column_and_field(before: Proposal) -> None:
    changes = {"CURRENT|1": {"board": "no name!"}}
    now = proposal_with(before, changes)
    assert guess_table.counts(now, changes)[guess_table.WRONG] == 1
    assert names(guess_table.shown(now, before, changes, view=guess_table.WRONG)) == ["CURRENT|1"]
    (words,) = guess_table.problem_words(now.wrong)
    assert "CURRENT" in words
    assert "board" in words
    assert "plain name" in words


def test_many_problems_are_counted(before: Proposal) -> None:
    changes = {column.name: {"board": "no name!"} for column in before.columns if column.role == "side"}
    words = guess_table.problem_words(proposal_with(before, changes).wrong, most=3)
    assert len(words) == 4
    assert "more" in words[-1]


def test_ten_thousand_columns_are_a_page(before: Proposal) -> None:
    columns = tuple(ColumnGuess(f"c{n}", "side", modality="signal", confidence=0.4) for n in range(10_000))
    wide = Proposal((), FileFormat(), columns, Settings("wide"))
    some = guess_table.shown(wide, wide, {}, view=guess_table.DOUBTFUL, text="c99")
    assert len(some) == 111
    assert len(guess_table.table(some[: guess_table.PAGE], wide, {})) == guess_table.PAGE
