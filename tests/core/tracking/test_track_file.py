"""A track comes back from its file as it was, and gives a program whose lines are those of its rows."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from core.model.bundle import Bundle
from core.tracking.known import TrackingError
from core.tracking.readback import program_lines, program_read, program_text
from core.tracking.track_file import read_track, write_track
from core.tracking.tracker import walked
from tests.core.tracking.made_programs import KNOWN, PROGRAMS, words

BUNDLE = cast(Bundle, SimpleNamespace(digest="d1", programs=PROGRAMS))
OTHER = cast(Bundle, SimpleNamespace(digest="d2", programs=PROGRAMS))
TWICE = walked("run", words(np.r_[np.arange(300.0), np.arange(300.0)]), KNOWN)


def test_a_track_comes_back_as_it_was(tmp_path: Path) -> None:
    write_track(TWICE, BUNDLE, tmp_path / "t.parquet", "stamp")
    found = read_track(tmp_path / "t.parquet", BUNDLE, "stamp")
    assert (found.run, found.line, found.operation, found.spelled) == (
        "run",
        TWICE.line,
        TWICE.operation,
        False,
    )
    for name in ("number", "position_mm", "confidence", "phase"):
        assert np.array_equal(getattr(found, name), getattr(TWICE, name), equal_nan=True)
    assert (found.lag, found.fit) == (TWICE.lag, TWICE.fit)
    assert program_text(found) == program_text(TWICE)


def test_a_track_of_another_bundle_or_recording_is_refused(tmp_path: Path) -> None:
    write_track(TWICE, BUNDLE, tmp_path / "t.parquet", "stamp")
    for bundle, stamp in ((OTHER, "stamp"), (BUNDLE, "other")):
        with pytest.raises(TrackingError, match="another bundle or recording"):
            read_track(tmp_path / "t.parquet", bundle, stamp)
    (tmp_path / "t.parquet").write_bytes(b"nothing")
    with pytest.raises(TrackingError, match="holds no track"):
        read_track(tmp_path / "t.parquet", BUNDLE, "stamp")


def test_each_row_points_at_its_line_of_the_program() -> None:
    found = program_read(TWICE)
    assert len(TWICE.passes) == 2
    assert list(found.lines) == program_lines(TWICE)
    assert tuple(found.lines[place] for place in found.line_of_row) == TWICE.line
    assert [found.numbers[place] for place in found.line_of_row] == TWICE.number.tolist()
    assert (np.diff(found.line_of_row) >= 0).all()
