import pytest
import torch

from core.model import MMDTAELSTM


def test_the_published_constructor_gives_the_published_shapes() -> None:
    encoder = MMDTAELSTM(continuous_dim=155, categorical_dims=[3, 3, 3, 3], hidden_dim=128, n_operations=9)
    memory, logits = encoder(torch.randn(2, 64, 155), torch.randint(0, 3, (2, 64, 4)))
    assert memory.shape == (2, 64, 128)
    assert logits.shape == (2, 9)
    assert encoder.lstm.bidirectional
    assert encoder.lstm.hidden_size == 64
    assert encoder.lstm.num_layers == 2
    assert encoder.reconstruct(memory).shape == (2, 64, 155)


def test_the_input_is_corrupted_in_training_only() -> None:
    encoder = MMDTAELSTM(4, (), 8, 2, dropout=0.0, noise=0.5)
    rows, codes = torch.randn(1, 64, 4), torch.zeros(1, 64, 0, dtype=torch.int64)
    assert not torch.equal(encoder.encode(rows, codes), encoder.encode(rows, codes))
    encoder.eval()
    assert torch.equal(encoder.encode(rows, codes), encoder.encode(rows, codes))


def test_the_place_is_said_only_where_programs_were_learned() -> None:
    rows, codes = torch.randn(2, 64, 4), torch.zeros(2, 64, 0, dtype=torch.int64)
    memory, _ = MMDTAELSTM(4, (), 8, 2)(rows, codes)
    with pytest.raises(ValueError, match="without places"):
        MMDTAELSTM(4, (), 8, 2).place(memory)
    assert MMDTAELSTM(4, (), 8, 2, n_places=30).place(memory).shape == (2, 30)
