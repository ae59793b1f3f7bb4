import pytest

from core.errors import ToolmarkError
from core.training.preset_fields import (
    FIELDS,
    arguments_of,
    base_of,
    changes_of,
    checked,
    flat,
    problem_of,
    written,
)
from core.training.presets import BEST, PRESETS, SEED, preset_named, with_changes


def test_every_field_of_a_preset_is_described() -> None:
    assert {path for path, _ in flat(BEST.to_json())} == {field.path for field in FIELDS}


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_can_be_trained(name: str) -> None:
    assert checked(preset_named(name)) == preset_named(name)
    assert changes_of(preset_named(name).to_json()) == {}


def test_the_options_of_a_changed_preset_give_it_again() -> None:
    changed = with_changes(
        SEED, ["stage1.loop.learning_rate=0.00031", "stage2.memory_position=true", "stage2.score=line"]
    )
    options = arguments_of(changed)
    assert options[:2] == ["--preset", "seed"]
    changes = options[3::2]
    assert with_changes(preset_named("seed"), changes) == changed
    assert base_of(changed.to_json()) == SEED
    assert base_of({"name": "mine"}) is None
    assert changes_of({"name": "mine"}) is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("stage1.loop.epochs=0", "from 1 to 10000"),
        ("stage1.dropout=1.5", "from 0 to 0.99"),
        ("stage2.loop.learning_rate=-1.0", "stage2.loop.learning_rate"),
        ("stage2.n_heads=7", "n_heads 7"),
        ("stage1.hidden_dim=33", "even"),
        ("stage2.memory_pool=5", "divides the 64 rows"),
        ("stage2.score=word", "token or line"),
    ],
)
def test_what_cannot_be_trained_is_one_sentence(change: str, words: str) -> None:
    with pytest.raises(ToolmarkError, match=words):
        checked(with_changes(BEST, [change]))


def test_a_text_is_judged_as_the_value_of_one_field() -> None:
    assert problem_of(BEST, "stage1.dropout", "0.5") is None
    assert problem_of(BEST, "stage1.dropout", "1") is not None
    assert (
        problem_of(BEST, "stage1.dropout", "much")
        == "“much” is no value for stage1.dropout: it is like 0.15."
    )
    assert written(0.00031) == "0.00031"
    assert (written(True), written(12), written(0.1234567)) == ("true", "12", "0.1234567")
