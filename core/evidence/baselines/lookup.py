"""Baselines that look the answer up in the training runs, without a sensor: by true prefix, by the clock."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from core.evidence.answers import Answers, line_answers
from core.evidence.baselines.frequency import overall_line, training_lines
from core.evidence.tally import Ints
from core.evidence.truth import labelled
from core.gcode.tokens import EOS, PAD, Scheme
from core.model.targets import with_end
from core.recordings.windows import Windows

BUCKET_ROWS = 16

Key = tuple[object, ...]
Prefix = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class PrefixLookup:
    """The most frequent next token after a prefix in an operation, and in a stretch of the run if asked for.

    What training never saw is looked up more coarsely: without the position, without the operation, by the
    last token alone.
    """

    with_position: bool
    counts: dict[Key, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))

    @classmethod
    def fit(cls, train: Windows, with_position: bool) -> "PrefixLookup":
        """Count the tokens that follow each prefix of the training windows' lines."""
        lookup = cls(with_position)
        for operation, bucket, tokens in _labelled_rows(train):
            for place, token in enumerate(tokens):
                for key in lookup._keys(operation, bucket, tokens[:place]):
                    lookup.counts[key][token] += 1
        return lookup

    def next_token(self, operation: int, bucket: int, prefix: Prefix) -> int:
        """The most frequent token after `prefix`, at the finest level that training saw."""
        known = (self.counts[key] for key in self._keys(operation, bucket, prefix) if key in self.counts)
        found = next(known, None)
        return min(found, key=lambda token: (-found[token], token)) if found else EOS

    def answers(self, test: Windows, scheme: Scheme) -> Answers:
        """Next tokens given the true operation and tokens before; the free-running line feeds on itself."""
        truth = with_end(test.tokens)
        forced = np.zeros_like(truth)
        cells = list(zip(test.operation_type.tolist(), (test.start_row // BUCKET_ROWS).tolist(), strict=True))
        for row, (operation, bucket) in enumerate(cells):
            tokens = tuple(truth[row].tolist())
            for place in range(len(tokens)):
                if tokens[place] == PAD:
                    break
                forced[row, place] = self.next_token(operation, bucket, tokens[:place])
        written = {cell: self._write(*cell, length=truth.shape[1] - 1) for cell in set(cells)}
        free = with_end(np.array([written[cell] for cell in cells], np.int64).reshape(len(cells), -1))
        return Answers(
            "prefix lookup with position" if self.with_position else "prefix lookup",
            tokens=free,
            lines=tuple(scheme.decode_batch(free)),
            forced=forced,
            forced_heads=scheme.heads(forced),
        )

    def _write(self, operation: int, bucket: int, length: int) -> list[int]:
        tokens: list[int] = []
        while len(tokens) < length and (not tokens or tokens[-1] != EOS):
            tokens.append(self.next_token(operation, bucket, tuple(tokens)))
        return tokens + [PAD] * (length - len(tokens))

    def _keys(self, operation: int, bucket: int, prefix: Prefix) -> list[Key]:
        coarse: list[Key] = [
            ("operation", operation, prefix),
            ("prefix", prefix),
            ("last", prefix[-1:]),
            ("any",),
        ]
        return [("position", operation, bucket, prefix), *coarse] if self.with_position else coarse


def clock_answers(train: Windows, test: Windows, scheme: Scheme) -> Answers:
    """The most frequent training line at the window's row of the true operation; at the nearest row seen."""
    lines = training_lines(train)
    seen: dict[int, dict[int, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for index in np.flatnonzero(labelled(train)):
        seen[int(train.operation_type[index])][int(train.start_row[index])][lines[index]] += 1
    rows = {operation: np.array(sorted(table)) for operation, table in seen.items()}
    fallback = overall_line(train)

    def at(operation: int, start_row: int) -> str:
        if operation not in rows:
            return fallback
        nearest = rows[operation][np.abs(rows[operation] - start_row).argmin()]
        return seen[operation][int(nearest)].most_common(1)[0][0]

    cells = zip(test.operation_type.tolist(), test.start_row.tolist(), strict=True)
    return line_answers("clock", [at(*cell) for cell in cells], scheme)


def _labelled_rows(windows: Windows) -> Iterator[tuple[int, int, Prefix]]:
    """Operation, stretch of the run, and tokens with EOS of each labelled window."""
    tokens: Ints = with_end(windows.tokens)
    for index in np.flatnonzero(labelled(windows)):
        row = tokens[index]
        yield (
            int(windows.operation_type[index]),
            int(windows.start_row[index]) // BUCKET_ROWS,
            tuple(row[row != PAD].tolist()),
        )
