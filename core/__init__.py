"""Toolmark's core: recordings, windows, tokens, the two stages, evidence. It knows nothing of the dashboard."""

import os
from typing import TYPE_CHECKING, Any

# threads of torch that wait for one another sleep instead of spinning; it is read when torch is loaded. On two cores a
# model reads half as fast again with two threads for it, and ten times as fast where something else is at work.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

if TYPE_CHECKING:
    from core.model.bundle import load_bundle
    from core.recordings.reader import read_recording

__all__ = ["load_bundle", "read_recording"]


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for: the model brings torch along, the recordings do not."""
    if name == "load_bundle":
        from core.model.bundle import load_bundle  # noqa: PLC0415

        return load_bundle
    if name == "read_recording":
        from core.recordings.reader import read_recording  # noqa: PLC0415

        return read_recording
    raise AttributeError(f"module 'core' has no attribute {name!r}")
