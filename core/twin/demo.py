"""The demo: recordings of the twin that its bundle never saw, made from their seed where they are wanted."""

import tempfile
import tomllib
from collections.abc import Callable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from core.errors import ToolmarkError
from core.recordings.store import INDEX, Store, import_runs
from core.twin.fleet import Fleet, twin_machine, write
from core.twin.session import FaultRates

# called with the number of runs done and of all
Progress = Callable[[int, int], None]


class _Demo(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    runs: int
    seed: int
    faults: list[str]
    only: tuple[str, ...]


def demo_fleet(described: Path) -> Fleet:
    """The fleet that a demo file describes."""
    try:
        demo = _Demo.model_validate(tomllib.loads(described.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise ToolmarkError(f"{described} does not describe a demo: {str(error).splitlines()[0]}.") from None
    return Fleet(demo.runs, demo.seed, rates=FaultRates.parse(demo.faults), only=demo.only)


def make_demo(described: Path, out: Path, progress: Progress | None = None) -> Store:
    """Make the recordings that a demo file describes into a store; those that are there already are kept."""
    fleet = demo_fleet(described)
    if (out / INDEX).is_file():
        store = Store.open(out)
        if set(store.names) == set(fleet.only) and store.machine == twin_machine():
            return store
    with tempfile.TemporaryDirectory() as folder:
        for done, _ in enumerate(write(fleet, Path(folder)), start=1):
            if progress is not None:
                progress(done, len(fleet))
        return import_runs([folder], out, twin_machine())
