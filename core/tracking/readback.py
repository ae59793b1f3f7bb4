"""A track as files: the program that was read back, and a line per row."""

import csv
import io
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

from core.recordings.atomic import replacing, write_text
from core.tracking.tracker import Track

HEADER = ("run", "row", "operation", "gcode", "x_mm", "y_mm", "z_mm", "confidence")


@dataclass(frozen=True, eq=False)
class ProgramRead:
    """The program that was read back: lines, their numbers, and for each row the index of its line `[T]`, -1 = none.

    Numbers are those that the controller counts; spelled lines are counted as they come. Of a learned program also the
    lines between two rows that are known to lie there, too short for a row of their own.
    """

    lines: tuple[str, ...]
    numbers: tuple[int, ...]
    line_of_row: NDArray[np.int64]


def program_read(track: Track) -> ProgramRead:
    """The lines of the program that a run executed, in order, and the line of each row."""
    lines: list[str] = []
    of_row = np.full(len(track), -1, dtype=np.int64)
    if track.spelled or not track.passes:
        row = 0
        for line, group in groupby(track.line):
            size = len(list(group))
            if line:
                of_row[row : row + size] = len(lines)
                lines.append(line)
            row += size
        return ProgramRead(tuple(lines), tuple(range(1, len(lines) + 1)), of_row)
    counted: list[int] = []
    for one in track.passes:
        listing = track.programs.timelines[one.program].listing
        numbers = track.number[one.first : one.last + 1]
        walked = sorted(number for number in listing if numbers.min() <= number <= numbers.max())
        if walked:
            of_row[one.first : one.last + 1] = len(lines) + np.searchsorted(walked, numbers)
        lines += [listing[number] for number in walked]
        counted += walked
    return ProgramRead(tuple(lines), tuple(counted), of_row)


def program_lines(track: Track) -> list[str]:
    """The lines of the program that a run executed, in order."""
    return list(program_read(track).lines)


def program_text(track: Track) -> str:
    """The program as a G-code file, its source in comments."""
    if track.spelled:
        about = "(no learned program fits: the lines are spelled, most of them are likely to be wrong)\n"
        return f"({track.run})\n{about}" + "\n".join(program_lines(track)) + "\n"
    parts = [
        f"(rows {one.first} to {one.last}: program {track.programs.timelines[one.program].program})"
        for one in track.passes
    ]
    return f"({track.run})\n" + "\n".join(parts) + "\n" + "\n".join(program_lines(track)) + "\n"


def write_program(track: Track, path: Path) -> None:
    """Write the program that was read back; the file appears whole or not at all."""
    write_text(path, program_text(track))


def trace_text(track: Track) -> str:
    """A line per row as CSV."""
    file = io.StringIO()
    _write_rows(track, file)
    return file.getvalue()


def write_trace(track: Track, path: Path) -> None:
    """Write a line per row; the file appears whole or not at all."""
    with replacing(path) as aside, aside.open("w", newline="", encoding="utf-8") as file:
        _write_rows(track, file)


def _write_rows(track: Track, file: TextIO) -> None:
    writer = csv.writer(file)
    writer.writerow(HEADER)
    for row, line in enumerate(track.line):
        where = ["" if np.isnan(mm) else f"{mm:.3f}" for mm in track.position_mm[row].tolist()]
        sure = f"{track.confidence[row]:.4f}"
        writer.writerow([track.run, row, track.operation[row], line, *where, sure])
