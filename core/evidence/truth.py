"""What is scored: the labelled windows' true operation, line and tokens, and the run each belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.errors import ToolmarkError
from core.evidence.tally import Bools, Ints, Unit
from core.gcode.tokens import EOS, PAD, Heads, Scheme
from core.gcode.words import canonical
from core.model.targets import with_end
from core.recordings.windows import Windows


class EvidenceError(ToolmarkError):
    """Answers and truth that do not belong together, or an evaluation that cannot be read."""


@dataclass(frozen=True, eq=False)
class Truth:
    """The truth of the N labelled windows.

    `tokens` `[N, T]` content and EOS, then PAD; `heads` of those tokens; `lines` N canonical texts; `near`
    the token sequences of the lines within a row of the top one; `operation` `[N]`, -1 = unknown; `unit`
    `[N]` index into `units`; `window` `[N]` index into the Windows it was taken from.
    """

    scheme: Scheme
    tokens: Ints
    heads: Heads
    lines: tuple[str, ...]
    near: tuple[tuple[tuple[int, ...], ...], ...]
    operation: Ints
    unit: Ints
    units: tuple[Unit, ...]
    window: Ints

    def __len__(self) -> int:
        return len(self.window)


def labelled(windows: Windows) -> Bools:
    """Which windows have a line to be scored on, `[N]`: a text, or tokens where a file holds no texts."""
    mask: Bools = windows.labelled | (windows.tokens != PAD).any(axis=1)
    return mask


def truth_of(
    windows: Windows, scheme: Scheme, targets: Ints | None = None, *, reads_lines: bool = True
) -> Truth:
    """Gather the truth of the labelled windows; without `reads_lines` those of a known operation.

    `targets` `[N, L+1]` are the tokens that the model was scored on; without them they come from the windows.
    """
    tokens = with_end(windows.tokens) if targets is None else targets
    if len(tokens) != len(windows):
        raise EvidenceError(
            f"The answers are for {len(tokens)} windows, not the {len(windows)} to be scored; predict these."
        )
    window = np.flatnonzero(labelled(windows) if reads_lines else windows.operation_type >= 0)
    tokens = tokens[window]
    unit, units = _units(windows, window)
    return Truth(
        scheme=scheme,
        tokens=tokens,
        heads=scheme.heads(tokens),
        lines=_lines(windows.gcode[window].tolist(), tokens, scheme),
        near=_near(windows.near[window].tolist(), scheme),
        operation=windows.operation_type[window],
        unit=unit,
        units=units,
        window=window,
    )


def encode_lines(lines: Sequence[str], scheme: Scheme, width: int = 1) -> Ints:
    """Token ids of many lines, closed with EOS: `[N, T]`, T at least `width`; an empty line is EOS alone."""
    known = {line: scheme.encode(line) if line else [] for line in set(lines)}
    longest = max((len(ids) for ids in known.values()), default=0)
    tokens = np.zeros((len(lines), max(width, longest + 1)), np.int64)
    for row, line in enumerate(lines):
        tokens[row, : len(known[line])] = known[line]
        tokens[row, len(known[line])] = EOS
    return tokens


def _units(windows: Windows, window: Ints) -> tuple[Ints, tuple[Unit, ...]]:
    """A unit a (run, operation), in order of their names."""
    pairs = list(zip(windows.run[window].tolist(), windows.operation_type[window].tolist(), strict=True))
    units = sorted(set(pairs))
    index = {pair: number for number, pair in enumerate(units)}
    return np.array([index[pair] for pair in pairs], np.int64), tuple(Unit(*pair) for pair in units)


def _lines(gcode: list[str], tokens: Ints, scheme: Scheme) -> tuple[str, ...]:
    """Canonical text of each window's line; from the tokens where the file holds no text."""
    texts = {text: canonical(text) for text in set(gcode) if text}
    return tuple(
        texts[text] if text else scheme.decode(row.tolist()) for text, row in zip(gcode, tokens, strict=True)
    )


def _near(near: list[str], scheme: Scheme) -> tuple[tuple[tuple[int, ...], ...], ...]:
    split = {text: [line for line in text.split("\n") if line] for text in set(near)}
    # neighbouring windows share most of their lines
    known = {line: tuple(scheme.encode(line)) for line in set().union(*split.values())}
    return tuple(tuple(known[line] for line in split[text]) for text in near)
