"""The tables of Ablation: scored as the command line does it, shown as they were scored, opened in Live."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.evidence.ablation.cases import Case, cases, kinds_named, modalities
from core.evidence.ablation.removal import Removal
from core.evidence.ablation.results import Result, Results, pooled
from core.evidence.ablation.scored import Ablation, held_out_windows
from core.evidence.ablation.shapley import shapley
from core.evidence.ablation.table import effects, score_cases
from core.evidence.ablation.table_file import ablated, write_ablated
from core.evidence.ablation.trial_file import write_trials
from core.evidence.ablation.trials import Trial
from core.evidence.evaluation import ALL
from dashboard import ablation_kept, ablation_tests, evaluations, jobs
from dashboard.ablation_tests import Place
from dashboard.effect_rows import Text
from tests.dashboard_fixtures import PageAt, view_of
from tests.pages.said import component, until, words

Open = Callable[..., AppTest]
FEW = 3


@pytest.fixture(autouse=True)
def nothing_shipped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The results that are shipped are the test's own, and no job is begun."""
    monkeypatch.setattr(evaluations, "EVALUATIONS", tmp_path / "shipped")
    return tmp_path / "shipped"


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The arguments of the jobs that were asked for."""
    found: list[list[str]] = []
    monkeypatch.setattr(jobs, "start", lambda key, title, arguments: found.append(list(arguments)))
    return found


@pytest.fixture
def open_page(page_at: PageAt, runs: Path, bundles: Path) -> Open:
    """Opens the page with a link's parameters."""
    return partial(page_at, "ablation", runs, bundles)


@pytest.fixture
def place(open_page: Open) -> Place:
    """Where the only bundle is scored."""
    open_page()
    found = ablation_tests.place_of(view_of())
    assert found
    return found


@pytest.fixture
def ablation(place: Place) -> Ablation:
    return Ablation(place.bundle, held_out_windows(place.bundle, place.source.path))


def keep(place: Place, ablation: Ablation, wanted: tuple[Case, ...], *, values: bool = False) -> None:
    """Score cases into the file that the page's job writes."""
    game = shapley(ablation, metrics=("operation",), most=2) if values else None
    scores = score_cases(ablation, wanted)
    found = ablated(ablation, "missing", modalities(place.bundle), scores, game)
    write_ablated(found, ablation_kept.table_file(place.key, "missing"))


def some_pairs(place: Place) -> tuple[Case, ...]:
    """Few modalities alone, and in pairs."""
    names = set(modalities(place.bundle)[:FEW])
    return tuple(case for case in cases(place.bundle, kinds_named(["pair"])) if names.issuperset(case.names))


def test_an_empty_table_says_what_it_takes_and_begins_the_command_of_the_command_line(
    open_page: Open, place: Place, started: list[list[str]]
) -> None:
    app = open_page(ablation="tables")
    assert f"{len(modalities(place.bundle))} evaluations of the test windows" in words(app)
    app.button(key="score_modality").click().run()
    (arguments,) = started
    assert arguments[:3] == ["ablate", str(place.bundle.path), str(place.source.path)]
    told = dict(zip(arguments[3::2], arguments[4::2], strict=False))
    assert told["--json"] == str(ablation_kept.table_file(place.key, "missing"))
    assert told["--results"] == str(ablation_tests.results_folder()) and told["--way"] == "missing"
    app = open_page(ablation="tables", table="shapley", way="hold")
    assert "at least; it goes on until the sampling is sharp" in words(app)
    app.button(key="score_all").click().run()
    assert len(started) == 6 and "--shapley" in started[-1] and started[-1].count("hold") == 1


def test_figures_are_those_of_the_core(open_page: Open, place: Place, ablation: Ablation) -> None:
    wanted = cases(place.bundle, ("modality",))[:FEW]
    keep(place, ablation, wanted)
    app = open_page(ablation="tables", metric="type")
    shown = {row["label"]: row for row in component(app, "bar_after")["rows"]}
    expected = {
        each.case.names[0].replace("_", " "): each
        for each in effects(score_cases(ablation, wanted), ("type",), (ALL,))
    }
    assert set(shown) == set(expected)
    for name, each in expected.items():
        value, points, relative, n = shown[name]["cells"]
        assert value["text"] == f"{100 * each.without:.1f}" and n["text"] == f"{each.n:,}"
        assert points["by"] == pytest.approx(each.points.value)
        assert relative["by"] == pytest.approx(each.relative)
        assert shown[name]["marks"][0]["value"] == pytest.approx(100 * each.points.value)
    whole = ablation.evaluation().row("type")
    assert whole is not None and whole.value and f"**{100 * whole.value:.1f}" in words(app)
    assert "held out, read by **small**" in words(app)
    # what the whole model never gets right has no relative change
    app = open_page(ablation="tables", metric="operation")
    row = component(app, "bar_after")["rows"][0]
    lost = ablation.evaluation().row("operation")
    assert lost is not None and lost.value == 0 and row["cells"][2] == vars(Text())


@pytest.mark.parametrize("spread", ["metrics", "operations"])
def test_side_by_side_has_a_cell_for_each(
    open_page: Open, place: Place, ablation: Ablation, spread: str
) -> None:
    keep(place, ablation, cases(place.bundle, ("kept",))[:FEW])
    app = open_page(ablation="tables", table="kept", spread=spread)
    words(app)
    grid = component(app, "cells")
    assert len(grid["cells"]) == FEW and all(len(row) == len(grid["columns"]) for row in grid["cells"])


def test_pairs_stand_in_a_matrix_with_their_interaction_below(
    open_page: Open, place: Place, ablation: Ablation
) -> None:
    wanted = some_pairs(place)
    keep(place, ablation, wanted)
    grid = component(open_page(ablation="tables", table="pair", metric="operation"), "cells")
    found = {each.case.names: each for each in effects(score_cases(ablation, wanted), ("operation",), (ALL,))}
    first, second = modalities(place.bundle)[:2]
    both = found[first, second]
    assert both.interaction is not None
    assert f"{100 * abs(both.points.value):.1f}" in grid["cells"][0][1]["text"]
    assert f"{100 * abs(both.interaction.value):.1f}" in grid["cells"][1][0]["text"]
    assert f"{100 * abs(found[first,].points.value):.1f}" in grid["cells"][0][0]["text"]


def test_shapley_values_are_shown_with_what_sampling_leaves(
    open_page: Open, place: Place, ablation: Ablation
) -> None:
    keep(place, ablation, (), values=True)
    app = open_page(ablation="tables", table="shapley")
    table = component(app, "bar_after")
    assert "of which sampling" in table["columns"] and len(table["rows"]) == len(modalities(place.bundle))
    assert "2 sampled orders" in words(app)


def test_results_that_are_shipped_are_shown_and_said_to_be_of_these_windows_or_not(
    open_page: Open, place: Place, ablation: Ablation, nothing_shipped: Path
) -> None:
    found = ablated(
        ablation, "missing", modalities(place.bundle), score_cases(ablation, cases(place.bundle)[:FEW]), None
    )
    folder = evaluations.EVALUATIONS / "bantam_desktop_mill" / "ablations"
    write_ablated(found, folder / "small.json")
    (folder / "broken.json").write_text("{}")
    app = open_page(ablation="tables")
    assert "These figures came with the product" in words(app)
    assert len(component(app, "bar_after")["rows"]) == FEW
    # the windows are opened beside the page
    until(app, lambda page: "and are of just these windows" in words(page))
    (folder / "small.json").unlink()
    write_ablated(replace(found, windows="others"), folder / "other.json")
    assert "and are of other windows" in words(app.run())


def test_what_is_scored_here_stands_with_what_came_of_the_same_windows(
    open_page: Open, place: Place, ablation: Ablation, nothing_shipped: Path
) -> None:
    shipped, own = cases(place.bundle)[:FEW], cases(place.bundle, ("kept",))[:FEW]
    names = modalities(place.bundle)
    file = evaluations.EVALUATIONS / "bantam_desktop_mill" / "ablations" / "small.json"
    write_ablated(ablated(ablation, "missing", names, score_cases(ablation, shipped), None), file)
    keep(place, ablation, own)
    for table in ("modality", "kept"):
        assert len(component(open_page(ablation="tables", table=table), "bar_after")["rows"]) == FEW


def test_trials_are_shown_beside_what_was_published(
    open_page: Open, place: Place, ablation: Ablation, nothing_shipped: Path
) -> None:
    app = open_page(ablation="published")
    assert "Not run again yet" in words(app)
    assert "Nothing trained without" in words(open_page(ablation="tables", table="retrained"))
    whole = ablation.evaluation()
    removed = ablation.evaluation(Case("modality", ("pressure",)).removal(place.bundle))
    every = [Result(Trial(name, seed), whole) for name in ("A1", "A5") for seed in (0, 1)]
    every += [Result(Trial("A5", seed), removed, "pressure") for seed in (0, 1)]
    every += [Result(Trial("A5", seed, "pressure"), removed) for seed in (0, 1)]
    file = nothing_shipped / "bantam_desktop_mill" / "trials" / "run.json"
    write_trials(Results(place.bundle.machine.name, tuple(every)), file)

    app = open_page(ablation="published")
    said = words(app)
    assert "Not finished yet, technique: A2, A3, A4." in said
    assert "are points: 90.23 to 83.53 without proximity is −6.70 points" in said
    assert "not a fault of either table" in said, "what was published is of another protocol"
    rows = component(app, "bar_after")["rows"]
    assert [row["key"] for row in rows] == ["A1", "A5"]
    token = whole.row("token")
    assert token is not None and rows[0]["cells"][0]["text"] == f"{100 * token.value:.2f}"
    assert rows[0]["cells"][-1]["text"] == "90.49"
    app = open_page(ablation="tables", table="retrained", metric="operation")
    (row,) = component(app, "bar_after")["rows"]
    assert row["key"] == "pressure" and row["cells"][0]["text"] == row["cells"][2]["text"]
    assert "2 seeds" in words(app)


def test_trials_of_several_folds_stand_beside_those_of_one(
    open_page: Open, place: Place, ablation: Ablation, nothing_shipped: Path
) -> None:
    whole, removed = (ablation.evaluation(Removal(names)) for names in ((), ("gyro",)))
    full, taken = Result(Trial("best", 0), whole), Result(Trial("best", 0), removed, "gyro")
    without = Result(Trial("best", 0, "gyro"), removed)
    folder, machine = nothing_shipped / "bantam_desktop_mill" / "trials", place.bundle.machine.name
    write_trials(Results(machine, (full, taken, without)), folder / "run.json")
    other = [
        replace(
            each,
            evaluation=replace(
                each.evaluation,
                folds=(1,),
                units=tuple(replace(u, run=f"{u.run}-1") for u in each.evaluation.units),
            ),
        )
        for each in (full, taken)
    ]
    both = pooled([Results(machine, (full, taken)), Results(machine, tuple(other))])
    write_trials(both, folder / "run-folds.json")
    app = open_page(ablation="tables", table="retrained")
    box = app.selectbox(key="pick_trials")
    assert box.options == ["run protocol, best, 2 folds", "run protocol, best"]
    assert box.value == "run protocol, best", "the one in which something was trained without"
    box.set_value("run protocol, best, 2 folds").run()
    row = whole.row("exact_line")
    assert row is not None and f"n = {2 * row.n:,} of 2 runs, 1 seed" in words(app)
