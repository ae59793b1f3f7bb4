import numpy as np
import pytest
import torch

from core.gcode import Scheme
from core.model import SensorMultiHeadDecoder
from core.model.targets import teacher_inputs, with_end
from core.model.token_parts import TokenInput, token_input
from tests.core.model.conftest import LINES, random_decoder


def test_the_published_constructor_gives_the_published_heads() -> None:
    decoder = SensorMultiHeadDecoder(
        sensor_dim=128,
        d_model=192,
        n_heads=8,
        n_layers=4,
        n_operations=9,
        n_types=4,
        n_commands=6,
        n_param_types=10,
        max_seq_len=32,
        dropout=0.3,
    ).eval()
    ids = torch.randint(1, 668, (2, 7))
    nothing = torch.zeros(2, 7, dtype=torch.int64)
    tokens = TokenInput(ids, nothing, nothing, nothing, nothing, torch.zeros(2, 7, 4, dtype=torch.int64))
    logits = decoder(torch.randn(2, 64, 128), torch.full((2, 9), 1 / 9), tokens)
    assert logits.type.shape == (2, 7, 4)
    assert logits.command.shape == (2, 7, 6)
    assert logits.param_type.shape == (2, 7, 10)
    assert logits.sign.shape == (2, 7, 2)
    assert logits.digits.shape == (2, 7, 4, 10)


@pytest.fixture
def given(scheme: Scheme) -> tuple[torch.Tensor, torch.Tensor, TokenInput]:
    ids = teacher_inputs(scheme.encode_batch(LINES[:3]))
    torch.manual_seed(0)
    operation = torch.softmax(torch.randn(3, 3), dim=-1)
    return torch.randn(3, 64, 8), operation, token_input(torch.from_numpy(ids), scheme.heads(ids))


@torch.inference_mode()
def test_cached_steps_say_what_the_whole_sequence_says(
    scheme: Scheme, given: tuple[torch.Tensor, torch.Tensor, TokenInput]
) -> None:
    decoder = random_decoder(scheme, 1, memory_position=True)
    memory, operation, tokens = given
    whole = decoder(memory, operation, tokens)
    state = decoder.start(memory, operation)
    for position in range(tokens.ids.shape[1]):
        one = TokenInput(*(part[:, position : position + 1] for part in tokens))
        logits, state = decoder.step(one, state)
        for head in ("type", "command", "param_type", "sign", "digits"):
            torch.testing.assert_close(getattr(logits, head)[:, 0], getattr(whole, head)[:, position])


@torch.inference_mode()
def test_no_position_sees_the_tokens_after_it(
    scheme: Scheme, given: tuple[torch.Tensor, torch.Tensor, TokenInput]
) -> None:
    decoder = random_decoder(scheme, 2)
    memory, operation, tokens = given
    before = decoder(memory, operation, tokens).type
    ids = tokens.ids.numpy().copy()
    ids[:, -1] = scheme.encode("M30")[0]
    changed = token_input(torch.from_numpy(ids), scheme.heads(ids))
    after = decoder(memory, operation, changed).type
    torch.testing.assert_close(before[:, :-1], after[:, :-1])


@torch.inference_mode()
def test_attention_over_the_rows_adds_up_to_one(
    scheme: Scheme, given: tuple[torch.Tensor, torch.Tensor, TokenInput]
) -> None:
    for pool in (1, 4):
        weights = random_decoder(scheme, 3, memory_pool=pool).attention(*given)
        assert weights.shape == (3, given[2].ids.shape[1], 64)
        torch.testing.assert_close(weights.sum(-1), torch.ones(weights.shape[:2]))


@torch.inference_mode()
def test_a_chained_digit_hears_only_the_digits_before_it(
    scheme: Scheme, given: tuple[torch.Tensor, torch.Tensor, TokenInput]
) -> None:
    decoder = random_decoder(scheme, 4, chained_digits=True)
    assert decoder.digit_chain is not None
    torch.nn.init.normal_(decoder.digit_chain.out)
    logits = decoder(*given)
    digits = torch.from_numpy(np.full(logits.digits.shape[:3], 4))
    other = digits.clone()
    other[..., 1] = 7
    a, b = decoder.digit_logits(logits, digits), decoder.digit_logits(logits, other)
    torch.testing.assert_close(a[:, :, :2], b[:, :, :2])
    assert not torch.allclose(a[:, :, 2:], b[:, :, 2:])


def test_targets_end_with_eos_after_the_last_token() -> None:
    tokens = np.array([[5, 6, 0], [5, 6, 7]])
    assert with_end(tokens).tolist() == [[5, 6, 2, 0], [5, 6, 7, 2]]
    assert teacher_inputs(tokens).tolist() == [[1, 5, 6, 0], [1, 5, 6, 7]]
