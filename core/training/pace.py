"""How long a training will still take, told by the epochs that it and others like it have done."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.training.ledger import Training
from core.training.stage_log import as_dict


def left_s(training: Training, others: Sequence[Training] = ()) -> float | None:
    """Seconds until its last epoch, if none stops early; None where no epoch tells how long one takes.

    A stage without an epoch of its own takes the pace of the latest of the `others` like it.
    """
    total, record = 0.0, training.record
    alike = [
        each for each in others if (each.machine, each.protocol) == (training.machine, training.protocol)
    ]
    for stage in record.stages if record else (1, 2):
        name = f"stage{stage}"
        log = training.stages.get(name)
        if log is not None and log.over:
            continue
        windows = record.counts.get("train") if record else None
        pace = log.epoch_s if log is not None else epoch_s(name, training.preset, windows, alike)
        planned = as_dict(as_dict(training.preset.get(name)).get("loop")).get("epochs")
        if pace is None or not isinstance(planned, int):
            return None
        total += pace * (planned - (log.done if log else 0))
    return total


# what decides how long an epoch takes, beside the number of windows
_SIZES = {
    "stage1": ("hidden_dim",),
    "stage2": ("d_model", "n_heads", "n_layers", "memory_pool", "memory_position", "chained_digits"),
}


def epoch_s(
    name: str, preset: Mapping[str, Any], windows: int | None, others: Sequence[Training]
) -> float | None:
    """Seconds of an epoch of a stage, as the latest other training of its size had them.

    They are scaled to the number of training `windows` where both numbers are known.
    """
    own = as_dict(preset.get(name))
    for other in sorted(others, key=lambda each: each.started or each.finished, reverse=True):
        log, theirs = other.stages.get(name), as_dict(other.preset.get(name))
        if log is None or any(own.get(size) != theirs.get(size) for size in _SIZES[name]):
            continue
        counted = other.record.counts.get("train") if other.record else None
        return log.epoch_s * windows / counted if windows and counted else log.epoch_s
    return None
