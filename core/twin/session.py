"""A day at the machine, a mill among mills, and what may go wrong with a run."""

import zlib
from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np

from core.errors import ToolmarkError
from core.twin.constants import constants


def rng_of(*parts: int | str) -> np.random.Generator:
    """A random generator of its own for every name, so that one channel's noise never depends on another's."""
    return np.random.default_rng(
        [part if isinstance(part, int) else zlib.crc32(part.encode()) for part in parts]
    )


@dataclass(frozen=True)
class Session:
    """What a day gives to all of its runs. `day` is its number; None is a day without any offset."""

    day: int | None = None

    def _draw(self, name: str, spread: float) -> float:
        return 0.0 if self.day is None else float(rng_of(self.day, "day", name).normal(0.0, spread))

    @cached_property
    def pressure(self) -> float:
        """Air pressure, kPa."""
        ambient = constants().ambient
        return ambient.pressure + self._draw("pressure", ambient.pressure_by_day)

    @cached_property
    def temperature(self) -> float:
        """Temperature of the room at the boards before they warm up, degC."""
        ambient = constants().ambient
        return ambient.temperature + self._draw("temperature", ambient.temperature_by_day)

    @cached_property
    def light(self) -> float:
        """Light in the room, as a share of the usual."""
        return float(np.exp(self._draw("light", constants().ambient.light_by_day)))

    @cached_property
    def loudness(self) -> float:
        """Gain of all microphones, as a share of the usual."""
        return float(np.exp(self._draw("loudness", constants().sound.by_day)))

    def field(self, board: str, axis: str) -> float:
        """Offset of a magnetometer, counts."""
        return self._draw(f"{board}.{axis}", constants().ambient.field_by_day)


@dataclass(frozen=True)
class Faults:
    """What is wrong with one run; nothing unless said.

    unplugged: boards without any value; frozen: board -> second after which its values stand still; stuck: channel ->
    second; lag_s: how late all sensors are; clock_jitter: s, added to that of the log; dropped: share of rows lost;
    passes: 2 where the program ran twice; edited: seed of a change to one line; worn: the spindle's bearing is.
    """

    unplugged: tuple[str, ...] = ()
    frozen: tuple[tuple[str, float], ...] = ()
    stuck: tuple[tuple[str, float], ...] = ()
    lag_s: float = 0.0
    clock_jitter: float = 0.0
    dropped: float = 0.0
    passes: int = 1
    edited: int | None = None
    worn: bool = False


@dataclass(frozen=True)
class FaultRates:
    """How often a fault occurs: in a share of boards (unplugged, frozen), of channels (stuck), of runs (the rest)."""

    unplugged: float = 0.0
    frozen: float = 0.0
    stuck: float = 0.0
    lag: float = 0.0
    jitter: float = 0.0
    dropped: float = 0.0
    second_pass: float = 0.0
    edited: float = 0.0

    @classmethod
    def parse(cls, texts: list[str]) -> "FaultRates":
        """Rates from texts such as `frozen=0.2`; ToolmarkError names what is wrong."""
        names = [field.name for field in fields(cls)]
        rates = cls()
        for text in texts:
            name, _, value = text.partition("=")
            if name == "recorded" and not value:
                rates = RECORDED
                continue
            try:
                share = float(value)
            except ValueError:
                share = -1.0
            if name not in names or not 0.0 <= share <= 1.0:
                raise ToolmarkError(
                    f"{text!r} is no fault: write NAME=SHARE with a share from 0 to 1 and one of the names "
                    f"{', '.join(names)}; or `recorded` for the rates of the real recordings."
                )
            rates = replace(rates, **{name: share})
        return rates

    def draw(self, rng: np.random.Generator, channels: tuple[str, ...]) -> Faults:
        """The faults of one run; `channels` are those of all boards."""
        sizes = constants().faults
        boards = tuple(dict.fromkeys(channel.partition(".")[0] for channel in channels))
        unplugged = tuple(board for board in boards if rng.random() < self.unplugged)
        frozen = tuple(
            (board, float(rng.uniform(*sizes.frozen_from))) for board in boards if rng.random() < self.frozen
        )
        stuck = tuple(
            (name, float(rng.uniform(0.0, sizes.stuck_within)))
            for name in channels
            if rng.random() < self.stuck
        )
        return Faults(
            unplugged=unplugged,
            frozen=frozen,
            stuck=stuck,
            lag_s=float(rng.exponential(sizes.lag)) if rng.random() < self.lag else 0.0,
            clock_jitter=sizes.jitter if rng.random() < self.jitter else 0.0,
            dropped=sizes.dropped if rng.random() < self.dropped else 0.0,
            passes=2 if rng.random() < self.second_pass else 1,
            edited=int(rng.integers(1 << 30)) if rng.random() < self.edited else None,
        )


RECORDED = FaultRates(unplugged=0.28, frozen=0.21, lag=0.5, jitter=0.05, second_pass=0.02)
"""Rates of the real recordings: boards missing and frozen as docs/twin.md counts them, half of the runs late."""
