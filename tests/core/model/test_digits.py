import itertools

import numpy as np
import pytest
import torch

from core.gcode import SpelledScheme
from core.model.digits import digit_strings
from core.model.packed import first_tokens
from tests.core.model.conftest import LINES, random_decoder

SCHEME = SpelledScheme.fit(LINES, n_digits=3)


@pytest.mark.parametrize("chained", [False, True])
@torch.inference_mode()
def test_the_best_strings_are_those_of_all_numbers(chained: bool) -> None:
    decoder = random_decoder(SCHEME, 1, chained_digits=chained)
    if decoder.digit_chain is not None:
        torch.nn.init.normal_(decoder.digit_chain.out, std=0.5)
    state = decoder.start(torch.randn(2, 64, 8), torch.full((2, 3), 1 / 3))
    logits, _ = decoder.step(first_tokens(SCHEME, 2), state)
    found = digit_strings(decoder, logits, {}, k=40)
    every = torch.tensor(list(itertools.product(range(10), repeat=3)))
    for row in range(2):
        hidden = logits._replace(
            digits=logits.digits[row : row + 1].expand(1, 1000, 3, 10),
            hidden=logits.hidden[row : row + 1].expand(1, 1000, -1),
        )
        p = decoder.digit_logits(hidden, every[None]).softmax(-1)[0]
        share = p.gather(-1, every[..., None]).squeeze(-1).prod(-1)
        best = every[share.argmax()]
        assert found.digits[row, 0].tolist() == best.tolist()
        assert float(found.shares[row, 0].prod()) == pytest.approx(float(share.max()), rel=1e-4)
        products = found.shares[row].prod(-1)
        assert (products[:-1] >= products[1:] - 1e-9).all()
        np.testing.assert_allclose(found.distribution[row], p[int(share.argmax())], atol=1e-5)
