import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.evidence.evaluation import Evaluation
from core.model.bundle import load_bundle, save_bundle
from core.recordings.changes import parse
from core.recordings.describe import guess
from core.recordings.reader import read_recording
from core.recordings.store import import_runs
from dashboard import data
from tests.dashboard.small_bundle import write_bundle, write_evaluation_into
from tests.dashboard_fixtures import open_on
from tests.strange import drives

PAGE = Path(__file__).parents[2] / "pages" / "predict.py"
Open = Callable[..., AppTest]


@pytest.fixture
def open_page(monkeypatch: pytest.MonkeyPatch, runs: Path, bundles: Path, tmp_path: Path) -> Open:
    """Opens the page on made-up recordings and an untrained bundle, or on what is given, with a link's parameters."""

    def open_(recordings: Path | None = runs, models: Path | None = bundles, **link: str) -> AppTest:
        monkeypatch.setenv(data.BUNDLES_VARIABLE, str(models or tmp_path))
        return open_on(monkeypatch, tmp_path, PAGE, recordings, 30, **link)

    return open_


def words(app: AppTest) -> str:
    """Everything that the page says."""
    assert not app.exception, app.exception
    elements = [*app.markdown, *app.caption, *app.warning, *app.error, *app.subheader, *app.code]
    return "\n".join(element.value for element in elements)


def tokens(app: AppTest) -> dict[str, Any]:
    table: dict[str, Any] = json.loads(app.get("bidi_component")[0].proto.json)
    return table


def test_a_window_is_read_and_compared(open_page: Open, runs: Path, bundles: Path) -> None:
    app = open_page(run="face_002", row="64")
    assert not app.exception
    window = read_recording(runs / "face_002_aligned.csv.gz").window(64)
    read = load_bundle(bundles / "small").predict(window)
    table = tokens(app)
    assert [row["name"] for row in table["rows"]] == ["Truth", "Read"]
    shown = [cell["text"] for cell in table["rows"][1]["cells"] if cell and cell["text"]]
    assert shown == [token.text if token.kind != "end" else "end" for token in read.tokens]
    said = words(app)
    assert f"**{read.operation}**" in said
    assert "ms on this machine" in said
    assert "Frozen (stopped changing): spindle1" in said
    assert len(app.get("echarts_chart")) == 2


def test_the_first_window_is_behind_the_buffering_rows(open_page: Open) -> None:
    app = open_page(run="face_002")
    assert app.slider(key="pick_row").value == 8


def test_the_first_recording_shown_is_one_that_the_bundle_never_saw(open_page: Open) -> None:
    app = open_page()
    assert app.selectbox(key="pick_run").value == "face_002"
    assert "held out" in words(app)
    app.selectbox(key="pick_run").select("adaptive_001").run()
    assert "trained on" in words(app)


def test_stepping_moves_a_stride_and_the_address_follows(open_page: Open) -> None:
    app = open_page(run="face_002", row="0")
    assert app.button(key="window_previous").disabled
    app.button(key="window_next").click().run()
    assert app.slider(key="pick_row").value == 16
    assert app.query_params["row"] == "16"
    app.button(key="window_next").click().run()
    app.button(key="window_previous").click().run()
    assert app.query_params["row"] == "16"


def test_another_recording_keeps_the_row(open_page: Open) -> None:
    app = open_page(run="face_002", row="32")
    app.selectbox(key="pick_run").select("pocket_001").run()
    assert (app.query_params["run"], app.query_params["row"]) == ("pocket_001", "32")
    assert not app.exception


def test_muting_sets_a_second_reading_beside_the_first(open_page: Open) -> None:
    app = open_page(run="face_002", row="64")
    unmuted = tokens(app)["rows"][1]
    app.multiselect(key="pick_without").select("proximity").select("sound").run()
    rows = tokens(app)["rows"]
    assert [row["name"] for row in rows] == ["Truth", "Read", "Changed"]
    texts = [[cell["text"] for cell in row["cells"] if cell and cell["text"]] for row in (rows[1], unmuted)]
    assert texts[0] == texts[1], "the unmuted reading stays as it was"
    assert app.query_params["without"] == "proximity,sound"
    assert "Without proximity, sound" in words(app)


def test_a_link_opens_the_muted_view(open_page: Open) -> None:
    app = open_page(run="face_002", row="64", without="proximity,nonsense")
    assert app.multiselect(key="pick_without").value == ["proximity"]
    assert "nonsense" in words(app)


def test_the_header_tells_the_bundles_own_figures(
    open_page: Open, scored_bundles: tuple[Path, Evaluation]
) -> None:
    folder, evaluation = scored_bundles
    said = words(open_page(models=folder))
    line = evaluation.row("exact_line")
    operation = evaluation.row("operation")
    assert line and operation
    assert f"Exact line **{100 * line.value:.1f}\N{NO-BREAK SPACE}%**" in said
    assert f"n = {line.n}" in said
    assert f"Operation of a window {100 * operation.value:.1f}\N{NO-BREAK SPACE}%" in said
    assert operation.low is not None
    assert f"{100 * operation.low:.1f} to" in said
    assert "run protocol" in said
    assert f"on {evaluation.counts.runs} held-out runs of fold 0" in said
    assert "real recordings" in said


def test_the_published_protocol_is_labelled_as_what_it_is(
    open_page: Open, runs: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "models"
    evaluation = write_evaluation_into(write_bundle(folder / "published", protocol="seed"), runs)
    app = open_page(models=folder, run="pocket_001", row="64")
    said = words(app)
    assert "seed protocol" in said
    assert "flatters" in said
    token = evaluation.row("token")
    assert token
    assert f"Token, teacher-forced **{100 * token.value:.1f}" in said
    truth = [cell["text"] for cell in tokens(app)["rows"][0]["cells"] if cell]
    assert "UNK" in truth, "what the vocabulary lacks is shown as such"


def test_a_bundle_without_figures_says_so(open_page: Open) -> None:
    said = words(open_page())
    assert "not evaluated" in said
    assert "python -m core evaluate" in said


def test_no_recordings(open_page: Open) -> None:
    said = words(open_page(recordings=None))
    assert "No recordings yet" in said
    assert "python -m core import RUNS --out build/store" in said


def test_no_bundle_still_shows_the_traces(open_page: Open) -> None:
    app = open_page(models=None, run="face_002")
    assert "python -m core train" in words(app)
    assert len(app.get("echarts_chart")) == 1


def test_a_broken_bundle_says_which_file(open_page: Open, tmp_path: Path) -> None:
    (tmp_path / "models" / "mine").mkdir(parents=True)
    (tmp_path / "models" / "mine" / "bundle.json").write_text("{}")
    app = open_page(models=tmp_path / "models")
    assert "SHA256SUMS" in app.warning[0].value
    assert not app.exception


def test_a_run_without_labels(open_page: Open, odd_runs: Path) -> None:
    app = open_page(recordings=odd_runs, run="a_unlabelled")
    said = words(app)
    assert "no truth" in said
    assert "no program lines" in said
    assert [row["name"] for row in tokens(app)["rows"]] == ["Read"]


def test_a_run_that_is_too_short(open_page: Open, odd_runs: Path) -> None:
    said = words(open_page(recordings=odd_runs, run="face_short"))
    assert "has 40 rows and a window takes 64" in said


def test_a_file_that_cannot_be_read(open_page: Open, odd_runs: Path) -> None:
    app = open_page(recordings=odd_runs, run="face_text")
    assert "loud" in app.error[0].value
    assert not app.exception


@pytest.mark.parametrize(
    ("link", "word"),
    [
        ({"run": "face_999"}, "face_999"),
        ({"data": "elsewhere"}, "elsewhere"),
        ({"bundle": "lost"}, "lost"),
        ({"run": "face_002", "row": "x"}, "“x”"),
        ({"run": "face_002", "row": "9999"}, "9999"),
        ({"run": "face_002", "protocol": "seed"}, "seed"),
    ],
)
def test_a_link_to_what_is_not_there_says_so(open_page: Open, link: dict[str, str], word: str) -> None:
    # a name is escaped where it stands within Markdown
    assert word in words(open_page(**link)).replace("\\", "")


def test_nothing_is_shown_under_a_wrong_name(open_page: Open) -> None:
    app = open_page(run="face_999")
    assert not app.get("echarts_chart")
    assert app.query_params["run"] == "face_999", "the link stays what it was until another run is chosen"
    app.selectbox(key="pick_run").select("face_001").run()
    assert len(app.get("echarts_chart")) == 2


def test_traces_can_be_chosen(open_page: Open) -> None:
    app = open_page(run="face_002")
    app.multiselect(key="pick_channels").select("temperature").run()
    assert app.query_params["channels"] == "temperature"
    assert not app.exception


def test_a_bundle_that_reads_no_lines_shows_the_operation_alone(
    open_page: Open, bundles: Path, tmp_path: Path
) -> None:
    opened = load_bundle(bundles / "small")
    save_bundle(
        tmp_path / "alone",
        opened.manifest.model_copy(update={"reads_lines": False, "name": "alone"}),
        *(opened.machine, opened.scaler, opened.encoder, opened.decoder, opened.calibration, opened.programs),
    )
    app = open_page(models=tmp_path, run="face_002", row="64")
    said = words(app)
    assert "tells the operation alone" in said
    assert "Operation **" in said
    assert not [each for each in app.get("bidi_component") if each.key == "tokens"]
    changed = open_page(models=tmp_path, run="face_002", row="64", without="proximity", look="why")
    said = words(changed)
    assert "Without proximity: operation" in said.replace("**", "")
    assert "with all sensors" in said
    assert not [each for each in changed.text_input if each.key == "pick_prefix"]


def test_recordings_of_another_machine_are_looked_at(open_page: Open, tmp_path: Path) -> None:
    folder = drives(tmp_path / "drives", rows=400)
    import_runs([folder], tmp_path / "store", guess([folder]).machine)
    said = words(open_page(tmp_path / "store", models=None, run="Gear_1", row="16"))
    assert "no program lines" in said


def test_a_bundle_of_another_machine_is_told_in_a_sentence(open_page: Open, tmp_path: Path) -> None:
    folder = drives(tmp_path / "drives", rows=400)
    import_runs([folder], tmp_path / "store", guess([folder]).machine)
    said = words(open_page(tmp_path / "store", run="Gear_1", row="16"))
    assert "has no channel" in said


CHANGE = "shift(1);offset(proximity,3sd);noise(x_motor,0.5sd,2)"


def test_a_link_opens_a_changed_window_beside_the_original(
    open_page: Open, runs: Path, bundles: Path
) -> None:
    app = open_page(run="face_002", row="64", change=CHANGE, prefix="G1 X1.5 Y")
    changed = load_bundle(bundles / "small").predict(
        read_recording(runs / "face_002_aligned.csv.gz").window(64), change=parse(CHANGE), prefix="G1 X1.5 Y"
    )
    rows = tokens(app)["rows"]
    assert [row["name"] for row in rows] == ["Truth", "Read", "Changed"]
    shown = [cell["text"] for cell in rows[2]["cells"] if cell and cell["text"]]
    assert shown == [token.text if token.kind != "end" else "end" for token in changed.tokens]
    said = words(app)
    assert "1 row later, offset of 3 sd on proximity" in said
    assert changed.line in said
    app.button(key="what_if_none").click().run()
    assert [row["name"] for row in tokens(app)["rows"]] == ["Truth", "Read"]
    assert not {"change", "prefix", "without"} & set(app.query_params)


def test_the_start_moves_by_a_row_and_back(open_page: Open) -> None:
    app = open_page(run="face_002", row="64")
    app.button(key="shift_later").click().run()
    app.button(key="shift_later").click().run()
    assert app.query_params["change"] == "shift(2)"
    assert app.slider(key="pick_row").value == 64, "the original stays"
    app.button(key="shift_earlier").click().run()
    app.button(key="shift_earlier").click().run()
    assert "change" not in app.query_params


@pytest.mark.parametrize(
    ("link", "word"),
    [
        ({"prefix": "X1 X2"}, "cannot stand there"),
        ({"prefix": "nonsense!"}, "Column"),
        ({"change": "shift(9999)"}, "cannot start at row"),
        ({"change": "offset(nothing,1)"}, "is no modality"),
        ({"change": "offset(position,1)"}, "does not read position"),
        ({"change": "wobble"}, "is no change"),
    ],
)
def test_a_change_that_cannot_be_made_is_a_sentence_and_the_original_stays(
    open_page: Open, link: dict[str, str], word: str
) -> None:
    app = open_page(run="face_002", row="64", **link)
    assert word in words(app)
    assert [row["name"] for row in tokens(app)["rows"]] == ["Truth", "Read"]


def test_other_ways_of_reading_stand_beside_it(open_page: Open) -> None:
    app = open_page(run="face_002", row="64", also="given,beam", token="given-1")
    table = tokens(app)
    assert [row["name"] for row in table["rows"]] == ["Truth", "Read", "Beam of 4", "Given true tokens"]
    truth, given = table["rows"][0]["cells"], table["rows"][3]["cells"]
    assert [bool(cell) for cell in given] == [bool(cell) for cell in truth], "one answer to each true token"
    assert table["pinned"] == "given-1"


@pytest.mark.parametrize(
    "why", ["gradients-line-modality", "occlusion-operation-channel", "gradients-token-board"]
)
def test_what_it_rests_on_is_reckoned_where_it_is_looked_at(open_page: Open, why: str) -> None:
    assert "sensors" not in words(open_page(run="face_002", row="64"))
    app = open_page(run="face_002", row="64", look="why", why=why)
    said = words(app)
    assert "with all sensors" in said
    assert ("completeness gap" in said) == why.startswith("gradients")
    assert len(app.get("echarts_chart")) == 3


def test_an_imported_recording_is_read_and_changed(open_page: Open, runs: Path, own_build: Path) -> None:
    import_runs([runs], own_build / "stores" / "mine")
    app = open_page(data="mine", run="face_002", row="32", change="shift(1)", look="why")
    assert [row["name"] for row in tokens(app)["rows"]] == ["Truth", "Read", "Changed"]
    assert "with all sensors" in words(app)


def test_without_labels_nothing_is_compared_but_everything_changed(open_page: Open, odd_runs: Path) -> None:
    app = open_page(
        recordings=odd_runs,
        run="a_unlabelled",
        change="shift(1)",
        also="given,beam",
        look="why",
        why="occlusion-true",
    )
    assert [row["name"] for row in tokens(app)["rows"]] == ["Read", "Changed", "Beam of 4"]
    assert "with all sensors" in words(app)
