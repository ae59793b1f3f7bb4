from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evidence.answers import Answers
from core.evidence.tally import Tally, Unit
from core.evidence.token_metrics import head_classes, token_tallies, unknown_tallies, where_asked
from core.evidence.truth import EvidenceError, Truth, encode_lines, truth_of
from core.gcode.tokens import BOS, EOS, Heads, LegacyScheme, Scheme, SpelledScheme, TokenType
from core.recordings.windows import Windows


def _found(tallies: list[Tally]) -> dict[str, tuple[int, int]]:
    return {
        tally.metric: tuple(tally.sums.sum(axis=0).astype(int)) for tally in tallies if tally.kind == "share"
    }


def _answers(truth: Truth, forced: list[str], free: list[str]) -> Answers:
    tokens = encode_lines(forced, truth.scheme, truth.tokens.shape[1])
    return Answers(
        "model",
        tokens=encode_lines(free, truth.scheme),
        lines=tuple(free),
        forced=tokens,
        forced_heads=truth.scheme.heads(tokens),
    )


def test_each_head_is_asked_only_where_it_applies(
    scheme: SpelledScheme, make_windows: Callable[..., Windows]
) -> None:
    # truth: G1 X 1.575 Y 0.25 EOS; the answer has another letter, and another number under the right letter
    truth = truth_of(make_windows(["G1 X1.575 Y0.25"]), scheme)
    found = _found(list(token_tallies(truth, _answers(truth, ["G1 Z1.575 Y-0.35"], ["M30"]))))
    assert found["token"] == (3, 6)
    assert found["type"] == (6, 6)
    assert found["command"] == (1, 1)
    assert found["param_type"] == (1, 2)
    assert found["number_letter"] == (1, 2)
    assert found["sign"] == (1, 2)
    assert [found[f"digit{place}"] for place in range(1, 6)] == [(2, 2), (2, 2), (1, 2), (2, 2), (2, 2)]


def test_free_running_counts_what_comes_after_the_end_as_wrong(
    scheme: SpelledScheme, make_windows: Callable[..., Windows]
) -> None:
    windows = make_windows(["G1 X1.575 Y0.25", "M30", "M30"])
    truth = truth_of(windows, scheme)
    free = ["G1 X1.575", "G1 X1 Y1 Z1", ""]
    found = _found(list(token_tallies(truth, _answers(truth, ["M30"] * 3, free))))
    # three of six tokens, then too long a line (M30 and EOS both wrong), then no line at all
    assert found["token_free"] == (3, 6 + 2 + 2)


def test_longer_free_running_answers_do_not_add_positions(
    scheme: SpelledScheme, make_windows: Callable[..., Windows]
) -> None:
    truth = truth_of(make_windows(["M30"]), scheme)
    wide = np.zeros((1, 40), np.int64)
    wide[0, :2] = scheme.encode("M30")[0], EOS
    found = _found(list(token_tallies(truth, Answers("model", tokens=wide, lines=("M30",)))))
    assert found["token_free"] == (2, 2)


def test_unknown_tokens_of_the_truth_are_counted(make_windows: Callable[..., Windows]) -> None:
    legacy = LegacyScheme(
        {"PAD": 0, "BOS": 1, "EOS": 2, "UNK": 3, "MASK": 4, "G1": 5, "X": 6, "NUM_X_1575": 7}
    )
    windows = make_windows(["G1 X1.575", "G1 X9", ""]).with_tokens(legacy)
    truth = truth_of(windows, legacy)
    assert _found(list(unknown_tallies(truth))) == {"unk_tokens": (1, 6), "unk_windows": (1, 2)}
    # UNK for UNK is a right token in the published way of counting
    found = _found(list(token_tallies(truth, _answers(truth, ["G1 X1.575", "G1 X8"], ["M30", "M30"]))))
    assert found["token"] == (8, 8)


def test_forced_tokens_of_another_width_are_refused(
    scheme: SpelledScheme, make_windows: Callable[..., Windows]
) -> None:
    truth = truth_of(make_windows(["M30"]), scheme)
    with pytest.raises(EvidenceError, match="teacher-forced tokens of model"):
        list(token_tallies(truth, Answers("model", forced=np.zeros((1, 3), np.int64))))


LETTERS = st.sampled_from("XYZRIJKF")
NUMBERS = st.decimals(-3000, 3000, places=3).map(lambda value: f"{value:f}")
LINES = st.tuples(
    st.sampled_from(["G0", "G1", "G3", "G53"]), st.lists(st.tuples(LETTERS, NUMBERS), max_size=3)
)


@given(st.lists(LINES, min_size=1, max_size=6), st.integers(0, 2**32 - 1))
def test_a_token_is_right_when_all_its_heads_are(
    lines: list[tuple[str, list[tuple[str, str]]]], seed: int
) -> None:
    texts = [" ".join([command, *(letter + value for letter, value in words)]) for command, words in lines]
    scheme = SpelledScheme.fit([*texts, "M30"])
    tokens = encode_lines(texts, scheme)
    truth = _truth(tokens, scheme, texts)
    heads = _perturbed(truth.heads, scheme, np.random.default_rng(seed))
    previous = np.pad(tokens, ((0, 0), (1, 0)), constant_values=BOS)[:, :-1]
    answers = Answers("model", forced=scheme.compose(heads, previous), forced_heads=heads)
    found = _found(list(token_tallies(truth, answers)))
    wrong = np.zeros(tokens.shape, bool)
    for name, asked in where_asked(truth).items():
        wrong |= asked & (head_classes(heads)[name] != head_classes(truth.heads)[name])
    asked = where_asked(truth)["type"]
    assert found["token"] == ((asked & ~wrong).sum(), asked.sum())
    kinds = found["command"][1] + found["param_type"][1] + found["sign"][1] + len(texts)
    assert found["type"][1] == kinds == found["token"][1]


def _truth(tokens: np.ndarray, scheme: Scheme, lines: list[str]) -> Truth:
    n = len(lines)
    zeros = np.zeros(n, np.int64)
    units = (Unit("a", 0),)
    return Truth(scheme, tokens, scheme.heads(tokens), tuple(lines), ((),) * n, zeros, zeros, units, zeros)


def _perturbed(heads: Heads, scheme: Scheme, generator: np.random.Generator) -> Heads:
    """Heads of which about one in eight, where they apply, says another class."""
    sizes = scheme.sizes

    def turn(classes: np.ndarray, n_classes: int) -> np.ndarray:
        turned = (classes + generator.integers(1, n_classes, classes.shape)) % n_classes
        return np.where((generator.random(classes.shape) < 0.125) & (classes >= 0), turned, classes)

    digits = turn(heads.digits, 10)
    # a zero has no sign, whatever the head says
    zero = ((digits == 0) | (heads.digits == 0)).all(axis=-1) & (heads.type == TokenType.NUMERIC)
    return Heads(
        type=turn(heads.type, sizes.types),
        command=turn(heads.command, sizes.commands),
        param_type=turn(heads.param_type, sizes.param_types),
        sign=np.where(zero, heads.sign, turn(heads.sign, sizes.signs)),
        digits=digits,
    )
