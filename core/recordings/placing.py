"""Where in the learned programs each run is, row by row, and how far its sensors lag behind its rows."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.recordings.inputs import InputSpec, prepare
from core.recordings.programs import Programs, learn_programs, phase_of, program_of
from core.recordings.recording import Recording
from core.recordings.synchrony import Traces, common_lags, lag_against, traces

Floats = NDArray[np.float64]


class Placed(NamedTuple):
    """One run: the phase of each row (of the controller, NaN = unknown), its program, and the lag of its sensors.

    Row r of the sensors shows the machine as the controller's row `r - lag` has it. None = unknown.
    """

    phase: Floats
    program: str | None
    lag: int | None


class _Felt(NamedTuple):
    phase: Floats
    traces: Traces | None


@dataclass(frozen=True, eq=False)
class Placing:
    """Learned programs, and the training runs to which others are compared."""

    programs: Programs
    known: dict[str, tuple[tuple[Traces, ...], NDArray[np.int64]]]
    placed: dict[str, Placed]
    in_step: bool = False

    @classmethod
    def learn(cls, recordings: Iterable[Recording], spec: InputSpec, *, in_step: bool = False) -> "Placing":
        """Learn programs, starts and lags from training runs; `in_step` takes every lag to be 0."""
        runs = list(recordings)
        programs = learn_programs(runs)
        by_program: dict[str, list[tuple[Recording, _Felt]]] = {}
        for run in runs:
            felt = _feel(run, programs, spec)
            if felt is not None and felt.traces is not None:
                by_program.setdefault(program_of(run) or "", []).append((run, felt))
        known, placed, timelines = {}, {}, []
        for timeline in programs.timelines:
            entries = by_program.get(timeline.program, [])
            spectra = tuple(felt.traces for _, felt in entries if felt.traces is not None)
            lags = np.zeros(len(spectra), dtype=np.int64) if in_step else common_lags(spectra)
            known[timeline.program] = (spectra, lags)
            for (run, felt), lag in zip(entries, lags.tolist(), strict=True):
                placed[run.name] = Placed(felt.phase, timeline.program, lag)
            starts = np.array([start_of(felt.phase) for _, felt in entries])
            ends = np.array([end_of(felt.phase, len(timeline)) for _, felt in entries])
            operations = tuple(run.operation or "" for run, _ in entries)
            timelines.append(
                replace(timeline, starts=starts, ends=ends, lags=lags, run_operations=operations)
            )
        return cls(Programs(tuple(timelines)), known, placed, in_step)

    def place(self, recording: Recording, spec: InputSpec) -> Placed | None:
        """Where a run is; None for one without labels or of a program that was not learned."""
        if recording.name in self.placed:
            return self.placed[recording.name]
        felt = _feel(recording, self.programs, spec)
        if felt is None:
            return None
        program = program_of(recording)
        others, lags = self.known.get(program or "", ((), np.zeros(0, dtype=np.int64)))
        if self.in_step:
            return Placed(felt.phase, program, 0)
        lag = lag_against(felt.traces, others, lags) if felt.traces is not None and others else None
        return Placed(felt.phase, program, lag)


def _feel(recording: Recording, programs: Programs, spec: InputSpec) -> _Felt | None:
    timeline = programs.timeline(program_of(recording))
    if timeline is None or recording.lines is None:
        return None
    phase = phase_of(recording, timeline)
    prepared = prepare(recording, spec)
    return _Felt(phase, traces(prepared.values, prepared.live, phase, len(timeline)))


def start_of(phase: Floats) -> float:
    """The phase that row 0 has, seen from the run's first pass; NaN where nothing fits."""
    rows = np.flatnonzero(np.isfinite(phase))
    first = rows[: max(len(rows) // 4, 1)]
    return float(np.median(phase[first] - first)) if len(first) else float("nan")


def end_of(phase: Floats, rows: int) -> float:
    """Rows that the run's last row is behind the last of its program, seen from its last pass; NaN: nothing fits."""
    known = np.flatnonzero(np.isfinite(phase))
    last = known[-max(len(known) // 4, 1) :]
    return float(np.median(phase[last] - last)) + len(phase) - rows if len(last) else float("nan")


def shifted(codes: NDArray[np.int64], lag: int) -> NDArray[np.int64]:
    """Labels `[T]` moved `lag` rows later, -1 where there is none: what the sensors' rows show."""
    rows = np.arange(len(codes)) - lag
    inside = (rows >= 0) & (rows < len(codes))
    return np.where(inside, codes[np.clip(rows, 0, len(codes) - 1)], -1)


def sensor_places(placed: Placed | None, programs: Programs, rows: int) -> Floats:
    """The place that the sensors of each row show, float64 [T]; NaN where it is unknown."""
    if placed is None or placed.lag is None or placed.program not in programs.index:
        return np.full(rows, np.nan)
    index = programs.index[placed.program]
    last = int(programs.offsets[index + 1] - programs.offsets[index]) - 1
    return np.asarray(programs.offsets[index] + np.clip(placed.phase - placed.lag, 0, last))
