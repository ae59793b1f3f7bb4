"""Writes TOML, of the small part that machine files use (the standard library only reads it)."""

import json
from collections.abc import Mapping


def to_toml(document: Mapping[str, object]) -> str:
    """Text of a TOML document: plain keys first, then a table for each mapping; None is left out."""
    plain = [
        f"{_key(k)} = {_value(v)}"
        for k, v in document.items()
        if not isinstance(v, Mapping) and v is not None
    ]
    tables = [_table(k, v) for k, v in document.items() if isinstance(v, Mapping)]
    return "\n".join([*plain, *tables]) + "\n"


def _table(name: str, table: Mapping[str, object]) -> str:
    return "\n".join(["", f"[{_key(name)}]", *_rows(table)])


def _rows(table: Mapping[str, object]) -> list[str]:
    return [f"{_key(key)} = {_value(value)}" for key, value in table.items() if value is not None]


def _key(name: str) -> str:
    plain = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return name if plain else _string(name)


def _value(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case str():
            return _string(value)
        case Mapping():
            return f"{{ {', '.join(_rows(value))} }}"
        case list() | tuple():
            return f"[{', '.join(_value(item) for item in value)}]"
        case _:
            raise TypeError(f"no TOML for {type(value).__name__}")


def _string(text: str) -> str:
    # a JSON string is a TOML basic string but for DEL, which TOML wants escaped
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")
