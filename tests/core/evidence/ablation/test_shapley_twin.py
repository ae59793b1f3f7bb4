"""Shapley values on the twin, where it is known beforehand which channels carry the answer and which are noise."""

from pathlib import Path

import pytest

from core.evidence.ablation.scored import Ablation, held_out_windows
from core.evidence.ablation.shapley import Shapley, shapley
from core.model.bundle import load_bundle
from core.recordings.protocols import WindowOptions, cut_store
from core.recordings.store import import_runs
from core.training.presets import BEST, with_changes
from core.training.train import train
from core.twin.constants import constants
from core.twin.fleet import packed, twin_machine
from core.twin.knowledge import channels_that_know, channels_that_know_nothing
from core.twin.programs import Program, program_for
from core.twin.run import RunOptions, simulate
from tests.pipeline import SMALL

EACH = 10
LEARN = (*SMALL, "stage1.part_offsets=0.0", "stage1.swap_boards=0.0", "stage1.loop.epochs=16")
# what sees Z move, and the weather
TELLING = tuple(name for name in channels_that_know("z") if name.endswith("Proximity"))
NOISE = tuple(name for name in channels_that_know_nothing() if name.endswith((".Pressure", ".Temperature")))


def sweeps(*, plunging: bool) -> Program:
    """The same sweeps through the air, at one height or up and down: Z alone tells the two programs apart."""
    heights = ("0.", "0.7") if plunging else ("0.3", "0.3")
    lines = [f"G1 X{3 * (n % 2 == 0)}. Y{1 + 0.1 * n:.1f} Z{heights[n % 2]} F20." for n in range(6)]
    body = ("G0 X0. Y1.5 Z0.8", *lines, "M5", "G53 G0 Z0.", "M30")
    return Program("air", (*program_for("face").lines[:15], *body), "G54", -100.0, large_tool=False)


@pytest.fixture(scope="module")
def game(tmp_path_factory: pytest.TempPathFactory) -> Shapley:
    """Shapley values of a small model that has to tell the two programs apart, on runs that it never saw."""
    folder = tmp_path_factory.mktemp("plunges")
    _write(folder / "runs")
    store = import_runs([folder / "runs"], folder / "store", twin_machine())
    options = WindowOptions(protocol="run", train_stride=8, channels=(*TELLING, *NOISE))
    cut_store(store, folder / "splits", options)
    train(folder / "splits", folder / "bundle", with_changes(BEST, LEARN), threads=1)
    bundle = load_bundle(folder / "bundle")
    return shapley(
        Ablation(bundle, held_out_windows(bundle, folder / "splits")), metrics=("operation",), most=12
    )


def _write(folder: Path) -> None:
    folder.mkdir()
    for place, (operation, plunging) in enumerate((("face", False), ("pocket", True))):
        program = sweeps(plunging=plunging)
        for number in range(1, EACH + 1):
            options = RunOptions(seed=100 * place + number, start=constants().controller.park)
            file = folder / f"{operation}_{number:03d}_aligned.csv.gz"
            file.write_bytes(packed(simulate(program, options)))


def test_what_carries_the_answer_comes_first_and_noise_holds_zero(game: Shapley) -> None:
    first, *others = game.of("operation")
    assert first.player == "proximity" and first.interval.low is not None and first.interval.low > 0
    # most of what there is to be shared out is its own
    assert first.interval.value > 0.5 * game.total["operation"] > 0.1
    assert {each.player for each in others} == {"pressure", "temperature"}
    for each in others:
        assert each.interval.low is not None and each.interval.high is not None
        assert each.interval.low <= 0 <= each.interval.high, each
