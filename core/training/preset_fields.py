"""Every field of a preset: its place, what it means, what it may be, and how one preset differs from another."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import ToolmarkError
from core.recordings.windows import WINDOW_ROWS
from core.training.presets import PRESETS, Preset, with_changes

Value = float | int | bool | str
# what `with_changes` adds to the name of a preset
CHANGED = ", changed"


class PresetError(ToolmarkError):
    """A preset that cannot be trained."""


@dataclass(frozen=True)
class PresetField:
    """One field: `path` as it is changed by (`stage1.loop.epochs`), its bounds, or the texts it may be."""

    path: str
    words: str
    low: float = 0.0
    high: float = math.inf
    choices: tuple[str, ...] = ()

    @property
    def stage(self) -> int:
        """The stage that it is of."""
        return int(self.path[5])

    @property
    def group(self) -> str:
        """`loop`, or nothing for what is the stage's own."""
        return "loop" if ".loop." in self.path else ""

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.rpartition(".")[2]


def _loop(stage: str) -> tuple[PresetField, ...]:
    loop = f"{stage}.loop"
    return (
        PresetField(f"{loop}.epochs", "passes over the training windows, at most", 1, 10_000),
        PresetField(f"{loop}.patience", "epochs without a better validation score until it stops", 1, 10_000),
        PresetField(f"{loop}.batch_size", "windows a step", 1, 65_536),
        PresetField(f"{loop}.learning_rate", "largest step size of AdamW", 1e-9, 10),
        PresetField(f"{loop}.warmup_epochs", "epochs until the learning rate is at its largest", 0, 10_000),
        PresetField(f"{loop}.weight_decay", "decay of the weights", 0, 10),
        PresetField(f"{loop}.clip_norm", "largest norm of a gradient", 1e-6, 1e6),
        PresetField(
            f"{loop}.average", "share of the old weights in their running mean; 0 = no mean", 0, 0.999999
        ),
    )


FIELDS: tuple[PresetField, ...] = (
    PresetField("stage1.hidden_dim", "width of the memory", 2, 4096),
    PresetField("stage1.dropout", "share of activations left out", 0, 0.99),
    PresetField("stage1.noise", "noise on the inputs, in standard deviations", 0, 100),
    PresetField("stage1.group_dropout", "share of windows that a board is taken from", 0, 0.99),
    PresetField("stage1.label_smoothing", "smoothing of the operation's label", 0, 0.99),
    PresetField("stage1.reconstruction_weight", "weight of restoring what was shown", 0, 1000),
    PresetField("stage1.place_weight", "weight of knowing the place in the program", 0, 1000),
    PresetField("stage1.place_spread", "rows that a place's label is spread over", 1e-3, 1000),
    PresetField("stage1.swap_boards", "share of windows with boards of another run", 0, 1),
    PresetField("stage1.part_offsets", "share of windows less the medians of a part of the run", 0, 1),
    *_loop("stage1"),
    PresetField("stage2.d_model", "width of the decoder", 2, 8192),
    PresetField("stage2.n_heads", "heads of attention", 1, 256),
    PresetField("stage2.n_layers", "layers", 1, 64),
    PresetField("stage2.max_seq_len", "longest line in tokens", 4, 4096),
    PresetField("stage2.dropout", "share of activations left out", 0, 0.99),
    PresetField("stage2.focal_gamma", "focal loss; 0 = cross-entropy", 0, 20),
    PresetField("stage2.label_smoothing", "smoothing of the labels", 0, 0.99),
    PresetField("stage2.memory_views", "views of a window, all but one with boards missing", 1, 64),
    PresetField("stage2.memory_position", "the decoder is told the rows' order"),
    PresetField("stage2.memory_pool", "rows pooled into one", 1, WINDOW_ROWS),
    PresetField("stage2.chained_digits", "each digit is told the ones before it"),
    PresetField(
        "stage2.score", "what decides on validation windows: token or whole line", choices=("token", "line")
    ),
    *_loop("stage2"),
)
_BY_PATH = {each.path: each for each in FIELDS}


def value_of(preset: Preset, path: str) -> Value:
    """The value of a field."""
    part: Any = preset
    for name in path.split("."):
        part = getattr(part, name)
    value: Value = part
    return value


def written(value: Value) -> str:
    """A value as `--set` takes it."""
    return str(value).lower() if isinstance(value, bool) else f"{value:g}" if _short(value) else str(value)


def _short(value: Value) -> bool:
    """Written with six digits it is still the same number."""
    return isinstance(value, int | float) and float(f"{value:g}") == value


def checked(preset: Preset) -> Preset:
    """The preset, if it can be trained.

    Raises:
        PresetError: a value lies outside its bounds, or two do not go together.
    """
    for each in FIELDS:
        problem = _problem(each, value_of(preset, each.path))
        if problem:
            raise PresetError(problem)
    two, one = preset.stage2, preset.stage1
    if one.hidden_dim % 2:
        raise PresetError(
            f"stage1.hidden_dim is {one.hidden_dim}: it is halved between two directions, so give an even one."
        )
    if two.d_model % two.n_heads or two.d_model % 2:
        raise PresetError(
            f"stage2.d_model is {two.d_model} and stage2.n_heads {two.n_heads}: give an even width that they divide."
        )
    if WINDOW_ROWS % two.memory_pool:
        raise PresetError(
            f"stage2.memory_pool is {two.memory_pool}: give a number that divides the {WINDOW_ROWS} rows."
        )
    return preset


def _problem(field: PresetField, value: Value) -> str | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        if value in field.choices:
            return None
        return f"{field.path} is “{value}”: choose {' or '.join(field.choices)}."
    if math.isfinite(value) and field.low <= value <= field.high:
        return None
    return f"{field.path} is {value}: give a number from {field.low:g} to {field.high:g}."


def problem_of(preset: Preset, path: str, text: str) -> str | None:
    """What is wrong with a text as the value of one field, in a sentence; None = nothing."""
    try:
        changed = with_changes(preset, [f"{path}={text.strip()}"])
    except ToolmarkError:
        like = written(value_of(preset, path))
        return f"“{text}” is no value for {path}: it is like {like}."
    return _problem(_BY_PATH[path], value_of(changed, path))


def flat(said: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Value]]:
    """The fields of a preset as a bundle or a record says it, by their paths; a bundle of old lacks some."""
    for name, value in said.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{name}.")
        elif prefix:
            yield f"{prefix}{name}", value


def base_of(said: Mapping[str, Any]) -> Preset | None:
    """The named preset that one was begun with, as it is now; None where there is none of that name."""
    return PRESETS.get(str(said.get("name", "")).removesuffix(CHANGED))


def changes_of(said: Mapping[str, Any]) -> dict[str, tuple[Value, Value]] | None:
    """Where a preset differs from the named one: its value and the named one's; None where none has the name."""
    base = base_of(said)
    if base is None:
        return None
    return {
        path: (value, value_of(base, path))
        for path, value in flat(said)
        if path in _BY_PATH and value != value_of(base, path)
    }


def arguments_of(preset: Preset) -> list[str]:
    """The options of `python -m core train` that give this preset."""
    said = preset.to_json()
    changes = changes_of(said) or {}
    name = preset.name.removesuffix(CHANGED)
    return [
        "--preset",
        name,
        *(part for path, (value, _) in changes.items() for part in ("--set", f"{path}={written(value)}")),
    ]
