"""A tiny untrained bundle over made-up recordings: enough for everything but quality."""

import pytest
import torch

from core.gcode import LegacyScheme, Scheme, SpelledScheme, legacy_vocabulary
from core.model.decoder import SensorMultiHeadDecoder
from tests.synthetic import program

LINES = [line for operation in ("face", "pocket") for line in program(operation)]


@pytest.fixture(scope="session", params=["spelled", "legacy"])
def scheme(request: pytest.FixtureRequest) -> Scheme:
    if request.param == "spelled":
        return SpelledScheme.fit(LINES)
    return LegacyScheme(legacy_vocabulary(LINES))


def random_decoder(scheme: Scheme, seed: int, **options: object) -> SensorMultiHeadDecoder:
    """A decoder that has learned nothing; its logits are spread wide so that it says all kinds of things."""
    torch.manual_seed(seed)
    sizes = scheme.sizes
    decoder = SensorMultiHeadDecoder(
        sensor_dim=8,
        d_model=16,
        n_heads=2,
        n_layers=2,
        n_operations=3,
        n_types=sizes.types,
        n_commands=sizes.commands,
        n_param_types=sizes.param_types,
        max_seq_len=scheme.width + 2,
        n_digits=sizes.digits,
        vocab_size=len(scheme.vocabulary) if isinstance(scheme, LegacyScheme) else 0,
        **options,  # type: ignore[arg-type]
    )
    for head in (decoder.type_head, decoder.command_head, decoder.param_type_head, decoder.digit_head):
        torch.nn.init.normal_(head.weight, std=2.0)
    return decoder.eval()
