"""The toolpath against where the controller of the real machine said that it was."""

import re

import numpy as np
import pandas as pd
import pytest

from core.gcode import Move, positions, toolpath
from core.gcode.arcs import Points

PROGRAMS = {
    "A1": ["adaptive"],
    "P1": ["pocket"],
    "F1": ["face"],
    "A2": ["adaptive150025", "damageadaptive"],
    "P2": ["pocket150025", "damagepocket"],
    "F2": ["face150025", "damageface"],
}
POSITION = ["posx", "posy", "posz"]


def program_rows(recorded_rows: dict[str, pd.DataFrame], program: str) -> pd.DataFrame:
    """All rows of a program's runs that report positions in the program's coordinates, in mm."""
    of_program = PROGRAMS[program]
    rows = pd.concat([rows for run, rows in recorded_rows.items() if run.rsplit("_", 1)[0] in of_program])
    rows = rows[(rows["coor"] == 2) & ~rows["gcode_string"].fillna("G53").str.contains(r"G53|M|T|G55")]
    rows[POSITION] *= 25.4
    return rows.reset_index(drop=True)


def rebuilt(rows: pd.DataFrame) -> dict[int, str]:
    """The program as far as any run caught it: line number -> line.

    A line faster than a row is never seen. Where one is missing before a line, its motion may be too, so that
    line states the motion that the controller reported.
    """
    lines: dict[int, str] = {}
    for number in sorted(rows["gcode_line"].astype(int).unique().tolist()):
        group = rows[rows["gcode_line"] == number]
        text = str(group["gcode_string"].iloc[0])
        if number - 1 not in lines and not re.match("[GMT]", text):
            text = f"G{int(group['momo'].mode().iloc[0])} {text}"
        lines[number] = text
    return lines


def distance(point: Points, path: Points) -> float:
    """The distance of a point from a chain of chords."""
    a, along = path[:-1], np.diff(path, axis=0)
    length = np.maximum((along**2).sum(axis=1), 1e-12)
    share = np.clip(((point - a) * along).sum(axis=1) / length, 0, 1)
    return float(np.linalg.norm(a + share[:, None] * along - point, axis=1).min())


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_controller_is_on_the_path_of_the_line_that_it_executes(
    recorded_rows: dict[str, pd.DataFrame], program: str
) -> None:
    rows = program_rows(recorded_rows, program)
    lines = rebuilt(rows)
    numbers = list(lines)
    moves: dict[int, Move] = {
        numbers[move.line_index]: move for move in toolpath(list(lines.values()), start=None)
    }
    seen = rows[rows["gcode_line"].isin(moves)].drop_duplicates(["gcode_line", *POSITION])
    on_path = np.array(
        [
            distance(point, moves[number].points) < 0.05
            for number, point in zip(seen["gcode_line"], seen[POSITION].to_numpy(), strict=True)
        ]
    )
    # After a line that was never seen the path is not known until all axes have been named again.
    sure = seen["gcode_line"].map(lambda number: {number - 1, number - 2} <= lines.keys()).to_numpy(bool)
    assert sure.sum() > 500
    assert on_path[sure].mean() > 0.999
    assert seen["gcode_line"].nunique() > 0.9 * len(lines)
    assert on_path.mean() > 0.9


@pytest.mark.parametrize("program", PROGRAMS)
def test_positions_are_where_the_moves_end(recorded_rows: dict[str, pd.DataFrame], program: str) -> None:
    lines = list(rebuilt(program_rows(recorded_rows, program)).values())
    ends = positions(lines, start=None)
    moves = toolpath(lines, start=None)
    assert len(moves) > 0.9 * len(lines)
    assert all(tuple(ends[move.line_index]) == move.end == tuple(move.points[-1]) for move in moves)
