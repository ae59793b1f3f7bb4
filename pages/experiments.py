"""Experiments: trainings, their curves, what they were worth, and which of them is the bundle."""

from dashboard import experiments_view, selection, shell

view = shell.open_page("Experiments", "What was trained, how did it go, what is it worth?")
selection.hold(view.selection)
experiments_view.show(view)
