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


def test_the_presence_mask_is_read_only_where_asked_for() -> None:
    rows, codes = torch.randn(2, 64, 4), torch.zeros(2, 64, 0, dtype=torch.int64)
    present = torch.tensor([[True, True, False, True], [True, False, False, True]])
    deaf = MMDTAELSTM(4, (), 8, 2).eval()
    aware = MMDTAELSTM(4, (), 8, 2, presence_input=True).eval()
    everything = torch.ones_like(present)
    assert torch.equal(deaf(rows, codes, present)[0], deaf(rows, codes, everything)[0])
    assert not torch.equal(aware(rows, codes, present)[0], aware(rows, codes, everything)[0])


def test_smoothing_keeps_the_number_of_rows() -> None:
    encoder = MMDTAELSTM(4, (), 8, 2, smooth_rows=5)
    memory, _ = encoder(torch.randn(2, 64, 4), torch.zeros(2, 64, 0, dtype=torch.int64))
    assert memory.shape == (2, 64, 8)
