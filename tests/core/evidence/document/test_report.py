import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from core.evidence.audit.audit import Audit
from core.evidence.audit.audit_file import write_audit
from core.evidence.audit.labels import Labels
from core.evidence.audit.levels import Levels
from core.evidence.audit.verdict import findings
from core.evidence.caveats import caveats
from core.evidence.comparison.table import ComparisonTable
from core.evidence.document.writing import Report, to_html
from core.evidence.evaluation import ALL
from core.evidence.evaluation_file import evaluation_from_json
from core.evidence.metrics import MODEL, describe
from core.evidence.readings.source import RunSource
from core.evidence.readings.table import read_runs
from core.evidence.review.listing import Asked, Desk
from core.evidence.review.targets import Seen, Target
from core.evidence.review.verdicts import Verdicts
from core.model.bundle import Bundle, load_bundle
from tests.core.cli_runner import Toolmark
from tests.dashboard.small_bundle import write_bundle, write_evaluation_into
from tests.synthetic import write_runs

EVIL = '<script src="http://evil">alert(1)</script>'


class Reader(HTMLParser):
    """What a browser would do with a file: its elements, the addresses that it asks, its texts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.asked: list[str] = []
        self.named: set[str] = set()
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        told = {name: value or "" for name, value in attrs}
        self.asked += [
            value for name, value in told.items() if name in ("src", "href", "xlink:href", "data", "action")
        ]
        self.asked += re.findall(r"url\(([^)]*)\)", told.get("style", ""))
        self.named |= {told["id"]} if "id" in told else set()

    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip())


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_runs(tmp_path_factory.mktemp("recordings") / "mill", each=1)


@pytest.fixture(scope="module")
def bundle_folder(tmp_path_factory: pytest.TempPathFactory, runs: Path) -> Path:
    folder = write_bundle(tmp_path_factory.mktemp("bundles") / "scored")
    write_evaluation_into(folder, runs)
    return folder


@pytest.fixture(scope="module")
def bundle(bundle_folder: Path) -> Bundle:
    return load_bundle(bundle_folder)


@pytest.fixture(scope="module")
def readings(tmp_path_factory: pytest.TempPathFactory, bundle: Bundle, runs: Path) -> Path:
    out = tmp_path_factory.mktemp("readings") / "mill.parquet"
    read_runs(bundle, RunSource.open(runs), out)
    return out


@pytest.fixture
def desk(tmp_path: Path, bundle: Bundle) -> Desk:
    kept = Verdicts(tmp_path / "marks.sqlite")
    seen = Seen(bundle.digest, "scored", "", "face", label="G1 X1", reading=EVIL)
    for row, name, verdict in (
        (0, "Ann", "agree"),
        (0, EVIL[:30], "label wrong"),
        (16, "Ann", "unclear"),
        (16, EVIL[:30], "unclear"),
    ):
        kept.give("mill", Target("window", run="face_001", start_row=row), name, verdict, EVIL, seen)
    kept.give("mill", Target("run", run=EVIL), "Ann", "agree", "", replace(seen, bundle="another"))
    return Desk(kept, "mill", bundle.digest, None)


@pytest.fixture
def whole(bundle: Bundle, readings: Path, desk: Desk) -> Report:
    evaluation = evaluation_from_json(dict(bundle.metrics))
    return Report(bundle, evaluation, ComparisonTable.open([readings]).scored(), "Every window", desk)


def test_the_file_asks_for_nothing_outside_and_runs_nothing(whole: Report) -> None:
    found = Reader(to_html(whole))
    assert {"svg", "table", "figure", "nav"} <= set(found.tags)
    assert not {"script", "link", "img", "iframe", "object", "base", "form"} & set(found.tags)
    assert all(address.startswith("#") for address in found.asked), found.asked
    # every entry of the contents leads somewhere
    assert {address[1:] for address in found.asked if not address.startswith("#gradient")} <= found.named
    assert len(found.asked) >= 8


def test_every_figure_of_the_evaluation_stands_in_it(whole: Report) -> None:
    assert whole.evaluation
    texts = Reader(to_html(whole)).texts
    for row in whole.evaluation.table(ALL, MODEL):
        assert describe(row.metric).label in texts
        assert f"{100 * row.value:.1f} %" in texts
        assert f"{row.n:,}" in texts
        if row.low is not None and row.high is not None:
            assert f"{100 * row.low:.1f} to {100 * row.high:.1f}" in texts
    for reason in caveats(whole.evaluation, whole.bundle):
        assert reason.sentence in texts
    assert f"{whole.bundle.manifest.name}, digest {whole.bundle.digest}" in texts


def test_what_is_drawn_is_what_the_table_says(whole: Report) -> None:
    assert whole.evaluation
    html = to_html(whole)
    drawn = html[html.index('id="headline"') : html.index('id="metrics"')]
    row = whole.evaluation.row("exact_line")
    assert row
    assert f">{describe('exact_line').label}, n = {row.n:,}</text>" in drawn
    assert f">{100 * row.value:.1f}</text>" in drawn


def test_no_name_and_no_note_is_ever_markup(whole: Report) -> None:
    html = to_html(replace(whole, dataset=EVIL, command=EVIL, about=EVIL))
    assert "<script" not in html
    assert html.count("&lt;script src=&#34;http://evil&#34;&gt;") >= 7
    assert "evil" in "".join(Reader(html).texts)


def test_verdicts_are_counted_without_the_stale_ones_and_listed_with_them(whole: Report) -> None:
    said = " ".join(Reader(to_html(whole)).texts)
    assert "5 verdicts on the dataset mill" in said
    assert "1 speak of another bundle or another recording" in said
    assert "agree (stale)" in said
    assert "50.0 %" in said
    assert "All 5 verdicts." in said


def test_a_filtered_list_of_verdicts_says_what_is_counted_and_what_is_listed(whole: Report) -> None:
    said = " ".join(Reader(to_html(replace(whole, asked=Asked(verdict=("unclear",))))).texts)
    assert "2 of 5 verdicts on the dataset mill" in said
    assert "is of all that are current" in said
    assert "speak of another bundle" not in said
    assert "Who said what: all 4 verdicts" in said
    assert "All 2 verdicts that are asked for." in said
    said = " ".join(Reader(to_html(replace(whole, asked=Asked(kind=("run",))))).texts)
    assert "1 speak of another bundle" in said


def test_what_is_missing_is_left_out(bundle: Bundle) -> None:
    found = Reader(to_html(Report(bundle)))
    assert "confusion" not in found.named
    assert "verdicts" not in found.named
    assert "provenance" in found.named
    assert "svg" not in found.tags


@pytest.fixture
def audited(bundle: Bundle) -> Audit:
    """An audit of few runs that reads the controller's state and has firm and unfirm labels."""
    none = np.zeros((0, 0), np.float32)
    return Audit(
        machine=bundle.machine.name,
        protocol="run",
        runs=4,
        operations=1,
        length=64,
        leakage=None,
        probes=(),
        labels=Labels(40, 4, 0, 9, 0.4, 0.3, 0.6, 3, 9, 2, ()),
        levels=Levels((), (), (), (), none, none, none),
        controller_inputs=(),
        unsplit=EVIL,
        made="2026-01-02 03:04",
    )


def test_the_audit_is_told_with_its_date_and_every_finding(whole: Report, audited: Audit) -> None:
    html = to_html(replace(whole, audited=audited))
    said = " ".join(Reader(html).texts)
    for each in findings(audited):
        assert each.sentence in said and each.because in said and each.remedy in said
    assert "Audited on 2026-01-02 03:04 UTC: 4 runs" in said
    assert "not judged: what test and training share, what names the session" in said
    assert "<script" not in html
    other = " ".join(Reader(to_html(replace(whole, audited=replace(audited, protocol="seed")))).texts)
    assert "were reached under protocol run, not seed" in other


def test_without_an_audit_a_report_says_how_to_make_one(whole: Report) -> None:
    said = " ".join(Reader(to_html(whole)).texts)
    assert "python -m core audit RUNS --protocol run --json AUDIT.json" in said


def test_the_command_takes_an_audit_of_the_same_machine(
    bundle_folder: Path, audited: Audit, tmp_path: Path, toolmark: Toolmark
) -> None:
    out, file = tmp_path / "report.html", tmp_path / "audit.json"
    write_audit(audited, file)
    status, _, errors = toolmark("report", str(bundle_folder), "--audit", str(file), "--out", str(out))
    assert status == 0, errors
    assert "Audited on 2026-01-02" in out.read_text()
    write_audit(replace(audited, machine="Another mill"), file)
    status, _, errors = toolmark("report", str(bundle_folder), "--audit", str(file), "--out", str(out))
    assert status == 1 and "audits recordings of Another mill" in " ".join(errors.split())


def test_the_command_writes_it_and_says_what_does_not_fit(
    bundle_folder: Path, readings: Path, desk: Desk, tmp_path: Path, toolmark: Toolmark
) -> None:
    out = tmp_path / "report.html"
    given = ["report", str(bundle_folder), "--readings", str(readings), "--verdicts", str(desk.kept.path)]
    status, _, errors = toolmark(*given, "--out", out)
    assert status == 0, errors
    assert {"confusion", "mistakes", "verdicts", "provenance"} <= Reader(out.read_text()).named
    assert "python -m core report" in out.read_text()
    other = write_bundle(tmp_path / "other", "seed")
    for arguments, sentence in (
        (["report", str(bundle_folder), "--out", str(tmp_path / "report.pdf")], "is no HTML file"),
        (["report", str(other), "--out", str(out)], "was never evaluated"),
        (
            ["report", str(other), "--readings", str(readings), "--out", str(out)],
            "was read by another bundle",
        ),
        ([*given, "--dataset", "store", "--out", str(out)], "has no verdict on store; there are mill"),
        ([*given, "--filter", "colour:red", "--out", str(out)], "nothing to filter by"),
        (
            ["report", str(other), "--verdicts", str(tmp_path / "no.sqlite"), "--out", str(out)],
            "There are no verdicts",
        ),
    ):
        status, _, errors = toolmark(*arguments)
        assert status == 1
        assert sentence in " ".join(errors.split())
