"""Saved layouts and pinned channels: a small file beside everything else that is written, shared by all pages."""

import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from core.errors import ToolmarkError
from core.recordings.atomic import write_text
from dashboard import places

FILE = "layouts.json"
LONGEST_NAME = 60
MOST = 200


@dataclass(frozen=True)
class Layout:
    """What a picture shows, of whatever run: channels and derived ones, their scale, and how panels are made."""

    channels: tuple[str, ...] = ()
    scale: str | None = None
    panels: str | None = None


@dataclass(frozen=True)
class Layouts:
    """Every layout by its name, and the channels that are always shown; `problem` says why none could be read."""

    named: dict[str, Layout] = field(default_factory=dict)
    pinned: tuple[str, ...] = ()
    problem: str | None = None


class LayoutError(ToolmarkError):
    """A layout that cannot be kept."""


def file() -> Path:
    """Where layouts are kept."""
    return places.build_folder() / FILE


def load() -> Layouts:
    """Every layout that was saved here; none, and a problem, where their file is damaged."""
    try:
        return TypeAdapter(Layouts).validate_json(file().read_bytes())
    except FileNotFoundError:
        return Layouts()
    except (OSError, ValidationError):
        return Layouts(
            problem=f"{places.shown(file())} is damaged: correct it, or saving a layout writes it anew."
        )


def save(name: str, layout: Layout) -> None:
    """Keep a layout under a name; one of that name is replaced. LayoutError where it cannot be kept."""
    name = name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise LayoutError(f"A layout needs a name of up to {LONGEST_NAME} characters.")
    kept = load()
    if name not in kept.named and len(kept.named) >= MOST:
        raise LayoutError(f"There are {MOST} layouts already: delete one first.")
    _write(replace(kept, named=kept.named | {name: layout}))


def delete(name: str) -> None:
    """Take a layout away, if it is there."""
    kept = load()
    _write(replace(kept, named={own: layout for own, layout in kept.named.items() if own != name}))


def pin(channels: tuple[str, ...]) -> None:
    """Keep the channels that are always shown."""
    _write(replace(load(), pinned=channels))


def _write(layouts: Layouts) -> None:
    kept = {name: own for name, own in asdict(layouts).items() if name != "problem"}
    try:
        write_text(file(), json.dumps(kept, ensure_ascii=False, indent=1) + "\n")
    except OSError as error:
        raise LayoutError(f"{places.shown(file())} cannot be written: {error.strerror or error}.") from None
