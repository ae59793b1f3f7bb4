"""Settles over all columns what each of them is: the clock, the labels, copies, boards."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.recordings.describe.boards import find_boards, unique_names
from core.recordings.describe.lexicon import Meaning, meaning, words
from core.recordings.describe.proposal import CHANNEL_ROLES, ColumnGuess
from core.recordings.describe.traits import Traits
from core.recordings.parts import plain_name

Columns = dict[str, ColumnGuess]
INCH_MM = 25.4
# a column that correlates so well with a position may be that position; it is where so many rows lie on a line, to a
# share of what the values span
MAY_FOLLOW, FOLLOWS, CLOSE = 0.9, 0.9, 1e-3
# single rows may be far off: values beyond these percentiles are drawn in before they are compared
INNER = (6, 94)
# positions that others are compared with, and rows of it
COMPARED, COMPARED_ROWS = 60, 2000


def settle(columns: Columns, traits: Mapping[str, Traits], *, named_runs: bool) -> tuple[Columns, list[str]]:
    """The columns with one clock, one target, one operation, without copies; and what is doubtful.

    named_runs: the names of files or folders tell the operation, so that no column has to.
    """
    notes: list[str] = []
    steps: tuple[Callable[[Columns, Mapping[str, Traits]], Columns], ...] = (
        _one_time,
        _target,
        _copies,
        _positions,
        _boards,
    )
    columns = _one_operation(columns, traits, named_runs)
    for step in steps:
        columns = step(columns, traits)
    unsure = [one.name for one in columns.values() if one.role == "side" and one.confidence < 0.3]
    if unsure:
        some = ", ".join(map(repr, unsure[:3])) + (f" and {len(unsure) - 3} more" if len(unsure) > 3 else "")
        notes.append(
            f"Nothing tells what {some} measure: they are taken for side channels; "
            "if one of them is the controller's own state, it gives the answer away."
        )
    operation = next((one for one in columns.values() if one.role == "operation"), None)
    if operation is not None and traits[operation.name].varies:
        notes.append(
            f"{operation.name!r} changes within a run: a window is of the operation that most of its rows are of."
        )
    return columns, notes


def _one_time(columns: Columns, traits: Mapping[str, Traits]) -> Columns:
    times = [one for one in columns.values() if one.role == "time"]
    best = max(times, key=lambda one: one.confidence, default=None)
    for one in times:
        if best is not None and one.name != best.name:
            reason = f"{one.evidence}; {best.name!r} is the clock"
            columns[one.name] = replace(one, role="ignored", evidence=reason)
    return columns


def _one_operation(columns: Columns, traits: Mapping[str, Traits], named_runs: bool) -> Columns:
    found = [one for one in columns.values() if one.role == "operation"]
    best = max(found, key=lambda one: one.confidence, default=None)
    for one in found:
        if named_runs:
            reason = f"{one.evidence}; the names of the runs tell the operation"
        elif best is not None and one.name != best.name:
            reason = f"{one.evidence}; {best.name!r} tells the operation"
        else:
            continue
        columns[one.name] = replace(one, role="ignored", evidence=reason)
    return columns


def _target(columns: Columns, traits: Mapping[str, Traits]) -> Columns:
    """The best text of G-code, and the number that goes with it."""
    texts = [one for one in columns.values() if one.role == "line text"]
    best = max(texts, key=lambda one: (traits[one.name].gcode, traits[one.name].distinct), default=None)
    for one in texts:
        if best is not None and one.name != best.name:
            columns[one.name] = replace(
                one, role="ignored", evidence=f"{one.evidence}; another than {best.name!r}"
            )
    if best is None:
        return columns
    own = set(words(best.name)) - {"string", "text"}
    numbers = [
        one
        for one in columns.values()
        if one.role == "controller"
        and traits[one.name].whole
        and {"line", "block", "satz", "n", "nr"} & set(words(one.name))
    ]
    if numbers:
        # the one whose name is most like that of the text
        chosen = max(numbers, key=lambda one: len(own & set(words(one.name))))
        reason = f"{chosen.evidence}; whole numbers beside the G-code of {best.name!r}"
        columns[chosen.name] = replace(chosen, role="line number", modality="", unit="", evidence=reason)
    return columns


def _copies(columns: Columns, traits: Mapping[str, Traits]) -> Columns:
    """Side channels that repeat another in every row are read once."""
    first: dict[bytes, str] = {}
    for one in columns.values():
        if one.role not in ("side", "ambient") or traits[one.name].constant:
            continue
        content = b"".join(block.tobytes() for block in traits[one.name].blocks)
        original = first.setdefault(content, one.name)
        if original != one.name:
            reason = f"repeats {original!r} in every row of the sample"
            columns[one.name] = replace(one, role="ignored", evidence=reason, confidence=0.9)
    return columns


def _positions(columns: Columns, traits: Mapping[str, Traits]) -> Columns:
    """Columns that are a known position in other units or from another origin: the answer under another name."""
    known = [one.name for one in columns.values() if _is_known_position(one, traits)][:COMPARED]
    if not known:
        return columns
    rows = len(_joined(traits[known[0]]))
    known = [name for name in known if len(_joined(traits[name])) == rows]
    base = np.stack([_normed(traits[name]) for name in known])
    for one in list(columns.values()):
        own = traits[one.name]
        doubtful = one.role in CHANNEL_ROLES and (one.role != "controller" or one.modality == "position")
        if not doubtful or own.constant or own.kind != "number":
            continue
        curve = _normed(own)
        if len(curve) != base.shape[1]:
            continue
        follows = np.abs(base @ curve)
        for place in np.argsort(-follows):
            if follows[place] < MAY_FOLLOW:
                break
            slope = None if known[place] == one.name else _slope(traits[known[place]], own)
            if slope is not None:
                columns[one.name] = _copy_of(one, columns[known[place]].name, slope)
                break
    return columns


def _slope(base: Traits, own: Traits) -> float | None:
    """How many times a position a column is; None where it is something else."""
    x, y = _joined(base), _joined(own)
    steps = np.diff(x)
    # at the end of a program a controller may tell its position in other units: one step as large as all others
    moved = np.abs(steps) > np.percentile(np.abs(steps), 95) * CLOSE
    if not moved.any():
        return None
    slope = float(np.median(np.diff(y)[moved] / steps[moved]))
    off = y - slope * x
    span = np.subtract(*np.percentile(y, (95, 5)))
    close = np.abs(off - np.median(off)) <= CLOSE * span
    return slope if slope and close.mean() >= FOLLOWS else None


def _copy_of(one: ColumnGuess, base: str, slope: float) -> ColumnGuess:
    unit = one.unit
    if abs(slope - INCH_MM) < 0.01 * INCH_MM:
        unit = unit or "mm"
    elif abs(slope * INCH_MM - 1) < 0.01:
        unit = unit or "inch"
    reason = f"{one.evidence}; moves as {base!r} does, times {slope:.4g}"
    return replace(one, role="controller", modality="position", unit=unit, evidence=reason, confidence=0.95)


def _is_known_position(one: ColumnGuess, traits: Mapping[str, Traits]) -> bool:
    own = traits[one.name]
    return (
        one.role == "controller" and one.modality == "position" and own.kind == "number" and not own.constant
    )


def _joined(traits: Traits) -> NDArray[np.float64]:
    """The values of the first block, and a hole as the mean."""
    values = traits.blocks[0][:COMPARED_ROWS]
    finite = np.isfinite(values)
    return np.asarray(
        np.where(finite, values, values[finite].mean() if finite.any() else 0), dtype=np.float64
    )


def _normed(traits: Traits) -> NDArray[np.float64]:
    values = np.clip(_joined(traits), *np.percentile(_joined(traits), INNER))
    values = values - values.mean()
    size = float(np.linalg.norm(values))
    return np.asarray(values / size if size > 0 else values, dtype=np.float64)


def _boards(columns: Columns, traits: Mapping[str, Traits]) -> Columns:
    """Boards and quantities of the side channels, and names of their own for all channels."""
    felt = [one for one in columns.values() if one.role in ("side", "ambient")]
    meanings = {one.name: _meaning_of(one) for one in felt if one.modality != "signal"}
    found, division = find_boards(meanings)
    for one in felt:
        if one.name in found and division is not None:
            board, quantity = found[one.name]
            reason = f"{one.evidence}; {division.spoken}"
            columns[one.name] = replace(one, board=board, quantity=quantity, evidence=reason)
    return _with_own_names(columns)


def _meaning_of(one: ColumnGuess) -> Meaning:
    return meaning(one.name) or Meaning(one.role, one.modality, one.unit, "", 0.5)


def _with_own_names(columns: Columns) -> Columns:
    """Quantities such that no two channels are called the same."""
    taken: set[str] = {
        one.name for one in columns.values() if one.role not in (*CHANNEL_ROLES, "ignored", "index")
    }
    plain = unique_names([one.name for one in columns.values()])
    for one in columns.values():
        if one.role not in CHANNEL_ROLES:
            continue
        quantity = re.sub(r"^__+", "_", one.quantity or plain_name(one.name))
        quantity = quantity if one.board else plain[one.name]
        channel, number = f"{one.board}.{quantity}" if one.board else quantity, 2
        while channel in taken:
            quantity = f"{quantity}_{number}"
            channel, number = f"{one.board}.{quantity}" if one.board else quantity, number + 1
        taken.add(channel)
        columns[one.name] = replace(one, quantity=quantity)
    return columns
