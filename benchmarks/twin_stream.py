"""Streams windows of the twin and says how many a second and how much memory they take."""

import resource
import sys
import time

from core.recordings.inputs import inputs_for
from core.twin.fleet import Fleet, twin_machine, windows


def main(wanted: int) -> None:
    """Make runs, each of a program of its own, until so many windows have gone by."""
    spec = inputs_for("run", twin_machine())
    fleet = Fleet(runs=wanted, varied=True)
    start, seen, told = time.perf_counter(), 0, 0
    for part in windows(fleet, spec, stride=1):
        seen += len(part)
        if seen >= told or seen >= wanted:
            told = seen + max(wanted // 10, 1)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            rate = seen / (time.perf_counter() - start)
            print(f"{seen:>9,} windows{rate:>9,.0f} a second{peak:>7,.0f} MiB at most", flush=True)
        if seen >= wanted:
            return


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
