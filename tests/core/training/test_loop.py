from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from core.training.loop import CheckpointError, LoopConfig, Progress, State, fit

CONFIG = LoopConfig(epochs=6, batch_size=8, learning_rate=0.05, warmup_epochs=1, patience=6)


class _Line:
    """Fit y = 2x + 1, with noise so that the order of the batches matters."""

    name = "line"
    size = 64

    def __init__(self) -> None:
        torch.manual_seed(3)
        self.model: nn.Module = nn.Sequential(nn.Linear(1, 4), nn.Dropout(0.2), nn.Linear(4, 1))
        self.x = torch.linspace(-1, 1, self.size)[:, None]
        self.y = 2 * self.x + 1
        self.scores: list[float] | None = None
        self.validated = 0

    def loss(self, index: Tensor) -> Tensor:
        return ((self.model(self.x[index]) - self.y[index]) ** 2).mean()

    def validate(self) -> dict[str, float]:
        self.validated += 1
        if self.scores:
            return {"score": self.scores[self.validated - 1]}
        with torch.inference_mode():
            return {"score": -float(((self.model(self.x) - self.y) ** 2).mean())}


class _KilledError(Exception):
    pass


def _same(a: State, b: State) -> bool:
    return all(torch.equal(a[name], b[name]) for name in a)


def test_it_learns_and_keeps_a_log(tmp_path: Path) -> None:
    heard: list[Progress] = []
    fit(_Line(), CONFIG, tmp_path, 0, "key", heard.append)
    assert heard[-1].score > heard[0].score
    rows = (tmp_path / "line.csv").read_text().splitlines()
    assert rows[0].startswith("epoch,loss,score")
    assert len(rows) == 1 + CONFIG.epochs


@pytest.mark.parametrize("average", [0.0, 0.9])
def test_a_training_that_was_killed_ends_with_the_same_weights(tmp_path: Path, average: float) -> None:
    config = LoopConfig(**{**vars(CONFIG), "average": average})
    whole = fit(_Line(), config, tmp_path / "whole", 0, "key", None)

    def kill(progress: Progress) -> None:
        if progress.epoch in (2, 4):
            raise _KilledError

    for _ in range(2):
        with pytest.raises(_KilledError):
            fit(_Line(), config, tmp_path / "cut", 0, "key", kill)
    resumed = fit(_Line(), config, tmp_path / "cut", 0, "key", None)
    assert _same(whole, resumed)
    epochs = [row.split(",")[0] for row in (tmp_path / "cut" / "line.csv").read_text().splitlines()]
    assert epochs == ["epoch", "1", "2", "3", "4", "5", "6"]


def test_other_data_or_options_start_anew(tmp_path: Path) -> None:
    heard: list[int] = []
    fit(_Line(), CONFIG, tmp_path, 0, "key", None)
    fit(_Line(), CONFIG, tmp_path, 0, "another key", lambda progress: heard.append(progress.epoch))
    assert heard == [1, 2, 3, 4, 5, 6]


def test_it_stops_early_and_returns_the_best_weights(tmp_path: Path) -> None:
    task, seen = _Line(), []
    task.scores = [0.1, 0.5, 0.3, 0.2, 0.9, 0.9]
    config = LoopConfig(**{**vars(CONFIG), "patience": 2})
    states: list[State] = []

    def listen(progress: Progress) -> None:
        seen.append(progress.epoch)
        states.append({k: v.detach().clone() for k, v in task.model.state_dict().items()})

    best = fit(task, config, tmp_path, 0, "key", listen)
    assert seen == [1, 2, 3, 4]
    assert _same(best, states[1])


def test_a_damaged_checkpoint_is_named(tmp_path: Path) -> None:
    (tmp_path / "line.pt").write_bytes(b"not a checkpoint")
    with pytest.raises(CheckpointError, match=r"line\.pt"):
        fit(_Line(), CONFIG, tmp_path, 0, "key", None)
