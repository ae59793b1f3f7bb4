"""The two stages, their decoding, and the bundle that holds them."""

from core.model.decoder import SensorMultiHeadDecoder
from core.model.encoder import MMDTAELSTM

__all__ = ["MMDTAELSTM", "SensorMultiHeadDecoder"]
