"""The training loop of both stages: schedule, early stopping, CSV log, and resuming after any kill."""

import csv
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.errors import ToolmarkError
from core.recordings.atomic import replacing

State = dict[str, Tensor]


@dataclass(frozen=True)
class LoopConfig:
    """How a stage is trained; the defaults are the published ones."""

    epochs: int = 50
    batch_size: int = 32
    learning_rate: float = 5e-4
    weight_decay: float = 0.01
    warmup_epochs: int = 5
    patience: int = 10
    clip_norm: float = 1.0
    average: float = 0.0


@dataclass(frozen=True)
class Progress:
    """Told after every epoch."""

    stage: str
    epoch: int
    epochs: int
    loss: float
    score: float
    best: float
    seconds: float


Listener = Callable[[Progress], None]


class CheckpointError(ToolmarkError):
    """A checkpoint that cannot be taken up."""


class Task(Protocol):
    """What the loop trains."""

    name: str
    size: int

    @property
    def model(self) -> nn.Module:
        """The module that is trained."""

    def loss(self, index: Tensor) -> Tensor:
        """Training loss of the examples `index [B]`."""

    def validate(self) -> dict[str, float]:
        """Validation figures; the key "score" decides (larger is better)."""


def fit(
    task: Task, config: LoopConfig, folder: Path, seed: int, key: str, listener: Listener | None
) -> State:
    """Train `task` and return its best weights.

    Progress is saved in `folder` after each epoch; called again with the same `key` (a digest of everything
    that matters) it goes on where it was, else it starts anew. Each epoch seeds itself, so a run that was cut
    ends with the weights of one that was not.
    """
    folder.mkdir(parents=True, exist_ok=True)
    run = _Run(task, config, folder, key)
    run.resume()
    while not run.finished():
        run.epoch(seed, listener)
    return run.best_state


class _Run:
    """One training on its way."""

    def __init__(self, task: Task, config: LoopConfig, folder: Path, key: str) -> None:
        self.task, self.config, self.key = task, config, key
        self.checkpoint, self.log = folder / f"{task.name}.pt", folder / f"{task.name}.csv"
        self.optimizer = torch.optim.AdamW(
            task.model.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay
        )
        self.done, self.best, self.waited, self.seconds = 0, -math.inf, 0, 0.0
        self.history: list[dict[str, float]] = []
        self.average: State = _copy(task.model.state_dict()) if config.average else {}
        self.best_state: State = _copy(task.model.state_dict())

    def finished(self) -> bool:
        return self.done >= self.config.epochs or self.waited >= self.config.patience

    def resume(self) -> None:
        if not self.checkpoint.exists():
            return
        saved = read_checkpoint(self.checkpoint)
        if saved["key"] != self.key:
            return
        self.task.model.load_state_dict(saved["model"])
        self.optimizer.load_state_dict(saved["optimizer"])
        self.best_state, self.average = saved["best_state"], saved["average"]
        self.done, self.best, self.waited = saved["done"], saved["best"], saved["waited"]
        self.seconds, self.history = saved["seconds"], saved["history"]

    def epoch(self, seed: int, listener: Listener | None) -> None:
        started = time.perf_counter()
        torch.manual_seed(seed * 100_003 + self.done)
        loss = self._train(np.random.default_rng([seed, self.done]))
        figures = self._validate()
        self.done += 1
        self.waited = 0 if figures["score"] > self.best else self.waited + 1
        if self.waited == 0:
            self.best = figures["score"]
            self.best_state = _copy(self.average or self.task.model.state_dict())
        self.seconds += time.perf_counter() - started
        row = {"epoch": self.done, "loss": loss, **figures, "best": self.best, "seconds": self.seconds}
        self.history.append({name: round(value, 6) for name, value in row.items()})
        self._save()
        self._write_log()
        if listener:
            listener(
                Progress(
                    self.task.name,
                    self.done,
                    self.config.epochs,
                    loss,
                    figures["score"],
                    self.best,
                    self.seconds,
                )
            )

    def _train(self, rng: np.random.Generator) -> float:
        model, total = self.task.model, 0.0
        model.train()
        batches = list(_batches(rng.permutation(self.task.size), self.config.batch_size))
        for i, index in enumerate(batches):
            self._set_rate(self.done + i / len(batches))
            loss = self.task.loss(index)
            self.optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(model.parameters(), self.config.clip_norm)
            self.optimizer.step()
            self._follow()
            total += float(loss.detach()) * len(index)
        return total / self.task.size

    def _set_rate(self, epoch: float) -> None:
        """Linear warm-up, then cosine to zero."""
        warm = max(self.config.warmup_epochs, 1e-9)
        span = max(self.config.epochs - self.config.warmup_epochs, 1e-9)
        share = min(epoch / warm, 0.5 * (1 + math.cos(math.pi * min(max(epoch - warm, 0) / span, 1))))
        for group in self.optimizer.param_groups:
            group["lr"] = self.config.learning_rate * max(share, 1e-3)

    def _follow(self) -> None:
        """Exponential moving average of the weights."""
        for name, value in self.task.model.state_dict().items():
            if name in self.average and value.dtype.is_floating_point:
                self.average[name].lerp_(value, 1 - self.config.average)

    def _validate(self) -> dict[str, float]:
        model = self.task.model
        model.eval()
        if not self.average:
            return self.task.validate()
        current = _copy(model.state_dict())
        model.load_state_dict(self.average)
        figures = self.task.validate()
        model.load_state_dict(current)
        return figures

    def _save(self) -> None:
        saved = {
            "key": self.key,
            "model": self.task.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "best_state": self.best_state,
            "average": self.average,
            "done": self.done,
            "best": self.best,
            "waited": self.waited,
            "seconds": self.seconds,
            "history": self.history,
        }
        with replacing(self.checkpoint) as aside:
            torch.save(saved, aside)

    def _write_log(self) -> None:
        """The whole log anew, so that it never holds an epoch that the checkpoint lacks for long."""
        with replacing(self.log) as aside, aside.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(self.history[0]))
            writer.writeheader()
            writer.writerows(self.history)


def read_checkpoint(path: Path) -> dict[str, Any]:
    """What was saved at `path`; nothing in it is ever executed.

    Raises:
        CheckpointError: the file is damaged, or holds more than tensors and plain values.
    """
    try:
        saved: dict[str, Any] = torch.load(path, weights_only=True)
        saved["key"]
    except (UnpicklingError, RuntimeError, EOFError, KeyError, TypeError, ValueError):
        raise CheckpointError(
            f"{path} is damaged or not a checkpoint of ours: delete it and the stage starts anew."
        ) from None
    return saved


def _copy(state: State) -> State:
    return {name: value.detach().clone() for name, value in state.items()}


def _batches(order: NDArray[np.int64], size: int) -> Iterator[Tensor]:
    for start in range(0, len(order), size):
        yield torch.from_numpy(order[start : start + size])
