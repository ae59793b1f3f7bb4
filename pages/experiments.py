"""Experiments: trainings, their curves, what they were worth, and which of them is the bundle."""

from dashboard import experiments_view, shell

view = shell.open_page("Experiments", "What was trained, how did it go, what is it worth?", model=False)
experiments_view.show(view)
