import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.evidence.ablation.changes import changes
from core.evidence.ablation.removal import WAYS, WORDS, Removal
from core.evidence.ablation.scored import Ablation, held_out_windows
from core.model.bundle import load_bundle
from core.recordings.reader import read_recording
from dashboard import ablation_combinations, data
from dashboard.ablation_figures import HEADLINES
from dashboard.score_table import COMPARED
from tests.dashboard.small_bundle import write_bundle
from tests.dashboard_fixtures import open_on
from tests.pages.said import component, until, words

PAGE = Path(__file__).parents[2] / "pages" / "ablation.py"
Open = Callable[..., AppTest]
WINDOW = {"run": "face_002", "row": "64"}


@pytest.fixture
def open_page(monkeypatch: pytest.MonkeyPatch, runs: Path, bundles: Path, tmp_path: Path) -> Open:
    """Opens the page on made-up recordings and an untrained bundle, or on what is given, with a link's parameters."""

    def open_(recordings: Path | None = runs, models: Path | None = bundles, **link: str) -> AppTest:
        monkeypatch.setenv(data.BUNDLES_VARIABLE, str(models or tmp_path))
        return open_on(monkeypatch, tmp_path, PAGE, recordings, 60, **link)

    return open_


@pytest.fixture(scope="module")
def scored(runs: Path, bundles: Path) -> Ablation:
    """What the page is to say, worked out without it."""
    bundle = load_bundle(bundles / "small")
    return Ablation(bundle, held_out_windows(bundle, runs))


def headline(app: AppTest) -> dict[str, str] | None:
    """Metric -> the share without what is taken away, as the page says it; None while it is being scored."""
    tables = [table.value for table in app.table if "With all → so" in table.value.columns]
    if not tables:
        return None
    rows = zip(tables[0].iloc[:, 0], tables[0]["With all → so"], strict=True)
    return {name.partition(" :small")[0]: said.partition("→")[2].strip(" *") for name, said in rows}


def expected(scored: Ablation, removal: Removal) -> dict[str, str]:
    found = {each.metric: each for each in changes(scored.evaluation(), scored.evaluation(removal))}
    return {COMPARED[name]: f"{100 * found[name].other:.1f}" for name in HEADLINES if name in found}


def done(app: AppTest) -> AppTest:
    return until(app, lambda page: headline(page) is not None)


def test_the_test_set_is_scored_beside_the_page(open_page: Open, scored: Ablation) -> None:
    app = open_page(without="sound", **WINDOW)
    assert "Without sound" in words(app)
    done(app)
    assert headline(app) == expected(scored, Removal(("sound",)))
    said = words(app)
    assert "run protocol" in said and "1 run that it never saw" in said
    rows = {row["metric"]: row for group in component(app, "base")["groups"] for row in group["rows"]}
    found = {
        each.metric: each for each in changes(scored.evaluation(), scored.evaluation(Removal(("sound",))))
    }
    assert set(rows) == {row.metric for row in scored.evaluation().table() if row.unit == "share"}
    for metric, row in rows.items():
        assert row["delta"]["text"] == f"{100 * found[metric].delta:+.1f}"


def test_the_window_changes_at_once_and_is_what_predict_says(
    open_page: Open, runs: Path, bundles: Path
) -> None:
    app = open_page(without="gyro,frame_l1.Ax", **WINDOW)
    window = read_recording(runs / "face_002_aligned.csv.gz").window(64)
    changed = load_bundle(bundles / "small").predict(window, without=("gyro", "frame_l1.Ax"))
    table = component(app, "pinned")
    assert [row["name"] for row in table["rows"]] == ["Truth", "Read", "Changed"]
    shown = [cell["text"] for cell in table["rows"][2]["cells"] if cell and cell.get("ref")]
    assert shown == [token.text if token.kind != "end" else "end" for token in changed.tokens]
    assert "Predict, Compare and Review do without the same channels" in words(app)


@pytest.mark.parametrize("way", WAYS)
def test_every_way_is_explained_and_scored(open_page: Open, scored: Ablation, way: Any) -> None:
    names = {"without": "magnetometer"} if way == "missing" else {"taken": "magnetometer", "way": way}
    app = done(open_page(draw="2", **names, **WINDOW))
    seed = 2 if way in ("shuffle", "noise") else 0
    assert headline(app) == expected(scored, Removal(("magnetometer",), way, seed))
    said = words(app)
    assert WORDS[way] in said
    assert ("(seed 2)" in said) == (way in ("shuffle", "noise"))
    assert ("Only this page takes away in this way" in said) == (way != "missing")


def test_the_names_go_with_another_way_and_leave_the_other_pages_alone(open_page: Open) -> None:
    app = open_page(without="sound", **WINDOW)
    app.segmented_control(key="pick_way").set_value("hold").run()
    assert (app.query_params.get("taken"), "without" in app.query_params) == ("sound", False)
    assert "held at the first row" in words(app)
    app.segmented_control(key="pick_way").set_value("missing").run()
    assert app.query_params["without"] == "sound" and "taken" not in app.query_params
    app.button(key="give_back").click().run()
    assert "without" not in app.query_params
    assert "Nothing is taken away" in words(app)


def test_toggling_quickly_never_shows_the_figures_of_another_selection(
    open_page: Open, scored: Ablation
) -> None:
    """Whatever is asked for while something else is being scored: what stands there is of what is said, or nothing."""
    toggled = ("sound", "gyro", "sound,gyro", "pressure", "sound", "frame_l1", "gyro", "sound,gyro", "colour")
    wanted = {names: expected(scored, Removal(tuple(names.split(",")))) for names in set(toggled)}
    app = open_page(without="temperature", **WINDOW)
    seen = 0
    for pause, names in enumerate([*toggled, *toggled, *toggled]):
        app.query_params["without"] = names
        # now and then long enough for one to be scored meanwhile
        time.sleep(0.3 * (pause % 3 == 2))
        app.run()
        taken = component(app, "heard")["taken"]
        assert set(taken) == scored.bundle.machine.resolve(names.split(",")) & set(
            scored.bundle.inputs.channels
        )
        shown = headline(app)
        seen += shown is not None
        assert shown in (None, wanted[names])
    assert headline(done(app)) == wanted["colour"]
    assert seen, "what was scored before is shown at once"


def test_what_was_scored_before_is_there_at_once(open_page: Open, own_build: Path) -> None:
    done(open_page(without="sound", **WINDOW))
    files = set((own_build / "ablations").glob("*.json"))
    app = open_page(without="sound", **WINDOW)
    assert headline(app) is not None
    assert set((own_build / "ablations").glob("*.json")) == files


def test_figures_by_operation(open_page: Open, scored: Ablation) -> None:
    app = done(open_page(without="sound", by="operation", **WINDOW))
    grid = component(app, "cells") if "corner" in component(app, "cells") else component(app, "corner")
    assert [column["label"] for column in grid["columns"]] == ["face"]
    found = changes(scored.evaluation(), scored.evaluation(Removal(("sound",))), by_operation=True)
    of = {each.metric: each for each in found if each.group == "face"}
    labels = [row["label"] for row in grid["rows"]]
    exact = grid["cells"][labels.index("Exact line")][0]
    assert exact["text"] == f"{100 * of['exact_line'].other:.1f}"
    assert exact["note"] == f"{100 * of['exact_line'].delta:+.1f}"
    app.segmented_control(key="pick_ablation_by").set_value("all").run()
    assert "by" not in app.query_params


def test_combinations_are_named_compared_renamed_and_deleted(open_page: Open, scored: Ablation) -> None:
    app = open_page(without="sound", **WINDOW)
    app.text_input(key="combination_name").set_value("ears")
    app.button(key="FormSubmitter:keep_combination-Keep").click().run()
    app.query_params["without"] = "gyro"
    app.run()
    app.text_input(key="combination_name").set_value("ears")
    app.button(key="FormSubmitter:keep_combination-Keep").click().run()
    assert "called “ears” already" in words(app)
    app.text_input(key="combination_name").set_value("turns")
    app.button(key="FormSubmitter:keep_combination-Keep").click().run()
    assert [each.name for each in ablation_combinations.kept().every(scored.bundle.machine.name)] == [
        "ears",
        "turns",
    ]

    def listed(page: AppTest) -> Any:
        return next((t.value for t in page.table if "Combination" in t.value.columns), None)

    until(app, lambda page: listed(page) is not None and "not yet" not in listed(page).to_string())
    table = listed(app)
    assert [name.split("**")[1] for name in table["Combination"]] == ["With everything", "ears", "turns"]
    assert "without sound" in table["Combination"].iloc[1]
    exact = expected(scored, Removal(("sound",)))["Exact line"]
    n = scored.evaluation().row("exact_line")
    assert n is not None
    assert table.iloc[1][f"Exact line ({n.n:,})"].startswith(exact)
    app.query_params["combos"] = "ears,turns,lost"
    app.run()
    assert "lost" in words(app) and "Side by side" in words(app)
    beside = next(t.value for t in app.table if "Second less first" in t.value.columns)
    of = {
        each.metric: each for each in changes(*(scored.evaluation(Removal((n,))) for n in ("sound", "gyro")))
    }
    row = beside[beside["Metric"] == "Exact line"].iloc[0]
    assert f"{100 * of['exact_line'].delta:+.1f}" in row["Second less first"]
    app.query_params["combos"] = "ears"
    app.run()
    app.text_input(key="new_name_ears").set_value("microphones").run()
    app.button(key="do_rename").click().run()
    assert app.query_params["combos"] == "microphones"
    app.button(key="open_combination").click().run()
    assert app.query_params["without"] == "sound"
    app.button(key="do_delete").click().run()
    assert "combos" not in app.query_params
    assert [each.name for each in ablation_combinations.kept().every(scored.bundle.machine.name)] == ["turns"]


def test_each_modality_by_itself_is_a_click_away(open_page: Open) -> None:
    app = open_page(without="sound", **WINDOW)
    app.button(key="to_tables").click().run()
    assert app.query_params["ablation"] == "tables"
    assert "What the model loses when one modality is gone" in words(app)


def test_links_to_what_is_not_there_are_said(open_page: Open) -> None:
    app = open_page(without="sound,position,nonsense", way="magic", **WINDOW)
    said = words(app)
    assert "position, nonsense, which this bundle does not read" in said
    assert "“magic”, which there is not" in said
    assert component(app, "heard")["taken"]
    assert "no combination is kept yet".lower() in said.lower()


def test_recordings_without_a_test_set_are_scored_and_said_to_be(
    open_page: Open, runs: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "learned"
    folder.mkdir()
    (folder / "adaptive_001_aligned.csv.gz").write_bytes((runs / "adaptive_001_aligned.csv.gz").read_bytes())
    app = done(open_page(recordings=folder, without="sound"))
    assert "**learned from**: these figures flatter" in words(app)


def test_runs_that_nothing_can_be_scored_of_are_said(open_page: Open, odd_runs: Path, tmp_path: Path) -> None:
    folder = tmp_path / "unlabelled"
    folder.mkdir()
    (folder / "a_unlabelled.csv").write_bytes((odd_runs / "a_unlabelled.csv").read_bytes())
    app = open_page(recordings=folder, without="sound")
    until(app, lambda page: bool(page.error))
    assert "there is nothing to score" in words(app)


def test_a_bundle_that_reads_the_position_can_do_without_it(open_page: Open, tmp_path: Path) -> None:
    write_bundle(tmp_path / "models" / "published", "seed")
    app = open_page(models=tmp_path / "models", without="position", **WINDOW)
    assert "Without position" in words(app)
    beside = {family["modality"] for family in component(app, "beside")["beside"]}
    assert beside == {"motor_current", "position"}


def test_no_bundle_and_no_recordings_are_said(open_page: Open, tmp_path: Path) -> None:
    assert "nothing to take channels away from" in words(open_page(models=None))
    assert "No recordings yet" in words(open_page(recordings=None))


@pytest.mark.parametrize("section", ["tables", "published"])
def test_the_other_parts_open_by_their_link(open_page: Open, section: str) -> None:
    app = open_page(ablation=section)
    words(app)
    assert app.query_params["ablation"] == section
    assert not [one for one in app.get("bidi_component") if "heard" in one.proto.json]


def test_a_damaged_file_of_combinations_is_said_and_the_rest_is_there(
    open_page: Open, own_build: Path
) -> None:
    own_build.mkdir(parents=True)
    (own_build / "marks.sqlite").write_text("something else")
    app = open_page(without="sound", **WINDOW)
    said = words(app)
    assert "Without sound" in said and "marks.sqlite" in said
