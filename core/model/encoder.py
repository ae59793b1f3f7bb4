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
    presence_input: bool = False
    smooth_rows: int = 0
    n_lines: int = 0


class MMDTAELSTM(nn.Module):
    """Reads a window of sensor rows into a memory and an operation.

    Two modalities, continuous and categorical, are projected to `hidden_dim`, added, and read by a
    bidirectional LSTM. In training the continuous input is corrupted with Gaussian noise and the memory has
    to restore the clean rows (denoising autoencoder) while it tells the operations apart.

    Beyond the published shape, all off by default: `presence_input` adds a projection of the mask of live
    channels, `smooth_rows` a depthwise convolution over time in front of the LSTM, and `n_lines` one more
    output used only while stage 1 is trained: which known line is executed.
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
        presence_input: bool = False,
        smooth_rows: int = 0,
        n_lines: int = 0,
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
        self.presence = nn.Linear(continuous_dim, hidden_dim) if presence_input else None
        self.smooth = (
            nn.Conv1d(hidden_dim, hidden_dim, smooth_rows, padding=smooth_rows // 2, groups=hidden_dim)
            if smooth_rows
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
        self.line_head = nn.Linear(2 * hidden_dim, n_lines) if n_lines else None

    def forward(
        self, continuous: Tensor, categorical: Tensor, present: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Encode a batch of windows.

        Args:
            continuous: standardised channels `[B, T, C]` float32, 0 where there is no value.
            categorical: codes `[B, T, K]` int64, each below its `categorical_dims`; ignored if there are none.
            present: live channels `[B, C]` bool; read only with `presence_input` (None: all live).

        Returns:
            memory `[B, T, H]` and operation logits `[B, O]`.
        """
        memory = self.encode(continuous, categorical, present)
        return memory, self.operation_head(memory.mean(dim=1))

    def encode(self, continuous: Tensor, categorical: Tensor, present: Tensor | None = None) -> Tensor:
        """Return only the memory `[B, T, H]`."""
        if self.training and self.noise:
            continuous = continuous + self.noise * torch.randn_like(continuous)
        fused: Tensor = self.continuous(continuous)
        if self.categorical is not None:
            codes = [embed(categorical[..., i]) for i, embed in enumerate(self.embeddings)]
            fused = fused + self.categorical(torch.cat(codes, dim=-1))
        if self.presence is not None and present is not None:
            fused = fused + self.presence(present.to(fused.dtype))[:, None]
        if self.smooth is not None:
            fused = fused + self.smooth(fused.transpose(1, 2)).transpose(1, 2)
        memory, _ = self.lstm(self.dropout(fused))
        return memory  # type: ignore[no-any-return]

    def reconstruct(self, memory: Tensor) -> Tensor:
        """Restore the clean rows `[B, T, C]` from the memory."""
        return self.reconstruction_head(memory)  # type: ignore[no-any-return]

    def locate(self, memory: Tensor) -> Tensor:
        """Logits of the known lines `[B, L]`; there only with `n_lines`."""
        assert self.line_head is not None
        pooled = torch.cat([memory.mean(dim=1), memory.amax(dim=1)], dim=-1)
        return self.line_head(pooled)  # type: ignore[no-any-return]
