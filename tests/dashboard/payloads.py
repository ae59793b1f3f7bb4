"""Reads what the viewer of traces is sent, as its script does."""

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray


def header_of(data: bytes) -> dict[str, Any]:
    """The header of a payload."""
    length = int.from_bytes(data[:4], "little")
    header: dict[str, Any] = json.loads(data[4 : 4 + length])
    return header


def array_of(data: bytes, place: list[int], kind: str) -> NDArray[Any]:
    """One of its arrays."""
    begin = -(-(4 + int.from_bytes(data[:4], "little")) // 8) * 8 + place[0]
    return np.frombuffer(data, kind, place[1], begin)


def values_of(data: bytes, block: str, channel: str) -> NDArray[Any]:
    """The values of a channel in a block."""
    traces = header_of(data)["blocks"][block]["traces"]
    return array_of(data, next(own["values"] for own in traces if own["name"] == channel), "<f4")
