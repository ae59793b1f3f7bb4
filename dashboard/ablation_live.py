"""The matrix of boards and quantities: what is taken away, and what changes at once."""

from dashboard.shell import View


def show(view: View) -> None:
    """Draw it."""
