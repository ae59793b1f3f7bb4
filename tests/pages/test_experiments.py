import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.evidence.evaluation_file import evaluation_json
from core.evidence.scoring import score_bundle
from core.model.bundle import load_bundle, write_metrics
from core.recordings.sequences import read_splits
from core.training.ledger import open_training
from core.training.loop import Progress
from core.training.presets import BEST, with_changes
from core.training.promotion import promote
from core.training.train import train
from dashboard import data, experiment_plan, jobs, places, trainings
from tests.dashboard_fixtures import open_on
from tests.pipeline import Pipeline, small

PAGE = Path(__file__).parents[2] / "pages" / "experiments.py"
ASSETS = Path(__file__).parents[2] / "assets" / "models"
Open = Callable[..., AppTest]


@pytest.fixture
def open_page(monkeypatch: pytest.MonkeyPatch, pipeline: Pipeline, tmp_path: Path) -> Open:
    """Opens the page on made-up recordings, with only the trainings that the test made."""

    def open_(models: Path | None = None, recordings: Path | None = pipeline.store, **link: str) -> AppTest:
        monkeypatch.setenv(data.BUNDLES_VARIABLE, str(models or tmp_path / "no bundles"))
        return open_on(monkeypatch, tmp_path, PAGE, recordings, 60, **link)

    return open_


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What the page would have begun in the background."""
    found: list[list[str]] = []
    monkeypatch.setattr(jobs, "start", lambda key, title, arguments: found.append(list(arguments)))
    return found


@pytest.fixture(scope="module")
def scored(pipeline: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The trained bundle with its figures."""
    folder = shutil.copytree(pipeline.bundle, tmp_path_factory.mktemp("scored") / "first")
    splits = read_splits(pipeline.splits)
    write_metrics(folder, evaluation_json(score_bundle(load_bundle(folder), splits, quick=True)))
    return folder


def put(training: Path, name: str) -> Path:
    """A copy of a training where the page puts those that it begins."""
    return shutil.copytree(training, places.trainings_folder() / name)


def stop_at_once(_epoch: Progress) -> None:
    raise InterruptedError


def words(app: AppTest) -> str:
    assert not app.exception, app.exception
    elements = [*app.markdown, *app.caption, *app.warning, *app.error, *app.subheader]
    said = [element.value for element in elements] + [element.proto.body for element in app.get("html")]
    return "\n".join(said).replace("\\", "").replace("\N{NO-BREAK SPACE}", " ")


def tables(app: AppTest) -> str:
    return "\n".join(table.value.to_string() for table in app.table)


def test_without_any_training_the_page_says_what_to_do(open_page: Open) -> None:
    app = open_page()
    assert "No trainings yet" in words(app)
    assert any("core experiment" in code.value for code in app.code)


def test_the_list_tells_what_was_trained_and_how_it_stands(
    open_page: Open, scored: Path, pipeline: Pipeline
) -> None:
    put(scored, "done")
    with pytest.raises(InterruptedError):
        train(pipeline.splits, places.trainings_folder() / "half", small(BEST), 4, listener=stop_at_once)
    table = open_page().dataframe[0].value.set_index("name")
    assert dict(table["state"]) == {"done": "done", "half": "stopped"}
    assert table.loc["half", "epochs"] == "1/6"
    assert table.loc["done", "epochs"].startswith("6/6 + ")
    assert table.loc["half", "seed"] == 4
    assert table.loc["done", "preset"].startswith("best: stage1.hidden_dim 32, stage1.loop.epochs 6")
    assert table.loc["done", "data"] == "store"
    evaluation = trainings.evaluation(scored)
    assert evaluation is not None
    row = evaluation.row("exact_line")
    assert row is not None
    assert (table.loc["done", "test"], table.loc["done", "n"]) == (round(100 * row.value, 1), row.n)


def test_the_training_of_the_chosen_bundle_is_shown_until_one_is_marked(
    open_page: Open, scored: Path
) -> None:
    put(scored, "other")
    said = words(open_page(models=scored.parent))
    assert "the training of the chosen bundle is shown" in said
    assert "Stage 2: the decoder" in said
    marked = words(open_page(models=scored.parent, trainings="other"))
    assert "the training of the chosen bundle is shown" not in marked


def test_a_figure_of_several_trainings_is_not_passed_off_as_that_of_one(open_page: Open) -> None:
    table = open_page(models=ASSETS).dataframe[0].value.set_index("name")
    assert table.loc["bantam", "pooled"] == "5 folds × 3"
    assert not table.loc["bantam-seed", "pooled"] and table.loc["bantam-seed", "n"] == 510


def test_validation_and_test_figures_are_told_apart(open_page: Open, scored: Path) -> None:
    put(scored, "one")
    app = open_page(trainings="one,gone")
    said = words(app)
    assert "The link names gone" in said
    assert "Validation: whole line, free" in said
    assert "Validation windows chose the weights" in said
    assert "protocol `run`, 3 held-out runs" in said
    assert "Exact line" in tables(app)


def test_differences_are_paired_where_the_test_windows_are_the_same(
    open_page: Open, scored: Path, pipeline: Pipeline, seed_pipeline: Pipeline
) -> None:
    put(scored, "one")
    other = places.trainings_folder() / "two"
    preset = with_changes(small(BEST), ["stage1.dropout=0.4"])
    train(pipeline.splits, other, preset, threads=1)
    write_metrics(
        other, evaluation_json(score_bundle(load_bundle(other), read_splits(pipeline.splits), quick=True))
    )
    third = put(seed_pipeline.bundle, "three")
    splits = read_splits(seed_pipeline.splits)
    write_metrics(third, evaluation_json(score_bundle(load_bundle(third), splits, quick=True)))
    app = open_page(trainings="one,two,three")
    differing = app.dataframe[1].value.set_index("What")
    assert list(differing.loc["stage1.dropout"]) == ["0.15", "0.4", "0.1"]
    assert "stage1.loop.batch_size" not in differing.index
    points = app.table[1].value
    assert list(points.columns) == ["Points to one", "two"]
    assert "three was scored on other test windows than one" in words(app)
    first, second = (trainings.evaluation(places.trainings_folder() / name) for name in ("one", "two"))
    assert first is not None
    assert second is not None
    gap = 100 * (second.row("exact_line").value - first.row("exact_line").value)  # type: ignore[union-attr]
    assert points.iloc[0]["two"].strip("*").startswith(f"{gap:+.1f}")


def test_a_stopped_training_is_resumed_with_its_own_command(
    open_page: Open, pipeline: Pipeline, begun: list[list[str]]
) -> None:
    out = places.trainings_folder() / "half"
    with pytest.raises(InterruptedError):
        train(pipeline.splits, out, small(BEST), 4, listener=stop_at_once)
    app = open_page(trainings="half")
    assert "stopped; stage 1: 1 of 6 epochs" in words(app)
    assert not [button for button in app.button if button.label == "Promote"]
    next(button for button in app.button if button.label == "Resume").click().run()
    record = open_training(out).record
    assert record is not None
    assert begun == [list(record.command)]


def test_a_promoted_training_is_named_and_undone(open_page: Open, scored: Path) -> None:
    out = put(scored, "one")
    promote(out, places.promoted_folder(), "mine", "store")
    app = open_page(trainings="one")
    assert dict(zip(*(app.dataframe[0].value[each] for each in ("name", "state")), strict=True)) == {
        "one": "promoted"
    }
    assert app.selectbox(key="pick_bundle").value == "mine"
    next(button for button in app.button if button.label == "Undo promotion").click().run()
    assert not app.exception
    assert not (places.promoted_folder() / "mine").exists()
    assert out.is_dir()


def test_the_dialog_is_of_the_training_that_was_asked_for_and_stays(open_page: Open, scored: Path) -> None:
    for name in ("one", "two"):
        put(scored, name)
    app = open_page(trainings="one,two")

    def ask(name: str) -> str:
        app.button(key=f"promote_{jobs.key_of(name)}").click().run()
        assert f"A copy of **{name}**" in words(app)
        return next(field for field in app.text_input if field.label == "Name").value or ""

    assert ask("one") == "one"
    # a training that ends meanwhile draws the page again
    app.run()
    assert "A copy of **one**" in words(app)
    assert ask("two") == "two"
    next(button for button in app.button if button.label == "Promote it").click().run()
    assert (places.promoted_folder() / "two").is_dir()
    assert "A copy of" not in words(app.run())


def test_a_link_of_more_trainings_than_are_compared_says_so(open_page: Open, scored: Path) -> None:
    names = [f"t{number}" for number in range(6)]
    for name in names:
        put(scored, name)
    app = open_page(trainings=",".join(names))
    assert "more than 5 trainings" in words(app)
    assert "more than 5 trainings" not in words(open_page(trainings=",".join(names[:5])))


def test_shipped_bundles_can_be_neither_promoted_nor_deleted(open_page: Open, scored: Path) -> None:
    app = open_page(models=scored.parent, trainings="first")
    assert "first" in words(app)
    labels = {button.label for button in app.button}
    assert not labels & {"Promote", "Delete", "Resume"}


def test_the_form_begins_what_it_says(open_page: Open, begun: list[list[str]], pipeline: Pipeline) -> None:
    app = open_page(lab="new", set="stage1.loop.epochs=3")
    assert "1 change to best: `stage1.loop.epochs` 12 → **3**" in words(app)
    app.text_input(key="new_name").set_value("mine").run()
    app.text_input(key="new_seeds").set_value("0, 1").run()
    app.button(key="start_training").click().run()
    assert not app.exception
    assert [arguments[0] for arguments in begun] == ["experiment", "experiment"]
    first = " ".join(begun[0])
    assert first.startswith(f"experiment {pipeline.store} --out {places.trainings_folder() / 'mine-s0'}")
    assert "--preset best --set stage1.loop.epochs=3 --seed 0" in first
    assert app.query_params["trainings"] == "mine-s0,mine-s1"


def test_a_file_of_folds_that_cannot_be_used_is_not_offered(
    open_page: Open, pipeline: Pipeline, tmp_path: Path
) -> None:
    store = shutil.copytree(pipeline.store, tmp_path / "store")
    names = data.open_store(data.Dataset("store", store)).names
    for fold, offered in (("first", False), ("0", True)):
        rows = "\n".join(f"{name},face,{fold}" for name in names)
        (store / "folds.csv").write_text(f"run,operation,fold\n{rows}\n")
        options = open_page(recordings=store, lab="new").selectbox(key="new_how").options
        assert any("Folds of the file" in each for each in options) == offered


@pytest.mark.parametrize(
    ("changes", "words_"),
    [
        ("stage1.loop.epochs=0", "give a number from 1 to 10000"),
        ("stage2.n_heads=7", "stage2.n_heads 7"),
        ("stage9.x=1", "A preset has no field stage9.x"),
        ("stage1.dropout=much", "“much” is no value for stage1.dropout"),
    ],
)
def test_a_bad_value_is_one_sentence_and_nothing_can_be_begun(
    open_page: Open, changes: str, words_: str
) -> None:
    app = open_page(lab="new", set=changes)
    assert words_ in words(app)
    assert not [button for button in app.button if button.label.startswith("Start")]


def test_a_field_that_is_changed_is_marked_and_lives_in_the_address(open_page: Open) -> None:
    app = open_page(lab="new", set="stage1.loop.epochs=0")
    app.text_input(key="field_stage1_dropout").set_value("0,5").run()
    assert "stage1.dropout=0.5" in app.query_params["set"]
    assert any(field.label == "dropout (changed)" for field in app.text_input)


def test_a_name_that_is_taken_is_said(open_page: Open, scored: Path) -> None:
    put(scored, "mine")
    app = open_page(lab="new")
    app.text_input(key="new_name").set_value("mine").run()
    assert "There is a training mine already" in words(app)
    app.text_input(key="new_name").set_value("my name").run()
    assert "cannot be the name of a folder" in words(app)
    assert experiment_plan.free_name("mine") == "mine-2"


def test_an_experiment_that_was_cut_off_before_its_figures_goes_on(
    open_page: Open, pipeline: Pipeline, begun: list[list[str]]
) -> None:
    out = places.trainings_folder() / "mine"
    command = ("experiment", str(pipeline.splits), "--out", str(out))
    train(pipeline.splits, out, small(BEST), threads=1, command=command)
    app = open_page(trainings="mine")
    assert "done; not scored yet" in words(app)
    next(button for button in app.button if button.label == "Resume").click().run()
    assert begun == [list(command)]
