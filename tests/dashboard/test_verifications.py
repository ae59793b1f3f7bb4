"""Verdicts are kept, but no longer than what they are judged by."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from core.tracking.intended import Intended
from core.tracking.verification import Deviation
from dashboard import verifications
from tests.dashboard_fixtures import own_build

__all__ = ["own_build"]
PLACE: Any = SimpleNamespace(bundle=SimpleNamespace(digest="bundle"), stamp="run")
PROGRAM = Intended.of_text("part.nc", "G0 X1 Y1", "mm")


@pytest.mark.parametrize(("name", "value"), [("TOLERANCE_MM", 9.0), ("PACE_MM", 9.0), ("FORMAT", "another")])
def test_a_verdict_is_found_once_and_anew_when_it_is_judged_otherwise(
    own_build: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: object
) -> None:
    asked = []

    def verify(*_: object) -> Any:
        asked.append(1)
        found = (Deviation("line differs", 3, 0, "another line", 4.0),)
        return SimpleNamespace(lines_mm=4.0, pace_mm=0.0, operation="face", deviations=found)

    monkeypatch.setattr(verifications, "verify", verify)
    recording: Any = None
    first = verifications.verdict(PLACE, recording, PROGRAM)
    verifications._verdict.clear()
    assert verifications.verdict(PLACE, recording, PROGRAM) == first
    assert len(asked) == 1
    monkeypatch.setattr(verifications, name, value)
    verifications.verdict(PLACE, recording, PROGRAM)
    assert len(asked) == 2
