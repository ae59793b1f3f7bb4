"""A track as files: the program that was read back, and a line per row."""

import csv
from itertools import groupby
from pathlib import Path

import numpy as np

from core.recordings.atomic import replacing, write_text
from core.tracking.tracker import Track

HEADER = ("run", "row", "operation", "gcode", "x_mm", "y_mm", "z_mm", "confidence")


def program_lines(track: Track) -> list[str]:
    """The lines of the program that a run executed, in order.

    In a learned program also those between two rows that are known to lie there, too short for a row of their own.
    """
    if track.spelled or not track.passes:
        return [line for line, _ in groupby(track.line) if line]
    lines: list[str] = []
    for one in track.passes:
        listing = track.programs.timelines[one.program].listing
        numbers = track.number[one.first : one.last + 1]
        first, last = int(numbers.min()), int(numbers.max())
        lines += [line for number, line in listing.items() if first <= number <= last]
    return lines


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


def write_trace(track: Track, path: Path) -> None:
    """Write a line per row; the file appears whole or not at all."""
    with replacing(path) as aside, aside.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for row, line in enumerate(track.line):
            where = ["" if np.isnan(mm) else f"{mm:.3f}" for mm in track.position_mm[row].tolist()]
            sure = f"{track.confidence[row]:.4f}"
            writer.writerow([track.run, row, track.operation[row], line, *where, sure])
