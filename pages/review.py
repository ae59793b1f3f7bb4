"""Review: verdicts of named people on what the model read, window by window and all together."""

from dashboard import (
    parts,
    reading_gate,
    readings,
    review_agreement,
    review_queue,
    review_report,
    review_table,
    shell,
)
from dashboard.readings import Place
from dashboard.review_desk import ReviewDesk
from dashboard.shell import View

DESKS = {"queue": "Queue", "verdicts": "Verdicts", "agreement": "Agreement", "report": "Report"}


def show_queue(view: View, place: Place, desk: ReviewDesk) -> None:
    """Windows to be judged; where nothing was read yet, the way to that."""
    found = reading_gate.open_table(place, reading_gate.title_of(view), readings.begun, WAITING)
    if found is not None:
        review_queue.show(view, found, desk)


WAITING = "The queue appears as soon as the first runs are read; this page may be left meanwhile."

view = shell.open_page("Review", "What did people say about the model's readings, and do they agree?")
# a verdict speaks of what the bundle reads, not of what is left of it with something muted
place = reading_gate.choose_place(view, whole=True)
part = parts.choose("Part", "desk", DESKS, view.selection.desk)
desk = ReviewDesk.of(view)
if part == "queue":
    show_queue(view, place, desk)
elif part == "verdicts":
    review_table.show(view, desk)
elif part == "agreement":
    review_agreement.show(view, desk)
else:
    review_report.show(view, place, desk)
