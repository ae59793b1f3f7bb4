"""Tests of the audit on runs of the twin, where what is wrong is known because it was planted."""

from dataclasses import replace

import numpy as np
import pytest

from core.evidence.audit.audit import Audit, audit
from core.evidence.audit.data import AuditData
from core.evidence.audit.verdict import findings
from core.recordings.inputs import InputSpec
from core.recordings.windows import concat
from core.twin.fleet import Days, Fleet, twin_machine, windows

CHANNELS = ("frame_l2.Pressure", "frame_l2.Temperature", "frame_l2.Ax", "frame_l2.RMS", "y_motor")
SEEN = InputSpec(CHANNELS, remove_run_offset=False)
OPERATIONS = ("adaptive", "face", "pocket")
RUNS = 5


def fleet(days: Days) -> AuditData:
    """Whole runs held out: the first of each operation tests, the second validates."""
    made = concat(list(windows(Fleet(RUNS, 3, OPERATIONS, days), SEEN)))
    parts = {"001": "test", "002": "val"}
    part = np.array([parts.get(name[-3:], "train") for name in made.run.tolist()])
    return AuditData(twin_machine(), "run", made, part, inputs=SEEN)


@pytest.fixture(scope="module")
def clean() -> AuditData:
    return fleet("shared")


def grave(found: Audit) -> list[str]:
    return [finding.sentence for finding in findings(found) if finding.weight == "grave"]


def test_days_that_all_operations_share_raise_no_alarm(clean: AuditData) -> None:
    found = findings(audit(clean))
    assert not {"grave", "warning"} & {finding.weight for finding in found}


def test_operations_on_days_of_their_own_are_found_by_pressure() -> None:
    found = audit(fleet("by-operation"))
    probe = found.probe("frame_l2.Pressure")
    assert probe is not None and probe.mechanism == "session" and probe.between > 0.95
    ambient = next(finding for finding in findings(found) if finding.probe == "ambient channels")
    assert ambient.weight == "grave" and "session" in ambient.because


def test_a_run_under_another_name_is_found(clean: AuditData) -> None:
    own = clean.windows.take(clean.windows.run == "face_001")
    again = replace(own, run=np.full(len(own), "face_099"))
    part = np.append(clean.part, np.full(len(own), "train"))
    found = audit(AuditData(clean.machine, "run", concat([clean.windows, again]), part, inputs=SEEN))
    assert found.leakage is not None
    copied = found.leakage.run[found.leakage.copies]
    assert set(copied.tolist()) == {"face_001"} and len(copied) == len(own)
    assert set(found.leakage.near_run[found.leakage.copies].tolist()) == {"face_099"}
    assert any("same values" in sentence for sentence in grave(found))


def test_windows_split_at_random_are_found(clean: AuditData) -> None:
    part = np.random.default_rng(0).choice(["train", "test"], len(clean.windows), p=(0.8, 0.2))
    found = audit(replace(clean, part=part))
    assert any("share rows with a training window" in sentence for sentence in grave(found))
