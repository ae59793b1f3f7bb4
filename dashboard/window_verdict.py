"""The verdict on a window where it is looked at: on what the model reads there, whatever is changed beside it."""

from dataclasses import replace

from core.evidence.review.targets import Seen, Target
from dashboard import verdict_form, verdicts
from dashboard.reading_card import Looked
from dashboard.shell import View


def show(view: View, looked: Looked) -> None:
    """The form, and what others said of this window."""
    target = Target("window", run=looked.window.recording.name, start_row=looked.window.start_row)
    verdict_form.show(view, target, "window", seen=seen(view, looked))


def seen(view: View, looked: Looked) -> Seen:
    """What the page shows of the window: the pinned original and the label."""
    run = looked.window.recording.name
    of_bundle = Seen(verdicts.bundle_digest(view), view.folder.name if view.folder else "")
    return replace(
        of_bundle,
        data=verdicts.run_digest(view, run),
        operation=looked.window.operation or "",
        read_operation=looked.read.operation,
        label=looked.label.line or "",
        reading=looked.read.line,
        confidence=round(looked.read.confidence, 6),
    )
