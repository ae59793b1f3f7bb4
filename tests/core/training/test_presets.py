import pytest

from core.errors import ToolmarkError
from core.training.presets import BEST, SEED, TECHNIQUES, preset_named, with_changes


def test_seed_is_the_published_configuration() -> None:
    two, loop = SEED.stage2, SEED.stage2.loop
    assert (SEED.stage1.hidden_dim, two.d_model, two.n_heads, two.n_layers) == (128, 192, 8, 4)
    assert (two.max_seq_len, two.dropout, two.focal_gamma, two.label_smoothing) == (32, 0.3, 3.0, 0.1)
    assert (loop.learning_rate, loop.batch_size, loop.epochs) == (5e-4, 32, 50)
    assert (loop.patience, loop.warmup_epochs) == (10, 5)


def test_the_techniques_differ_in_the_loss_alone() -> None:
    losses = {
        name: (preset.stage2.focal_gamma, preset.stage2.label_smoothing)
        for name, preset in TECHNIQUES.items()
    }
    assert losses == {"A1": (0, 0), "A2": (0, 0.1), "A3": (1, 0.1), "A4": (2, 0.1), "A5": (3, 0.1)}
    for preset in TECHNIQUES.values():
        assert preset.stage1 == SEED.stage1
        assert preset.stage2.loop == SEED.stage2.loop


def test_a_preset_can_be_changed_by_name() -> None:
    changed = with_changes(BEST, ["stage1.loop.epochs=3", "stage2.dropout=0.5", "stage2.score=token"])
    assert changed.stage1.loop.epochs == 3
    assert changed.stage2.dropout == 0.5
    assert changed.stage2.score == "token"
    assert BEST.stage1.loop.epochs != 3


@pytest.mark.parametrize(
    "change", ["stage1", "stage3.dropout=1", "stage1.loop=1", "stage1.dropout=much", "stage1.loop.epochs=1.5"]
)
def test_a_wrong_change_is_named(change: str) -> None:
    with pytest.raises(ToolmarkError, match=change.split("=", maxsplit=1)[0].rsplit(".", maxsplit=1)[-1]):
        with_changes(BEST, [change])


def test_an_unknown_preset_lists_the_known() -> None:
    with pytest.raises(ToolmarkError, match="seed, best"):
        preset_named("bst")
