"""Stage 1: the MM-DTAE-LSTM encoder (multi-modal denoising temporal autoencoder with an LSTM)."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class EncoderConfig:
    """Constructor arguments of `MMDTAELSTM`; the defaults are the published ones."""

    continuous_dim: int = 155
    categorical_dims: tuple[int, ...] = (3, 3, 3, 3)
    hidden_dim: int = 128
    n_operations: int = 9
    embedding_dim: int = 4
    n_layers: int = 2
    dropout: float = 0.3
    noise: float = 0.1
    n_places: int = 0


class MMDTAELSTM(nn.Module):
    """Reads a window of sensor rows into a memory and an operation.

    Two modalities, continuous and categorical, are projected to `hidden_dim`, added, and read by a
    bidirectional LSTM. In training the continuous input is corrupted with Gaussian noise and the memory has
    to restore the clean rows (denoising autoencoder) while it tells the operations apart.

    Beyond the published shape, and off by default: with `n_places` one more output says where in the learned
    programs the window's centre is.
    """

    def __init__(
        self,
        continuous_dim: int,
        categorical_dims: Sequence[int],
        hidden_dim: int = 128,
        n_operations: int = 9,
        *,
        embedding_dim: int = 4,
        n_layers: int = 2,
        dropout: float = 0.3,
        noise: float = 0.1,
        n_places: int = 0,
    ) -> None:
        super().__init__()
        self.noise = noise
        self.categorical_dims = tuple(categorical_dims)
        self.continuous = nn.Sequential(
            nn.Linear(continuous_dim, hidden_dim), nn.LayerNorm(hidden_dim), nn.ReLU()
        )
        self.embeddings = nn.ModuleList(nn.Embedding(size, embedding_dim) for size in self.categorical_dims)
        self.categorical = (
            nn.Sequential(
                nn.Linear(embedding_dim * len(self.categorical_dims), hidden_dim),
                nn.LayerNorm(hidden_dim),
                nn.ReLU(),
            )
            if self.categorical_dims
            else None
        )
        self.dropout = nn.Dropout(dropout)
        self.lstm = nn.LSTM(
            hidden_dim,
            hidden_dim // 2,
            n_layers,
            batch_first=True,
            bidirectional=True,
            dropout=dropout if n_layers > 1 else 0.0,
        )
        self.operation_head = nn.Linear(hidden_dim, n_operations)
        self.reconstruction_head = nn.Linear(hidden_dim, continuous_dim)
        self.place_head = PlaceHead(hidden_dim, n_places, dropout) if n_places else None

    def forward(self, continuous: Tensor, categorical: Tensor) -> tuple[Tensor, Tensor]:
        """Encode a batch of windows.

        Args:
            continuous: standardised channels `[B, T, C]` float32, 0 where there is no value.
            categorical: codes `[B, T, K]` int64, each below its `categorical_dims`; ignored if there are none.

        Returns:
            memory `[B, T, H]` and operation logits `[B, O]`.
        """
        memory = self.encode(continuous, categorical)
        return memory, self.operation_head(memory.mean(dim=1))

    def encode(self, continuous: Tensor, categorical: Tensor) -> Tensor:
        """Return only the memory `[B, T, H]`."""
        if self.training and self.noise:
            continuous = continuous + self.noise * torch.randn_like(continuous)
        fused: Tensor = self.continuous(continuous)
        if self.categorical is not None:
            codes = [embed(categorical[..., i]) for i, embed in enumerate(self.embeddings)]
            fused = fused + self.categorical(torch.cat(codes, dim=-1))
        memory, _ = self.lstm(self.dropout(fused))
        return memory  # type: ignore[no-any-return]

    def reconstruct(self, memory: Tensor) -> Tensor:
        """Restore the clean rows `[B, T, C]` from the memory."""
        return self.reconstruction_head(memory)  # type: ignore[no-any-return]

    def place(self, memory: Tensor) -> Tensor:
        """Logits of the place of the window's centre `[B, P]`; there only with `n_places`."""
        if self.place_head is None:
            raise ValueError("this encoder was built without places")
        return self.place_head(memory)  # type: ignore[no-any-return]


class PlaceHead(nn.Module):
    """Where in the learned programs the centre of the window is, from the memory in `PARTS` parts."""

    PARTS = 16
    WIDTH = 256

    def __init__(self, hidden_dim: int, n_places: int, dropout: float) -> None:
        super().__init__()
        self.read = nn.Sequential(
            nn.Dropout(dropout),
            nn.Linear((self.PARTS + 2) * hidden_dim, self.WIDTH),
            nn.LayerNorm(self.WIDTH),
            nn.GELU(),
            nn.Dropout(dropout),
        )
        self.say = nn.Linear(self.WIDTH, n_places)

    def forward(self, memory: Tensor) -> Tensor:
        """Memory `[B, T, H]`, T a multiple of `PARTS` -> logits `[B, P]`."""
        batch, _, width = memory.shape
        parts = memory.reshape(batch, self.PARTS, -1, width).mean(dim=2).flatten(1)
        summary = torch.cat([parts, memory.mean(dim=1), memory.amax(dim=1)], dim=-1)
        return self.say(self.read(summary))  # type: ignore[no-any-return]
