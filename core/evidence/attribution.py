"""Which inputs a reading rests on: integrated gradients by row and channel, and occlusion of channels or of groups.

    inputs = window_input(bundle, recording.window(160))
    target = Target.line(bundle, "G1 X1.575")
    found = integrated_gradients(bundle, inputs, target)
    found.by_channel, found.score - found.baseline, found.gap
    occlusion(bundle, inputs, target, modality_groups(bundle)).lost

Both are in natural logarithms of a probability: +0.7 is what doubles it. Both compare with a window in which every
channel stands at its mean over the training rows, which is also how the model is given what is missing or muted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.model.line_score import LineScore, operation_score
from core.model.predict import ModelInput

if TYPE_CHECKING:
    from core.model.bundle import Bundle

BATCH = 64
# the way from nothing to the window: looked at so often, then walked in so many steps of equal change
SCAN, STRETCHES, POINTS = 40, 64, 2
# then the stretches that miss most are cut in parts, until no more than a hundredth is missed
ROUNDS, WORST, PARTS, ENOUGH = 3, 14, 4, 0.01
Score = Callable[[ModelInput], Tensor]
Floats = NDArray[np.float32]
Way = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Target:
    """What is to be explained: its words, and its log probability `[B]` as a function of the inputs."""

    words: str
    score: Score

    @classmethod
    def line(cls, bundle: Bundle, line: str) -> Target:
        """A line of G-code; TokenError or GcodeError where the bundle's scheme has no tokens for it."""
        return cls.line_of(bundle, bundle.scheme.encode(line))

    @classmethod
    def line_of(cls, bundle: Bundle, ids: Sequence[int]) -> Target:
        """The line of these tokens."""
        return cls(f"the line {bundle.scheme.decode(ids)}", LineScore.of(bundle, ids).line)

    @classmethod
    def token(cls, bundle: Bundle, ids: Sequence[int], place: int) -> Target:
        """One token of a line, given those before it."""
        score = LineScore.of(bundle, ids)
        words = f"the token {bundle.scheme.text(ids[place])} at place {place + 1}"
        return cls(words, lambda inputs: score.tokens(inputs)[:, place])

    @classmethod
    def operation(cls, bundle: Bundle, operation: str) -> Target:
        """One of the bundle's operations."""
        return cls(f"the operation {operation}", lambda inputs: operation_score(bundle, inputs, operation))


@dataclass(frozen=True, eq=False)
class Attribution:
    """What each input adds to the log probability of a target.

    by_row: `[T, C]` of each row and channel, against a window in which every channel is at its mean; channels: the C
    names. score, baseline: log probability with all inputs, and without any. A channel that is not live has 0.
    """

    by_row: Floats
    channels: tuple[str, ...]
    score: float
    baseline: float

    @property
    def by_channel(self) -> dict[str, float]:
        """Channel -> the sum over its rows."""
        return dict(zip(self.channels, self.by_row.sum(axis=0).tolist(), strict=True))

    @property
    def total(self) -> float:
        """The sum over all rows and channels; score - baseline, but for the gap."""
        return float(self.by_row.sum())

    @property
    def gap(self) -> float:
        """What the sum misses of score - baseline, in the same logarithms: 0 with infinitely many steps."""
        return self.total - (self.score - self.baseline)

    def by_group(self, groups: Mapping[str, Sequence[str]]) -> dict[str, float]:
        """Group -> the sum over its channels, so that groups add up to the total."""
        found = self.by_channel
        return {name: sum(found[channel] for channel in channels) for name, channels in groups.items()}


def integrated_gradients(bundle: Bundle, inputs: ModelInput, target: Target) -> Attribution:
    """Sundararajan et al. 2017: gradients along the straight way from a window at its means to this one.

    inputs: one window (`core.model.predict.window_input`). Almost all of a line's probability comes within a short
    stretch of the way, which even steps miss. So the way is first looked at, then cut into stretches over which the
    score changes equally much, each integrated by captum (after Bhat & Raychowdhury 2023, "Non-uniform interpolation in
    integrated gradients"). What a stretch has to add up to is known from the score at its ends: those that miss most of
    it are cut again.
    """
    cuts, done = _cuts(target, inputs).tolist(), dict[tuple[float, float], Floats]()
    for _ in range(ROUNDS):
        stretches = list(pairwise(cuts))
        new = [stretch for stretch in stretches if stretch not in done]
        done |= dict(zip(new, _integrated(target, inputs, new), strict=True))
        scores = _scores_at(target, inputs, np.array(cuts))
        sums = np.array([done[stretch].sum(dtype=np.float64) for stretch in stretches])
        missed = np.abs(sums - np.diff(scores))
        if missed.sum() <= max(ENOUGH * abs(scores[-1] - scores[0]), ENOUGH):
            break
        worst = [stretches[place] for place in np.argsort(-missed)[:WORST]]
        inside = [np.linspace(begin, end, PARTS + 1).tolist() for begin, end in worst]
        cuts = sorted({*cuts, *chain(*inside)})
    by_row = np.stack([done[stretch] for stretch in stretches]).sum(axis=0, dtype=np.float64)
    channels = bundle.inputs.channels
    return Attribution(by_row.astype(np.float32), channels, float(scores[-1]), float(scores[0]))


def _integrated(target: Target, inputs: ModelInput, stretches: Sequence[tuple[float, float]]) -> Floats:
    """The integral over each stretch of the way, `[S, T, C]`."""
    # it brings matplotlib with it, which takes a second to import
    from captum.attr import IntegratedGradients  # noqa: PLC0415

    def forward(continuous: Tensor) -> Tensor:
        return target.score(_with(inputs, continuous))

    ends = torch.tensor(stretches, dtype=torch.float32)[:, :, None, None]
    found: Tensor = IntegratedGradients(forward).attribute(
        inputs.continuous * ends[:, 1],
        baselines=inputs.continuous * ends[:, 0],
        n_steps=POINTS,
        internal_batch_size=BATCH,
    )
    return np.asarray(found.detach().numpy(), dtype=np.float32)


def _cuts(target: Target, inputs: ModelInput) -> Way:
    """Where to cut the way first, 0 to 1, float64 [STRETCHES + 1].

    It is looked at evenly, and then again where the score was seen to change: a cliff may be a hundredth of it wide.
    """
    at = np.linspace(0, 1, SCAN + 1)
    scores = _scores_at(target, inputs, at)
    closer = np.setdiff1d(_even_in_change(at, scores, SCAN), at)
    order = np.argsort(np.append(at, closer))
    scores = np.append(scores, _scores_at(target, inputs, closer))[order]
    return _even_in_change(np.append(at, closer)[order], scores, STRETCHES)


@torch.inference_mode()
def _scores_at(target: Target, inputs: ModelInput, at: Way) -> Way:
    parts = torch.split(torch.from_numpy(at.astype(np.float32))[:, None, None], BATCH)
    return (
        torch.cat([target.score(_with(inputs, inputs.continuous * part)) for part in parts]).double().numpy()
    )


def _even_in_change(at: Way, scores: Way, n: int) -> Way:
    """n + 1 places on the way between which the score changes equally much; a third of them are even on the way."""
    change = np.append(0.0, np.abs(np.diff(scores)).cumsum())
    walked = at + 2 * change / max(float(change[-1]), 1e-12)
    return np.interp(np.linspace(0, walked[-1], n + 1), walked, at)


@dataclass(frozen=True, eq=False)
class Occlusion:
    """Group -> what the log probability of a target loses without the group's channels; it with all and without any."""

    lost: dict[str, float]
    score: float
    baseline: float


@torch.inference_mode()
def occlusion(
    bundle: Bundle, inputs: ModelInput, target: Target, groups: Mapping[str, Sequence[str]]
) -> Occlusion:
    """What is lost when the channels of each group are taken away together, one group at a time.

    Groups need not add up: two channels that say the same lose nothing alone. A group of channels that the model does
    not read, or that are not live in the window, loses exactly 0.
    """
    place = {name: column for column, name in enumerate(bundle.inputs.channels)}
    # with all, without any, then without each group
    kept = torch.ones(len(groups) + 2, len(place))
    kept[1] = 0
    for row, names in enumerate(groups.values(), start=2):
        kept[row, [place[name] for name in names if name in place]] = 0
    changes = ((kept == 0) & (inputs.continuous != 0).any(dim=1)).any(dim=1)
    scored = torch.cat([torch.tensor([0]), changes.nonzero()[:, 0]])
    scores = torch.zeros(len(kept))
    for part in torch.split(scored, BATCH):
        scores[part] = target.score(_with(inputs, inputs.continuous * kept[part][:, None]))
    lost = torch.where(changes, scores[0] - scores, 0.0)
    return Occlusion(
        dict(zip(groups, lost[2:].tolist(), strict=True)), float(scores[0]), float(scores[0] - lost[1])
    )


def _with(inputs: ModelInput, continuous: Tensor) -> ModelInput:
    codes = inputs.categorical.expand(len(continuous), -1, -1)
    return ModelInput(continuous, codes, inputs.present)


def channel_groups(bundle: Bundle) -> dict[str, tuple[str, ...]]:
    """Each channel alone."""
    return {name: (name,) for name in bundle.inputs.channels}


def modality_groups(bundle: Bundle) -> dict[str, tuple[str, ...]]:
    """Modality -> its channels among the bundle's inputs."""
    return _grouped(bundle, bundle.machine.modality)


def board_groups(bundle: Bundle) -> dict[str, tuple[str, ...]]:
    """Board -> its channels among the bundle's inputs; a channel of no board is a group of its own."""
    return _grouped(bundle, lambda name: bundle.machine.board(name) or name)


def _grouped(bundle: Bundle, group_of: Callable[[str], str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name in bundle.inputs.channels:
        found.setdefault(group_of(name), []).append(name)
    return {group: tuple(names) for group, names in found.items()}
