from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.evidence.evaluation import Evaluation
from dashboard import data, evaluations
from tests.dashboard_fixtures import open_on

PAGE = Path(__file__).parents[2] / "pages" / "overview.py"
Open = Callable[..., AppTest]


@pytest.fixture
def open_page(monkeypatch: pytest.MonkeyPatch, runs: Path, tmp_path: Path) -> Open:
    """Opens the page on made-up recordings and bundles; the project's own come with its evaluations."""

    def open_(models: Path | None = None, recordings: Path | None = runs, **link: str) -> AppTest:
        if models is None or data.ROOT not in models.parents:
            monkeypatch.setattr(evaluations, "EVALUATIONS", tmp_path / "no evaluations")
        monkeypatch.setenv(data.BUNDLES_VARIABLE, str(models or tmp_path / "no bundles"))
        return open_on(monkeypatch, tmp_path, PAGE, recordings, 60, **link)

    return open_


def words(app: AppTest) -> str:
    assert not app.exception, app.exception
    elements = [*app.markdown, *app.caption, *app.warning, *app.success, *app.subheader]
    return (
        "\n".join(element.value for element in elements).replace("\\", "").replace("\N{NO-BREAK SPACE}", " ")
    )


def test_the_figures_on_the_page_are_those_that_the_bundle_carries(
    open_page: Open, scored_bundles: tuple[Path, Evaluation]
) -> None:
    folder, evaluation = scored_bundles
    app = open_page(folder)
    table = app.table[0].value
    operation = evaluation.row("operation")
    assert operation
    model = table[table["Method"] == "**Model**"].iloc[0]
    assert model["Operation"].startswith(f"**{100 * operation.value:.1f}**")
    assert "What to distrust" in words(app)
    assert f"{evaluation.counts.scored:,} windows" in words(app)


def test_every_protocol_can_be_read_and_the_published_figures_stand_under_their_own(open_page: Open) -> None:
    app = open_page(data.ROOT / "assets" / "models", figures="seed")
    assert list(app.table[0].value["Method"])[1] == "Published"
    assert "not in this dataset" in words(app)
    app.segmented_control(key="pick_figures").set_value("blind").run()
    assert app.query_params["figures"] == "blind"
    assert "Published" not in set(app.table[0].value["Method"])


def test_what_is_loaded_is_counted(open_page: Open) -> None:
    app = open_page()
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown["Runs"] == "6"
    assert shown["Boards"] == "16"
    assert "Frozen board" in words(app)


def test_a_bundle_that_nobody_scored_says_how_it_is_scored(open_page: Open, bundles: Path) -> None:
    app = open_page(bundles)
    assert "No figures yet" in words(app)
    assert any("core evaluate" in code.value for code in app.code)


def test_without_recordings_the_page_says_where_they_come_in(open_page: Open, tmp_path: Path) -> None:
    app = open_page(recordings=None)
    assert "No recordings yet" in words(app)
