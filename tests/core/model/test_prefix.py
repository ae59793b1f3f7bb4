import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import ToolmarkError
from core.gcode import EOS, LegacyScheme, SpelledScheme, TokenType, legacy_vocabulary
from core.model.decoding import Decoded, greedy
from core.model.mixture import KnownTokens, Mixture
from core.model.prefix import PrefixError, prefix_tokens
from core.model.targets import teacher_inputs
from core.model.token_parts import token_input
from tests.core.model.conftest import LINES, random_decoder

SPELLED = SpelledScheme.fit(LINES)
LEGACY = LegacyScheme(legacy_vocabulary(LINES))


def write(seed: int, prefix: np.ndarray | None = None, *, known: bool = False) -> Decoded:
    torch.manual_seed(seed)
    memory, operation = torch.randn(1, 64, 8), torch.softmax(torch.randn(1, 3), dim=-1)
    lines = tuple(dict.fromkeys(LINES))[:20]
    shares = np.full((1, len(lines)), 1 / len(lines), np.float32)
    mixture = Mixture.start(KnownTokens.of(lines, SPELLED), shares, 0.5) if known else None
    return greedy(random_decoder(SPELLED, seed), memory, operation, SPELLED, None, mixture, prefix)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 8), st.booleans())
def test_the_beginning_of_the_greedy_line_gives_the_greedy_line(seed: int, given: int, known: bool) -> None:
    freely = write(seed, known=known)
    line = freely.tokens[0][freely.tokens[0] > EOS]
    begun = write(seed, line[:given], known=known)
    assert begun.tokens.tolist() == freely.tokens.tolist()
    np.testing.assert_allclose(begun.token_confidence, freely.token_confidence, rtol=1e-3, atol=1e-6)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(sorted(set(LINES))))
def test_given_tokens_are_scored_as_under_teacher_forcing(seed: int, line: str) -> None:
    ids = np.array(SPELLED.encode(line))
    begun = write(seed, ids)
    assert begun.tokens[0, : len(ids)].tolist() == ids.tolist()
    torch.manual_seed(seed)
    memory, operation = torch.randn(1, 64, 8), torch.softmax(torch.randn(1, 3), dim=-1)
    before = teacher_inputs(ids[None])
    with torch.inference_mode():
        logits = random_decoder(SPELLED, seed)(
            memory, operation, token_input(torch.from_numpy(before), SPELLED.heads(before))
        )
    for place, step in enumerate(begun.steps[: len(ids)]):
        own = torch.from_numpy(step.own["type"][0])
        taught = logits.type[0, place].softmax(dim=-1) * (own > 0)
        torch.testing.assert_close(own, taught / taught.sum(), atol=1e-4, rtol=1e-3)
        if int(step.classes["type"][0]) == TokenType.NUMERIC:
            digits = logits.digits[0, place].softmax(dim=-1)
            torch.testing.assert_close(
                torch.from_numpy(step.probabilities["digits"][0]), digits, atol=1e-4, rtol=1e-3
            )


def test_a_letter_at_the_end_leaves_its_number_to_the_model() -> None:
    ids = prefix_tokens(SPELLED, "g1 x1.5 Y")
    assert [SPELLED.text(token) for token in ids.tolist()] == ["G1", "X", "1.5", "Y"]
    written = write(3, ids)
    assert SPELLED.decode(written.tokens[0].tolist()).startswith("G1 X1.5 Y")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("G1 G", "no number"),
        ("X1 Y2 Z3 R4 F5 I6 J7", "more tokens than the"),
        ("?X", "Column 1"),
    ],
)
def test_no_beginning_of_a_line_is_told_in_a_sentence(text: str, word: str) -> None:
    with pytest.raises(ToolmarkError, match=word):
        prefix_tokens(SPELLED, text)


def test_a_word_that_the_vocabulary_lacks_cannot_be_given() -> None:
    with pytest.raises(PrefixError, match="lacks a word"):
        prefix_tokens(LEGACY, "G1 X7.7777")


@pytest.mark.parametrize("text", ["X1 X2", "F3 G1", "G1 G1"])
def test_what_the_grammar_forbids_cannot_be_given(text: str) -> None:
    with pytest.raises(PrefixError, match="cannot stand there"):
        write(1, prefix_tokens(SPELLED, text))
