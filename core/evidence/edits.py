"""Programs and runs edited on purpose: what a verification has to find."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from core.gcode import Line, Word, parse_line
from core.gcode.modal import MM_PER_UNIT, Units
from core.recordings.recording import Recording

Lines = tuple[str, ...]


def moved(
    lines: Sequence[str], generator: np.random.Generator, by_mm: float, unit: Units = "inch"
) -> Lines | None:
    """One line's X or Y moved by that much, in a program written in a unit."""
    found = [i for i, line in enumerate(lines) if {"X", "Y"} & _letters(line)]
    if not found:
        return None
    at = int(generator.choice(found))
    parsed = parse_line(lines[at])
    letter = "X" if "X" in _letters(lines[at]) else "Y"
    step = float(generator.choice([-1, 1])) * by_mm / MM_PER_UNIT[unit]
    words = tuple(_plus(word, step) if word.letter == letter else word for word in parsed.words)
    return (*lines[:at], Line(words).text, *lines[at + 1 :])


def other_feed(lines: Sequence[str], generator: np.random.Generator, factor: float = 1.25) -> Lines | None:
    """One feed word a quarter larger; it holds for all that follows."""
    found = [i for i, line in enumerate(lines) if "F" in _letters(line)]
    if not found:
        return None
    at = int(generator.choice(found))
    words = tuple(
        replace(word, value=(word.value * _decimal(factor)).quantize(_decimal(0.1)))
        if word.letter == "F"
        else word
        for word in parse_line(lines[at]).words
    )
    return (*lines[:at], Line(words).text, *lines[at + 1 :])


def skipped(
    lines: Sequence[str], ends: NDArray[np.float64], generator: np.random.Generator, least_mm: float
) -> Lines | None:
    """One line left out, whose end is that far from both its neighbours'."""
    away = np.linalg.norm(np.diff(ends, axis=0), axis=1)
    found = [i for i in range(1, len(lines) - 1) if away[i - 1] > least_mm and away[i] > least_mm]
    if not found:
        return None
    at = int(generator.choice(found))
    return (*lines[:at], *lines[at + 1 :])


def without_rows(recording: Recording, first: int, rows: int) -> Recording:
    """A run from which some rows were cut: as if the machine had left out what it did there."""
    kept = np.r_[0:first, first + rows : recording.n_rows]
    return _rows(recording, kept)


def slower(recording: Recording, first: int, rows: int, factor: float) -> Recording:
    """A run of which a stretch took longer by a factor: as if the feed there had been lower."""
    inside = np.arange(round(rows * factor)) / factor + first
    kept = np.r_[
        np.arange(first), np.floor(inside).astype(np.int64), np.arange(first + rows, recording.n_rows)
    ]
    return _rows(recording, kept)


def _rows(recording: Recording, kept: NDArray[np.int64]) -> Recording:
    return replace(
        recording,
        time_s=np.arange(len(kept), dtype=np.float64),
        values=recording.values[kept],
        lines=None,
        line_numbers=None,
        codes={},
    )


def _letters(line: str) -> set[str]:
    return {word.letter for word in parse_line(line).words}


def _plus(word: Word, step: float) -> Word:
    return replace(word, value=(word.value + _decimal(step)).quantize(_decimal("0.0001")))


def _decimal(value: float | str) -> Decimal:
    return Decimal(str(value))
