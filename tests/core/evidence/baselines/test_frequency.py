from collections.abc import Callable

import numpy as np

from core.evidence.baselines.frequency import majority_answers, operation_line_answers, random_answers
from core.gcode.tokens import SpelledScheme
from core.model.targets import with_end
from core.recordings.windows import Windows

Make = Callable[..., Windows]


def test_majority_answers_the_most_frequent_of_everything(scheme: SpelledScheme, make_windows: Make) -> None:
    train = make_windows(["G1 X1.575", "G1 X1.575", "G1 Y2", "M30", ""], operations=[1, 1, 0, 1, 0])
    test = make_windows(["M30", "G0 Z0.5"])
    answers = majority_answers(train, test, scheme, 2)
    assert answers.lines == ("G1 X1.575",) * 2
    assert answers.operation.argmax(axis=1).tolist() == [1, 1]  # type: ignore[union-attr]
    assert answers.forced.shape == with_end(test.tokens).shape  # type: ignore[union-attr]
    assert set(answers.forced.ravel().tolist()) == {2}  # type: ignore[union-attr]  # EOS ends every line
    heads = answers.forced_heads
    assert heads is not None
    assert scheme.letters[heads.param_type[0, 0]] == "X"
    assert heads.digits[0, 0].tolist() == [0, 1, 5, 7, 5]


def test_random_draws_only_what_training_saw(scheme: SpelledScheme, make_windows: Make) -> None:
    train = make_windows(["G1 X1.575", "M30"])
    test = make_windows(["G0 Z0.5"] * 300)
    answers = random_answers(train, test, scheme, 4)
    assert answers.forced is not None
    seen, counts = np.unique(answers.forced, return_counts=True)
    assert set(seen.tolist()) == {2, *scheme.encode("G1 X1.575"), *scheme.encode("M30")}
    assert counts.min() > 0.8 * counts.mean()
    assert answers.operation is not None
    assert set(answers.operation.argmax(axis=1).tolist()) == {0, 1, 2, 3}
    again = random_answers(train, test, scheme, 4)
    assert again.lines == answers.lines


def test_line_of_the_operation(scheme: SpelledScheme, make_windows: Make) -> None:
    train = make_windows(["g01 x1.575", "M30", "M30", "G1 X1.5750", "G1 X1.575"], operations=[0, 1, 1, 0, 0])
    answers = operation_line_answers(train, np.array([1, 0, 5]), scheme)
    assert answers.lines == ("M30", "G1 X1.575", "G1 X1.575")
