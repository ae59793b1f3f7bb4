"""Tables and chart of figures: every cell is a row of the evaluation, and nothing is lost on the way."""

from dataclasses import replace

from core.evidence.evaluation import Evaluation
from core.evidence.metrics import MODEL
from core.evidence.published import PUBLISHED
from dashboard import score_chart, score_table
from dashboard.evaluations import Scored
from dashboard.theme import LIGHT
from tests.core.evidence.test_caveats import CLEAN, scored


def seeded() -> Evaluation:
    return replace(scored(CLEAN), protocol="seed")


def test_published_figures_stand_under_the_model_of_their_own_protocol_alone() -> None:
    table = score_table.methods_table(seeded())
    assert list(table["Method"])[:2] == ["**Model**", "Published"]
    assert table.iloc[1]["Token, forced"] == PUBLISHED[MODEL, "token"]
    assert "Published" not in set(score_table.methods_table(scored(CLEAN))["Method"])


def test_every_row_of_an_evaluation_is_listed() -> None:
    one = scored(CLEAN)
    assert len(score_table.every_figure(one)) == len(one.rows)


def test_the_chart_has_a_line_a_protocol_and_the_words_say_the_same() -> None:
    ladder = (Scored("seed", "a", seeded()), Scored("run", "b", scored(CLEAN)))
    chart = score_chart.chart(ladder, LIGHT)
    assert chart["yAxis"][0]["data"] == ["seed", "run"]
    published = [series for series in chart["series"] if series["name"] == score_chart.SAID]
    assert [len(series["data"]) for series in published] == [1, 1, 0]
    assert "run: Operation 97.0 %" in score_chart.words(ladder)
