"""The token schemes, one door: `SpelledScheme` (our own), `LegacyScheme` (published), and their JSON."""

from collections.abc import Mapping
from typing import Any

from core.gcode.heads import (
    BOS,
    EOS,
    HEADS,
    MASK,
    NOT_APPLICABLE,
    PAD,
    SPECIAL_NAMES,
    UNK,
    Heads,
    HeadSizes,
    TokenType,
)
from core.gcode.legacy import LegacyScheme
from core.gcode.scheme import Scheme, TokenError
from core.gcode.spelled import SpelledScheme, quantise

__all__ = [
    "BOS",
    "EOS",
    "HEADS",
    "MASK",
    "NOT_APPLICABLE",
    "PAD",
    "SPECIAL_NAMES",
    "UNK",
    "HeadSizes",
    "Heads",
    "LegacyScheme",
    "Scheme",
    "SpelledScheme",
    "TokenError",
    "TokenType",
    "quantise",
    "scheme_from_json",
]


def scheme_from_json(obj: Mapping[str, Any]) -> Scheme:
    """Rebuild a scheme from what its `to_json` gave.

    Raises:
        TokenError: where the description is incomplete or of an unknown scheme.
    """
    kinds: dict[str, type[SpelledScheme] | type[LegacyScheme]] = {
        "spelled": SpelledScheme,
        "legacy": LegacyScheme,
    }
    kind = kinds.get(str(obj.get("name")))
    if kind is None:
        raise TokenError(f"There is no token scheme {obj.get('name')!r}; known are {', '.join(kinds)}.")
    try:
        return kind.from_json(obj)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise TokenError(
            f"The description of the token scheme {kind.name} is damaged ({error!r}); rebuild it."
        ) from error
