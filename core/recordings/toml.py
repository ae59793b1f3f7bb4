"""Writes TOML, of the small part that machine files use (the standard library only reads it)."""

import json
from collections.abc import Mapping


def to_toml(document: Mapping[str, object]) -> str:
    """Text of a TOML document: plain keys first, then a table for each mapping; None is left out."""
    plain = [
        f"{key(k)} = {value(v)}" for k, v in document.items() if not isinstance(v, Mapping) and v is not None
    ]
    tables = [_table(k, v) for k, v in document.items() if isinstance(v, Mapping)]
    return "\n".join([*plain, *tables]) + "\n"


def _table(name: str, table: Mapping[str, object]) -> str:
    return "\n".join(["", f"[{key(name)}]", *_rows(table)])


def _rows(table: Mapping[str, object]) -> list[str]:
    return [f"{key(name)} = {value(content)}" for name, content in table.items() if content is not None]


def key(name: str) -> str:
    """A key, quoted where it is no plain word."""
    plain = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return name if plain else _string(name)


def value(content: object) -> str:
    """A value as TOML; TypeError for what has none."""
    match content:
        case bool():
            return "true" if content else "false"
        case int() | float():
            return repr(content)
        case str():
            return _string(content)
        case Mapping():
            return f"{{ {', '.join(_rows(content))} }}"
        case list() | tuple():
            return f"[{', '.join(value(item) for item in content)}]"
        case _:
            raise TypeError(f"no TOML for {type(content).__name__}")


def _string(text: str) -> str:
    # a JSON string is a TOML basic string but for DEL, which TOML wants escaped
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")
