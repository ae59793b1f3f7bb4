"""What the values of a column look like, over the blocks of a sample."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.gcode import GcodeError, Line, parse_line
from core.recordings.clock import DATES, PATTERNS, read_seconds

EXAMPLES = 3
# distinct cells that are looked at for what kind of text they are
PROBED = 200
TIME_TEXTS = (*PATTERNS, "ISO 8601", *DATES)


@dataclass(frozen=True, eq=False)
class Traits:
    """A column's values in a sample. blocks: float64 each, of a column of numbers.

    missing: share of empty cells. rising: share of steps up; even: share of steps that are the usual one; step: that
    step. rough: size of the steps by that of the values, about 1.4 of noise and near 0 of a smooth course.
    varies: a text changes within a block of rows.
    gcode, dated: of a text, shares of its kinds that are G-code and times; time_format: of those times.
    """

    kind: Literal["number", "text", "empty"]
    missing: float
    examples: tuple[str, ...]
    blocks: tuple[NDArray[np.float64], ...] = field(default=(), repr=False)
    minimum: float = float("nan")
    maximum: float = float("nan")
    distinct: int = 0
    whole: bool = False
    rising: float = 0.0
    even: float = 0.0
    step: float = float("nan")
    rough: float = float("nan")
    stretch: float = 0.0
    words: tuple[str, ...] = ()
    varies: bool = False
    gcode: float = 0.0
    dated: float = 0.0
    time_format: str | None = None
    json: bool = False

    @property
    def constant(self) -> bool:
        """Nothing ever changes, or there is nothing."""
        return self.distinct <= 1


def traits_of(cells: Sequence[pd.Series]) -> Traits:
    """The traits of a column; cells: those of each block."""
    if all(series.dtype.kind in "iuf" for series in cells):
        return _of_numbers([series.to_numpy(dtype=float, na_value=np.nan) for series in cells])
    total = sum(len(series) for series in cells)
    missing = sum(int(series.isna().sum()) for series in cells) / max(total, 1)
    if missing == 1:
        return Traits("empty", 1.0, ())
    dates = [series for series in cells if series.dtype.kind == "M"]
    if dates:
        examples = tuple(str(cell) for cell in dates[0].dropna()[:EXAMPLES])
        return Traits("text", missing, examples, distinct=2, dated=1.0, time_format="ISO 8601")
    filled = [series for series in cells if series.notna().any()]
    if all(series.dtype.kind in "iuf" for series in filled):
        return _of_numbers([pd.to_numeric(series).to_numpy(dtype=float, na_value=np.nan) for series in cells])
    return _of_text(cells, missing)


def _of_numbers(blocks: Sequence[NDArray[np.float64]]) -> Traits:
    total = sum(len(block) for block in blocks)
    missing = sum(int(np.isnan(block).sum()) for block in blocks) / max(total, 1)
    # infinities are no values
    known = [block[np.isfinite(block)] for block in blocks]
    values = np.concatenate(known)
    if not len(values):
        return Traits("empty", 1.0, ())
    steps = np.concatenate([np.diff(block) for block in known])
    usual = float(np.median(steps)) if len(steps) else float("nan")
    # stamps of a clock jitter by a little
    even = float(np.mean(np.abs(steps - usual) <= 0.02 * abs(usual) + 1e-12)) if len(steps) else 0.0
    spread = float(values.std())
    return Traits(
        "number",
        missing,
        tuple(f"{value:.6g}" for value in values[:EXAMPLES]),
        tuple(blocks),
        float(values.min()),
        float(values.max()),
        len(np.unique(values)),
        bool((values == np.round(values)).all()),
        float(np.mean(steps > 0)) if len(steps) else 0.0,
        even,
        usual,
        float(steps.std() / spread) if spread > 0 and len(steps) else float("nan"),
        len(values) / (1 + int((steps != 0).sum())),
        tuple(f"{value:g}" for value in np.unique(values)[:PROBED]) if len(values) else (),
    )


def _of_text(cells: Sequence[pd.Series], missing: float) -> Traits:
    text = pd.concat([series.dropna().astype("str").str.strip() for series in cells], ignore_index=True)
    text = text[text != ""]
    if not len(text):
        return Traits("empty", 1.0, ())
    counts = text.value_counts()
    changes = int((text.to_numpy()[1:] != text.to_numpy()[:-1]).sum())
    probed = [str(cell) for cell in counts.index[:PROBED]]
    dated, name = time_format_of(text.iloc[:PROBED])
    return Traits(
        "text",
        missing,
        tuple(cell[:40] for cell in probed[:EXAMPLES]),
        distinct=len(counts),
        stretch=len(text) / (1 + changes),
        words=tuple(probed),
        varies=any(series.dropna().nunique() > 1 for series in cells),
        gcode=_gcode_share(probed),
        dated=dated,
        time_format=name,
        json=_is_json(probed[0]),
    )


def time_format_of(cells: pd.Series) -> tuple[float, str | None]:
    """The format that most texts are times in, and their share; (0, None) = none are."""
    best: tuple[float, str | None] = (0.0, None)
    for name in TIME_TEXTS:
        if name == "ISO 8601" and not cells.str.contains(r"\d{4}-?\d\d", regex=True).all():
            continue
        share = float(np.isfinite(read_seconds(cells, name)).mean())
        if share > best[0] + 1e-9:
            best = (share, name)
    return best


def _gcode_share(cells: Sequence[str]) -> float:
    """The share of cells that are G-code blocks; 0 where none has a command and another word: `M30` may be a label."""
    lines = [line for cell in cells if (line := _line(cell)) is not None]
    telling = any(line.commands and len(line.words) > 1 for line in lines)
    return len(lines) / len(cells) if telling else 0.0


def _line(cell: str) -> Line | None:
    try:
        line = parse_line(cell)
    except GcodeError:
        return None
    return line if line.words else None


def _is_json(cell: str) -> bool:
    if not cell.startswith(("{", "[")):
        return False
    try:
        json.loads(cell)
    except ValueError:
        return cell.startswith('{"')
    return True
