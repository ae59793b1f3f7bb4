"""Channels that are reckoned from others, named in text: `rms(frame_l2.Ax,16)`, `minus(x_motor,y_motor)`.

A derived channel says which raw channels it needs and how many rows beside a range, so that a part of a long run can be
reckoned without the rest; the part is then the same as that part of the whole.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.errors import ToolmarkError
from core.recordings.machine import Machine
from core.recordings.moving import Reach, band_filter, band_taps, filtered, moving_mean, window
from core.recordings.rate import jumps, stretches, uneven
from core.recordings.traces import Columns

Values = NDArray[np.float32]
Floats = NDArray[np.float64]

MAX_ROWS = 4096
Kind = Literal["diff", "mean", "rms", "std", "band", "minus"]
FORMS: dict[Kind, str] = {
    "diff": "diff(CHANNEL)",
    "mean": "mean(CHANNEL,ROWS)",
    "rms": "rms(CHANNEL,ROWS)",
    "std": "std(CHANNEL,ROWS)",
    "band": "band(CHANNEL,LOW_HZ,HIGH_HZ)",
    "minus": "minus(CHANNEL,CHANNEL)",
}
_CHANNELS: dict[Kind, int] = {"diff": 1, "mean": 1, "rms": 1, "std": 1, "band": 1, "minus": 2}
_NUMBERS: dict[Kind, int] = {"diff": 0, "mean": 1, "rms": 1, "std": 1, "band": 2, "minus": 0}
_MOVING: dict[Kind, str] = {"mean": "mean", "rms": "RMS", "std": "standard deviation"}
_CALL = re.compile(r"\s*([A-Za-z]+)\s*\((.*)\)\s*", re.DOTALL)


class DerivedError(ToolmarkError):
    """A derived channel that cannot be understood or reckoned."""


@dataclass(frozen=True)
class Derived:
    """A derived channel: kind of `FORMS`, what it is reckoned from (channels or further derived ones), its numbers.

    unit: of the values, e.g. `g` or `g²`.
    """

    kind: Kind
    sources: "tuple[Derived | str, ...]"
    numbers: tuple[float, ...]
    unit: str

    @property
    def text(self) -> str:
        """The channel as it is written; `parse` reads it back."""
        sources = [each if isinstance(each, str) else each.text for each in self.sources]
        return f"{self.kind}({','.join([*sources, *(f'{number:g}' for number in self.numbers)])})"

    @property
    def label(self) -> str:
        """The channel in words, for the head of a trace."""
        names = [each if isinstance(each, str) else each.label for each in self.sources]
        match self.kind:
            case "diff":
                return f"change of {names[0]} from row to row"
            case "mean" | "rms" | "std":
                return f"{_MOVING[self.kind]} of {names[0]} over {self.numbers[0]:g} rows"
            case "band":
                return f"power of {names[0]} from {self.numbers[0]:g} to {self.numbers[1]:g} Hz"
            case "minus":
                return f"{names[0]} less {names[1]}"

    @property
    def channels(self) -> tuple[str, ...]:
        """The raw channels that it needs, each once."""
        own = ((each,) if isinstance(each, str) else each.channels for each in self.sources)
        return tuple(dict.fromkeys(name for names in own for name in names))

    def reach(self, rate_hz: float) -> Reach:
        """The rows beside a range that its values depend on; DerivedError for a band that the rate cannot carry."""
        before, after = self._own_reach(rate_hz)
        deeper = [each.reach(rate_hz) for each in self.sources if isinstance(each, Derived)]
        return Reach(
            before + max((each.before for each in deeper), default=0),
            after + max((each.after for each in deeper), default=0),
        )

    def _own_reach(self, rate_hz: float) -> Reach:
        match self.kind:
            case "diff":
                return Reach(1, 0)
            case "mean" | "rms" | "std":
                return window(int(self.numbers[0]))
            case "band":
                # the filter, then the mean of its square over as many rows
                low, high = self.numbers
                taps = band_taps(low, high, rate_hz)
                return Reach(taps - 1, taps - 1)
            case "minus":
                return Reach(0, 0)


def is_derived(name: str) -> bool:
    """Whether a name is written as a derived channel is."""
    return "(" in name


def split_names(text: str) -> tuple[str, ...]:
    """The names in a list that is separated by commas, those within brackets left alone; each once."""
    return tuple(dict.fromkeys(part.strip() for part in _split(text) if part.strip()))


def _split(text: str) -> list[str]:
    """The parts between the commas that no bracket encloses."""
    parts, depth, begin = [], 0, 0
    for place, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 0:
            parts.append(text[begin:place])
            begin = place + 1
    return [*parts, text[begin:]]


def parse(text: str, machine: Machine) -> Derived:
    """Read a derived channel; DerivedError says what is wrong with it, MachineError which channel there is none of."""
    call = _CALL.fullmatch(text)
    kind = next((own for own in FORMS if call is not None and own == call[1].lower()), None)
    if call is None or kind is None:
        raise DerivedError(f"“{text}” is no derived channel: write {', '.join(FORMS.values())}.")
    parts = [part.strip() for part in _split(call[2])]
    wanted = _CHANNELS[kind] + _NUMBERS[kind]
    if len(parts) != wanted or not all(parts):
        raise DerivedError(f"“{text}” does not name {wanted} things in its brackets: write {FORMS[kind]}.")
    sources = tuple(_source(part, machine) for part in parts[: _CHANNELS[kind]])
    numbers = tuple(_number(part, text, FORMS[kind]) for part in parts[_CHANNELS[kind] :])
    units = [machine.unit(each) if isinstance(each, str) else each.unit for each in sources]
    _check(text, kind, numbers, units)
    return Derived(kind, sources, numbers, _squared(units[0]) if kind == "band" else units[0])


def _source(text: str, machine: Machine) -> Derived | str:
    return parse(text, machine) if is_derived(text) else machine.channel(text)


def _number(part: str, text: str, form: str) -> float:
    try:
        number = float(part)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise DerivedError(f"“{part}” in “{text}” is no number: write {form}.")
    return number


def _check(text: str, kind: Kind, numbers: Sequence[float], units: Sequence[str]) -> None:
    if kind in _MOVING and not (numbers[0].is_integer() and 2 <= numbers[0] <= MAX_ROWS):
        raise DerivedError(f"“{text}” needs a whole number of rows, from 2 to {MAX_ROWS}.")
    if kind == "band" and not 0 <= numbers[0] < numbers[1]:
        raise DerivedError(
            f"“{text}” names no band: the first frequency has to be lower than the second, e.g. 0.5,1.5."
        )
    if kind == "minus" and units[0] != units[1]:
        first, second = (unit or "no unit" for unit in units)
        raise DerivedError(f"“{text}” takes {second} from {first}: both channels need the same unit.")


def _squared(unit: str) -> str:
    if not unit:
        return ""
    return f"{unit}²" if unit.isalpha() else f"({unit})²"


def compute(
    derived: Derived, values: Mapping[str, Values], time_s: Floats, rate_hz: float, rows: slice | None = None
) -> Values:
    """The values of a derived channel, float32 [T], or of some of these rows.

    values: of each raw channel that it needs, float32 [T]. rate_hz: of the whole run, so that each part of it is
    filtered alike. A row without a value has none afterwards, and nothing is reckoned across a gap of the clock; a
    moving mean, RMS or deviation is of those of its rows that have values, a band's filter needs them all.
    """
    found = _computed(derived, values, time_s, rate_hz)
    return (found if rows is None else found[rows]).astype(np.float32)


def of_rows(
    derived: Derived, columns: Columns, time_s: Floats, rate_hz: float, rows: tuple[int, int]
) -> Values:
    """The values in the rows from a first to a last one, both included, float32 [n]; time_s is of the whole run.

    Raises:
        DerivedError: the run does not have a channel that is needed, or its rate cannot carry the band.
    """
    missing = [name for name in derived.channels if name not in columns.channels]
    if missing:
        raise DerivedError(f"“{derived.text}” needs {missing[0]}, which this run does not have.")
    first, last = rows
    before, after = derived.reach(rate_hz)
    begin, end = max(first - before, 0), min(last + after + 1, len(time_s))
    read = columns.values(derived.channels, begin, end - 1)
    values = dict(zip(derived.channels, read, strict=True))
    return compute(derived, values, time_s[begin:end], rate_hz, slice(first - begin, last + 1 - begin))


def _computed(derived: Derived, values: Mapping[str, Values], time_s: Floats, rate_hz: float) -> Floats:
    sources = [
        values[each].astype(np.float64) if isinstance(each, str) else _computed(each, values, time_s, rate_hz)
        for each in derived.sources
    ]
    broken = (uneven if derived.kind == "band" else jumps)(time_s, rate_hz)
    found = np.full(len(time_s), np.nan)
    for part in stretches(broken):
        found[part] = _of_stretch(derived, [source[part] for source in sources], rate_hz)
    return found


def _of_stretch(derived: Derived, sources: Sequence[Floats], rate_hz: float) -> Floats:
    own = sources[0]
    match derived.kind:
        case "diff":
            return np.asarray(np.diff(own, prepend=np.nan))
        case "minus":
            return own - sources[1]
        case "mean":
            return moving_mean(own, int(derived.numbers[0]))
        case "rms":
            return np.sqrt(moving_mean(own**2, int(derived.numbers[0])))
        case "std":
            rows = int(derived.numbers[0])
            power = moving_mean(own**2, rows)
            variance = power - moving_mean(own, rows) ** 2
            # rounding leaves something of a constant's
            return np.sqrt(np.where(variance < 1e-12 * power, 0.0, variance))
    low, high = derived.numbers
    taps = band_filter(low, high, rate_hz)
    return moving_mean(filtered(own, taps) ** 2, len(taps))
