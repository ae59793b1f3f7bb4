"""The report put together: what it draws from, where all of it came from, and the one file that comes out."""

import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from core.evidence.audit.audit import Audit as RunsAudit
from core.evidence.caveats import caveats
from core.evidence.comparison.scored import Scored
from core.evidence.document import of_audit, of_evaluation, of_verdicts, of_windows
from core.evidence.document.parts import Figure, Section
from core.evidence.evaluation import Evaluation
from core.evidence.metrics import describe
from core.evidence.review.listing import Asked, Desk
from core.evidence.review.sample import Audit
from core.model.bundle import Bundle, code_version

_TEMPLATE = "report.html.j2"


@dataclass(frozen=True)
class Report:
    """What a report is made from; what is None is left out.

    windows: the scored windows of a table of readings, `about` says which; `command` is what makes the report again.
    audit: of a random sample of verdicts; audited: of the recordings, under the protocol of the figures.
    """

    bundle: Bundle
    evaluation: Evaluation | None = None
    windows: Scored | None = None
    about: str = ""
    desk: Desk | None = None
    asked: Asked | None = None
    audit: Audit | None = None
    audited: RunsAudit | None = None
    dataset: str = ""
    command: str = ""

    @property
    def sections(self) -> list[Section]:
        """The sections in their order."""
        found = of_evaluation.sections(self.evaluation) if self.evaluation else []
        found += of_windows.sections(self.windows, self.about) if self.windows is not None else []
        found += [self._doubts(), of_audit.section(self.audited, self.protocol)]
        found += [of_verdicts.section(self.desk, self.asked, self.audit)] if self.desk is not None else []
        found.append(self._counted())
        return found

    @property
    def protocol(self) -> str:
        """The protocol of its figures."""
        return self.evaluation.protocol if self.evaluation else self.bundle.protocol

    def _doubts(self) -> Section:
        own = self.evaluation is None or self.evaluation.protocol == self.bundle.protocol
        reasons = caveats(self.evaluation, self.bundle if own else None)
        notes = tuple((f"{reason.sentence}", reason.because) for reason in reasons)
        words = () if notes else ("No reason for doubt was found in the figures.",)
        return Section("doubts", "What to distrust", words, notes=notes)

    def _counted(self) -> Section:
        rows = [row.metric for row in self.evaluation.rows] if self.evaluation else []
        notes = tuple((describe(name).label, describe(name).note) for name in dict.fromkeys(rows))
        return Section("counted", "How things are counted", notes=notes)

    @property
    def provenance(self) -> list[tuple[str, str]]:
        """Where the report came from: name and value."""
        manifest = self.bundle.manifest
        runs = ", ".join(f"{len(names)} {part}" for part, names in manifest.runs.items())
        found = [
            ("Bundle", f"{manifest.name}, digest {self.bundle.digest}"),
            ("Trained", f"{manifest.created}, code {manifest.code_version}, seed {manifest.seed}"),
            ("Split of the bundle", f"protocol {manifest.protocol}, fold {manifest.fold}: {runs} runs"),
            ("Training data", f"digest {manifest.data_digest or 'not kept'}"),
            ("Windows of the training", f"digest {manifest.splits_digest or 'not kept'}"),
            ("Machine", manifest.machine + (" (simulated)" if self.bundle.machine.simulated else "")),
        ]
        if self.evaluation is not None:
            found.append(("Evaluation", of_evaluation.protocol_words(self.evaluation)))
        if self.windows is not None:
            found.append(("Readings", self.about))
        if self.dataset:
            found.append(("Dataset", self.dataset))
        found += [
            ("Report made", datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")),
            ("Code", f"Toolmark {code_version()}, Python {platform.python_version()}"),
        ]
        return found + ([("Made again by", self.command)] if self.command else [])


def to_html(report: Report) -> str:
    """The report as one HTML file without a script and without a link to anything outside it."""
    loader = FileSystemLoader(Path(__file__).parent)
    # whatever a name or a note holds is text: only the drawings are taken as they are
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.tests["figure"] = lambda part: isinstance(part, Figure)
    environment.filters["drawing"] = _drawing
    told: dict[str, Any] = {
        "name": report.bundle.manifest.name,
        "protocol": of_evaluation.protocol_words(report.evaluation) if report.evaluation else "",
        "simulated": report.bundle.machine.simulated,
        "sections": _numbered(report.sections),
        "provenance": report.provenance,
    }
    return environment.get_template(_TEMPLATE).render(told)


def _drawing(svg: str) -> Markup:
    """An SVG of our own drawing, whose texts are escaped by who drew it."""
    return Markup(svg)


def _numbered(sections: Sequence[Section]) -> list[tuple[int, Section]]:
    return list(enumerate(sections, start=1))
