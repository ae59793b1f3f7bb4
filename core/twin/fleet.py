"""Many runs: which program each executes, on which day, with which faults; one after another, never all at once."""

import gzip
import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Literal

import pandas as pd

from core.errors import ToolmarkError
from core.recordings.atomic import write_bytes, write_text
from core.recordings.inputs import InputSpec
from core.recordings.machine import Machine
from core.recordings.reader import recording_from_frame
from core.recordings.recording import Recording
from core.recordings.store import MACHINE
from core.recordings.windows import STRIDE, Windows, cut_windows
from core.twin.constants import constants
from core.twin.plant import end_position
from core.twin.programs import Program, program_for
from core.twin.run import RunOptions, simulate
from core.twin.session import FaultRates, Session, rng_of

Days = Literal["none", "shared", "by-operation"]
FLEET_FILE = "fleet.json"
DAMAGE = "damage"
# settings that say which runs are made, and not what a run is like
COUNTS = ("runs", "operations", "only")


@dataclass(frozen=True)
class Fleet:
    """A set of recordings. runs: of each operation.

    days: `shared` - every operation is recorded on every day, so that the weather tells nothing; `by-operation` -
    each on a day of its own, as the real ones were; `none` - no day differs. varied: each run executes a program of
    its own. mill: which of all mills; 0 is the demo's. only: names of the runs that are made, all if empty; a run is
    the same whichever others are made.
    """

    runs: int = 3
    seed: int = 0
    operations: tuple[str, ...] = Machine.bantam().operations
    days: Days = "shared"
    rates: FaultRates = field(default_factory=FaultRates)
    varied: bool = False
    mill: int = 0
    only: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """ToolmarkError for an operation that the mill does not have, or a run that the fleet does not have."""
        for operation in self.operations:
            program_for(operation)
        unknown = sorted(set(self.only) - {name for name, _, _ in self._named()}) if self.only else []
        if unknown:
            raise ToolmarkError(
                f"The fleet has no run {unknown[0]!r}: it has {self.runs} runs of each operation."
            )

    def __len__(self) -> int:
        return len(self.only) or self.runs * len(self.operations)

    @property
    def described(self) -> str:
        """What makes its runs what they are, however many there are: the settings and the twin's constants."""
        settings = {name: value for name, value in asdict(self).items() if name not in COUNTS}
        known = hashlib.sha256(constants().model_dump_json().encode()).hexdigest()
        return json.dumps(settings | {"constants": known}, indent=1) + "\n"

    def _named(self) -> Iterator[tuple[str, str, int]]:
        """Name, operation and number of every run, those included that are not made."""
        for number in range(1, self.runs + 1):
            for operation in self.operations:
                yield f"{operation}_{number:03d}", operation, number

    def plan(self) -> Iterator[tuple[str, Program, RunOptions]]:
        """Name, program and options of each run, in the order of the days."""
        for name, operation, number in self._named():
            if not self.only or name in self.only:
                yield name, *self._run(name, operation, number)

    def _run(self, name: str, operation: str, number: int) -> tuple[Program, RunOptions]:
        # by the machine's order, not the fleet's: a run is the same whichever others are made
        place = Machine.bantam().operation_id(operation)
        rng = rng_of(self.seed, name, "plan")
        variant = int(rng.integers(1 << 30)) if self.varied else None
        program = program_for(operation, variant)
        channels = tuple(f"{b}.{q}" for b in constants().boards for q in Machine.bantam().quantities)
        faults = replace(self.rates.draw(rng, channels), worn=operation.startswith(DAMAGE))
        known = constants()
        nth = number - 1 if self.days == "by-operation" else place
        since_morning = nth * (known.day.run + known.ambient.pause)
        return program, RunOptions(
            seed=int(rng.integers(1 << 62)),
            start=known.controller.park if number == 1 or variant else end_position(program),
            phase=float(rng.uniform(0.0, known.controller.report_period)),
            clock=known.day.morning + since_morning + float(rng.uniform(0.0, known.day.late_by)),
            power_on_s=since_morning + known.day.warm_up,
            session=self._session(number, place),
            faults=faults,
            mill=self.mill,
        )

    def _session(self, number: int, place: int) -> Session:
        if self.days == "none":
            return Session(None)
        day = number if self.days == "shared" else place
        return Session(int(rng_of(self.seed, "days").integers(1 << 30)) + day)


def twin_machine() -> Machine:
    """The Bantam mill's description, said to be simulated."""
    return Machine.bantam().model_copy(update={"name": "Simulated mill (twin)", "simulated": True})


def frames(fleet: Fleet) -> Iterator[tuple[str, pd.DataFrame]]:
    """The runs of a fleet as published tables, made one at a time."""
    for name, program, options in fleet.plan():
        yield name, simulate(program, options)


def recordings(fleet: Fleet) -> Iterator[Recording]:
    """The runs of a fleet as recordings, made one at a time: any number of them fits into memory."""
    machine = twin_machine()
    for name, frame in frames(fleet):
        yield recording_from_frame(frame, name, machine)


def windows(fleet: Fleet, spec: InputSpec, stride: int = STRIDE) -> Iterator[Windows]:
    """The windows of a fleet, run by run: only one run's are ever held, however many there are."""
    for recording in recordings(fleet):
        yield cut_windows(recording, spec, stride=stride)


def write(fleet: Fleet, folder: Path) -> Iterator[Path]:
    """Write each run as `<operation>_<nnn>_aligned.csv.gz` with its machine file; yields the path of each.

    The same fleet writes the same bytes; runs that are there already are kept, so that a writing that was interrupted
    goes on, and more runs can be asked for. ToolmarkError where the folder holds something else.
    """
    described = folder / FLEET_FILE
    if folder.exists() and any(folder.iterdir()) and not described.is_file():
        raise ToolmarkError(f"{folder} is not empty and holds no runs of the twin: give another folder.")
    if described.is_file() and described.read_text(encoding="utf-8") != fleet.described:
        raise ToolmarkError(f"{folder} holds runs that were made with other settings: give another folder.")
    folder.mkdir(parents=True, exist_ok=True)
    write_text(folder / MACHINE, twin_machine().to_toml())
    write_text(described, fleet.described)
    for name, program, options in fleet.plan():
        path = folder / f"{name}{Machine.bantam().name_suffix}.csv.gz"
        if not path.is_file():
            write_bytes(path, packed(simulate(program, options)))
        yield path


def packed(frame: pd.DataFrame) -> bytes:
    """A table as gzip'd CSV; the same table gives the same bytes."""
    text = io.StringIO()
    frame.to_csv(text, index=False, lineterminator="\n")
    return gzip.compress(text.getvalue().encode(), compresslevel=5, mtime=0)
