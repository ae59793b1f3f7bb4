"""Sweeps through the air on the twin: programs in which the height alone tells one line from another."""

from collections.abc import Mapping
from pathlib import Path

from core.recordings.protocols import WindowOptions, cut_store
from core.recordings.store import import_runs
from core.twin.constants import constants
from core.twin.fleet import packed, twin_machine
from core.twin.programs import Program, program_for
from core.twin.run import RunOptions, simulate


def sweeps(*heights: str) -> Program:
    """Six sweeps there and back, at these heights in turn."""
    lines = [
        f"G1 X{3 * (n % 2 == 0)}. Y{1 + 0.1 * n:.1f} Z{heights[n % len(heights)]} F20." for n in range(6)
    ]
    body = ("G0 X0. Y1.5 Z0.8", *lines, "M5", "G53 G0 Z0.", "M30")
    return Program("air", (*program_for("face").lines[:15], *body), "G54", -100.0, large_tool=False)


def sweeps_cut(folder: Path, programs: Mapping[str, Program], each: int, channels: tuple[str, ...]) -> Path:
    """Runs of these programs by operation, as many of each, cut into windows under `run`; the folder of the windows."""
    runs = folder / "runs"
    runs.mkdir()
    for place, (operation, program) in enumerate(programs.items()):
        for number in range(1, each + 1):
            options = RunOptions(seed=100 * place + number, start=constants().controller.park)
            (runs / f"{operation}_{number:03d}_aligned.csv.gz").write_bytes(
                packed(simulate(program, options))
            )
    store = import_runs([runs], folder / "store", twin_machine())
    cut_store(store, folder / "splits", WindowOptions(protocol="run", train_stride=8, channels=channels))
    return folder / "splits"
