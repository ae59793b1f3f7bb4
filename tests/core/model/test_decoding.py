import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.gcode import EOS, LegacyScheme, Scheme, SpelledScheme, TokenType, legacy_vocabulary, parse_line
from core.model.beam import beam_search
from core.model.decoding import greedy
from core.model.grammar import Grammar
from tests.core.model.conftest import LINES, random_decoder

SPELLED = SpelledScheme.fit(LINES)


def _memory(seed: int, batch: int = 4) -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(seed)
    return torch.randn(batch, 64, 8), torch.softmax(torch.randn(batch, 3), dim=-1)


def _assert_well_formed(text: str) -> None:
    line = parse_line(text)
    assert line.words, "an empty line was written"
    letters = [word.letter for word in line.parameters]
    assert len(set(letters)) == len(letters), f"a letter twice in {text}"
    assert len(set(line.commands)) == len(line.commands), f"a command twice in {text}"
    kinds = [word.letter in "GMT" for word in line.words]
    assert kinds == sorted(kinds, reverse=True), f"a command after a value in {text}"


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_whatever_was_learned_the_lines_are_well_formed(seed: int) -> None:
    decoded = greedy(random_decoder(SPELLED, seed), *_memory(seed), SPELLED)
    for tokens in decoded.tokens.tolist():
        assert EOS in tokens
        _assert_well_formed(SPELLED.decode(tokens))


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_beam_lines_are_well_formed_and_at_least_as_probable_as_greedy(seed: int) -> None:
    decoder, memory = random_decoder(SPELLED, seed), _memory(seed, batch=2)
    beam = beam_search(decoder, *memory, SPELLED, width=4)
    first = greedy(decoder, *memory, SPELLED)
    for tokens in beam.tokens.tolist():
        _assert_well_formed(SPELLED.decode(tokens))
    assert (beam.confidence >= first.confidence * 0.999).all()


def test_a_beam_of_one_is_greedy(scheme: Scheme) -> None:
    decoder, memory = random_decoder(scheme, 5), _memory(5)
    narrow, first = beam_search(decoder, *memory, scheme, width=1), greedy(decoder, *memory, scheme)
    for a, b in zip(narrow.tokens.tolist(), first.tokens.tolist(), strict=True):
        assert scheme.decode(a) == scheme.decode(b)


def test_a_line_does_not_depend_on_the_others_of_its_batch(scheme: Scheme) -> None:
    decoder, (memory, operation) = random_decoder(scheme, 6), _memory(6)
    together = greedy(decoder, memory, operation, scheme)
    for row in range(len(memory)):
        alone = greedy(decoder, memory[row : row + 1], operation[row : row + 1], scheme)
        length = alone.tokens.shape[1]
        assert np.array_equal(alone.tokens[0], together.tokens[row, :length])
        assert alone.confidence[0] == pytest.approx(together.confidence[row], rel=1e-4)


def test_no_line_is_longer_than_the_scheme(scheme: Scheme) -> None:
    for seed in range(10):
        tokens = greedy(random_decoder(scheme, seed), *_memory(seed), scheme).tokens
        assert tokens.shape[1] <= scheme.width + 1
        assert ((tokens == EOS).sum(axis=1) == 1).all()


def test_a_higher_temperature_means_less_confidence() -> None:
    decoder, memory = random_decoder(SPELLED, 7), _memory(7)
    heads = ("type", "command", "param_type", "sign", *(f"digit{d + 1}" for d in range(5)))
    cold = greedy(decoder, *memory, SPELLED)
    warm = greedy(decoder, *memory, SPELLED, dict.fromkeys(heads, 4.0))
    assert np.array_equal(cold.tokens, warm.tokens)
    assert (warm.confidence < cold.confidence).all()


def test_a_line_of_the_published_scheme_may_end_after_unk() -> None:
    scheme = LegacyScheme(legacy_vocabulary(LINES))
    grammar = Grammar.start(scheme, 1)
    letter, nothing = np.array([scheme.letters.index("X")]), np.array([-1])
    grammar.advance({"type": np.array([TokenType.PARAM]), "param_type": letter, "command": nothing})
    grammar.advance({"type": np.array([TokenType.SPECIAL]), "param_type": nothing, "command": nothing})
    assert grammar.types()[0, TokenType.SPECIAL]
