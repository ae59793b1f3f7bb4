"""The controller's log: when it reports, and what it says of itself in each row."""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.gcode.modal import MM_PER_UNIT
from core.gcode.words import parse_line
from core.twin.constants import Controller
from core.twin.plant import Pass, Plant
from core.twin.programs import FIXTURES, Program, work_offset

Floats = NDArray[np.float64]
RUNNING, STOPPED, RAPID_MODE, NO_MODE = 5, 3, 0, 4
BUFFERING, MOVING, IDLE = 0, 1, 2
MODES = {"G0": 0, "G1": 1, "G2": 2, "G3": 3}
# a controller serial: what every report repeats
MARK = 928270262


@dataclass(frozen=True, eq=False)
class Reports:
    """The rows of a recording: `time` is when the controller spoke, `logged` when the computer wrote it down, s.

    number: of the program line; phase: buffering, moving or idle.
    """

    time: Floats
    logged: Floats
    number: NDArray[np.int64]
    phase: NDArray[np.int64]


def reports(plant: Plant, rng: np.random.Generator, clock_jitter: float = 0.0) -> Reports:
    """When the controller of a plant reports, and which line it names."""
    known = plant.constants.controller
    parts = [_of_pass(plant, each, known) for each in plant.passes]
    time, number, phase = (np.concatenate([part[i] for part in parts]) for i in range(3))
    delay = np.abs(rng.normal(0.0, known.log_jitter + clock_jitter, len(time)))
    delay += np.where(rng.random(len(time)) < known.late_share, known.late_by, 0.0)
    # the log is written in order, however late a report is
    logged = np.maximum.accumulate(time + delay + 0.0005 * np.arange(len(time)) / len(time))
    return Reports(time, logged, number.astype(np.int64), phase.astype(np.int64))


def _of_pass(plant: Plant, each: Pass, known: Controller) -> tuple[Floats, Floats, Floats]:
    """Times, line numbers and phases of one pass."""
    first, last = plant.program.first, len(plant.program.lines)
    ahead = [known.queue_lines_per_report * n for n in (1, 2)]
    early = [each.begin + 0.26 * n for n in range(len(ahead))]
    waiting = np.arange(early[-1] + 0.257, each.motion - 0.2, known.idle_period)
    racing = np.minimum([*ahead, *[known.queue_lines] * len(waiting)], last - first)
    moving = np.arange(each.motion, each.still + known.report_period, known.report_period)
    index = each.trajectory.line_at(moving - each.motion)
    standing = np.arange(moving[-1] + known.idle_period, each.end, known.idle_period)
    idle = each.end + known.idle_period * np.arange(int(known.idle_rows))
    # the line before M30 stands until the spindle has stopped
    return (
        np.concatenate([early, waiting, moving, standing, idle]),
        np.concatenate(
            [
                first + racing,
                first + index,
                np.full(len(standing), last - 1.0),
                np.full(len(idle), float(last)),
            ]
        ),
        np.repeat(
            np.array([BUFFERING, MOVING, IDLE, IDLE], dtype=np.float64),
            [len(racing), len(moving), len(standing), len(idle)],
        ),
    )


def columns(plant: Plant, rows: Reports, start_of_day: float) -> dict[str, Any]:
    """The controller's columns, those of the program line excepted; `start_of_day` is the wall clock in s."""
    program = plant.program
    offset = np.asarray(work_offset(program.fixture))
    state = plant.state(rows.time)
    machine = state.position
    modes, feeds, ends = _of_lines(program)
    line = rows.number - 1
    ahead = rows.phase == BUFFERING
    machine[ahead] = ends[line[ahead]] + offset
    over = rows.number == len(program.lines)
    position = np.where(over[:, None], machine, (machine - offset) / MM_PER_UNIT["inch"])
    values: dict[str, Any] = {"t_console": clock(rows.logged + start_of_day)}
    values |= {"stat": np.where(over, STOPPED, RUNNING), "line": rows.number}
    values |= {f"pos{axis}": position[:, i].round(5) for i, axis in enumerate("xyz")}
    values |= {f"mpo{axis}": machine[:, i].round(5) for i, axis in enumerate("xyz")}
    values |= {"vel": np.full(len(line), np.nan), "feed": np.where(over, 0.0, feeds[line]).round(2)}
    values |= {"unit": over.astype(int), "dist": np.zeros(len(line), dtype=int)}
    values |= {"plane": np.full(len(line), np.nan)}
    values |= {"coor": np.where(over, 1, FIXTURES.index(program.fixture) + 1)}
    values |= {"momo": np.where(over, NO_MODE, modes[line])}
    return values | {"raw_json": _raw(values, state.rpm, plant.constants.spindle.speed)}


def _of_lines(program: Program) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Of each line: the motion mode and the feed (mm/min) in force, and the position at its end (mm)."""
    modes, feeds, ends = [], [], []
    mode, feed, here = RAPID_MODE, 0.0, [0.0, 0.0, 0.0]
    for number, line in enumerate(program.lines, start=1):
        words = parse_line(line)
        for command in words.commands:
            mode = MODES.get(command, mode)
        for word in words.parameters if number >= program.first and "G53" not in words.commands else ():
            if word.letter == "F":
                feed = float(word.value) * MM_PER_UNIT["inch"]
            elif word.letter in "XYZ":
                here["XYZ".index(word.letter)] = float(word.value) * MM_PER_UNIT["inch"]
        modes.append(mode)
        feeds.append(feed)
        ends.append(list(here))
    return np.array(modes), np.array(feeds), np.array(ends)


def _raw(values: dict[str, Any], rpm: Floats, full_speed: float) -> list[str]:
    """The controller's own words, as the recordings keep them."""
    turning = rpm > 100
    found = []
    for i in range(len(rpm)):
        report = {name: float(values[name][i]) for name in ("mpox", "mpoy", "mpoz")}
        report |= {name: float(values[name][i]) for name in ("posx", "posy", "posz")}
        report |= {name: int(values[name][i]) for name in ("unit", "stat", "coor", "momo", "dist", "line")}
        report |= {
            "spc": int(turning[i]),
            "sps": int(full_speed * turning[i]),
            "feed": float(values["feed"][i]),
        }
        found.append(json.dumps({"sr": report | {"mark": MARK}}, separators=(",", ":")))
    return found


def clock(seconds: Floats) -> list[str]:
    """Wall times as `HH:MM:SS.mmm`."""
    stamps = pd.to_datetime(np.round(seconds * 1000).astype("int64"), unit="ms")
    return [stamp[:12] for stamp in stamps.strftime("%H:%M:%S.%f")]
