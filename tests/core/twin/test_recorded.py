"""The twin beside the real mill: its planner runs the published programs as fast as the mill did."""

from pathlib import Path

import numpy as np
import pytest

from core.gcode.toolpath import toolpath
from core.recordings.reader import read_recording
from core.recordings.recording import Recording, buffering_rows
from core.twin.constants import constants
from core.twin.planner import plan


def executed(run: Recording) -> dict[int, str]:
    """Line number -> line, with the command and the feed in force written out: some lines were never seen."""
    momo, feed = run.channel("momo"), run.channel("feed")
    lines: dict[int, str] = {}
    for row in range(buffering_rows(run), run.n_rows):
        number, text = int(run.line_numbers[row]), run.lines[row] or ""
        if number not in lines and momo[row] < 4:
            words = [w for w in text.split() if w[0] != "F" and w not in ("G0", "G1", "G2", "G3")]
            fixed = [w for w in words if w[0] == "G"]
            rest = [w for w in words if w[0] != "G"]
            speed = [f"F{feed[row] / 25.4:.2f}"] if feed[row] > 0 else []
            lines[number] = " ".join([*fixed, f"G{int(momo[row])}", *rest, *speed])
    return lines


@pytest.mark.parametrize("operation", ["face", "face150025"])
def test_a_published_program_takes_as_long_as_on_the_mill(operation: str, recordings_dir: Path) -> None:
    listing: dict[int, str] = {}
    for file in sorted(recordings_dir.glob(f"{operation}_0*.csv.gz")):
        run = read_recording(file)
        if (np.diff(run.line_numbers) < 0).sum() == 1:
            listing |= executed(run)
            last = run
    begin = buffering_rows(last)
    machine = last.matrix(["mpox", "mpoy", "mpoz"]).astype(float)
    moving = np.flatnonzero(np.linalg.norm(np.diff(machine, axis=0), axis=1) > 1e-3)
    seconds = last.time_s[moving[-1] + 1] - last.time_s[begin]
    offset = machine[begin + 20] - 25.4 * last.matrix(["posx", "posy", "posz"])[begin + 20]
    lines = [line for _, line in sorted(listing.items()) if not line.startswith("G55")]
    moves = toolpath(
        lines, start=tuple(machine[begin] - offset), work_offset=tuple(offset), chord_tolerance_mm=0.0003
    )
    assert plan(moves, constants().motion).seconds.sum() == pytest.approx(seconds, rel=0.02)
