"""What each head of the decoder said of one token, class by class, with the chosen and the true class marked."""

from typing import Any

import numpy as np

from core.gcode import EOS, Heads, Scheme
from core.model.prediction import TokenKind, TokenPrediction

Json = dict[str, Any]
_APPLIES: dict[TokenKind, tuple[str, ...]] = {
    "command": ("type", "command"),
    "letter": ("type", "param_type"),
    "number": ("type", "param_type", "sign", "digits"),
    "end": ("type",),
    "unknown": ("type",),
}
_NAMES = {"param_type": "letter"}
_TYPES = ("end", "command", "letter", "number")
_SIGNS = ("+", "−")
# of a head with many classes these are shown, and the true one
MOST = 5


def heads_of(scheme: Scheme, token: TokenPrediction, true: int | None) -> list[Json]:
    """The heads that matter for a token or for the true one: name, and classes as [text, share, chosen, true].

    The classes of a digit in their order, all ten; of any other head the most probable first.
    """
    chosen_heads = scheme.heads(np.array([token.id]))
    true_heads = scheme.heads(np.array([true])) if true is not None else None
    names = list(_APPLIES[token.kind])
    if true_heads is not None:
        names += [name for name in _applying(true_heads) if name not in names]
    shown = [
        name for name in token.heads if name in names or ("digits" in names and name.startswith("digit"))
    ]
    return [
        _head(scheme, name, token, _class(chosen_heads, name), _class(true_heads, name)) for name in shown
    ]


def _applying(heads: Heads) -> list[str]:
    applies = [name for name in ("type", "command", "param_type", "sign") if getattr(heads, name)[0] >= 0]
    return [*applies, *(["digits"] if heads.digits[0, 0] >= 0 else [])]


def _class(heads: Heads | None, name: str) -> int:
    """The class of a head, -1 where it does not apply."""
    if heads is None:
        return -1
    if name.startswith("digit"):
        return int(heads.digits[0, int(name.removeprefix("digit")) - 1])
    return int(getattr(heads, name)[0])


def _head(scheme: Scheme, name: str, token: TokenPrediction, chosen: int, true: int) -> Json:
    shares = token.heads[name].tolist()
    digit = name.startswith("digit")
    order = range(len(shares)) if digit else sorted(range(len(shares)), key=lambda each: -shares[each])
    kept = [c for place, c in enumerate(order) if digit or place < MOST or c in (chosen, true)]
    texts = _texts(scheme, name, len(shares), token.id)
    return {
        "name": f"digit {name.removeprefix('digit')}" if digit else _NAMES.get(name, name),
        "digit": digit,
        "classes": [
            [texts[c], round(shares[c], 5), c == chosen, c == true]
            for c in kept
            if digit or shares[c] >= 0.0005 or c in (chosen, true)
        ],
    }


def _texts(scheme: Scheme, name: str, count: int, token: int) -> tuple[str, ...]:
    if name == "type":
        return ("end" if token in (0, EOS) or scheme.name == "spelled" else "end or UNK", *_TYPES[1:])
    if name == "sign":
        return _SIGNS
    if name == "param_type":
        return scheme.letters
    if name == "command":
        return scheme.command_names
    return tuple(str(digit) for digit in range(count))


def in_short(heads: list[Json]) -> str:
    """The winners of the heads in a line each, "sign +  98.1 %", the digits in one."""
    lines = []
    for head in heads:
        text, share, *_ = max(head["classes"], key=lambda each: float(each[1]))
        lines.append(f"{head['name']}: {text}  {share:.1%}")
    return "\n".join(lines)
