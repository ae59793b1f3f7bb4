"""What the page of a program sends to the browser: both programs line by line, both paths row by row, how far apart."""

from dataclasses import dataclass
from math import floor, log10

import numpy as np
from numpy.typing import NDArray

from core.evidence.run_comparison import Comparison, rapid_lines, worst_rows
from core.tracking.verification import Deviation
from dashboard import theme
from dashboard.machine_drawing import colour_at
from dashboard.theme import Ink
from dashboard.toolpath_drawing import COLOURS, NOTHING
from dashboard.trace_payload import Json, Packer

KINDS = ("same", "changed", "missing", "extra")
# all but this share of the rows lie within the colours, which end at 1 mm at least
WITHIN = 0.98
LEAST_TOP_MM = 1.0
# places that a verification found which are marked
MOST_FOUND = 50
# points of an intended path that are drawn
MOST_POINTS = 20_000


@dataclass(frozen=True, eq=False)
class Desk:
    """What is drawn. key: what tells it from every other; token: another one sends the slider to `row`.

    seconds `[T]` of the rows; confidence `[T]` of their lines; beside, path_beside: what stands beside it, in words;
    found: what a verification found; tolerance_mm: what is not told from a good run, None = not asked.
    """

    key: str
    run: str
    seconds: NDArray[np.float64]
    confidence: NDArray[np.float64]
    comparison: Comparison
    beside: str
    path_beside: str
    found: tuple[Deviation, ...] = ()
    tolerance_mm: float | None = None
    row: int = 0
    token: int = 0


def drawn(desk: Desk, ink: Ink) -> bytes:
    """The bytes: a header in JSON, then the arrays as they lie in memory."""
    packer, own = Packer(), desk.comparison
    top = colour_top(own.deviations.by_mm)
    header: Json = {
        "key": desk.key,
        "run": desk.run,
        "token": desk.token,
        "row": desk.row,
        "titles": [desk.beside, "Read back"],
        "paths": [desk.path_beside, "read back"],
        "lines": [list(own.beside.lines) if own.beside else [], list(own.read.lines)],
        "words": {
            place: [list(step.words[0]), list(step.words[1])]
            for place, step in enumerate(own.steps)
            if step.kind == "changed"
        },
        "arrays": _arrays(desk, packer, top),
        "top": top,
        "tolerance": desk.tolerance_mm,
        "worst": worst_rows(own.deviations.by_mm),
        "found": [_found(one) for one in desk.found[:MOST_FOUND]],
        "scale": deviation_scale(ink),
        "ink": inks(ink),
    }
    return packer.bytes_with(header)


def _arrays(desk: Desk, packer: Packer, top: float) -> Json:
    own = desk.comparison
    sides = [own.beside, own.read]
    place = {kind: number for number, kind in enumerate(KINDS)}
    nowhere = np.full(len(own.position_mm), -1)
    plan, rapid = _plan(own)
    return {
        "seconds": packer.add(desk.seconds, "<f8"),
        "read": packer.add(own.position_mm.ravel(), "<f4"),
        "against": packer.add(own.deviations.against_mm.ravel(), "<f4"),
        "by": packer.add(own.deviations.by_mm, "<f4"),
        "sure": packer.add(desk.confidence, "<f4"),
        "shade": packer.add(_shade(own.deviations.by_mm, top), "u1"),
        "rapid": packer.add(own.rapid, "u1"),
        "plan": packer.add(plan.ravel(), "<f4"),
        "planRapid": packer.add(rapid, "u1"),
        "kind": packer.add(np.array([place[step.kind] for step in own.steps]), "u1"),
        "first": packer.add(np.array([_index(step.first) for step in own.steps]), "<i4"),
        "second": packer.add(np.array([_index(step.second) for step in own.steps]), "<i4"),
        "rowOfStep": packer.add(own.row_of_step, "<i4"),
        "lineOfRow0": packer.add(nowhere if own.beside is None else own.beside.line_of_row, "<i4"),
        "lineOfRow1": packer.add(own.read.line_of_row, "<i4"),
        "number0": packer.add(np.array([] if sides[0] is None else sides[0].numbers), "<i4"),
        "number1": packer.add(np.array(own.read.numbers), "<i4"),
        "shown0": packer.add(np.array([] if sides[0] is None else sides[0].shown), "u1"),
        "shown1": packer.add(np.array(own.read.shown), "u1"),
    }


def _index(place: int | None) -> int:
    return -1 if place is None else place


def _plan(own: Comparison) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    """Pieces of an intended path `[S, 2, 3]` and which of them are rapids; of a very long one the first."""
    if own.path is None or own.beside is None:
        return np.zeros((0, 2, 3)), np.zeros(0, dtype=np.uint8)
    fast = rapid_lines(own.beside.lines, own.beside.numbers)[own.path.line]
    return own.path.pieces[:MOST_POINTS], fast[:MOST_POINTS].astype(np.uint8)


def colour_top(by_mm: NDArray[np.float64]) -> float:
    """The deviation in mm at which the colours end: 1, 2 or 5 times a power of ten."""
    known = by_mm[np.isfinite(by_mm)]
    most = max(float(np.quantile(known, WITHIN)), LEAST_TOP_MM) if len(known) else LEAST_TOP_MM
    power = 10.0 ** floor(log10(most))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= most - 1e-9)


def _shade(by_mm: NDArray[np.float64], top: float) -> NDArray[np.uint8]:
    known = np.isfinite(by_mm)
    codes = np.clip(np.where(known, by_mm, 0) / top * COLOURS, 0, COLOURS - 1).astype(np.uint8)
    return np.where(known, codes, NOTHING).astype(np.uint8)


def _found(one: Deviation) -> Json:
    return {"row": one.row, "what": one.what, "by": round(one.by_mm, 3), "kind": one.kind}


def deviation_scale(ink: Ink) -> list[str]:
    """The colours from no deviation to the highest, which stands out most from the page, be it light or dark."""
    begin, end = (0.3, 1.0) if ink.lift else (0.82, 0.0)
    return [colour_at(begin + (end - begin) * place / (COLOURS - 1)) for place in range(COLOURS)]


def inks(ink: Ink) -> Json:
    """The colours of the page's mode."""
    return theme.canvas(ink) | {"changed": ink.line(theme.WITHOUT)}
