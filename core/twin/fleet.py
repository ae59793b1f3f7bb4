"""Many runs: which program each executes, on which day, with which faults; one after another, never all at once."""

import gzip
import io
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import pandas as pd

from core.errors import ToolmarkError
from core.recordings.atomic import replacing
from core.recordings.inputs import InputSpec
from core.recordings.machine import Machine
from core.recordings.reader import recording_from_frame
from core.recordings.recording import Recording
from core.recordings.windows import STRIDE, Windows, cut_windows
from core.twin.constants import constants
from core.twin.plant import end_position
from core.twin.programs import Program, program_for
from core.twin.run import RunOptions, simulate
from core.twin.session import FaultRates, Session, rng_of

Days = Literal["none", "shared", "by-operation"]
MACHINE_FILE = "machine.toml"
MORNING_S = 9 * 3600.0
DAMAGE = "damage"


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
        unknown = sorted(set(self.only) - set(self._names()))
        if unknown:
            raise ToolmarkError(
                f"The fleet has no run {unknown[0]!r}: it has {self.runs} runs of each operation."
            )

    def __len__(self) -> int:
        return len(self.only) or self.runs * len(self.operations)

    def _names(self) -> Iterator[str]:
        for number in range(1, self.runs + 1):
            yield from (f"{operation}_{number:03d}" for operation in self.operations)

    def plan(self) -> Iterator[tuple[str, Program, RunOptions]]:
        """Name, program and options of each run, in the order of the days."""
        for number in range(1, self.runs + 1):
            for place, operation in enumerate(self.operations):
                name = f"{operation}_{number:03d}"
                if not self.only or name in self.only:
                    yield name, *self._run(name, operation, number, place)

    def _run(self, name: str, operation: str, number: int, place: int) -> tuple[Program, RunOptions]:
        rng = rng_of(self.seed, name, "plan")
        variant = int(rng.integers(1 << 30)) if self.varied else None
        program = program_for(operation, variant)
        channels = tuple(f"{b}.{q}" for b in constants().boards for q in Machine.bantam().quantities)
        faults = replace(self.rates.draw(rng, channels), worn=operation.startswith(DAMAGE))
        known = constants()
        nth = number - 1 if self.days == "by-operation" else place
        return program, RunOptions(
            seed=int(rng.integers(1 << 62)),
            start=known.controller.park if number == 1 or variant else end_position(program),
            phase=float(rng.uniform(0.0, known.controller.report_period)),
            clock=MORNING_S + nth * (200.0 + known.ambient.pause) + float(rng.uniform(0.0, 60.0)),
            power_on_s=nth * (200.0 + known.ambient.pause) + 600.0,
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

    The same fleet writes the same bytes. ToolmarkError where the folder already holds something else.
    """
    machine = twin_machine().to_toml()
    described = folder / MACHINE_FILE
    if folder.exists() and any(folder.iterdir()) and not _ours(described, machine):
        raise ToolmarkError(f"{folder} is not empty and holds no runs of the twin: give another folder.")
    folder.mkdir(parents=True, exist_ok=True)
    with replacing(described) as file:
        file.write_text(machine, encoding="utf-8")
    for name, frame in frames(fleet):
        path = folder / f"{name}{Machine.bantam().name_suffix}.csv.gz"
        with replacing(path) as file:
            file.write_bytes(packed(frame))
        yield path


def packed(frame: pd.DataFrame) -> bytes:
    """A table as gzip'd CSV; the same table gives the same bytes."""
    text = io.StringIO()
    frame.to_csv(text, index=False, lineterminator="\n")
    return gzip.compress(text.getvalue().encode(), compresslevel=5, mtime=0)


def _ours(described: Path, machine: str) -> bool:
    return described.is_file() and described.read_text(encoding="utf-8") == machine
