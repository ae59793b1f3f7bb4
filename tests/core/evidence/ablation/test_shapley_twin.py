"""Shapley values on the twin, where it is known beforehand which channels carry the answer and which are noise."""

import pytest

from core.evidence.ablation.scored import Ablation, held_out_windows
from core.evidence.ablation.shapley import Shapley, shapley
from core.model.bundle import load_bundle
from core.training.presets import BEST, with_changes
from core.training.train import train
from core.twin.knowledge import channels_that_know, channels_that_know_nothing
from tests.pipeline import SMALL
from tests.sweeps import sweeps, sweeps_cut

EACH = 10
LEARN = (*SMALL, "stage1.part_offsets=0.0", "stage1.swap_boards=0.0", "stage1.loop.epochs=16")
# what sees Z move, and the weather
TELLING = tuple(name for name in channels_that_know("z") if name.endswith("Proximity"))
NOISE = tuple(name for name in channels_that_know_nothing() if name.endswith((".Pressure", ".Temperature")))


@pytest.fixture(scope="module")
def game(tmp_path_factory: pytest.TempPathFactory) -> Shapley:
    """Shapley values of a small model that has to tell the two programs apart, on runs that it never saw."""
    folder = tmp_path_factory.mktemp("plunges")
    programs = {"face": sweeps("0.3"), "pocket": sweeps("0.", "0.7")}
    splits = sweeps_cut(folder, programs, EACH, (*TELLING, *NOISE))
    train(splits, folder / "bundle", with_changes(BEST, LEARN), threads=1)
    bundle = load_bundle(folder / "bundle")
    return shapley(Ablation(bundle, held_out_windows(bundle, splits)), metrics=("operation",), most=12)


def test_what_carries_the_answer_comes_first_and_noise_holds_zero(game: Shapley) -> None:
    first, *others = game.of("operation")
    assert first.player == "proximity" and first.interval.low is not None and first.interval.low > 0
    # most of what there is to be shared out is its own
    assert first.interval.value > 0.5 * game.total["operation"] > 0.1
    assert {each.player for each in others} == {"pressure", "temperature"}
    for each in others:
        assert each.interval.low is not None and each.interval.high is not None
        assert each.interval.low <= 0 <= each.interval.high, each
