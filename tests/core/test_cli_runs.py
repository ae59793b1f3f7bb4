"""The verbs for whole runs, on made-up recordings and a small bundle."""

import csv
import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from core.evidence.verification_rates import KEPT
from core.model.bundle import load_bundle
from core.tracking.readback import trace_text
from core.tracking.track_file import read_track
from tests.core.cli_runner import Toolmark
from tests.pipeline import Pipeline

CONTROLLER = (
    "gcode_line",
    "gcode_string",
    "line",
    "stat",
    "feed",
    "unit",
    "dist",
    "coor",
    "momo",
    "raw_json",
    "vel",
)


def felt_only(frame: pd.DataFrame) -> pd.DataFrame:
    """The table without what the controller and the labels say."""
    gone = [c for c in frame if c in CONTROLLER or c == "plane" or c.startswith(("pos", "mpo"))]
    return frame.drop(columns=gone)


def test_a_run_is_read_back_row_by_row_and_as_a_program(
    pipeline: Pipeline, tmp_path: Path, toolmark: Toolmark
) -> None:
    run = pipeline.runs / "face_001_aligned.csv.gz"
    out, program = tmp_path / "t.csv", tmp_path / "t.nc"
    status, said, _ = toolmark(
        "track", pipeline.bundle, run, "--out", out, "--program", program, "--mode", "known"
    )
    assert (status, "rows in" in said) == (0, True)
    rows = list(csv.DictReader(out.open()))
    assert list(rows[0]) == ["run", "row", "operation", "gcode", "x_mm", "y_mm", "z_mm", "confidence"]
    assert [int(row["row"]) for row in rows] == list(range(len(pd.read_csv(run))))
    assert program.read_text().startswith("(face_001)")


@pytest.mark.parametrize("options", [("--mode", "known"), ("--mode", "open"), ("--online",)])
def test_the_same_track_without_target_and_controller_columns(
    pipeline: Pipeline, tmp_path: Path, toolmark: Toolmark, options: tuple[str, ...]
) -> None:
    whole = pipeline.runs / "pocket_002_aligned.csv.gz"
    (tmp_path / "bare").mkdir()
    bare = tmp_path / "bare" / "pocket_002_aligned.csv"
    felt_only(pd.read_csv(whole)).to_csv(bare, index=False)
    for run, out in ((whole, "a.csv"), (bare, "b.csv")):
        assert toolmark("track", pipeline.bundle, run, "--out", tmp_path / out, *options)[0] == 0
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_a_store_is_scored_on_the_runs_that_were_held_out(
    pipeline: Pipeline, tmp_path: Path, toolmark: Toolmark
) -> None:
    found = tmp_path / "tracks.json"
    status, said, _ = toolmark("track", pipeline.bundle, pipeline.store, "--json", found)
    assert (status, "Median position error" in said) == (0, True)
    held_out = json.loads((pipeline.bundle / "bundle.json").read_text())["runs"]["test"]
    assert {unit[0] for unit in json.loads(found.read_text())["units"]} == set(held_out)
    status, said, _ = toolmark("verify", pipeline.bundle, pipeline.store, "--json", tmp_path / "v.json")
    assert (status, "good run" in said) == (0, True)
    assert toolmark("rates", tmp_path / "v.json")[1] == said
    assert toolmark("rates", found)[0] == 1


def test_a_library_is_a_name_or_a_file_and_another_program_is_refused(
    pipeline: Pipeline, tmp_path: Path, toolmark: Toolmark
) -> None:
    run, out = pipeline.runs / "face_001_aligned.csv.gz", tmp_path / "t.csv"
    program = tmp_path / "t.nc"
    assert (
        toolmark("track", pipeline.bundle, run, "--out", out, "--library", "P1", "--program", program)[0] == 0
    )
    assert {row["operation"] for row in csv.DictReader(out.open())} == {"pocket"}
    status, said, _ = toolmark("track", pipeline.bundle, run, "--out", out, "--library", program)
    assert (status, "P1" in said) == (0, True)
    for entry in ("P9", str(tmp_path / "none.nc")):
        status, _, said = toolmark("track", pipeline.bundle, run, "--out", out, "--library", entry)
        assert (status, "choose among" in said) == (1, True)
    program.write_text("G0 X1 Y1\nM30\n")
    status, _, said = toolmark("track", pipeline.bundle, run, "--out", out, "--library", program)
    assert (status, "Only learned programs" in said) == (1, True)


def test_another_program_is_found_and_a_program_that_is_no_gcode_is_named(
    pipeline: Pipeline, tmp_path: Path, toolmark: Toolmark
) -> None:
    run = pipeline.runs / "face_001_aligned.csv.gz"
    program = tmp_path / "other.nc"
    program.write_text("G0 X50 Y50\nG1 Z1 F10\nX3\nM30\n")
    status, said, _ = toolmark("verify", pipeline.bundle, run, "--program", program)
    assert (status, "was executed" in said) == (3, True)
    program.write_text("G0 X\n")
    status, _, said = toolmark("verify", pipeline.bundle, run, "--program", program)
    assert (status, "Line 1" in said) == (1, True)
    assert toolmark("verify", pipeline.bundle, run)[0] == 1


def test_a_recording_is_never_written_over(pipeline: Pipeline, tmp_path: Path, toolmark: Toolmark) -> None:
    run = tmp_path / "face_001.csv"
    pd.read_csv(pipeline.runs / "face_001_aligned.csv.gz").to_csv(run, index=False)
    before = run.read_bytes()
    for options in (("--out", run), ("--out", tmp_path / "t.csv", "--program", run)):
        assert toolmark("track", pipeline.bundle, run, *options)[0] == 1
    assert run.read_bytes() == before
    assert toolmark("track", pipeline.bundle, run)[0] == 1


def test_confidence_is_fitted_again_on_the_bundles_own_windows(
    pipeline: Pipeline, seed_pipeline: Pipeline, tmp_path: Path, toolmark: Toolmark
) -> None:
    bundle = shutil.copytree(pipeline.bundle, tmp_path / "bundle")
    before = (bundle / "calibration.json").read_text()
    assert toolmark("calibrate", bundle, pipeline.splits)[0] == 0
    assert json.loads((bundle / "calibration.json").read_text()) == json.loads(before)
    assert toolmark("calibrate", bundle, seed_pipeline.splits)[0] == 1


def test_the_published_bundle_has_learned_no_programs(
    seed_pipeline: Pipeline, tmp_path: Path, toolmark: Toolmark
) -> None:
    run = seed_pipeline.runs / "face_001_aligned.csv.gz"
    status, _, said = toolmark("track", seed_pipeline.bundle, run, "--out", tmp_path / "t.csv")
    assert (status, "learned no programs" in said) == (1, True)


def test_a_program_that_was_never_learned_is_not_followed_while_it_is_made(
    pipeline: Pipeline, tmp_path: Path, toolmark: Toolmark
) -> None:
    run = pipeline.runs / "face_001_aligned.csv.gz"
    out = tmp_path / "t.csv"
    status, _, err = toolmark("track", pipeline.bundle, run, "--out", out, "--online", "--mode", "open")
    assert status == 1
    assert "only learned programs are followed" in err
    assert not out.exists()


def test_one_run_of_a_store_is_read_back_and_kept_as_the_dashboard_keeps_it(
    pipeline: Pipeline, tmp_path: Path, toolmark: Toolmark
) -> None:
    kept, out = tmp_path / "t.parquet", tmp_path / "t.csv"
    asked = ("track", pipeline.bundle, pipeline.store, "--of", "face_001", "--keep", kept, "--out", out)
    assert toolmark(*asked)[0] == 0
    found = read_track(kept, load_bundle(pipeline.bundle))
    assert out.read_bytes() == trace_text(found).encode()
    assert found.run == "face_001"
    assert toolmark("track", pipeline.bundle, pipeline.store, "--of", "none", "--keep", kept)[0] == 1


def test_verify_names_the_files_own_line(pipeline: Pipeline, tmp_path: Path, toolmark: Toolmark) -> None:
    run, read = pipeline.runs / "face_001_aligned.csv.gz", tmp_path / "read.nc"
    out = tmp_path / "t.csv"
    asked = ("track", pipeline.bundle, run, "--out", out, "--program", read, "--mode", "known")
    assert toolmark(*asked)[0] == 0
    lines = read.read_text().splitlines()
    at = next(i for i, line in enumerate(lines) if i > len(lines) // 2 and "X" in line)
    lines[at] = f"{lines[at].split('X')[0]}X-7.5"
    lines.insert(at, "(a remark)")
    edited = tmp_path / "edited.nc"
    edited.write_text("\n".join(lines))
    status, said, _ = toolmark("verify", pipeline.bundle, run, "--program", edited)
    assert (status, f"line {at + 2} of edited.nc" in said) == (3, True)


def test_a_bundle_keeps_how_its_good_runs_score(
    pipeline: Pipeline, tmp_path: Path, toolmark: Toolmark
) -> None:
    bundle = shutil.copytree(pipeline.bundle, tmp_path / "bundle")
    run = pipeline.runs / "face_001_aligned.csv.gz"
    program = tmp_path / "p.nc"
    program.write_text("G0 X50 Y50\nM30\n")
    assert "good runs" not in toolmark("verify", bundle, run, "--program", program)[1]
    assert toolmark("verify", bundle, pipeline.store, "--keep")[0] == 0
    assert (bundle / KEPT).is_file()
    # it still opens, and says where the run stands
    assert "good runs" in toolmark("verify", bundle, run, "--program", program)[1]
