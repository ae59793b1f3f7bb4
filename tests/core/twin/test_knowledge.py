"""The answer of an ablation is known beforehand on the twin, and a model trained on it gives that answer."""

import re

import numpy as np
import pytest

from core.evidence.ablation.removal import Removal, Way, removed
from core.model.bundle import Bundle, load_bundle
from core.recordings.machine import Machine
from core.recordings.sequences import read_splits
from core.recordings.windows import Windows
from core.training.presets import BEST, with_changes
from core.training.train import train
from core.twin.constants import constants
from core.twin.knowledge import channels_that_know, channels_that_know_nothing
from tests.pipeline import SMALL
from tests.sweeps import sweeps, sweeps_cut

LOW, HIGH = "0.", "0.7"
EACH = 20
# one quantity that knows Z at some boards and nothing at one, and two that know much everywhere
FELT = tuple(name for name in Machine.bantam().side_channels if name.endswith(("Proximity", "RMS", "Ax")))
LEARN = (
    *SMALL,
    "stage1.part_offsets=0.0",
    "stage1.swap_boards=0.0",
    "stage1.loop.epochs=20",
    "stage1.loop.learning_rate=0.003",
    "stage2.loop.epochs=20",
    "stage2.loop.patience=20",
)


def test_the_boards_that_face_an_axis_know_it() -> None:
    facing = {name: board.faces for name, board in constants().boards.items()}
    for axis in ("x", "y", "z"):
        seen = {name.partition(".")[0] for name in channels_that_know(axis) if name.endswith("Proximity")}  # type: ignore[arg-type]
        assert seen == {name for name, faced in facing.items() if faced == axis}


def test_the_weather_knows_nothing_and_the_microphones_know_the_cut() -> None:
    nothing, cut = set(channels_that_know_nothing()), set(channels_that_know("cut"))
    for board in constants().boards:
        assert {f"{board}.Pressure", f"{board}.Temperature"} <= nothing
        assert f"{board}.RMS" in cut
    assert "xa_motor.Proximity" in nothing
    assert not nothing & (cut | set(channels_that_know("z")))
    assert set(channels_that_know("z")) < set(Machine.bantam().side_channels)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Bundle, Windows]:
    """A small model of two programs that differ in Z alone, and its test windows."""
    folder = tmp_path_factory.mktemp("heights")
    programs = {"face": sweeps(LOW), "pocket": sweeps(HIGH)}
    splits = sweeps_cut(folder, programs, EACH, FELT)
    train(splits, folder / "bundle", with_changes(BEST, LEARN), threads=1)
    test = read_splits(splits).test
    moving = np.array([line.startswith("G1 X") for line in test.gcode.tolist()])
    return load_bundle(folder / "bundle"), test.take(moving)


def heights_read(trained: tuple[Bundle, Windows], without: tuple[str, ...] = ()) -> float:
    """Share of windows whose Z is read as it was."""
    bundle, windows = trained
    read = bundle.scheme.decode_batch(bundle.predict_windows(windows, without=without).tokens)
    return float(np.mean([height(a) == height(b) for a, b in zip(read, windows.gcode.tolist(), strict=True)]))


def height(line: str) -> float | None:
    found = re.search(r"Z(-?[\d.]+)", line)
    return float(found[1]) if found else None


def test_muting_every_channel_that_knows_z_removes_z(trained: tuple[Bundle, Windows]) -> None:
    assert heights_read(trained) > 0.9
    # two heights, as often as each other: half of them are right by chance
    assert heights_read(trained, channels_that_know("z")) < 0.75


def test_muting_what_knows_nothing_or_another_axis_changes_nothing(trained: tuple[Bundle, Windows]) -> None:
    whole, z = heights_read(trained), set(channels_that_know("z"))
    noise = tuple(name for name in channels_that_know_nothing() if name in FELT)
    others = tuple(name for name in channels_that_know("x") if name not in z)
    assert heights_read(trained, noise) == pytest.approx(whole, abs=0.05)
    assert heights_read(trained, others) == pytest.approx(whole, abs=0.05)


@pytest.mark.parametrize("way", ["missing", "shuffle", "noise"])
def test_an_ablation_takes_away_z_and_only_z(trained: tuple[Bundle, Windows], way: Way) -> None:
    bundle, windows = trained
    knowing = set(channels_that_know("z"))
    others = tuple(name for name in channels_that_know("x") if name not in knowing and name in FELT)
    z = Removal(tuple(name for name in FELT if name in knowing), way)
    assert heights_read((bundle, removed(windows, bundle, z))) < 0.8
    assert heights_read((bundle, removed(windows, bundle, Removal(others)))) > 0.9
