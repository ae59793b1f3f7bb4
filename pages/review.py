"""Review: verdicts of named people on what the model read."""

from dashboard import selection, shell, verdict_form

view = shell.open_page("Review", "What did people say about the model's readings, and do they agree?")
selection.hold(view.selection)
verdict_form.show(view, verdict_form.Target("window", run="face_003", start_row=64), "this", keys=True)
