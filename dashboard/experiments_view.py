"""Trainings with their curves, side by side."""

from dashboard.shell import View


def show(view: View) -> None:
    """Draw it."""
