"""Tests of `python -m core audit`."""

import json
from pathlib import Path

from core.evidence.audit.audit_file import read_audit
from tests.core.cli_runner import Toolmark
from tests.synthetic import write_run


def test_an_audit_is_told_and_kept(tmp_path: Path, toolmark: Toolmark) -> None:
    runs, file = tmp_path / "runs", tmp_path / "audit.json"
    write_run(runs / "face_001_aligned.csv", rows=180)
    status, out, _ = toolmark("audit", runs, "--protocol", "seed", "--json", file)
    assert status == 0
    assert "cannot be judged" in out
    found = read_audit(file)
    assert found.protocol == "seed" and found.runs == 1 and found.controller_inputs
    assert json.loads(file.read_text())["findings"]
    assert not file.with_name("audit.json.part").exists()


def test_what_cannot_be_audited_ends_with_one_sentence(tmp_path: Path, toolmark: Toolmark) -> None:
    write_run(tmp_path / "face_short.csv", rows=40)
    status, _, err = toolmark("audit", tmp_path)
    assert status == 1 and "no run that is as long as a window" in err
    status, _, err = toolmark("audit", tmp_path / "nowhere")
    assert status == 1 and "nothing at" in err
