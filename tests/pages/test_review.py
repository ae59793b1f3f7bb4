import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.evidence.readings.filters import parse
from core.evidence.review.exchange import from_csv, to_csv
from core.evidence.review.targets import Seen, Target
from core.evidence.review.verdicts import Verdicts
from core.model.bundle import load_bundle
from dashboard import (
    data,
    places,
    readings,
    report_button,
    review_queue,
    review_window,
    slices,
    verdict_form,
    verdicts,
)
from tests.core.cli_runner import run_verb
from tests.dashboard_fixtures import PageAt, view_of

Open = Callable[..., AppTest]
ALL = {"queue": "all", "filter": "run:face_001,face_002"}


@pytest.fixture
def open_page(page_at: PageAt, runs: Path, bundles: Path) -> Open:
    """Opens the page, all windows read unless told otherwise, as a reviewer, with a link's parameters."""

    def open_(
        models: Path | None = bundles,
        *,
        read: bool = True,
        name: str = "Ann",
        recordings: Path | None = runs,
        **link: str,
    ) -> AppTest:
        by = ("",) if read and models and recordings else ()
        session = {"reviewer": name} if name else {}
        # the made-up runs are few: all of them are judged unless a test says otherwise
        return page_at("review", recordings, models, by, session, **{"part": "everything", **link})

    return open_


def words(app: AppTest) -> str:
    """Everything that the page says."""
    assert not app.exception, app.exception
    elements: list[Any] = [*app.markdown, *app.caption, *app.warning, *app.error, *app.info, *app.subheader]
    return "\n".join(element.value for element in [*elements, *app.success, *app.code])


def kept() -> Verdicts:
    return verdicts.store()


def test_a_verdict_is_kept_confirmed_and_the_queue_goes_on(open_page: Open) -> None:
    app = open_page(**ALL)
    assert "1 of" in words(app)
    app.text_input(key=next(box.key for box in app.text_input if "_note_" in str(box.key))).set_value("odd")
    app.button(key="queue_label_wrong").click().run()
    (entry,) = kept().holding("mill")
    assert (entry.verdict, entry.note, entry.reviewer) == ("label wrong", "odd", "Ann")
    assert entry.target == Target("window", run="face_001", start_row=0)
    said = words(app)
    assert f"face\\_001 rows 0 to 63: **label wrong**, kept {entry.when}" in said
    assert (app.query_params["run"], app.query_params["row"]) == ("face_001", "16")
    assert "1 judged by Ann" in said


def test_what_the_model_read_and_the_label_are_remembered(open_page: Open) -> None:
    app = open_page(**ALL)
    app.button(key="queue_agree").click().run()
    seen = kept().holding("mill")[0].seen
    found = readings.readings_of(view_of(), "face_001")
    assert found is not None
    row = found.iloc[0]
    assert (seen.label, seen.reading, seen.operation) == (row.line, row.read_line, row.operation)
    assert (seen.bundle, seen.bundle_name) == (load_bundle(data.bundles()[0].path).digest, "small")
    assert seen.confidence == pytest.approx(row.confidence, abs=1e-6)


def test_undo_brings_the_window_back_without_its_verdict(open_page: Open) -> None:
    app = open_page(**ALL)
    app.button(key="queue_agree").click().run()
    app.button(key="undo_last").click().run()
    assert kept().holding("mill") == ()
    assert app.query_params["row"] == "0"
    assert "Not judged by you yet" in words(app)


def test_a_note_is_kept_with_a_verdict_that_is_there(open_page: Open) -> None:
    app = open_page(**ALL)
    app.toggle(key="review_onward").set_value(False).run()
    app.button(key="queue_unclear").click().run()
    assert "unclear by Ann, kept" in words(app)
    box = next(box for box in app.text_input if "_note_" in str(box.key))
    box.set_value("cannot tell").run()
    assert [
        entry.note for entry in kept().history("mill", Target("window", run="face_001", start_row=0))
    ] == [
        "",
        "cannot tell",
    ]


def test_a_note_on_a_verdict_that_was_changed_elsewhere_is_refused(open_page: Open) -> None:
    app = open_page(**ALL)
    app.toggle(key="review_onward").set_value(False).run()
    app.button(key="queue_agree").click().run()
    (old,) = kept().holding("mill")
    kept().give("mill", old.target, "Ann", "label wrong", "", old.seen)
    next(box for box in app.text_input if "_note_" in str(box.key)).set_value("fine").run()
    assert "The note was not kept. The verdict of Ann on" in words(app)
    assert [(entry.verdict, entry.note) for entry in kept().holding("mill")] == [("label wrong", "")]


def test_a_verdict_is_withdrawn_from_its_history(open_page: Open) -> None:
    app = open_page(**ALL)
    app.toggle(key="review_onward").set_value(False).run()
    app.button(key="queue_agree").click().run()
    app.button(key="queue_unclear").click().run()
    app.button(key="queue_withdraw").click().run()
    assert kept().holding("mill") == ()
    assert "Not judged by you yet" in words(app)


def test_nobody_gives_a_verdict_without_a_name(open_page: Open) -> None:
    app = open_page(name="", **ALL)
    assert app.button(key="queue_agree").disabled
    app.text_input(key="queue_name").set_value("a,b").run()
    assert "cannot be a reviewer's name" in words(app)
    app.text_input(key="queue_name").set_value("Ben").run()
    assert not app.button(key="queue_agree").disabled


def test_a_verdict_that_cannot_be_kept_is_said_and_its_note_stays(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app = open_page(**ALL)
    next(box for box in app.text_input if "_note_" in str(box.key)).set_value("precious").run()
    broken = tmp_path / "broken.sqlite"
    broken.write_text("no database at all, but long enough to be taken for one" * 40)
    real = verdicts.store
    calls = iter([True])
    monkeypatch.setattr(
        Verdicts, "give", lambda self, *rest: real() and Verdicts(broken).entries() and next(calls)
    )
    app.button(key="queue_agree").click().run()
    said = words(app)
    assert "Not kept. " in said
    assert "broken.sqlite cannot be used" in said
    assert next(box for box in app.text_input if "_note_" in str(box.key)).value == "precious"


def test_a_verdict_on_another_bundle_is_never_carried_over(open_page: Open) -> None:
    target = Target("window", run="face_001", start_row=0)
    open_page(**ALL)
    kept().give("mill", target, "Ann", "agree", "", Seen(bundle="older", bundle_name="before"))
    app = open_page(**ALL)
    said = words(app)
    assert "Not judged by you yet" in said
    assert "0 judged by Ann" in said
    assert "of before, another bundle" in said
    assert verdict_form.verdicts_of(view_of(), "face_001") == {}
    assert "1 stale" in verdict_form.badges(view_of(), [target])[target]


def test_other_pages_ask_what_was_said_of_many_windows(open_page: Open) -> None:
    app = open_page(**ALL)
    app.button(key="queue_agree").click().run()
    app.button(key="queue_model_wrong").click().run()
    view = view_of()
    assert verdict_form.verdicts_of(view, "face_001") == {0: "agree (Ann)", 16: "model wrong (Ann)"}
    cell = Target("cell", head="command", true="G1", read="G0")
    assert verdict_form.badges(view, [cell]) == {}


def test_a_random_sample_tells_how_many_are_wrong(open_page: Open) -> None:
    app = open_page(queue="sample", sample="20", seed="3")
    assert "**0** of 20 drawn from" in words(app)
    for _ in range(3):
        app.button(key="queue_label_wrong").click().run()
    app.button(key="queue_agree").click().run()
    said = words(app)
    assert "**4** of 20 drawn from" in said
    assert "label wrong **75.0" in said
    assert "(19.4 to 99.4)" in said
    assert "n = 4" in said


def test_a_sample_is_drawn_from_what_is_tagged_now(open_page: Open) -> None:
    window = [("face_001", 0)]
    slices.marks().tag("mill", window, "odd")
    app = open_page(queue="sample", filter="tag:odd")
    assert "drawn from 1 window" in words(app)
    slices.marks().untag("mill", window, "odd")
    slices.marks().tag("mill", window, "even")
    assert "drawn from 0 windows" in words(app.run())


def test_a_queue_that_is_cut_says_so(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review_queue, "MOST_WINDOWS", 3)
    assert "Only the first 3 windows" in words(open_page(queue="all"))


def test_disputed_windows_are_a_queue(open_page: Open) -> None:
    assert "No two reviewers differ" in words(open_page(queue="disputed"))
    seen = Seen(bundle=load_bundle(data.bundles()[0].path).digest)
    for name, verdict in (("Ann", "agree"), ("Ben", "unclear")):
        kept().give("mill", Target("window", run="pocket_001", start_row=32), name, verdict, "", seen)
    app = open_page(queue="disputed")
    assert "1 of 1 window" in words(app)
    assert app.query_params["run"] == "pocket_001"


def test_all_verdicts_are_listed_filtered_and_paged(open_page: Open) -> None:
    assert "No verdicts yet" in words(open_page(desk="verdicts"))
    seen = Seen(bundle=load_bundle(data.bundles()[0].path).digest, label="G1 X1", operation="face")
    for row in range(130):
        kept().give("mill", Target("window", run="face_001", start_row=row), "Ann", "agree", "", seen)
    kept().give("mill", Target("line", line="G0 X9"), "Ben", "unclear", "odd", seen)
    app = open_page(desk="verdicts")
    assert "**131** of 131 verdicts that hold" in words(app)
    assert len(app.dataframe[0].value) == 100
    assert app.dataframe[0].value.about.iloc[0] == "line G0 X9"
    app.multiselect(key="said_reviewer").select("Ben").run()
    assert len(app.dataframe[0].value) == 1
    assert app.query_params["said"] == "reviewer=Ben"
    app = open_page(desk="verdicts", said="text=nowhere")
    assert "No verdict is all that is asked for" in words(app)


def test_agreement_is_said_with_n_and_intervals(open_page: Open) -> None:
    assert "No verdicts to compare" in words(open_page(desk="agreement"))
    seen = Seen(bundle=load_bundle(data.bundles()[0].path).digest)
    for place in range(20):
        target = Target("window", run=f"face_00{place % 5}", start_row=place)
        kept().give("mill", target, "Ann", "agree" if place % 2 else "unclear", "", seen)
        kept().give("mill", target, "Ben", "agree" if place % 2 or place < 4 else "unclear", "", seen)
    app = open_page(desk="agreement")
    said = words(app)
    assert "**2 reviewers** judged **20** targets" in said
    assert "**90.0" in said
    pairs = app.table[1].value
    assert pairs.iloc[0]["Cohen's κ"].startswith("**0.80**")


def test_verdicts_come_in_from_another_desk_and_go_out_again(open_page: Open, tmp_path: Path) -> None:
    other = Verdicts(tmp_path / "other.sqlite")
    other.give("mill", Target("run", run="face_001"), "Cem", "agree", "=1+1")
    app = open_page(desk="verdicts")
    app.file_uploader[0].set_value(("theirs.csv", to_csv(other.entries()).encode(), "text/csv")).run()
    assert "Imported: 1 new, 0 known already." in words(app)
    assert list(from_csv(to_csv(kept().entries()))) != []
    assert kept().holding("mill")[0].note == "=1+1"
    app.file_uploader[0].set_value(("bad.csv", b"a,b\n1,2\n", "text/csv")).run()
    assert "The file lacks the column at" in words(app)


def test_the_report_holds_the_view(open_page: Open, scored_bundles: tuple[Path, object]) -> None:
    app = open_page(models=scored_bundles[0], desk="report")
    said = words(app)
    assert "every metric of the bundle's evaluation" in said
    assert "python -m core report" in said
    page = report_button.make(view_of()).decode()
    assert "What can be believed of scored" in page
    assert "<script" not in page


def test_the_printed_command_makes_the_same_report(
    open_page: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    printed = open_page(desk="report").code[0].value
    monkeypatch.chdir(tmp_path)
    assert "--verdicts" not in printed
    assert run_verb(tuple(shlex.split(printed)[3:]), monkeypatch, capsys)[0] == 0
    slices.marks().tag("mill", [("face_001", 0), ("face_001", 32)], "odd")
    found = readings.readings_of(view_of(), "face_001")
    assert found is not None
    cell = f"cell:operation/face>{found.iloc[0].read_operation}"
    kept().give("mill", Target("run", run="face_001"), "Ann", "agree")
    for asked in (cell, "tag:odd"):
        view = view_of()
        wanted, place = parse(asked).filter, readings.place_of(view)
        command = shlex.split(report_button.command(view, place, wanted))
        status, _, errors = run_verb(tuple(command[3:]), monkeypatch, capsys)
        assert status == 0, errors
        there, here = (tmp_path / "report.html").read_text(), report_button.make(view, wanted).decode()
        cells = [re.findall("<td.*?</td>", text[text.index('id="confusion"') :]) for text in (there, here)]
        assert cells[0][:40] == cells[1][:40] != []


def test_windows_that_nobody_read_are_offered_and_no_data_is_said(open_page: Open) -> None:
    assert "have not been read yet" in words(open_page(read=False))
    assert "No recordings yet" in words(open_page(recordings=None))
    assert "python -m core train" in words(open_page(models=None))


def test_lines_are_compared_word_by_word() -> None:
    label, read = review_window.differing("G1 X3.41 F5", "G1 Y3.41 F5")
    assert label == "G1 :red[**X3.41**] F5"
    assert read == "G1 :red[**Y3.41**] F5"
    assert review_window.differing("", "G0 *")[0] == ":gray[no line]"
    assert places.build_folder().name == "build"


@pytest.mark.parametrize("desk", ["queue", "report"])
def test_what_other_pages_mute_is_not_muted_here(open_page: Open, desk: str) -> None:
    app = open_page(desk=desk, without="spindle", **ALL)
    said = words(app)
    assert "here everything is as the bundle reads it" in said
    assert "have not been read yet" not in said
    assert str(app.query_params["without"]) == "spindle"


def test_the_part_that_was_held_out_is_judged_unless_another_is_asked_for(open_page: Open) -> None:
    held_out = open_page(queue="sample", part="held out")
    everything = open_page(queue="sample")
    told = [re.search(r"drawn from ([\d,]+)", words(app)) for app in (held_out, everything)]
    assert all(told)
    first, second = (int(each[1].replace(",", "")) for each in told if each)
    assert 0 < first < second
    # without a word in the address it is the part that proves something
    assert f"drawn from {first:,}" in words(open_page(queue="sample", part=""))
