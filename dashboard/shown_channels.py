"""Which traces are shown: what names stand for, those to begin with, and what state each channel is in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from core.errors import ToolmarkError
from core.recordings.derived import is_derived, parse
from core.recordings.machine import Machine, MachineError
from core.recordings.traces import Traces
from dashboard.window_view import MAIN

# more panels than this are no picture any more
MOST = 32
# so many of a modality's channels does its name stand for: the liveliest
OF_A_MODALITY = 3


@dataclass(frozen=True)
class Shown:
    """Channels in order, derived ones as they are written.

    unknown: names that the machine does not have; problems: what is wrong with derived ones; left_out: channels beyond
    MOST.
    """

    channels: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    left_out: int = 0


class Measured(NamedTuple):
    """What a channel or a derived one measures; `label` is its name in words."""

    modality: str
    unit: str
    label: str


def measured(machine: Machine, name: str) -> Measured:
    """What a channel measures; a derived one is of the modality of the channel that it begins with."""
    if not is_derived(name):
        return Measured(machine.modality(name), machine.unit(name), name)
    derived = parse(name, machine)
    return Measured(machine.modality(derived.channels[0]), derived.unit, derived.label)


def shown(traces: Traces, wanted: Sequence[str], pinned: Sequence[str] = ()) -> Shown:
    """The channels that names stand for, the pinned ones first; the main ones where nothing is wanted.

    A name is a channel's, a board's (all of its channels), a modality's (its liveliest channels) or a derived one.
    """
    found: list[str] = [name for name in pinned if _is_channel(traces.machine, name)]
    unknown, problems = [], []
    for name in wanted:
        try:
            own = _named(traces, name)
        except ToolmarkError as error:
            problems.append(str(error))
            continue
        found += own or []
        if own is None:
            unknown.append(name)
    if not wanted or not found:
        found += main_channels(traces)
    every = tuple(dict.fromkeys(found))
    return Shown(every[:MOST], tuple(unknown), tuple(problems), max(len(every) - MOST, 0))


def _is_channel(machine: Machine, name: str) -> bool:
    try:
        machine.channel(name)
    except MachineError:
        return False
    return True


def _named(traces: Traces, name: str) -> list[str] | None:
    machine = traces.machine
    if is_derived(name):
        return [parse(name, machine).text]
    if _is_channel(machine, name):
        return [machine.channel(name)]
    if name in machine.board_channels:
        return list(machine.board_channels[name])
    if name in machine.modalities:
        return liveliest(traces, name)[:OF_A_MODALITY] or [_first_of(machine, name)]
    return None


def _first_of(machine: Machine, modality: str) -> str:
    return next(name for name in machine.channels if machine.modality(name) == modality)


def liveliest(traces: Traces, modality: str) -> list[str]:
    """The channels of a modality that move, those first that live through the run and move the most."""
    own = [name for name in traces.channels if traces.machine.modality(name) == modality]
    moving = [name for name in own if traces.spread(name).deviation > 0]
    moving.sort(key=lambda name: (traces.end_of_life(name) < traces.n_rows, -traces.spread(name).deviation))
    return moving


def main_channels(traces: Traces) -> list[str]:
    """The liveliest channel of each main modality: those that follow the cut more than the weather or the light."""
    machine = traces.machine
    ambient = {machine.modality(name) for name in machine.side_channels if machine.role(name) == "ambient"}
    side = dict.fromkeys(machine.modality(name) for name in machine.side_channels)
    main = [modality for modality in side if modality not in ambient and modality != "colour"]
    found = [own[0] for modality in main if (own := liveliest(traces, modality))][:MAIN]
    return found or list(traces.channels[:MAIN])


def state(traces: Traces, channel: str) -> str:
    """What is to be known of a channel before it is looked at: `live`, `frozen`, `constant`, `empty`, `missing`."""
    if is_derived(channel):
        own = parse(channel, traces.machine).channels
        return "live" if set(own) <= set(traces.channels) else "missing"
    if channel not in traces.channels:
        return "missing"
    spread = traces.spread(channel)
    if spread.least != spread.least:
        return "empty"
    if traces.end_of_life(channel) < traces.n_rows:
        return "frozen"
    return "constant" if spread.constant else "live"


def note(traces: Traces, channel: str) -> str:
    """A channel's unit, and in words what is wrong with it."""
    found = state(traces, channel)
    said = {"missing": "not in this run", "empty": "no value at all", "constant": "constant"}.get(found, "")
    if found == "frozen":
        said = f"frozen at {traces.end_of_life(channel):,}"
    return " · ".join(part for part in (measured(traces.machine, channel).unit, said) if part)


def words(name: str) -> str:
    """A modality as a word: `motor_current` is "Motor current"."""
    return name.replace("_", " ").capitalize()


def by_modality(machine: Machine, channels: Iterable[str]) -> dict[tuple[str, str], list[str]]:
    """Modality and unit -> its channels, in the order in which they come."""
    found: dict[tuple[str, str], list[str]] = {}
    for name in channels:
        own = measured(machine, name)
        found.setdefault((own.modality, own.unit), []).append(name)
    return found
