"""What all pages share of what a reader chose, and how the address says it: a copied link reopens the same view."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from core.recordings.derived import split_names

_MOST_DIGITS = 9


@dataclass(frozen=True)
class _Kind:
    """How a field stands in the address; `read` gives None for what cannot be read, `what` says what it should be."""

    what: str
    read: Callable[[str], Any]
    write: Callable[[Any], str] = str


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS else None


def _signed(text: str) -> int | None:
    number = _whole(text.removeprefix("-"))
    return -number if number is not None and text.startswith("-") else number


def _pair(text: str) -> tuple[int, int] | None:
    first, _, last = text.partition("-")
    low, high = _whole(first), _whole(last)
    return (low, high) if low is not None and high is not None and low <= high else None


_TEXT = _Kind("a text", lambda text: text)
_ROW = _Kind("a row number", _whole)
_OFFSET = _Kind("a whole number", _signed)
_ROWS = _Kind("a range of rows such as 120-480", _pair, lambda rows: f"{rows[0]}-{rows[1]}")
_NAMES = _Kind("names with commas between them", split_names, ",".join)


def _kept(
    name: str, kind: _Kind, label: str = "", otherwise: str = "it is left out", empty: Any = None
) -> Any:
    """A field that the address keeps under a name; `label` and `otherwise` stand in the sentence about a bad one."""
    return field(default=empty, metadata={"name": name, "kind": kind, "label": label, "otherwise": otherwise})


@dataclass(frozen=True)
class Selection:
    """What is being looked at; None means that nothing has been chosen yet.

    - Everywhere: `channels` are the modalities, boards or channels whose traces are shown, `without` those that the
      model must not see, `filter` names windows in words, `figures` the protocol whose figures are shown.
    - Signals: `span` is the first and the last row in view, `mark_a` and `mark_b` the rows of the two cursors, `over` a
      run that is laid over the first one, `shift` rows later or, where `laid` is "line", line by line.
    - Predict: `change` is what is different in the window (`core.recordings.changes`), `prefix` how the line is made to
      begin, `token` the place of the one looked at, `also` the other ways of reading, `look` what stands under the
      reading, and `why` how it is explained.
    - Compare: `part` is the part of the split that is scored, `section`, `by`, `head`, `cell` and `shares` what
      is shown of it, and `versus` the kind of the other side: another bundle, another filter, or with channels muted.
    - Program: `intended` names the program that a run is held against, `beside` the form of the true program that
      stands beside the one read back.
    - Ablation: `ablation` is the part of the page, `way` how channels are taken away, `taken` which, where they are not
      simply missing (then they are `without`), `draw` the seed of what is random in it, `combos` the kept
      combinations that are compared.
    - Audit: `finding` is the part of the audit that is open, `sight` what the probe that is looked at may see.
    - Review: `desk` is the part of the page, `queue` the way through the windows, `sample` and `seed` what is drawn at
      random, `said` the verdicts that are listed.
    - Experiments: `trainings` are those that are shown and compared, `axis` and `smooth` how their curves are drawn;
      `lab` is the part of the page, `presets` and `changes` what a new training is to be.
    """

    dataset: str | None = _kept("data", _TEXT)
    bundle: str | None = _kept("bundle", _TEXT)
    protocol: str | None = _kept("protocol", _TEXT)
    run: str | None = _kept("run", _TEXT)
    start_row: int | None = _kept("row", _ROW, "start row", "the first window is shown")
    channels: tuple[str, ...] = _kept("channels", _NAMES, empty=())
    without: tuple[str, ...] = _kept("without", _NAMES, empty=())
    span: tuple[int, int] | None = _kept("rows", _ROWS, "range of rows", "the whole run is shown")
    mark_a: int | None = _kept("a", _ROW, "cursor A")
    mark_b: int | None = _kept("b", _ROW, "cursor B")
    scale: str | None = _kept("scale", _TEXT)
    panels: str | None = _kept("panels", _TEXT)
    over: str | None = _kept("over", _TEXT)
    shift: int | None = _kept("shift", _OFFSET, "shift", "the other run is not shifted")
    laid: str | None = _kept("laid", _TEXT)
    layout: str | None = _kept("layout", _TEXT)
    board: str | None = _kept("board", _TEXT)
    statistic: str | None = _kept("statistic", _TEXT)
    filter: str | None = _kept("filter", _TEXT)
    slice: str | None = _kept("slice", _TEXT)
    sort: str | None = _kept("sort", _TEXT)
    page: int | None = _kept("page", _ROW, "page", "the first page is shown")
    figures: str | None = _kept("figures", _TEXT)
    part: str | None = _kept("part", _TEXT)
    section: str | None = _kept("section", _TEXT)
    by: str | None = _kept("by", _TEXT)
    head: str | None = _kept("head", _TEXT)
    cell: str | None = _kept("cell", _TEXT)
    shares: str | None = _kept("shares", _TEXT)
    versus: str | None = _kept("vs", _TEXT)
    versus_bundle: str | None = _kept("vs_bundle", _TEXT)
    versus_filter: str | None = _kept("vs_filter", _TEXT)
    versus_without: tuple[str, ...] = _kept("vs_without", _NAMES, empty=())
    finding: str | None = _kept("finding", _TEXT)
    sight: str | None = _kept("sight", _TEXT)
    desk: str | None = _kept("desk", _TEXT)
    queue: str | None = _kept("queue", _TEXT)
    sample: int | None = _kept("sample", _ROW, "size of the sample", "100 windows are drawn")
    seed: int | None = _kept("seed", _ROW, "seed of the sample", "it is 0")
    said: str | None = _kept("said", _TEXT)
    intended: str | None = _kept("intended", _TEXT)
    beside: str | None = _kept("beside", _TEXT)
    trainings: tuple[str, ...] = _kept("trainings", _NAMES, empty=())
    axis: str | None = _kept("axis", _TEXT)
    smooth: int | None = _kept("smooth", _ROW, "smoothing", "the curves are not smoothed")
    lab: str | None = _kept("lab", _TEXT)
    presets: tuple[str, ...] = _kept("presets", _NAMES, empty=())
    changes: tuple[str, ...] = _kept("set", _NAMES, empty=())
    change: str | None = _kept("change", _TEXT)
    prefix: str | None = _kept("prefix", _TEXT)
    token: str | None = _kept("token", _TEXT)
    also: tuple[str, ...] = _kept("also", _NAMES, empty=())
    look: str | None = _kept("look", _TEXT)
    why: str | None = _kept("why", _TEXT)
    ablation: str | None = _kept("ablation", _TEXT)
    way: str | None = _kept("way", _TEXT)
    taken: tuple[str, ...] = _kept("taken", _NAMES, empty=())
    draw: int | None = _kept("draw", _ROW, "seed", "it is 0")
    combos: tuple[str, ...] = _kept("combos", _NAMES, empty=())
    table: str | None = _kept("table", _TEXT)
    spread: str | None = _kept("spread", _TEXT)
    metric: str | None = _kept("metric", _TEXT)
    group: str | None = _kept("operation", _TEXT)
    trials: str | None = _kept("trials", _TEXT)


# field of the selection -> name in the address
PARAMETERS: dict[str, str] = {each.name: each.metadata["name"] for each in fields(Selection)}


@dataclass(frozen=True)
class Parsed:
    """A selection read from an address, and in plain sentences what of the address could not be read."""

    selection: Selection
    problems: tuple[str, ...] = ()


def parse(parameters: Mapping[str, str]) -> Parsed:
    """Read a selection from the parameters of an address; what is unreadable is a problem, never an error."""
    found: dict[str, Any] = {}
    problems = []
    for each in fields(Selection):
        text = parameters.get(each.metadata["name"], "").strip()
        value = each.metadata["kind"].read(text) if text else None
        if value is not None:
            found[each.name] = value
        elif text:
            said = each.metadata
            problems.append(
                f"The link's {said['label']}, “{text}”, is not {said['kind'].what}, so {said['otherwise']}."
            )
    return Parsed(Selection(**found), tuple(problems))


def serialise(selection: Selection) -> dict[str, str]:
    """The parameters of the address that reopens the selection; what is not chosen has none."""
    texts: dict[str, str] = {}
    for each in fields(Selection):
        value = getattr(selection, each.name)
        if value is not None and value != ():
            texts[each.metadata["name"]] = each.metadata["kind"].write(value)
    return texts


def choose(wanted: str | None, available: Sequence[str], first: str | None = None) -> str | None:
    """The wanted name if it is there, `first` or the first one if none was asked for, None if it is gone."""
    if wanted is None:
        return first or (available[0] if available else None)
    return wanted if wanted in available else None


def keep_known(wanted: Iterable[str], available: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Split names into those that are available and those that are not, each in the order asked for."""
    known = set(available)
    wanted = tuple(wanted)
    return tuple(n for n in wanted if n in known), tuple(n for n in wanted if n not in known)


def clamp_row(row: int | None, first: int, last: int) -> int:
    """The nearest start row that a window can have; `first` where none was chosen."""
    return first if row is None else max(0, min(row, last))
