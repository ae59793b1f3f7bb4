"""Weights to begin with: those of another bundle, wherever they mean the same."""

from pathlib import Path

from torch import nn

from core.errors import ToolmarkError
from core.model.bundle import Bundle, load_bundle
from core.recordings.inputs import InputSpec


def load_initial(path: Path, inputs: InputSpec) -> Bundle:
    """A bundle whose weights another training may begin with: it must read the same channels in the same order."""
    bundle = load_bundle(path)
    if bundle.inputs.channels != inputs.channels:
        raise ToolmarkError(
            f"{path} reads other channels than these windows have ({len(bundle.inputs.channels)} and "
            f"{len(inputs.channels)}): its weights would stand for other things."
        )
    return bundle


def begin_with(model: nn.Module, source: nn.Module | None) -> None:
    """Give a model every weight of `source` that has its name and shape; the rest stays as it was drawn."""
    if source is None:
        return
    own, other = model.state_dict(), source.state_dict()
    same = {name: other[name] for name in own if name in other and other[name].shape == own[name].shape}
    model.load_state_dict(own | same)
