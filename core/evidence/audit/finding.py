"""One thing that an audit found, in words and with its weight."""

from dataclasses import dataclass
from typing import Literal

from core.evidence.bootstrap import Interval

Weight = Literal["grave", "warning", "note", "fine"]
WEIGHTS: tuple[Weight, ...] = ("grave", "warning", "note", "fine")
# the part of an audit that shows a finding
Section = Literal["split", "probes", "labels", "baselines", "protocols"]


@dataclass(frozen=True)
class Finding:
    """One thing that an audit found: what is so, with its figures, why it matters, and what to do about it.

    section: where it is shown; probe: the name of the one that it is about, if any.
    """

    weight: Weight
    sentence: str
    because: str
    remedy: str = ""
    section: Section = "split"
    probe: str | None = None


def percent(interval: Interval) -> str:
    """A share in per cent with its interval."""
    if interval.low is None or interval.high is None:
        return f"{100 * interval.value:.1f} %"
    return f"{100 * interval.value:.1f} % ({100 * interval.low:.1f} to {100 * interval.high:.1f})"
