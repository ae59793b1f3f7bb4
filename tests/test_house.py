"""The house rules that a reader cannot see at a glance: who may import whom, and what the project stands on."""

import ast
import re
import sys
import tomllib
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OURS = ("core", "dashboard", "pages")
LONG_FILE = 300
# what a room may import of ours, besides itself and core.errors; each line adds to the ones above
ROOMS = {
    "core.gcode": set(),
    "core.recordings": {"core.gcode"},
    "core.twin": {"core.gcode", "core.recordings"},
    "core.model": {"core.gcode", "core.recordings"},
    "core.tracking": {"core.gcode", "core.recordings", "core.model"},
    "core.training": {"core.gcode", "core.recordings", "core.model", "core.tracking"},
    "core.evidence": {
        "core.gcode",
        "core.recordings",
        "core.twin",
        "core.model",
        "core.tracking",
        "core.training",
    },
}
PAGES_MAY = {"core", "dashboard", "streamlit", "plotly", "altair"}


def files(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def name_of(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts)


def imports(file: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in the file, e.g. `core.gcode.words`."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file} imports relatively"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room(module: str) -> str | None:
    """The room of core that a module lies in, if any."""
    return next((name for name in ROOMS if module == name or module.startswith(f"{name}.")), None)


@pytest.mark.parametrize("file", files("core"), ids=name_of)
def test_core_knows_nothing_of_the_dashboard(file: Path) -> None:
    outside = {module.partition(".")[0] for module in imports(file)}
    assert not outside & {"streamlit", "dashboard", "pages"}


@pytest.mark.parametrize("file", [file for file in files("core") if room(name_of(file))], ids=name_of)
def test_rooms_import_only_what_stands_before_them(file: Path) -> None:
    own = room(name_of(file))
    assert own is not None
    used = {room(module) for module in imports(file)} - {None, own}
    assert used <= ROOMS[own], f"{name_of(file)} may not import {sorted(used - ROOMS[own])}"


@pytest.mark.parametrize("file", files("dashboard"), ids=name_of)
def test_the_dashboard_does_not_import_pages(file: Path) -> None:
    assert "pages" not in {module.partition(".")[0] for module in imports(file)}


@pytest.mark.parametrize("file", files("pages"), ids=name_of)
def test_pages_compute_nothing(file: Path) -> None:
    used = {module.partition(".")[0] for module in imports(file)} - set(sys.stdlib_module_names)
    assert used <= PAGES_MAY, (
        f"a page lays out; let core or dashboard do what {sorted(used - PAGES_MAY)} is for"
    )


@pytest.mark.parametrize("file", [file for folder in OURS for file in files(folder)], ids=name_of)
def test_a_file_has_one_subject(file: Path) -> None:
    length = len(file.read_text(encoding="utf-8").splitlines())
    if length > LONG_FILE:
        warnings.warn(f"{name_of(file)} has {length} lines: does it hold two subjects?", stacklevel=1)


def pins(name: str) -> dict[str, str]:
    rows = (ROOT / name).read_text(encoding="utf-8").splitlines()
    rows = [row for row in rows if row and not row.startswith(("#", "-"))]
    found = [re.fullmatch(r"([A-Za-z0-9_.-]+)==([A-Za-z0-9.+]+)", row) for row in rows]
    assert all(found), f"{name}: every line pins one exact version"
    return {match[1].lower(): match[2] for match in found if match}


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_pins_are_exact_and_each_has_its_reason(name: str) -> None:
    reasons = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8").lower()
    missing = [package for package in pins(name) if f"`{package}`" not in reasons]
    assert not missing, f"docs/dependencies.md does not say why {missing} is needed"


def test_the_makefile_sets_up_before_it_runs_and_tests_end_with_pytest() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    recipes = dict(re.findall(r"^(run|test): \$\(READY\)[^\n]*\n((?:\t.*\n?)+)", makefile, flags=re.M))
    assert "streamlit run dashboard/app.py" in recipes["run"]
    steps = [line.split("-m ")[1].split()[0] for line in recipes["test"].strip().splitlines()]
    assert steps == ["ruff", "ruff", "mypy", "pytest"]


def test_the_package_takes_its_dependencies_from_the_pins() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["tool"]["setuptools"]["dynamic"]["dependencies"]["file"] == ["requirements.txt"]
