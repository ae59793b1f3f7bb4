"""Baselines that know only how often things occur: random, majority, the usual line of an operation."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.evidence.answers import Answers, line_answers
from core.evidence.tally import Ints
from core.evidence.truth import labelled
from core.gcode.heads import Heads
from core.gcode.tokens import EOS, PAD, Scheme
from core.gcode.words import canonical
from core.model.targets import with_end
from core.recordings.windows import Windows


def random_answers(
    train: Windows, test: Windows, scheme: Scheme, n_operations: int, seed: int = 0
) -> Answers:
    """Draw each token from those seen in training, each class of each head and each operation, uniformly."""
    generator = np.random.default_rng(seed)
    shape = with_end(test.tokens).shape
    seen = np.unique(training_tokens(train))
    tokens = with_end(generator.choice(seen, shape), shape[1])
    sizes = scheme.sizes
    return Answers(
        "random",
        operation=one_hot(generator.integers(n_operations, size=len(test)), n_operations),
        tokens=tokens,
        lines=tuple(scheme.decode_batch(tokens)),
        forced=generator.choice(seen, shape),
        forced_heads=Heads(
            type=generator.integers(sizes.types, size=shape),
            command=generator.integers(sizes.commands, size=shape),
            param_type=generator.integers(sizes.param_types, size=shape),
            sign=generator.integers(sizes.signs, size=shape),
            digits=generator.integers(10, size=(*shape, sizes.digits)),
        ),
    )


def majority_answers(train: Windows, test: Windows, scheme: Scheme, n_operations: int) -> Answers:
    """Answer the most frequent token, class, operation and line of the training windows, always."""
    shape = with_end(test.tokens).shape
    tokens = training_tokens(train)
    heads = scheme.heads(tokens)
    operation = most_frequent(train.operation_type[train.operation_type >= 0], default=0)
    lines = [overall_line(train)] * len(test)
    free = line_answers("majority", lines, scheme)
    return Answers(
        "majority",
        operation=one_hot(np.full(len(test), operation), n_operations),
        tokens=free.tokens,
        lines=free.lines,
        forced=np.full(shape, most_frequent(tokens, default=EOS)),
        forced_heads=Heads(
            type=np.full(shape, _usual_class(heads.type)),
            command=np.full(shape, _usual_class(heads.command)),
            param_type=np.full(shape, _usual_class(heads.param_type)),
            sign=np.full(shape, _usual_class(heads.sign)),
            digits=np.broadcast_to(_usual_digits(heads.digits), (*shape, heads.digits.shape[-1])),
        ),
    )


def operation_line_answers(
    train: Windows, operation: Ints, scheme: Scheme, method: str = "line of the true operation"
) -> Answers:
    """Answer each window with the most frequent training line of its operation, `operation` `[N]`.

    An operation that training never saw gets the most frequent line of all.
    """
    lines = training_lines(train)
    usual = {
        int(kind): _usual_line([lines[i] for i in np.flatnonzero(train.operation_type == kind)])
        for kind in np.unique(train.operation_type[labelled(train)])
    }
    fallback = overall_line(train)
    return line_answers(method, [usual.get(int(kind), fallback) for kind in operation], scheme)


def training_lines(train: Windows) -> list[str]:
    """Canonical line of each training window, "" where it has none."""
    texts = {text: canonical(text) for text in set(train.gcode.tolist()) if text}
    return [texts.get(text, "") for text in train.gcode.tolist()]


def training_tokens(train: Windows) -> Ints:
    """Every content token and EOS of the labelled training windows, `[K]`."""
    tokens = with_end(train.tokens[labelled(train)])
    found: Ints = tokens[tokens != PAD]
    return found


def overall_line(train: Windows) -> str:
    """The most frequent training line."""
    return _usual_line(training_lines(train))


def most_frequent(values: Ints, default: int) -> int:
    """The most frequent value, the smallest of them at a tie."""
    found, counts = np.unique(values, return_counts=True)
    return int(found[counts.argmax()]) if len(found) else default


def one_hot(classes: Ints, n_classes: int) -> NDArray[np.float32]:
    """Certain probabilities for classes `[N]`: `[N, n_classes]`."""
    return np.eye(n_classes, dtype=np.float32)[classes]


def _usual_line(lines: Sequence[str]) -> str:
    counts = Counter(line for line in lines if line)
    return counts.most_common(1)[0][0] if counts else ""


def _usual_class(classes: Ints) -> int:
    return most_frequent(classes[classes >= 0], default=0)


def _usual_digits(digits: Ints) -> Ints:
    return np.array([_usual_class(digits[..., place]) for place in range(digits.shape[-1])], np.int64)
